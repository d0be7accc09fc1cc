"""A major incident from its first minute to its review: one lead, news in time, everybody affected, nothing let out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Refused
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.sla.models import Target
from guichet.sla.usual import usual_policy
from guichet.tickets import actions, jobs, major, major_people, major_review
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import (
    MajorFollowUp,
    MajorIncident,
    MajorNews,
    MajorNote,
    MajorTicket,
    MajorVoice,
    Ticket,
)
from tests import builders, cast
from tests.builders import NOW
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db
WORDS = Words(title_fr="Le Wi-Fi ne répond plus", title_en="The Wi-Fi is down", meanwhile_fr="Prenez le câble.")


@pytest.fixture
def s(stage: Stage) -> Stage:
    return stage.everybody()


def critical(s: Stage, **fields: Any) -> Ticket:
    return s.ticket("open", impact="everyone", urgency="stopped", **fields)


def running(s: Stage, **fields: Any) -> MajorIncident:
    values: dict[str, Any] = {"words": WORDS, "touched": Touched(), "audience": "concerned", **fields}
    return major.declare(values.pop("ticket", None) or critical(s), actor=s.agent, now=later(5), **values)


def restored(s: Stage, found: MajorIncident) -> MajorIncident:
    return major.restore(
        found, kind="fix", solution="Contrôleur relancé.", test="Trois postes connectés.", text_fr="C’est revenu.",
        text_en="It is back.", actor=s.agent, now=later(60),
    )  # fmt: skip


def reviewed(s: Stage, found: MajorIncident) -> MajorIncident:
    made = major_review.Promised(text="Superviser le contrôleur", who=s.agent, due_on=date(2025, 12, 1))
    return major_review.review(
        found, what_happened="Panne.", cause="Mémoire pleine.", follow_ups=[made], actor=s.agent, now=later(90)
    )


def events(found: MajorIncident) -> list[Event]:
    return list(Event.objects.filter(subject_type="majorincident", subject_id=found.pk).order_by("number"))


def verbs(found: MajorIncident) -> list[str]:
    return [event.verb for event in events(found)]


def again(found: MajorIncident) -> MajorIncident:
    return MajorIncident.objects.get(pk=found.pk)


def told(found: MajorIncident, verb: str) -> set[int]:
    return set(Notification.objects.filter(major=found, event__verb=verb).values_list("person_id", flat=True))


@contextmanager
def refuses(code: str, status: int = 422) -> Iterator[Any]:
    before = (Event.objects.count(), MajorNews.objects.count(), MajorVoice.objects.count(), MajorTicket.objects.count())
    with pytest.raises(Refused) as refusal, transaction.atomic():
        yield refusal
    assert (refusal.value.code, refusal.value.status) == (code, status)
    after = (Event.objects.count(), MajorNews.objects.count(), MajorVoice.objects.count(), MajorTicket.objects.count())
    assert after == before


class TestDeclaring:
    def test_the_ticket_and_its_requester_are_in(self, s: Stage) -> None:
        ticket = critical(s)
        found = running(s, ticket=ticket)
        assert found.reference.startswith("IM-")
        assert (found.lead, found.state, found.started_at) == (s.agent, "running", ticket.opened_at)
        assert major_people.counts([found]) == {found.pk: 1}
        assert verbs(found) == ["major.declared"]
        assert Event.objects.filter(subject_id=ticket.pk, verb="ticket.joined_major").count() == 1
        assert told(found, "major.declared") == {s.manager.pk}

    def test_news_is_due_when_the_policy_says(self, s: Stage) -> None:
        assert running(s).next_news_at == later(5) + timedelta(minutes=major.USUAL_MINUTES)
        assert running(s, update_minutes=15).next_news_at == later(20)

    def test_a_policy_says_how_often(self, s: Stage) -> None:
        policy = usual_policy(s.desk.organisation, now=NOW)
        Target.objects.update_or_create(
            policy=policy, measure="next_update", severity="S1", defaults={"minutes": 45, "calendar": None}
        )
        s.desk.organisation.__dict__.pop("_offers", None)
        assert running(s).update_minutes == 45

    def test_only_what_is_critical_and_open(self, s: Stage) -> None:
        with refuses("not_critical"):
            running(s, ticket=s.ticket("open"))
        ticket = builders.resolved(critical(s), actor=s.agent, now=later(2))
        with refuses("wrong_state", 409):
            running(s, ticket=ticket)

    def test_one_at_a_time_for_a_ticket(self, s: Stage) -> None:
        ticket = critical(s)
        running(s, ticket=ticket)
        with refuses("running", 409):
            running(s, ticket=ticket)

    def test_the_database_holds_it_too(self, s: Stage) -> None:
        found = running(s)
        with pytest.raises(IntegrityError), transaction.atomic():
            MajorIncident.objects.filter(pk=found.pk).update(next_news_at=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            MajorIncident.objects.filter(pk=found.pk).update(state="closed", next_news_at=None, restored_at=later(9))

    @pytest.mark.parametrize("who", ["requester", "provider", "stranger"])
    def test_only_the_desk(self, s: Stage, who: str) -> None:
        ticket = critical(s)
        with refuses("not_desk", 403):
            major.declare(ticket, words=WORDS, touched=Touched(), actor=getattr(s, who), now=later(5))

    def test_it_says_what_is_wrong_and_names_only_what_is_the_desks(self, s: Stage) -> None:
        with refuses("required"):
            running(s, words=Words())
        with refuses("foreign"):
            running(s, touched=Touched(organisations=[s.elsewhere.organisation]))
        with refuses("in_future"):
            running(s, started_at=later(99))
        with refuses("out_of_range"):
            running(s, update_minutes=1)


class TestLeading:
    def test_exactly_one_leads_and_handing_it_over_is_an_event(self, s: Stage) -> None:
        found = running(s)
        major.hand_lead(found, to=s.colleague, actor=s.agent, now=later(6))
        assert again(found).lead == s.colleague
        assert verbs(found)[-1] == "major.led"
        assert told(found, "major.led") == {s.colleague.pk}
        with refuses("not_lead", 403):
            major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(7))
        major.tell(found, text_fr="Nous cherchons.", actor=s.colleague, now=later(7))

    def test_a_manager_may_step_in(self, s: Stage) -> None:
        found = running(s)
        major.hand_lead(found, to=s.colleague, actor=s.manager, now=later(6))
        major.tell(found, text_fr="Nous cherchons.", actor=s.manager, now=later(7))

    @pytest.mark.parametrize("who", ["requester", "provider", "stranger"])
    def test_nobody_else_can_be_given_it(self, s: Stage, who: str) -> None:
        found = running(s)
        with refuses("not_desk"):
            major.hand_lead(found, to=getattr(s, who), actor=s.agent, now=later(6))

    def test_a_colleague_notes_but_does_not_tell(self, s: Stage) -> None:
        found = running(s)
        major.note(found, body="Le contrôleur chauffe.", actor=s.colleague, now=later(6))
        assert MajorNote.objects.get().body == "Le contrôleur chauffe."
        for act in (
            lambda: major.tell(found, text_fr="x", actor=s.colleague, now=later(6)),
            lambda: major.show_to(found, audience="everybody", actor=s.colleague, now=later(6)),
            lambda: restored_by(s.colleague, found),
        ):
            with refuses("not_lead", 403):
                act()


def restored_by(person: Person, found: MajorIncident) -> MajorIncident:
    return major.restore(found, kind="fix", solution="x", test="x", text_fr="x", actor=person, now=later(9))


class TestTheClock:
    def test_news_moves_it(self, s: Stage) -> None:
        found = running(s, update_minutes=30)
        major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(20))
        assert again(found).next_news_at == later(50)
        major.tell(found, text_fr="Nous avons trouvé.", actor=s.agent, now=later(40), next_minutes=10)
        assert again(found).next_news_at == later(50)

    def test_late_news_is_told_once_for_each(self, s: Stage) -> None:
        found = running(s, update_minutes=30)
        assert major.tell_late(found, now=later(35)) is False
        assert major.tell_late(found, now=later(36)) is True
        assert major.tell_late(found, now=later(37)) is False
        assert told(found, "major.news_late") == {s.manager.pk, s.agent.pk}
        major.tell(found, text_fr="Pardon du retard.", actor=s.agent, now=later(40))
        assert major.tell_late(found, now=later(71)) is True
        assert verbs(found).count("major.news_late") == 2

    def test_the_job_finds_it(self, s: Stage) -> None:
        found = running(s)
        assert jobs.alert_late_news(0) == 1
        assert jobs.alert_late_news(0) == 0
        assert verbs(found)[-1] == "major.news_late"

    def test_another_rhythm_counts_from_the_last_news(self, s: Stage) -> None:
        found = running(s, update_minutes=60)
        major.describe(
            found, words=WORDS, touched=Touched(), started_at=found.started_at, update_minutes=20, actor=s.agent,
            now=later(10),
        )  # fmt: skip
        assert again(found).next_news_at == later(25)


class TestWhoIsAffected:
    def test_each_person_counts_once(self, s: Stage) -> None:
        found = running(s)
        same = s.ticket("open")
        major_people.link(found, ticket=same, actor=s.colleague, now=later(6))
        major_people.link(found, ticket=same, actor=s.colleague, now=later(7))
        assert major_people.me_too(found, person=s.requester, actor=s.requester, now=later(8)) is None
        for minute in (8, 9):
            major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(minute))
        assert major_people.counts([found]) == {found.pk: 2}
        assert set(major_people.affected(found)) == {s.requester, s.neighbour}
        assert verbs(found) == ["major.declared", "major.ticket_linked", "major.joined"]

    def test_the_desk_counts_somebody_who_called(self, s: Stage) -> None:
        found = running(s)
        major_people.me_too(found, person=s.neighbour, actor=s.colleague, now=later(6))
        assert MajorVoice.objects.get().person == s.neighbour
        with refuses("foreign"):
            major_people.me_too(found, person=builders.person(s.elsewhere.organisation), actor=s.agent, now=later(6))
        with refuses("not_desk", 403):
            major_people.me_too(found, person=s.contact, actor=s.neighbour, now=later(6))

    def test_what_is_not_shown_concerns_nobody(self, s: Stage) -> None:
        found = running(s, audience="desk")
        with refuses("not_shown", 403):
            major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))

    def test_it_can_be_taken_back(self, s: Stage) -> None:
        found = running(s)
        major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))
        major_people.not_me(found, person=s.neighbour, actor=s.neighbour, now=later(7))
        major_people.not_me(found, person=s.neighbour, actor=s.neighbour, now=later(8))
        assert verbs(found)[-2:] == ["major.joined", "major.left"]
        assert not MajorVoice.objects.exists()

    def test_a_ticket_of_another_desk_or_another_incident_is_refused(self, s: Stage) -> None:
        found, other = running(s), running(s)
        with refuses("running", 409):
            major_people.link(found, ticket=other.ticket, actor=s.agent, now=later(6))
        foreign = builders.ticket(builders.person(s.elsewhere.organisation))
        with refuses("foreign"):
            major_people.link(found, ticket=foreign, actor=s.agent, now=later(6))

    def test_a_ticket_is_taken_out_and_the_first_one_stays(self, s: Stage) -> None:
        found, ticket = running(s), s.ticket("open")
        major_people.link(found, ticket=ticket, actor=s.agent, now=later(6))
        major_people.unlink(found, ticket=ticket, actor=s.agent, now=later(7))
        assert Event.objects.filter(subject_id=ticket.pk, verb="ticket.left_major").count() == 1
        with refuses("origin"):
            major_people.unlink(found, ticket=found.ticket, actor=s.agent, now=later(7))


class TestTheEnd:
    def test_linked_tickets_are_solved_together_and_asked(self, s: Stage) -> None:
        found, same = running(s), s.ticket("open", requester=s.neighbour)
        cancelled = s.ticket("open")
        for ticket in (same, cancelled):
            major_people.link(found, ticket=ticket, actor=s.agent, now=later(6))
        actions.cancel(cancelled, reason="Autre chose.", actor=s.agent, now=later(7))
        restored(s, found)
        assert major_people.solve_linked(again(found), actor=s.agent, now=later(61)) == 2
        assert major_people.solve_linked(again(found), actor=s.agent, now=later(62)) == 0
        for ticket in (found.ticket, same):
            row = s.again(ticket)
            assert (row.state, row.promise_kind) == ("resolved", "confirm")
            assert row.solution is not None and row.solution.text == "Contrôleur relancé."
        assert s.again(cancelled).state == "cancelled"
        assert verbs(found)[-2:] == ["major.restored", "major.tickets_solved"]

    def test_each_requester_reads_it_in_their_language(self, s: Stage) -> None:
        s.neighbour.language = "en"
        s.neighbour.save()
        found, same = running(s), s.ticket("open", requester=s.neighbour)
        major_people.link(found, ticket=same, actor=s.agent, now=later(6))
        restored(s, found)
        major_people.solve_linked(again(found), actor=s.agent, now=later(61))
        assert same.messages.get().body == "It is back."
        assert found.ticket.messages.get().body == "C’est revenu."

    def test_the_job_does_it_in_the_name_of_who_said_so(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        assert jobs.solve_with_major(incident=found.pk, actor=s.agent.pk) == 1
        assert jobs.solve_with_major(incident=found.pk, actor=s.agent.pk) == 0

    def test_still_broken_is_told_to_the_lead(self, s: Stage) -> None:
        found = running(s)
        major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))
        with refuses("wrong_state", 409):
            major_people.still_broken(found, actor=s.neighbour, now=later(7))
        restored(s, found)
        major_people.still_broken(found, actor=s.neighbour, now=later(62))
        assert MajorVoice.objects.get().still_broken_at == later(62)
        assert told(found, "major.still_broken") == {s.agent.pk}
        with refuses("not_affected", 403):
            major_people.still_broken(found, actor=s.contact, now=later(63))

    def test_it_may_break_again(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        major.resume(again(found), text_fr="C’est reparti de plus belle.", actor=s.agent, now=later(70))
        assert (again(found).state, again(found).restored_at) == ("running", None)
        assert again(found).next_news_at == later(70 + major.USUAL_MINUTES)

    def test_without_its_review_it_is_not_closed(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        with refuses("not_reviewed"):
            major_review.close(found, actor=s.agent, now=later(80))
        with refuses("required"):
            major_review.review(found, what_happened="a", cause="b", follow_ups=[], actor=s.agent, now=later(80))
        reviewed(s, found)
        major_review.close(found, actor=s.agent, now=later(95))
        assert again(found).state == "closed"
        with refuses("wrong_state", 409):
            major.tell(found, text_fr="x", actor=s.agent, now=later(96))

    def test_a_review_written_again_keeps_what_was_done(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        reviewed(s, found)
        major_review.follow_up(MajorFollowUp.objects.get(), done=True, actor=s.colleague, now=later(91))
        reviewed(s, found)
        assert MajorFollowUp.objects.get().done_at == later(91)

    def test_its_chain_holds(self, s: Stage) -> None:
        found = running(s)
        major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(6))
        restored(s, found)
        reviewed(s, found)
        major_review.close(found, actor=s.agent, now=later(95))
        row, chain = again(found), events(found)
        assert broken_links(chain) == []
        assert (row.version, row.chain) == (len(chain), chain[-1].hash)
        assert cast.AMELIE.name not in str([event.data for event in chain])


class TestWhoHears:
    def test_news_is_told_to_those_affected_only_when_it_is_shown(self, s: Stage) -> None:
        found = running(s, audience="desk")
        major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(6))
        assert told(found, "major.news") == set()
        major.show_to(found, audience="concerned", actor=s.agent, now=later(7))
        major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(8))
        major.tell(found, text_fr="Nous avons trouvé.", actor=s.agent, now=later(9))
        assert told(found, "major.news") == {s.requester.pk, s.neighbour.pk}

    def test_of_the_end_one_hears_once(self, s: Stage) -> None:
        """Who has an open ticket is asked there; the others are told."""
        found = running(s)
        major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(8))
        restored(s, found)
        assert told(found, "major.restored") == {s.neighbour.pk}

    def test_who_sees_it(self, s: Stage) -> None:
        client = builders.client_of(s.desk)
        theirs, others = builders.person(client), builders.person(builders.client_of(s.desk))
        found = running(s, touched=Touched(organisations=[client]))

        def sees(person: Person) -> bool:
            return MajorIncident.objects.visible_to(Person.objects.get(pk=person.pk)).exists()

        assert [sees(p) for p in (theirs, others, s.neighbour, s.stranger, s.provider)] == [True, *[False] * 4]
        # Whoever asked about it hears of it, wherever they belong.
        assert sees(s.requester) and sees(s.agent) and sees(s.manager)
        major.show_to(found, audience="desk", actor=s.agent, now=later(6))
        assert [sees(p) for p in (theirs, s.requester, s.agent)] == [False, False, True]


def test_a_critical_ticket_is_proposed_until_somebody_runs_it(s: Stage) -> None:
    ticket = critical(s)
    assert list(major_people.proposed(s.agent)) == [ticket]
    assert not major_people.proposed(s.stranger).exists()
    assert not major_people.proposed(s.provider).exists()
    running(s, ticket=ticket)
    assert not major_people.proposed(s.agent).exists()
