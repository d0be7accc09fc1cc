"""What is promised to whom, and what happens to it: policies that fit, severities that change, holds and reopenings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.calendars.changing import Said, change_calendar
from guichet.catalog.models import Category, Kind, Service
from guichet.people.models import Organisation
from guichet.sla.models import PAUSES, SEVERITIES, Measure, Policy, Target
from guichet.sla.usual import STANDARD, Figures, set_usual, usual_policy
from guichet.tickets import actions
from guichet.tickets.clocks import rebuild
from guichet.tickets.explaining import clocks_of
from guichet.tickets.models import Commitment, HoldReason, Severity, Ticket
from guichet.tickets.rebuilding import rebuild_all
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db
S4 = {"impact": "person", "urgency": "hampered"}


def target(policy: Policy, measure: str, minutes: int, *pauses: str, severity: str = "S4", day: bool = False) -> Target:
    calendar = policy.organisation.calendars.get(usual=True) if day else None
    made, _ = Target.objects.update_or_create(
        policy=policy,
        measure=measure,
        severity=severity,
        defaults={"minutes": minutes, "calendar": calendar, "pauses": list(pauses)},
    )
    return made


def usual(stage: Stage) -> Policy:
    """Day and night, ten minutes to an answer; what a test needs is added."""
    policy = set_usual(stage.desk.organisation, figures=[Figures(s, 10, 60, True) for s in SEVERITIES], now=NOW)
    target(policy, Measure.RESOLUTION, 600, "requester", "provider")
    return policy


def opened(stage: Stage, **fields: Any) -> Ticket:
    stage.desk.organisation.__dict__.pop("_offers", None)
    return stage.ticket(**{**S4, **fields})


def kept(ticket: Ticket, measure: str) -> Commitment:
    return Commitment.objects.current().filter(measure=measure, ticket=ticket).latest("id")


def by(stage: Stage, minutes: int) -> dict[str, Any]:
    return {"actor": stage.agent, "now": later(minutes)}


def test_the_scales_are_those_of_the_hub() -> None:
    assert list(SEVERITIES) == Severity.values
    assert list(PAUSES) == HoldReason.values


def test_a_desk_that_has_set_nothing_promises_an_answer_and_news(stage: Stage) -> None:
    ticket = opened(stage)
    rows = list(ticket.commitments.all())
    assert [(r.measure, r.minutes, r.policy_name_fr) for r in rows] == [
        ("first_response", 480, ""),
        ("next_update", 1440, ""),
    ]
    assert ticket.promise_due_at == rows[0].due_at
    assert rows[0].calendar_version is not None


def test_opening_writes_its_commitments_with_the_ticket(stage: Stage) -> None:
    usual(stage)
    opened(stage)
    with CaptureQueriesContext(connection, ) as queries:  # fmt: skip
        stage.ticket(**S4)
    assert len([q for q in queries if "INTO tickets_commitment" in q["sql"]]) == 1
    assert all("INTO tickets_ticket" in q["sql"] for q in queries if "INTO tickets_commitment" in q["sql"])


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"client": "client"}, {"client"}),
        ({"service": "service"}, {"service", "below"}),
        ({"category": "parent"}, {"below"}),
        ({"kind": Kind.REQUEST}, {"request"}),
        ({"kind": Kind.INCIDENT, "client": "client"}, {"client"}),
        ({"client": "client", "active": False}, set()),
    ],
)
def test_the_first_that_fits(stage: Stage, conditions: dict[str, Any], fits: set[str]) -> None:
    usual(stage)
    desk = stage.desk.organisation
    client = builders.client_of(stage.desk)
    service = Service.objects.create(organisation=desk, name_fr="Salles")
    parent = Category.objects.create(organisation=desk, name_fr="Équipement")
    below = Category.objects.create(organisation=desk, name_fr="Projecteur", parent=parent, service=service)
    rows = {"client": client, "service": service, "parent": parent}
    values = {k: rows.get(v, v) if isinstance(v, str) else v for k, v in conditions.items()}
    own = Policy.objects.create(organisation=desk, name_fr="À part", position=1, **values)
    target(own, Measure.FIRST_RESPONSE, 3)
    someone = builders.person(client)
    tickets = {
        "plain": opened(stage),
        "client": opened(stage, requester=someone),
        "service": opened(stage, service=service),
        "below": opened(stage, category=below),
        "request": opened(stage, kind=Kind.REQUEST),
    }
    found = {name for name, t in tickets.items() if kept(t, "first_response").policy_name_fr == "À part"}
    assert found == fits
    for name, ticket in tickets.items():
        minutes = 3 if name in fits else 10
        assert ticket.promise_due_at == NOW + timedelta(minutes=minutes)
        # What the own policy doesn't promise of news is promised as usual; of a solution, not at all.
        assert kept(ticket, "next_update").minutes == 60
        assert ticket.commitments.filter(measure="resolution").exists() == (name not in fits)


def test_nothing_promised_changes_with_calendar_or_policy(stage: Stage) -> None:
    policy = usual_policy(stage.desk.organisation, now=NOW)
    target(policy, Measure.RESOLUTION, 600, day=True)
    ticket = opened(stage)
    before = list(ticket.commitments.order_by("id").values())
    calendar = stage.desk.organisation.calendars.get(usual=True)
    always = Said(time_zone="America/Montreal", week=[[[0, 1440]]] * 7)
    change_calendar(calendar=calendar, said=always, note="", actor=stage.manager, now=later(1))
    set_usual(stage.desk.organisation, figures=[Figures(s, 1, 1, True) for s in SEVERITIES], now=later(2))
    Target.objects.filter(measure=Measure.RESOLUTION).delete()
    rebuild_all(now=later(3))
    after = list(ticket.commitments.order_by("id").values())
    assert before == after
    # A ticket opened now is promised by what stands now.
    assert opened(stage).promise_due_at == NOW + timedelta(minutes=1)


def test_a_reply_stops_the_first_answer_and_begins_news_anew(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    actions.reply(ticket, body="Nous regardons.", **by(stage, 7))
    assert kept(ticket, "first_response").stopped_at == later(7)
    assert kept(ticket, "next_update").due_at == later(67)
    assert stage.again(ticket).promise_due_at == later(67)
    actions.reply(ticket, body="Toujours.", **by(stage, 20))
    assert kept(ticket, "first_response").stopped_at == later(7)
    assert kept(ticket, "next_update").due_at == later(80)


def test_a_hold_stops_the_clocks_that_list_its_reason(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    actions.hold(ticket, reason="requester", wake_at=later(600), **by(stage, 5))
    assert kept(ticket, "resolution").paused_at == later(5)
    assert kept(ticket, "first_response").paused_at is None
    actions.hold(ticket, reason="parts", wake_at=later(600), **by(stage, 25))
    assert (kept(ticket, "resolution").paused_at, kept(ticket, "resolution").due_at) == (None, later(620))
    actions.wake(ticket, **by(stage, 100))
    assert kept(ticket, "resolution").due_at == later(620)


def test_a_broken_promise_is_followed_by_one_that_lies_ahead(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    actions.hold(ticket, reason="parts", wake_at=later(600), **by(stage, 5))
    actions.wake(ticket, **by(stage, 100))
    assert kept(ticket, "first_response").due_at == later(10)
    assert stage.again(ticket).promise_due_at == later(110)


def test_the_time_between_solved_and_reopened_doesnt_count(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    actions.resolve(ticket, unsolved_reason="unreproducible", **by(stage, 100))
    assert kept(ticket, "resolution").stopped_at == later(100)
    actions.reopen(ticket, actor=stage.requester, now=later(400))
    row = kept(ticket, "resolution")
    assert (row.stopped_at, row.due_at) == (None, later(900))
    assert kept(ticket, "first_response").stopped_at == later(100)


def test_what_was_tested_and_works_restores(stage: Stage) -> None:
    target(usual(stage), Measure.RESTORATION, 120)
    ticket = opened(stage)
    made = actions.attempt(ticket, kind="workaround", text="Par le web", **by(stage, 30))
    assert kept(ticket, "restoration").stopped_at is None
    actions.test_attempt(made, test="Vu", result="worked", **by(stage, 40))
    assert kept(ticket, "restoration").stopped_at == later(40)
    actions.test_attempt(made, test="Vu", result="failed", **by(stage, 90))
    row = kept(ticket, "restoration")
    assert (row.stopped_at, row.due_at) == (None, later(170))


def test_a_hand_over_is_taken_on_by_a_clock_of_its_own(stage: Stage) -> None:
    target(usual(stage), Measure.LEVEL, 30)
    ticket = opened(stage)
    actions.reply(ticket, body="Nous regardons.", **by(stage, 1))
    actions.hand_over(ticket, to_team=stage.desk.second, reason="competence", **by(stage, 10))
    row = kept(ticket, "level")
    assert (row.started_at, row.due_at, row.stopped_at) == (later(10), later(40), None)
    assert stage.again(ticket).promise_due_at == later(40)
    actions.take(ticket, actor=stage.technician, now=later(25))
    assert kept(ticket, "level").stopped_at == later(25)
    actions.hand_over(ticket, to_team=stage.desk.front, reason="time", **by(stage, 50))
    assert ticket.commitments.filter(measure="level").count() == 2


def test_a_wait_for_a_provider_is_the_providers_clock(stage: Stage) -> None:
    target(usual(stage), Measure.PROVIDER, 240)
    ticket = opened(stage)
    actions.hold(ticket, reason="provider", wake_at=later(600), **by(stage, 10))
    assert kept(ticket, "provider").due_at == later(250)
    actions.take(ticket, **by(stage, 200))
    assert kept(ticket, "provider").stopped_at == later(200)


def test_another_severity_replaces_what_runs_from_the_same_start(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.RESOLUTION, 120, severity="S2")
    ticket = opened(stage)
    actions.reply(ticket, body="Nous regardons.", **by(stage, 5))
    actions.override_severity(ticket, severity="S2", reason="Toute la paie", **by(stage, 30))
    old = Commitment.objects.get(ticket=ticket, measure="resolution", severity="S4")
    new = kept(ticket, "resolution")
    assert (old.replaced_at, old.due_at) == (later(30), later(600))
    assert (new.severity, new.due_at, new.by, new.reason) == ("S2", later(120), stage.agent, "S4 → S2 : Toute la paie")
    # Answered is answered.
    assert kept(ticket, "first_response").severity == "S4"
    actions.assess(ticket, impact="person", urgency="none", **by(stage, 60))
    assert not Commitment.objects.current().filter(ticket=ticket, measure="resolution").exists()
    assert rebuild([ticket]) == 0


def test_tickets_from_before_are_given_theirs(stage: Stage) -> None:
    usual(stage)
    ticket, ended = opened(stage), opened(stage)
    actions.reply(ticket, body="Nous regardons.", **by(stage, 7))
    actions.cancel(ended, reason="Fausse alerte", **by(stage, 8))
    right = list(ticket.commitments.order_by("id").values_list("measure", "due_at", "stopped_at"))
    Commitment.objects.all().delete()
    done = rebuild_all(now=later(90))
    assert (done.tickets, done.given, done.corrected) == (1, 1, 0)
    assert list(ticket.commitments.order_by("id").values_list("measure", "due_at", "stopped_at")) == right


def test_wrong_caches_are_put_right(stage: Stage) -> None:
    usual(stage)
    ticket = opened(stage)
    right = list(ticket.commitments.order_by("id").values_list("due_at", "paused_at", "stopped_at"))
    ticket.commitments.update(due_at=later(5000), stopped_at=later(3))
    assert rebuild_all(now=later(90)).corrected == len(right)
    assert list(ticket.commitments.order_by("id").values_list("due_at", "paused_at", "stopped_at")) == right
    assert rebuild_all(now=later(90)).corrected == 0


def test_an_account_names_the_nights_and_the_holds(stage: Stage) -> None:
    policy = set_usual(stage.desk.organisation, figures=STANDARD, now=NOW)
    target(policy, Measure.RESOLUTION, 1200, "requester", day=True)
    ticket = opened(stage)
    actions.hold(ticket, reason="requester", wake_at=later(600), **by(stage, 60))
    actions.wake(ticket, **by(stage, 120))
    told = {c.commitment.measure: c for c in clocks_of(stage.again(ticket), now=later(24 * 60))}
    stretches = told["resolution"].stretches
    assert [(s.counts, s.minutes, s.why) for s in stretches] == [
        (True, 60, "Ouvert"),
        (False, 0, str(HoldReason.REQUESTER.label)),
        (True, 300, "Ouvert"),
        (False, 0, "Fermé"),
        (True, 120, "Ouvert"),
    ]
    assert told["resolution"].counted == 480
    assert told["resolution"].state == "running"


def test_offers_are_read_once_an_instance(stage: Stage) -> None:
    usual(stage)
    desk = Organisation.objects.get(pk=stage.desk.organisation.pk)
    ticket = opened(stage)
    ticket.desk = desk
    from guichet.tickets.commitments import offers_for

    offers_for(ticket)
    with CaptureQueriesContext(connection) as queries:
        offers_for(ticket, severity="S1")
    assert len(queries) == 0


def test_moments_are_whole_seconds(stage: Stage) -> None:
    usual(stage)
    stage.desk.organisation.__dict__.pop("_offers", None)
    ticket = builders.ticket(stage.requester, now=NOW + timedelta(microseconds=1), **S4)
    assert isinstance(ticket.promise_due_at, datetime)
    assert ticket.promise_due_at.microsecond == 0
