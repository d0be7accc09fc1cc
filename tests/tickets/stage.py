"""What the tests of tickets share: one desk with its people, tickets in every state, and how to watch a change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Refused
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.sla.offers import offers_of
from guichet.tickets import actions, models
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.builders import NOW

PEOPLE = (
    "agent", "colleague", "technician", "manager", "requester", "neighbour", "contact", "stranger", "provider",
)  # fmt: skip
STATES = ("new", "open", "on_hold", "resolved", "closed", "cancelled")
_ROWS = (
    Ticket, models.Message, models.Attachment, models.Watcher, models.Hold, models.HandOver, models.Hypothesis,
    models.Attempt, models.Satisfaction, models.Tag, Event, Notification,
)  # fmt: skip


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def upload(name: str = "écran.png", content: bytes = b"x", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=kind)


class Stage:
    """A desk with N1 to N3, and who may come to a ticket of its requester Amélie. People are made when first named."""

    def __init__(self) -> None:
        self.desk = builders.desk()

    @cached_property
    def agent(self) -> Person:
        return builders.agent(self.desk)

    @cached_property
    def colleague(self) -> Person:
        return builders.agent(self.desk, cast.FELIX)

    @cached_property
    def technician(self) -> Person:
        return builders.technician(self.desk)

    @cached_property
    def manager(self) -> Person:
        return builders.manager(self.desk)

    @cached_property
    def requester(self) -> Person:
        return builders.person(self.desk.organisation)

    @cached_property
    def neighbour(self) -> Person:
        return builders.person(self.desk.organisation, cast.RACHEL)

    @cached_property
    def contact(self) -> Person:
        return builders.contact(self.desk.organisation)

    @cached_property
    def elsewhere(self) -> builders.Desk:
        return builders.desk()

    @cached_property
    def stranger(self) -> Person:
        return builders.agent(self.elsewhere, cast.AURELIE)

    @cached_property
    def provider(self) -> Person:
        """Treats what the third team has, and only that."""
        return builders.provider(self.desk, team=self.desk.teams["N3"])

    def everybody(self) -> Stage:
        """With all of them there from the start: where it matters who is not told."""
        for name in PEOPLE:
            getattr(self, name)
        # Its opening hours too: they outlive stories that are taken back.
        offers_of(self.desk.organisation)
        return self

    def ticket(self, state: str = "new", **fields: Any) -> Ticket:
        """A ticket of Amélie's in that state, brought there by the agent."""
        by = {"actor": self.agent, "now": later(1)}
        ticket = builders.ticket(fields.pop("requester", self.requester), **fields)
        if state == "open":
            actions.take(ticket, **by)
        elif state == "on_hold":
            actions.hold(ticket, reason="requester", wake_at=later(60 * 24), **by)
        elif state in {"resolved", "closed"}:
            ticket = builders.resolved(ticket, actor=self.agent, now=later(1))
            if state == "closed":
                actions.confirm(ticket, actor=self.requester, now=later(2))
        elif state == "cancelled":
            actions.cancel(ticket, reason="Fausse alerte.", **by)
        return self.again(ticket)

    def at_provider(self, **fields: Any) -> Ticket:
        """A ticket that the provider's team has."""
        ticket = self.ticket("open", **fields)
        return actions.hand_over(
            ticket, to_team=self.desk.teams["N3"], reason="provider", actor=self.agent, now=later(2)
        )

    def again(self, ticket: Ticket) -> Ticket:
        """As the database has it now."""
        return Ticket.objects.select_related("desk", "organisation", "team", "requester").get(pk=ticket.pk)


def snapshot() -> dict[str, str]:
    """Every row that an action on a ticket could write, table by table, in one statement."""
    tables = [model._meta.db_table for model in _ROWS]
    parts = (f"(SELECT string_agg(t::text, E'\n' ORDER BY t.id) FROM {table} t)" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


@contextmanager
def refuses(code: str, *, field: str = "", status: int = 422) -> Iterator[None]:
    """The body is refused, with this code, and has changed nothing at all."""
    before = snapshot()
    with pytest.raises(Refused) as refusal:
        yield
    assert (refusal.value.code, refusal.value.field, refusal.value.status) == (code, field, status)
    assert str(refusal.value.message)
    assert snapshot() == before


def history(ticket: Ticket) -> list[Event]:
    return list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number"))


@contextmanager
def records(
    ticket: Ticket, verb: str, *, actor: Person | None, now: datetime, more: tuple[str, ...] = ()
) -> Iterator[None]:
    """The body adds exactly one event of `verb` (and then those of `more`), and the chain holds."""
    before = history(ticket)
    yield
    after = history(ticket)
    assert [e.verb for e in after[len(before) :]] == [verb, *more]
    event = after[len(before)]
    assert (event.actor_id, event.at) == (actor.pk if actor else None, now)
    sound(ticket)


def sound(ticket: Ticket) -> None:
    """What must be true of any ticket at any time."""
    row = Ticket.objects.get(pk=ticket.pk)
    chain = history(row)
    assert row.version == len(chain)
    assert row.chain == chain[-1].hash
    assert broken_links(chain) == []
    live = row.state in {"new", "open", "on_hold", "resolved"}
    assert live == bool(row.promise_kind) == bool(row.promise_due_at)
    holds = row.holds.filter(ended_at__isnull=True).count()
    assert holds == (1 if row.state == "on_hold" else 0)
    if row.state in {"resolved", "closed"}:
        assert bool(row.solution_id) != bool(row.unsolved_reason)
        assert row.solution is None or row.solution.result == "worked"
    else:
        assert row.solution_id is None and row.unsolved_reason == ""
    assert (row.resolved_at is not None) == (row.state in {"resolved", "closed"})
    assert (row.closed_at is not None) == (row.state in {"closed", "cancelled"})


def heard_of(ticket: Ticket, verb: str) -> set[int]:
    """Whom the newest event of `verb` was told."""
    event = [e for e in history(ticket) if e.verb == verb][-1]
    return set(Notification.objects.filter(event=event).values_list("person_id", flat=True))


@contextmanager
def undone(what: str = "") -> Iterator[None]:
    """Do the body, then take all of it back; `what` is named should it fail."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    except Exception as error:
        error.add_note(f"while at: {what}")
        raise
