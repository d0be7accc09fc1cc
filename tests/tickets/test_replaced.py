"""Promises that are replaced: what they say of themselves afterwards, and what a correction of the ticket does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.catalog.models import Category, Kind, Service
from guichet.lib.batches import batch
from guichet.sla.models import Measure, Policy, Target
from guichet.tickets import actions, clocks, commitments
from guichet.tickets.clocks import rebuild
from guichet.tickets.explaining import Clock, clocks_of
from guichet.tickets.models import Commitment, PromiseKind, Ticket
from guichet.tickets.timeline import timeline
from guichet.watchdog import rounds
from tests.builders import NOW
from tests.tickets.stage import Stage, later
from tests.tickets.test_clocks import NARROW, Play, steps
from tests.tickets.test_commitments import by, kept, opened, target, usual


def told(ticket: Ticket, measure: str, *, minutes: int) -> dict[bool, Clock]:
    """By whether it was replaced."""
    found = [c for c in clocks_of(ticket, now=later(minutes)) if c.commitment.measure == measure]
    return {c.commitment.replaced_at is not None: c for c in found}


@pytest.mark.django_db
def test_the_account_of_what_was_replaced_ends_where_it_was(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    actions.override_severity(ticket, severity="S1", reason="Toute la paie", **by(stage, 120))
    actions.reply(ticket, body="Nous regardons.", **by(stage, 180))
    for measure in ("first_response", "next_update"):
        was = told(stage.again(ticket), measure, minutes=240)[True]
        assert (was.started_at, was.counted, was.stretches[-1].end) == (NOW, 120, later(120))
        assert was.stopped_at is None
    assert told(stage.again(ticket), "first_response", minutes=240)[False].counted == 180


@given(steps=steps, cut=st.integers(0, 24))
@settings(max_examples=200)
def test_what_happens_afterwards_is_not_told_of_it(steps: list[tuple[str, int]], cut: int) -> None:
    with patch.object(clocks, "hours_of", lambda _: NARROW), patch.object(commitments, "hours_of", lambda _: NARROW):
        play, at = Play(), NOW
        ends, rows, lines = NOW, list(play.rows), list(play.lines)
        for number, (what, seconds) in enumerate(steps):
            at += timedelta(seconds=seconds + 1)
            play.do(what, at)
            if number <= cut:
                ends, rows, lines = at, list(play.rows), list(play.lines)
        before = _account(play.ticket, rows, lines, now=ends)
        for row in rows:
            row.replaced_at = ends
        assert _account(play.ticket, rows, play.lines, now=at + timedelta(days=1)) == before


def _account(ticket: Ticket, rows: list[Commitment], lines: list[Any], *, now: Any) -> list[tuple[Any, ...]]:
    # Which of the twins is meant is told by those that weren't replaced.
    single = [
        row for row in rows if [r.started_at for r in rows if r.measure == row.measure].count(row.started_at) == 1
    ]
    found = clocks_of(ticket, now=now, commitments=single, events=lines, explained=False)
    return sorted((c.commitment.pk, c.started_at, c.stopped_at, c.reading) for c in found)


@pytest.mark.django_db
def test_another_severity_moves_the_clock_of_the_team_that_receives(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.LEVEL, 60)
    target(policy, Measure.LEVEL, 20, severity="S2")
    ticket = opened(stage)
    actions.reply(ticket, body="Nous regardons.", **by(stage, 1))
    actions.hand_over(ticket, to_team=stage.desk.second, reason="competence", **by(stage, 10))
    actions.override_severity(ticket, severity="S2", reason="Toute la paie", **by(stage, 15))
    row = kept(ticket, "level")
    assert (row.severity, row.started_at, row.due_at) == ("S2", later(10), later(30))
    assert Commitment.objects.get(ticket=ticket, measure="level", severity="S4").replaced_at == later(15)
    # Told to the requester, and kept sooner by this.
    current = stage.again(ticket)
    assert (current.promise_kind, current.promise_due_at) == (PromiseKind.TAKE_ON, later(30))
    actions.take(ticket, actor=stage.technician, now=later(25))
    assert kept(ticket, "level").stopped_at == later(25)
    assert rebuild([ticket]) == 0
    assert rounds.go(now=later(26)).found.get("clock", 0) == 0


@pytest.mark.django_db
def test_a_team_that_took_it_on_keeps_its_clock(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.LEVEL, 60)
    target(policy, Measure.LEVEL, 20, severity="S2")
    ticket = opened(stage)
    actions.hand_over(ticket, to_team=stage.desk.second, reason="competence", **by(stage, 10))
    actions.take(ticket, actor=stage.technician, now=later(12))
    actions.override_severity(ticket, severity="S2", reason="Toute la paie", **by(stage, 15))
    assert [(r.severity, r.stopped_at) for r in ticket.commitments.filter(measure="level")] == [("S4", later(12))]


def own_policy(stage: Stage, **conditions: Any) -> Policy:
    """Sooner than the usual one: an answer within three minutes, a solution within five hours."""
    desk = stage.desk.organisation
    policy = Policy.objects.create(organisation=desk, name_fr="Salles de cours", position=1, **conditions)
    target(policy, Measure.FIRST_RESPONSE, 3)
    target(policy, Measure.RESOLUTION, 300)
    return policy


@pytest.fixture
def rooms(stage: Stage) -> Category:
    desk = stage.desk.organisation
    service = Service.objects.create(organisation=desk, name_fr="Salles")
    return Category.objects.create(organisation=desk, name_fr="Projecteur", service=service)


@pytest.mark.django_db
@pytest.mark.parametrize("by_what", ["category", "service", "kind"])
def test_a_corrected_ticket_is_promised_by_the_policy_that_fits_it(stage: Stage, rooms: Category, by_what: str) -> None:
    usual(stage)
    values = {"category": rooms, "service": rooms.service, "kind": Kind.REQUEST}
    own_policy(stage, **{by_what: values[by_what]})
    ticket = opened(stage)
    said = {"kind": Kind.REQUEST} if by_what == "kind" else {"category": rooms}
    actions.recategorise(ticket, **said, **by(stage, 1))
    old = Commitment.objects.get(ticket=ticket, measure="resolution", replaced_at__isnull=False)
    new = kept(ticket, "resolution")
    assert (old.replaced_at, old.due_at) == (later(1), later(600))
    assert (new.policy_name_fr, new.due_at, new.by) == ("Salles de cours", later(300), stage.agent)
    assert new.reason == "Convention habituelle → Salles de cours"
    # What both promise of news stays as it was made.
    assert ticket.commitments.filter(measure="next_update").count() == 1
    current = stage.again(ticket)
    assert (current.promise_kind, current.promise_due_at) == (PromiseKind.FIRST_ANSWER, later(3))
    sentence = timeline(current, for_desk=True)[-1].sentence
    assert "Salles de cours" in sentence
    assert rebuild([ticket]) == 0
    assert rounds.go(now=later(2)).found.get("differs", 0) == 0


@pytest.mark.django_db
def test_what_was_told_is_not_put_off_by_a_correction(stage: Stage, rooms: Category) -> None:
    usual(stage)
    own_policy(stage, category=rooms)
    elsewhere = Category.objects.create(organisation=stage.desk.organisation, name_fr="Autre")
    ticket = opened(stage, category=rooms)
    actions.recategorise(ticket, category=elsewhere, **by(stage, 1))
    assert kept(ticket, "first_response").due_at == later(10)
    assert stage.again(ticket).promise_due_at == later(3)


@pytest.mark.django_db
def test_a_correction_that_changes_no_policy_leaves_what_was_promised(stage: Stage, rooms: Category) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    # A policy that was changed meanwhile counts for new tickets only.
    Target.objects.filter(policy=policy, measure=Measure.RESOLUTION).update(minutes=60)
    stage.desk.organisation.__dict__.pop("_offers", None)
    actions.recategorise(ticket, category=rooms, title="Projecteur", **by(stage, 1))
    assert not ticket.commitments.filter(replaced_at__isnull=False).exists()
    assert kept(ticket, "resolution").minutes == 600


@pytest.mark.django_db
def test_a_target_goes_without_a_look_at_what_was_promised_by_it(stage: Stage) -> None:
    policy = usual(stage)
    with batch(), CaptureQueriesContext(connection) as queries:
        opened(stage)
        # Another process removes it, while this one remembers what the policy said.
        policy.targets.filter(measure=Measure.RESOLUTION).delete()
        ticket = stage.ticket(impact="person", urgency="hampered")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert kept(ticket, "resolution").minutes == 600
    removing = [q["sql"] for q in queries if q["sql"].startswith('DELETE FROM "sla_target"')]
    assert removing
    assert not [q["sql"] for q in queries if '"tickets_commitment"."target_id"' in q["sql"]]
