"""Trials of drafts: what is counted, who may, how much is kept; the tickets stay as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.activity.models import Event
from guichet.calendars.changing import Said as SaidOfCalendar
from guichet.calendars.changing import change_calendar, said_by
from guichet.calendars.hours import OFFICE_HOURS
from guichet.calendars.models import Calendar
from guichet.calendars.reading import usual_version
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Organisation
from guichet.sla.drafts import calendar_draft, policy_draft
from guichet.sla.models import Measure, Policy
from guichet.sla.settings_actions import Aim, Said, Time, save_policy
from guichet.tickets import actions, jobs, trials, trying
from guichet.tickets.models import Commitment, Ticket, Trial, TrialChange
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, later
from tests.tickets.test_commitments import by, opened, target, usual

pytestmark = pytest.mark.django_db
ASKED = later(60 * 24 * 7)


def said(policy: Policy, **minutes: int | None) -> Said:
    """What the usual policy says, with other minutes for S4; None: nothing is promised."""
    aims = []
    for measure in Measure:
        rows = {t.severity: t for t in policy.targets.filter(measure=measure)}
        times = {s: Time(minutes=t.minutes, calendar=t.calendar_id) for s, t in rows.items()}
        pauses = next(iter(rows.values())).pauses if rows else []
        if measure.value in minutes:
            wanted = minutes[measure.value]
            times.pop("S4", None)
            times |= {"S4": Time(minutes=wanted)} if wanted else {}
        aims.append(Aim(measure=measure.value, times=times, pauses=pauses))
    return Said(name_fr=policy.name_fr, aims=aims)


def draft(policy: Policy, **minutes: int | None) -> dict[str, Any]:
    return policy_draft(policy=policy, desk=policy.organisation, said=said(policy, **minutes))


def tried(stage: Stage, drawn: dict[str, Any], **more: Any) -> Trial:
    desk = Organisation.objects.get(pk=stage.desk.organisation.pk)
    return trials.start(desk=desk, draft=drawn, name="Essai", actor=stage.manager, **{"now": ASKED, **more})


def line(trial: Trial, measure: str, severity: str = "S4") -> dict[str, Any]:
    return next(row for row in trial.result["lines"] if (row["measure"], row["severity"]) == (measure, severity))


def told(trial: Trial) -> list[tuple[Any, ...]]:
    return [(c.ticket_id, c.measure, c.was, c.becomes, c.promises) for c in trial.changes.all()]


def answered(stage: Stage, minutes: int, **fields: Any) -> Ticket:
    """One that was answered after so many minutes and solved an hour later."""
    ticket = opened(stage, **fields)
    actions.reply(ticket, body="Bonjour", **by(stage, minutes))
    done = actions.attempt(ticket, kind="fix", text="Fait", test="Essayé", result="worked", **by(stage, minutes + 59))
    actions.resolve(ticket, solution=done, **by(stage, minutes + 60))
    return ticket


def test_a_shorter_time_breaks_what_was_kept_and_says_which(stage: Stage) -> None:
    policy = usual(stage)
    quick, slow, late = (answered(stage, minutes) for minutes in (2, 8, 30))
    before = [list(model.objects.order_by("pk").values()) for model in (Ticket, Event, Commitment)]
    trial = tried(stage, draft(policy, first_response=5))
    assert [list(model.objects.order_by("pk").values()) for model in (Ticket, Event, Commitment)] == before
    assert (trial.state, trial.tickets, trial.tried) == ("done", 3, 3)
    own = line(trial, "first_response")
    assert (own["now"], own["draft"], own["promised"]) == ([2, 1, 0], [1, 2, 0], [2, 1, 0])
    assert (own["worse"], own["better"], trial.result["worse"], trial.result["better"]) == (1, 0, 1, 0)
    assert told(trial) == [(slow.pk, "first_response", "kept", "broken", 1)]
    change = trial.changes.get()
    assert (change.was_due, change.becomes_due) == (NOW + timedelta(minutes=10), NOW + timedelta(minutes=5))
    assert quick.pk < slow.pk < late.pk


def test_a_longer_time_keeps_what_was_broken(stage: Stage) -> None:
    policy = usual(stage)
    late = answered(stage, 30)
    trial = tried(stage, draft(policy, first_response=60))
    assert told(trial) == [(late.pk, "first_response", "broken", "kept", 1)]
    assert not trial.changes.get().worse


def test_what_is_newly_promised_may_be_broken_and_what_no_longer_is_cannot(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.RESOLUTION, 20)
    ticket = answered(stage, 5)
    trial = tried(stage, draft(policy, resolution=None, restoration=30))
    assert sorted(told(trial)) == [
        (ticket.pk, "resolution", "broken", "", 1),
        (ticket.pk, "restoration", "", "broken", 1),
    ]
    assert line(trial, "restoration")["now"] == [0, 0, 0]


def test_each_of_the_news_is_a_promise(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    for minutes in (5, 50, 95, 300):
        actions.reply(ticket, body="Nous y sommes", **by(stage, minutes))
    trial = tried(stage, draft(policy, next_update=30))
    # Five promises: the fourth was late by any measure, the last is since; two more would be.
    assert line(trial, "next_update")["now"] == [3, 2, 0]
    assert line(trial, "next_update")["draft"] == [1, 4, 0]
    assert told(trial) == [(ticket.pk, "next_update", "kept", "broken", 2)]
    assert line(trial, "next_update")["promised"] == [3, 2, 0]


def test_a_hold_stops_the_clock_of_the_draft_where_it_says_so(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    actions.reply(ticket, body="Bonjour", **by(stage, 5))
    actions.hold(ticket, reason="requester", note="", wake_at=later(800), **by(stage, 10))
    actions.wake(ticket, **by(stage, 700))
    done = actions.attempt(ticket, kind="fix", text="Fait", test="Essayé", result="worked", **by(stage, 705))
    actions.resolve(ticket, solution=done, **by(stage, 710))
    aims = [a if a.measure != "resolution" else Aim(a.measure, a.times) for a in said(policy).aims]
    drawn = policy_draft(
        policy=policy, desk=policy.organisation, said=Said(name_fr=policy.name_fr, aims=aims)
    )  # fmt: skip
    assert told(tried(stage, drawn)) == [(ticket.pk, "resolution", "kept", "broken", 1)]
    assert told(tried(stage, draft(policy))) == []


def test_the_present_settings_are_those_of_today_and_what_was_promised_stays_said(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    save_policy(
        policy=policy, desk=policy.organisation, said=said(policy, first_response=5), note="", since=None,
        actor=stage.manager, now=later(100),
    )  # fmt: skip
    trial = tried(stage, draft(Policy.objects.get(pk=policy.pk), first_response=9))
    own = line(trial, "first_response")
    assert (own["now"], own["draft"], own["promised"]) == ([0, 1, 0], [1, 0, 0], [1, 0, 0])


def test_severity_counts_as_it_was_when_the_clock_stopped(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    actions.reply(ticket, body="Bonjour", **by(stage, 5))
    actions.override_severity(
        ticket, severity="S2", reason="Toute la classe", actor=stage.manager, now=later(20)
    )  # fmt: skip
    trial = tried(stage, draft(policy))
    assert line(trial, "first_response")["now"] == line(trial, "first_response")["promised"] == [1, 0, 0]
    assert line(trial, "next_update", "S2")["now"] == line(trial, "next_update", "S2")["promised"]
    # Of the first of the news, given before.
    assert line(trial, "next_update")["now"] == line(trial, "next_update")["promised"] == [1, 0, 0]


def test_a_calendar_that_closes_earlier_keeps_more(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.FIRST_RESPONSE, 60, day=True)
    # A Tuesday at ten: answered four hours later.
    ticket = answered(stage, 240)
    version = usual_version(Organisation.objects.get(pk=policy.organisation_id))
    assert version is not None
    whole = said_by(version)
    mornings = SaidOfCalendar(time_zone=whole.time_zone, week=[[[480, 630]]] * 5 + [[], []], holidays=whole.holidays)
    trial = tried(stage, calendar_draft(calendar=version.calendar, said=mornings))
    assert told(trial) == [(ticket.pk, "first_response", "broken", "kept", 1)]
    assert not told(tried(stage, calendar_draft(calendar=version.calendar, said=whole)))
    change_calendar(calendar=version.calendar, said=mornings, note="", actor=stage.manager, now=later(10_000))
    before = tried(stage, calendar_draft(calendar=version.calendar, said=whole))
    assert told(before) == [(ticket.pk, "first_response", "kept", "broken", 1)]


def test_a_policy_that_is_not_there_yet_comes_before_the_usual_one(stage: Stage) -> None:
    policy = usual(stage)
    ticket = answered(stage, 8)
    asked = answered(stage, 8, kind="request")
    new = Said(name_fr="Incidents", kind="incident", aims=[Aim("first_response", {"S4": Time(minutes=5)})])
    drawn = policy_draft(policy=None, desk=policy.organisation, said=new)
    assert [row[0] for row in told(tried(stage, drawn))] == [ticket.pk]
    off = policy_draft(policy=None, desk=policy.organisation, said=Said(**{**vars(new), "active": False}))
    assert not told(tried(stage, off))
    assert asked.pk != ticket.pk


def test_a_calendar_that_is_gone_cannot_be_tried_again(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    gone = Calendar.objects.create(organisation=policy.organisation, name="Astreinte")
    drawn = calendar_draft(calendar=gone, said=SaidOfCalendar(time_zone="Europe/Paris", week=OFFICE_HOURS))
    gone.delete()
    with pytest.raises(Refused) as refusal:
        tried(stage, drawn)
    assert (refusal.value.code, Trial.objects.count()) == ("gone", 0)


def test_only_tickets_of_the_period_count(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    assert tried(stage, draft(policy), now=NOW + timedelta(weeks=5)).tickets == 1
    assert tried(stage, draft(policy), now=NOW + timedelta(weeks=5), weeks=4).tickets == 0
    assert tried(stage, draft(policy), now=NOW - timedelta(days=1)).result["lines"] == []


@pytest.mark.parametrize("weeks", [0, -1, 105])
def test_a_period_that_nobody_means_is_refused(stage: Stage, weeks: int) -> None:
    with pytest.raises(Refused) as refusal:
        tried(stage, draft(usual(stage)), weeks=weeks)
    assert refusal.value.code == "out_of_range"


def test_only_managers_try(stage: Stage) -> None:
    policy = usual(stage)
    with pytest.raises(Forbidden):
        trials.start(
            desk=stage.desk.organisation, draft=draft(policy), name="x", actor=stage.agent, now=ASKED
        )  # fmt: skip


def test_many_tickets_are_a_jobs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = usual(stage)
    for minutes in (2, 8, 30):
        answered(stage, minutes)
    monkeypatch.setattr(trials, "AT_ONCE", 2)
    monkeypatch.setattr(trying, "CHUNK", 2)
    trial = tried(stage, draft(policy, first_response=5))
    assert (trial.state, trial.tried, trial.result) == ("waiting", 0, {})
    for _ in range(trials.UNDER_WAY_MAX - 1):
        tried(stage, draft(policy))
    with pytest.raises(Conflict):
        tried(stage, draft(policy))
    assert jobs.try_promises(trial=trial.pk) == 3
    trial.refresh_from_db()
    first = (trial.state, trial.tried, trial.result, told(trial))
    assert first[:2] == ("done", 3)
    # Run twice: the same, once.
    Trial.objects.filter(pk=trial.pk).update(state="running")
    jobs.try_promises(trial=trial.pk)
    trial.refresh_from_db()
    assert (trial.state, trial.tried, trial.result, told(trial)) == first
    assert jobs.try_promises(trial=0) == 0


def test_one_that_fails_says_so_and_can_be_done_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = usual(stage)
    answered(stage, 8)
    monkeypatch.setattr(trials, "AT_ONCE", 0)
    trial = tried(stage, draft(policy, first_response=5))

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(trying, "pasts", broken)
        with pytest.raises(RuntimeError):
            jobs.try_promises(trial=trial.pk)
    trial.refresh_from_db()
    assert trial.state == "failed"
    jobs.try_promises(trial=trial.pk)
    trial.refresh_from_db()
    assert (trial.state, trial.result["worse"]) == ("done", 1)


def test_more_tickets_cost_no_more_queries_within_a_chunk(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    drawn = draft(policy, first_response=5)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            tried(stage, drawn)
        return len(queries)

    count()  # Versions of calendars are read once a process.
    one = count()
    for minutes in (2, 8, 30, 40):
        answered(stage, minutes)
    assert count() == one <= 40


def test_so_many_changes_are_kept_each_way(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    policy = usual(stage)
    for _ in range(3):
        answered(stage, 8)
    monkeypatch.setattr(trying, "CHANGES_MAX", 2)
    trial = tried(stage, draft(policy, first_response=5))
    assert (trial.result["worse"], trial.changes.count()) == (3, 2)


def test_trials_are_forgotten_after_thirty_days(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    tried(stage, draft(policy, first_response=5))
    assert trying.forget_old(now=ASKED + timedelta(days=30)) == 0
    assert trying.forget_old(now=ASKED + timedelta(days=30, seconds=1)) == 2
    assert not TrialChange.objects.exists()


def test_another_desks_tickets_are_not_in_it(stage: Stage) -> None:
    policy = usual(stage)
    answered(stage, 8)
    builders.ticket(builders.person(stage.elsewhere.organisation), now=NOW)
    trial = tried(stage, draft(policy))
    assert trial.tickets == 1
