"""Policies applied at a desk with thousands of open tickets: bounded statements; and to tickets with any past."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guichet.activity.models import Event
from guichet.lib.errors import Refused
from guichet.sla.models import PAUSES, Measure
from guichet.tickets import applications
from guichet.tickets.models import Commitment, PlannedChange, Ticket
from guichet.tickets.rebuilding import rebuild_all
from tests.tickets.stage import Stage, later, sound
from tests.tickets.test_applying import applied, asked, faults, rows_of
from tests.tickets.test_commitments import opened, target, usual
from tests.tickets.verbs import VERBS

pytestmark = pytest.mark.django_db
MANY = 5_000


def copied(ticket: Ticket, count: int) -> None:
    """So many tickets more like it, with their commitments and logs, written straight to the tables."""
    row = Ticket.objects.get(pk=ticket.pk)
    rows = list(Commitment.objects.filter(ticket=row))
    log = list(Event.objects.filter(subject_type="ticket", subject_id=row.pk))

    def like(one: Any, **other: Any) -> Any:
        values = {f.attname: getattr(one, f.attname) for f in one._meta.concrete_fields if not f.primary_key}
        return type(one)(**{**values, **other})

    start = Ticket.objects.count()
    made = Ticket.objects.bulk_create([like(row, reference=f"Z-{start + n:06}") for n in range(count)])
    Commitment.objects.bulk_create([like(c, ticket_id=t.pk) for t in made for c in rows], batch_size=2000)
    Event.objects.bulk_create([like(e, subject_id=t.pk) for t in made for e in log], batch_size=2000)


def test_thousands_of_tickets_cost_a_few_statements(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    copied(ticket, applications.LOOKED_AT - 1)
    few = planned(stage, expected=applications.LOOKED_AT)
    copied(ticket, MANY - applications.LOOKED_AT)
    many = planned(stage, expected=MANY)
    # A batch more costs the same again, whatever the number of tickets in it.
    batches = MANY // applications.LOOKED_AT
    each = (many - few) / (batches - 1)
    assert each <= 9
    assert many <= 9 * batches + 25


def planned(stage: Stage, *, expected: int) -> int:
    """How many statements it takes to work it out."""
    waiting: list[int] = []
    made = asked(stage, 5, later_=waiting.append)
    assert (made.state, waiting) == ("planning", [made.pk])
    with CaptureQueriesContext(connection) as queries:
        assert applications.plan(made.pk, now=later(5)) == expected
    made.refresh_from_db()
    assert (made.state, made.tickets, made.looked, made.touched) == ("ready", expected, expected, expected)
    assert PlannedChange.objects.filter(application=made).count() == expected
    return len(queries)


def test_a_job_that_was_cut_short_goes_on_where_it_was(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    copied(ticket, applications.CHANGED_AT_ONCE + 20)
    made = asked(stage, 5)
    applications.begin(made, reason="Signée", actor=stage.manager, now=later(5), later=lambda _pk: None)
    desk = made.organisation
    assert applications._carry_out_some(made.pk, desk, now=later(6)) == applications.CHANGED_AT_ONCE
    made.refresh_from_db()
    assert (made.state, made.handled) == ("applying", applications.CHANGED_AT_ONCE)
    assert applications.carry_out(made.pk, clock=lambda: later(7)) == 21
    made.refresh_from_db()
    assert (made.state, made.handled, made.touched) == ("done", made.touched, applications.CHANGED_AT_ONCE + 21)
    assert not made.changes.filter(done_at=None).exists()
    assert rebuild_all(now=later(8)).corrected == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_before(stage: Stage, seed: int) -> None:
    """Tickets on which people did what came to their mind; then policies that say anything."""
    chance = Random(seed)
    policy = usual(stage)
    for measure, minutes in ((Measure.LEVEL, 40), (Measure.PROVIDER, 90), (Measure.RESTORATION, 120)):
        target(policy, measure, minutes)
    tickets = [opened(stage) for _ in range(12)]
    for minute in range(1, 40):
        _something(stage, chance.choice(tickets), chance, minute)
    for measure in Measure:
        pauses = chance.sample(PAUSES, chance.randrange(4)) if measure not in {Measure.LEVEL, Measure.PROVIDER} else []
        target(policy, measure, chance.choice([30, 60, 200, 600]), *pauses, day=chance.random() < 0.3)
    before = {ticket.pk: (stage.again(ticket).version, rows_of(ticket)) for ticket in tickets}
    known = {(f.kind, f.subject) for f in faults(later(40))}
    done = applied(stage, 40)
    changed = set(done.changes.values_list("ticket", flat=True))
    assert changed
    for ticket in tickets:
        sound(ticket)
        same = (stage.again(ticket).version, rows_of(ticket)) == before[ticket.pk]
        assert same == (ticket.pk not in changed)
    assert rebuild_all(now=later(40)).corrected == 0
    assert {(f.kind, f.subject) for f in faults(later(40))} == known
    assert asked(stage, 40).touched == 0
    # Life goes on, and the log goes on saying the same.
    for minute in range(41, 60):
        _something(stage, chance.choice(tickets), chance, minute)
    assert rebuild_all(now=later(60)).corrected == 0


def _something(stage: Stage, ticket: Ticket, chance: Random, minute: int) -> None:
    name = chance.choice(sorted(set(VERBS) - {"note"}))
    who = stage.requester if VERBS[name].who == {"requester"} else stage.agent
    try:
        with transaction.atomic():
            VERBS[name].do(stage, stage.again(ticket), {"actor": who, "now": later(minute)})
    except Refused:
        pass
