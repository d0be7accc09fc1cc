"""The frame of a session's actions: lock, check who and when, change, record one event, save, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.activity.record import record
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.people.models import Person
from guichet.training import policies
from guichet.training.findable import CHANGING, indexing
from guichet.training.models import Registration, Session, SessionState, Standing

# Verb → the states in which it leads anywhere.
_VERBS: dict[str, tuple[str, ...]] = {
    "change": (SessionState.PLANNED, SessionState.OPEN),
    "open": (SessionState.PLANNED,),
    "cancel": (SessionState.PLANNED, SessionState.OPEN),
    "hold": (SessionState.OPEN,),
    "register": (SessionState.OPEN,),
    "withdraw": (SessionState.OPEN,),
    "mark": (SessionState.OPEN, SessionState.HELD),
    "hand_out": (SessionState.PLANNED, SessionState.OPEN, SessionState.HELD),
    "remind": (SessionState.OPEN,),
}


@dataclass
class Step:
    """The locked session, and what its event will say."""

    session: Session
    at: datetime
    event: str
    data: dict[str, Any] = field(default_factory=dict)

    def became(self, *, event: str) -> None:
        """Another event than the one that was begun with: what was changed said which."""
        self.event = event


def may(session: Session, verb: str, *, now: datetime) -> bool:
    """Whether `verb` leads anywhere now. KeyError for an unknown verb."""
    if session.state not in _VERBS[verb]:
        return False
    if verb in {"hold", "mark"}:
        return now >= session.starts_at
    return verb not in {"open", "register", "withdraw", "remind"} or now < session.starts_at


@contextmanager
def change_session(
    session: Session,
    *,
    verb: str,
    event: str,
    actor: Person | None,
    now: datetime,
    expect: int | None = None,
    running: bool = True,
) -> Iterator[Step]:
    """Lock `session`, let the body change it, then record `event` and save. `actor` None is the product itself.

    `running` asks for the right to run it; without it the body asks what it needs.
    """
    with transaction.atomic():
        rows = Session.objects.select_for_update(of=("self",), no_key=True)
        locked = rows.select_related("desk", "topic", "trainer", "site").get(pk=session.pk)
        if expect is not None and expect != locked.version:
            raise Stale(_("Somebody changed this session meanwhile. Look at it again before you go on."), code="stale")
        if actor is not None and running:
            need_run(actor, locked)
        need(locked, verb, now=now)
        step = Step(session=locked, at=now, event=event)
        yield step
        record(
            locked,
            verb=step.event,
            actor=actor,
            at=now,
            organisation_id=locked.desk_id,
            data=step.data,
            rows=lambda: indexing(locked) if step.event in CHANGING else [],
        )
        locked.save()


def need(session: Session, verb: str, *, now: datetime) -> None:
    if may(session, verb, now=now):
        return
    if verb in {"hold", "mark"} and now < session.starts_at:
        raise Conflict(_("It hasn’t begun yet."), code="too_early")
    if session.state in _VERBS[verb]:
        raise Conflict(_("It has begun already."), code="too_late")
    raise Conflict(
        _("This is no longer possible: the session is now “%(state)s”.") % {"state": session.get_state_display()},
        code="wrong_state",
    )


def need_run(actor: Person, session: Session) -> None:
    if not policies.can_run(actor, session):
        raise Forbidden(_("Only its trainer and the desk’s managers may do this."), code="not_trainer")


def need_trainer_at_desk(trainer: Person, *, desk_id: int) -> None:
    if not policies.can_plan(trainer, desk_id=desk_id):
        raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="trainer")


def promote(session: Session) -> list[Registration]:
    """Give the places that are free to those who wait, the first first. The caller holds the session's lock."""
    rows = session.registrations
    free = session.capacity - rows.filter(standing=Standing.REGISTERED).count()
    promoted = list(rows.filter(standing=Standing.WAITING).select_related("person")[: max(free, 0)])
    for row in promoted:
        row.standing = Standing.REGISTERED
        row.changes += 1
        row.save(update_fields=["standing", "changes"])
    return promoted
