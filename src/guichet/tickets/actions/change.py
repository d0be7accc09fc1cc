"""The frame of every action: lock, check, change, record one event, save, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import JSONField
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import Statement, record
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.lib.text import clean, one_line
from guichet.people.models import Person
from guichet.tickets import lifecycle, policies
from guichet.tickets.commitments import Clocks
from guichet.tickets.models import PromiseKind, Ticket
from guichet.tickets.promises import CONFIRM_WITHIN


@dataclass
class Change:
    """The locked ticket with its clocks, and what its event will say.

    `rows` are statements of its own that go to the database with the event. `then` runs after it is saved, and may
    record more.
    """

    ticket: Ticket
    at: datetime
    clocks: Clocks
    data: dict[str, Any] = field(default_factory=dict)
    rows: list[Statement] = field(default_factory=list)
    then: list[Callable[[], None]] = field(default_factory=list)


_one_by_one: ContextVar[bool] = ContextVar("one_by_one", default=True)


@contextmanager
def together() -> Iterator[None]:
    """Actions inside stand or fall as one. None is undone alone, so none has to mark where it began."""
    token = _one_by_one.set(False)
    try:
        with transaction.atomic():
            yield
    finally:
        _one_by_one.reset(token)


def atomically() -> AbstractContextManager[None]:
    """All or nothing: a transaction, or a part of the one around it that can be undone alone where that is wanted."""
    return transaction.atomic(savepoint=_one_by_one.get())


@contextmanager
def change(
    ticket: Ticket,
    *,
    verb: str,
    event: str,
    actor: Person | None,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Iterator[Change]:
    """Lock `ticket`, let the body change it, then record `event` and save. `actor` None is the product itself."""
    with atomically():
        locked = lock(ticket)
        if expect is not None and expect != locked.version:
            raise Stale(_("Somebody changed this ticket meanwhile. Look at it again before you go on."), code="stale")
        if not locked.may(verb):
            raise Conflict(_("This is no longer possible in the ticket’s present state."), code="wrong_state")
        before = _columns(locked)
        step = Change(ticket=locked, at=now, clocks=Clocks(locked, at=now))
        yield step
        locked.updated_at = now
        record(
            locked,
            verb=event,
            actor=actor,
            at=now,
            organisation_id=locked.organisation_id,
            data=step.data,
            source=source,
            rows=lambda: [_update(locked, before), *step.clocks.follow(event, step.data), *step.rows],
        )
        if step.then:
            before = _columns(locked)
            for follow in step.then:
                follow()
            with connection.cursor() as cursor:
                cursor.execute(*_update(locked, before))


def lock(ticket: Ticket) -> Ticket:
    """The ticket's row as it is now, locked until the transaction ends.

    What the caller's instance already holds of the rows around it (desk, team, people) is carried over.
    """
    with connection.cursor() as cursor:
        cursor.execute(_lock_statement(), [ticket.pk])
        row = cursor.fetchone()
    if row is None:
        raise Ticket.DoesNotExist
    values = [json.loads(value) if f in _JSON else value for f, value in zip(_KEPT, row, strict=True)]
    locked = Ticket.from_db(ticket._state.db, [f.attname for f in _KEPT], values)
    for name in ("organisation", "desk", "team", "level", "assignee", "requester"):
        near = ticket._state.fields_cache.get(name)
        if near is not None and near.pk == getattr(locked, f"{name}_id"):
            setattr(locked, name, near)
    return locked


def _update(ticket: Ticket, before: dict[str, Any]) -> Statement:
    """Write the columns of the locked row that are no longer as they were."""
    fields = [f for f in _KEPT if ticket.__dict__[f.attname] is not before[f.attname]]
    values = [f.get_db_prep_save(getattr(ticket, f.attname), connection) for f in fields]
    assignments = ", ".join(f"{f.attname} = %s" for f in fields)
    return f"UPDATE tickets_ticket SET {assignments} WHERE id = %s", [*values, ticket.pk]  # noqa: S608


# Plain statements here: every action passes through, and to build them anew costs as much as to run them.
_KEPT = Ticket._meta.concrete_fields
_JSON = [f for f in _KEPT if isinstance(f, JSONField)]


@cache
def _lock_statement() -> str:
    return f"SELECT {', '.join(f.attname for f in _KEPT)} FROM tickets_ticket WHERE id = %s FOR UPDATE"  # noqa: S608


def _columns(ticket: Ticket) -> dict[str, Any]:
    return {f.attname: ticket.__dict__[f.attname] for f in _KEPT}


def need_desk(actor: Person | None, ticket: Ticket) -> None:
    """The product itself (None) may; a person must treat this ticket's desk's work."""
    if actor is not None and not policies.can_treat(actor, ticket):
        raise Forbidden(_("Only the desk that treats this ticket may do this."), code="not_desk")


def need_text(text: str, *, field: str, limit: int, message: Any = None) -> str:
    """`text` on one line; refused when empty or too long."""
    text = one_line(text)
    if not text:
        raise Refused(message or _("Please write something here."), code="required", field=field)
    if len(text) > limit:
        raise Refused(_("This text is too long."), code="too_long", field=field)
    return text


def need_body(text: str, *, field: str = "body", limit: int = 50_000) -> str:
    """`text` over several lines; refused when empty or too long."""
    text = clean(text).strip()
    if not text:
        raise Refused(_("Please write something here."), code="required", field=field)
    if len(text) > limit:
        raise Refused(_("This text is too long."), code="too_long", field=field)
    return text


def need_choice(value: str, *, among: Any, field: str) -> str:
    """`value` if it is one of the choices `among`."""
    if value not in among.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field=field)
    return value


def end_hold(step: Change) -> None:
    """End the current hold, if there is one; the event says so."""
    if step.ticket.state == lifecycle.ON_HOLD:
        step.ticket.holds.filter(ended_at__isnull=True).update(ended_at=step.at)
        step.data["woke"] = True


def promise_news(step: Change) -> None:
    """The next step is ours again: the first answer where none was given yet, else news or a solution."""
    if step.ticket.answered_at:
        set_promise(step, kind=PromiseKind.SOLVE, due_at=step.clocks.news_due())
    else:
        set_promise(step, kind=PromiseKind.FIRST_ANSWER, due_at=step.clocks.answer_due())


def promise_say(step: Change) -> None:
    """The next step is the requester's: to say whether it works, while silence doesn't close the ticket yet."""
    set_promise(step, kind=PromiseKind.CONFIRM, due_at=step.at + CONFIRM_WITHIN, owner=step.ticket.requester)


def set_promise(step: Change, *, kind: str, due_at: datetime, owner: Person | None = None, text: str = "") -> None:
    ticket = step.ticket
    ticket.promise_kind = kind
    ticket.promise_text = text
    ticket.promise_owner = owner
    ticket.promise_due_at = due_at
    step.data["promise"] = {"kind": kind, "owner": owner.pk if owner else None, "due_at": due_at}


def clear_promise(ticket: Ticket) -> None:
    ticket.promise_kind = ticket.promise_text = ""
    ticket.promise_owner = None
    ticket.promise_due_at = None


def begin_treatment(step: Change) -> None:
    """A new or held ticket that somebody works on is open."""
    end_hold(step)
    if step.ticket.state != lifecycle.OPEN:
        step.ticket.state = lifecycle.OPEN
