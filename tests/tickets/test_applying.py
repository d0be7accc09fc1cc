"""Today's policies and calendars applied to open tickets: what changes, what stays, and that it is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.utils.translation import override

from guichet.calendars.changing import Said, change_calendar, said_by, usual_calendar
from guichet.people.models import Organisation, Person
from guichet.sla.models import Measure
from guichet.tickets import actions, applications
from guichet.tickets.models import Commitment, PlannedChange, PolicyApplication, Ticket
from guichet.tickets.rebuilding import rebuild_all
from guichet.tickets.timeline import timeline
from guichet.watchdog.clocks import watch as watch_clocks
from guichet.watchdog.looking import Look
from guichet.watchdog.tickets import watch as watch_tickets
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, heard_of, history, later, refuses, sound
from tests.tickets.test_commitments import by, kept, opened, target, usual

pytestmark = pytest.mark.django_db


def desk_of(stage: Stage) -> Organisation:
    """As a request finds it: nothing is remembered of an earlier one."""
    return Organisation.objects.get(pk=stage.desk.organisation.pk)


def asked(stage: Stage, minutes: int, *, actor: Person | None = None, later_: Callable[[int], object] = print) -> Any:
    return applications.ask(desk=desk_of(stage), actor=actor or stage.manager, now=later(minutes), later=later_)


def applied(stage: Stage, minutes: int, reason: str = "Nouvelle convention") -> PolicyApplication:
    """Foreseen, agreed to and done at the same moment."""
    made = asked(stage, minutes)
    applications.begin(made, reason=reason, actor=stage.manager, now=later(minutes), later=lambda _pk: None)
    applications.carry_out(made.pk, clock=lambda: later(minutes))
    made.refresh_from_db()
    return made


def rows_of(ticket: Ticket) -> list[tuple[Any, ...]]:
    return list(ticket.commitments.order_by("id").values_list("measure", "minutes", "due_at", "replaced_at"))


def faults(now: datetime) -> list[Any]:
    look = Look(now=now, whole=True)
    watch_tickets(look)
    watch_clocks(look)
    return look.faults


def test_what_runs_follows_with_author_and_reason(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    target(policy, Measure.FIRST_RESPONSE, 30)
    done = applied(stage, 5)
    assert (done.state, done.tickets, done.touched, done.handled) == ("done", 1, 1, 1)
    assert applications.counts(done) == {"resolution": {"later": 1}, "first_response": {"later": 1}}
    new = kept(ticket, "resolution")
    assert (new.due_at, new.by, new.reason, new.made_at) == (later(900), stage.manager, "Nouvelle convention", later(5))
    old = Commitment.objects.get(ticket=ticket, measure="resolution", minutes=600)
    assert (old.replaced_at, old.due_at) == (later(5), later(600))
    assert kept(ticket, "next_update").replaced_at is None
    # What the requester was told goes with the clock.
    assert stage.again(ticket).promise_due_at == later(30)
    event = history(ticket)[-1]
    assert (event.verb, event.actor) == ("ticket.terms_applied", stage.manager)
    assert event.data["promise"]["kind"] == "first_answer"
    sound(ticket)
    assert rebuild_all(now=later(6)).corrected == 0
    assert faults(later(6)) == []
    assert heard_of(ticket, "ticket.terms_applied") == set()


def test_a_ticket_that_already_has_what_is_said_today_is_left_alone(stage: Stage) -> None:
    policy = usual(stage)
    ticket, other = opened(stage), opened(stage, impact="everyone", urgency="stopped")
    target(policy, Measure.RESOLUTION, 900, "requester")
    before = [history(other)[-1].number, rows_of(other), stage.again(other).updated_at]
    applied(stage, 5)
    assert [history(other)[-1].number, rows_of(other), stage.again(other).updated_at] == before
    assert history(ticket)[-1].verb == "ticket.terms_applied"


def test_a_second_time_changes_nothing(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    applied(stage, 5)
    before = [rows_of(ticket), stage.again(ticket).version]
    again = asked(stage, 6)
    assert (again.touched, again.changes.count()) == (0, 0)
    with refuses("nothing", status=409):
        applications.begin(again, reason="Encore", actor=stage.manager, now=later(6), later=print)
    assert [rows_of(ticket), stage.again(ticket).version] == before


def test_the_job_twice_does_it_once(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    done = applied(stage, 5)
    before = stage.again(ticket).version
    assert applications.carry_out(done.pk, clock=lambda: later(9)) == 0
    PolicyApplication.objects.filter(pk=done.pk).update(finished_at=None, reached=0)
    assert applications.carry_out(done.pk, clock=lambda: later(9)) == 0
    assert stage.again(ticket).version == before


def test_asking_changes_nothing(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900, "requester")
    before = (rows_of(ticket), stage.again(ticket).version, stage.again(ticket).updated_at)
    assert asked(stage, 5).touched == 1
    assert (rows_of(ticket), stage.again(ticket).version, stage.again(ticket).updated_at) == before


def test_what_ended_what_is_broken_and_what_would_be_stay(stage: Stage) -> None:
    policy = usual(stage)
    answered, late, old = opened(stage), opened(stage), opened(stage)
    actions.reply(answered, body="Nous regardons.", **by(stage, 5))
    actions.reply(old, body="Nous regardons.", **by(stage, 5))
    # At half past the answer of the one is given, that of the other is broken; 20 minutes would be over.
    target(policy, Measure.FIRST_RESPONSE, 40)
    target(policy, Measure.RESOLUTION, 20, "requester", "provider")
    made = asked(stage, 30)
    assert made.stays == {"met": 2, "broken": 1, "over": 3}
    assert made.touched == 0
    assert kept(late, "first_response").minutes == 10


def test_a_calendar_that_changed_is_applied_too(stage: Stage) -> None:
    desk = desk_of(stage)
    policy = usual(stage)
    calendar = usual_calendar(desk, now=NOW)
    target(policy, Measure.RESOLUTION, 1200, day=True)
    ticket = opened(stage)
    was = kept(ticket, "resolution").due_at
    said = said_by(calendar.versions.latest("number"))
    shorter = Said(time_zone=said.time_zone, week=[[[540, 600]]] * 5 + [[], []], holidays=said.holidays)
    version = change_calendar(calendar=calendar, said=shorter, note="", actor=stage.manager, now=later(1))
    done = applied(stage, 5)
    assert applications.counts(done) == {"resolution": {"later": 1}}
    new = kept(ticket, "resolution")
    assert (new.calendar_version_id, new.due_at > was) == (version.pk, True)
    change = PlannedChange.objects.get()
    assert (change.was, change.due, change.done_at) == (was, new.due_at, later(5))


def test_measures_come_and_go(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESTORATION, 60)
    policy.targets.filter(measure=Measure.RESOLUTION, severity="S4").delete()
    done = applied(stage, 5)
    assert applications.counts(done) == {"restoration": {"new": 1}, "resolution": {"dropped": 1}}
    assert kept(ticket, "restoration").due_at == later(60)
    assert not Commitment.objects.current().filter(ticket=ticket, measure="resolution").exists()


def test_a_ticket_that_rests_goes_on_resting(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    actions.hold(ticket, reason="requester", wake_at=later(600), **by(stage, 10))
    promised = stage.again(ticket).promise_due_at
    target(policy, Measure.RESOLUTION, 900, "requester")
    applied(stage, 60)
    change = PlannedChange.objects.get()
    # Nothing counted since it rests: both as if the wait ended now.
    assert (change.was, change.due, change.how) == (later(650), later(950), "later")
    new = kept(ticket, "resolution")
    assert (new.paused_at, new.due_at) == (later(10), later(900))
    assert stage.again(ticket).promise_due_at == promised
    actions.wake(ticket, **by(stage, 110))
    assert kept(ticket, "resolution").due_at == later(1000)
    assert rebuild_all(now=later(120)).corrected == 0


def test_hand_overs_that_last_follow_too(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.LEVEL, 30)
    ticket, taken = opened(stage), opened(stage)
    for each in (ticket, taken):
        actions.reply(each, body="Nous regardons.", **by(stage, 1))
        actions.hand_over(each, to_team=stage.desk.second, reason="competence", **by(stage, 10))
    actions.take(taken, actor=stage.technician, now=later(12))
    target(policy, Measure.LEVEL, 45)
    done = applied(stage, 15)
    assert applications.counts(done) == {"level": {"later": 1}}
    assert kept(ticket, "level").due_at == later(55)
    assert stage.again(ticket).promise_due_at == later(55)
    actions.take(ticket, actor=stage.technician, now=later(50))
    assert kept(ticket, "level").stopped_at == later(50)
    assert rebuild_all(now=later(60)).corrected == 0


def test_an_answer_promised_sooner_for_a_graver_ticket_comes_no_later(stage: Stage) -> None:
    policy = usual(stage)
    target(policy, Measure.FIRST_RESPONSE, 60)
    ticket = opened(stage)
    actions.override_severity(ticket, severity="S2", reason="Toute la paie", **by(stage, 1))
    actions.override_severity(ticket, severity="S4", reason="Une personne", **by(stage, 2))
    assert stage.again(ticket).promise_due_at == later(10)
    target(policy, Measure.FIRST_RESPONSE, 90)
    applied(stage, 5)
    assert kept(ticket, "first_response").due_at == later(90)
    assert stage.again(ticket).promise_due_at == later(10)


def test_policies_that_change_stop_it(stage: Stage) -> None:
    policy = usual(stage)
    ticket = opened(stage)
    target(policy, Measure.RESOLUTION, 900)
    made = asked(stage, 5)
    target(policy, Measure.RESOLUTION, 800)
    with refuses("outdated", status=409):
        applications.begin(made, reason="Signée", actor=stage.manager, now=later(6), later=print)
    made = asked(stage, 7)
    applications.begin(made, reason="Signée", actor=stage.manager, now=later(7), later=print)
    target(policy, Measure.RESOLUTION, 700)
    assert applications.carry_out(made.pk, clock=lambda: later(8)) == 0
    made.refresh_from_db()
    assert (made.state, kept(ticket, "resolution").minutes) == ("outdated", 600)


def test_one_at_a_time_and_with_a_reason(stage: Stage) -> None:
    policy = usual(stage)
    opened(stage)
    target(policy, Measure.RESOLUTION, 900)
    made = asked(stage, 5)
    for reason, code in (("  ", "required"), ("x" * 241, "too_long")):
        with refuses(code, field="reason"):
            applications.begin(made, reason=reason, actor=stage.manager, now=later(6), later=print)
    with refuses("not_manager", status=403):
        applications.begin(made, reason="Moi", actor=stage.agent, now=later(6), later=print)
    with refuses("not_manager", status=403):
        asked(stage, 6, actor=stage.agent)
    applications.begin(made, reason="Signée", actor=stage.manager, now=later(6), later=print)
    with refuses("running", status=409):
        asked(stage, 7)
    with refuses("running", status=409):
        applications.begin(made, reason="Encore", actor=stage.manager, now=later(7), later=print)


def test_what_moved_on_meanwhile_is_left(stage: Stage) -> None:
    policy = usual(stage)
    ticket, other = opened(stage), opened(stage)
    target(policy, Measure.RESOLUTION, 900)
    made = asked(stage, 5)
    actions.cancel(other, reason="Fausse alerte", **by(stage, 6))
    version = stage.again(other).version
    applications.begin(made, reason="Signée", actor=stage.manager, now=later(7), later=print)
    assert applications.carry_out(made.pk, clock=lambda: later(8)) == 1
    assert stage.again(other).version == version
    assert set(made.changes.filter(done_at=None).values_list("ticket", flat=True)) == {other.pk}
    assert set(made.changes.exclude(done_at=None).values_list("ticket", flat=True)) == {ticket.pk}


def test_another_desk_has_policies_of_its_own(stage: Stage) -> None:
    policy = usual(stage)
    opened(stage)
    foreign = builders.ticket(builders.person(stage.elsewhere.organisation), now=NOW)
    target(policy, Measure.RESOLUTION, 900)
    applied(stage, 5)
    assert history(foreign)[-1].verb == "ticket.opened"


def test_it_is_told_to_each_side_what_concerns_it(stage: Stage) -> None:
    policy = usual(stage)
    ticket, silent = opened(stage), opened(stage)
    actions.reply(silent, body="Nous regardons.", **by(stage, 1))
    target(policy, Measure.FIRST_RESPONSE, 30)
    target(policy, Measure.RESOLUTION, 900)
    applied(stage, 5)

    def told(of: Ticket, *, for_desk: bool) -> list[str]:
        entries = timeline(stage.again(of), for_desk=for_desk)
        return [entry.sentence for entry in entries if entry.verb == "ticket.terms_applied"]

    with override("fr"):
        [sentence] = told(ticket, for_desk=True)
        assert "conventions de service actuelles" in sentence
        assert "première réponse plus tard" in sentence
        assert "solution plus tard" in sentence
        assert stage.manager.name in sentence
        [public] = told(ticket, for_desk=False)
        assert public.startswith("La prochaine étape est désormais promise avant le")
        # Nothing changed of what this requester was told.
        assert told(silent, for_desk=False) == []
    with override("en"):
        assert "first answer later, before" in told(ticket, for_desk=True)[0]


def test_what_nobody_applied_is_forgotten_after_a_day(stage: Stage) -> None:
    policy = usual(stage)
    opened(stage)
    target(policy, Measure.RESOLUTION, 900)
    kept_one = applied(stage, 5)
    left = asked(stage, 6)
    applications.forget_old(now=later(24 * 60))
    assert PolicyApplication.objects.filter(pk=left.pk).exists()
    applications.forget_old(now=later(24 * 60 + 7))
    assert list(PolicyApplication.objects.values_list("pk", flat=True)) == [kept_one.pk]
