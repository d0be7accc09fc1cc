"""How a major incident ends for its tickets, and that an end that was none counts for nothing."""

from __future__ import annotations

import pytest

from guichet.notifications.models import Notification
from guichet.tickets import jobs, major, major_people, major_review
from guichet.tickets.major_frame import Touched
from guichet.tickets.models import MajorIncident, Ticket
from tests.tickets.stage import Stage, later
from tests.tickets.test_major import again, critical, refuses, restored, reviewed, running, told, verbs

pytestmark = pytest.mark.django_db


@pytest.fixture
def s(stage: Stage) -> Stage:
    return stage.everybody()


def solved(s: Stage, found: MajorIncident) -> bool:
    ticket = s.again(found.ticket)
    asked = Notification.objects.filter(ticket=ticket, person=s.requester, event__verb="ticket.resolved")
    return ticket.state == "resolved" and asked.exists()


class TestItsTicketsAreSolvedWhateverComesFirst:
    """Their requesters hear of the end through their ticket, and through nothing else."""

    def test_another_leads_before_the_job_comes(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        major.hand_lead(again(found), to=s.colleague, actor=s.agent, now=later(61))
        assert s.requester.pk not in told(found, "major.restored")
        assert jobs.solve_with_major(incident=found.pk, actor=s.agent.pk) == 1
        assert solved(s, found)

    def test_it_is_closed_before_the_job_comes(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        reviewed(s, found)
        major_review.close(found, actor=s.agent, now=later(95))
        assert jobs.solve_with_major(incident=found.pk, actor=s.agent.pk) == 1
        assert solved(s, found)
        assert verbs(found)[-1] == "major.tickets_solved"

    def test_not_while_it_runs(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(61))
        assert jobs.solve_with_major(incident=found.pk, actor=s.agent.pk) == 0
        assert s.again(found.ticket).state == "open"


class TestItBrokeAgain:
    def test_the_review_is_to_be_written_again(self, s: Stage) -> None:
        found = running(s)
        restored(s, found)
        reviewed(s, found)
        major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(95))
        row = again(found)
        assert (row.reviewed_at, row.reviewed_by, row.what_happened) == (None, None, "Panne.")
        major.restore(found, kind="fix", solution="x", test="x", text_fr="x", actor=s.agent, now=later(99))
        with refuses("not_reviewed"):
            major_review.close(found, actor=s.agent, now=later(100))
        reviewed(s, found)
        major_review.close(found, actor=s.agent, now=later(101))

    @pytest.mark.parametrize("its_own", [True, False])
    def test_a_ticket_that_went_over_to_another_holds_it_back(self, s: Stage, its_own: bool) -> None:
        found, ticket = running(s), critical(s)
        major_people.link(found, ticket=ticket, actor=s.agent, now=later(6))
        restored(s, found)
        moved: Ticket = found.ticket if its_own else ticket
        other = running(s, ticket=moved)
        with refuses("running", 409) as refused:
            major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(70))
        assert moved.reference in str(refused.value.message)
        assert again(other).state == "running" and again(found).state == "restored"

    def test_still_broken_is_said_once(self, s: Stage) -> None:
        found = running(s)
        major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))
        restored(s, found)
        for minute in (62, 63):
            major_people.still_broken(found, actor=s.neighbour, now=later(minute))
        assert verbs(found).count("major.still_broken") == 1
        # Of the next end they may say it anew.
        major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(70))
        major.restore(found, kind="fix", solution="x", test="x", text_fr="x", actor=s.agent, now=later(99))
        major_people.still_broken(found, actor=s.neighbour, now=later(100))
        assert verbs(found).count("major.still_broken") == 2


class TestWhoSaysWhoMayKnow:
    @pytest.mark.parametrize("audience", ["concerned", "everybody"])
    def test_the_one_who_leads_and_nobody_for_them(self, s: Stage, audience: str) -> None:
        ticket = critical(s)
        with refuses("not_lead", 403) as refused:
            running(s, ticket=ticket, lead=s.colleague, audience=audience)
        assert refused.value.field == "audience"
        assert not MajorIncident.objects.exists()
        found = running(s, ticket=ticket, lead=s.colleague, audience="desk")
        major.show_to(found, audience=audience, actor=s.colleague, now=later(6))
        assert again(found).audience == audience

    def test_a_manager_says_so_for_another(self, s: Stage) -> None:
        made = major.declare(
            critical(s), words=major.Words(title_fr="Panne"), touched=Touched(), lead=s.colleague,
            audience="everybody", actor=s.manager, now=later(5),
        )  # fmt: skip
        assert (made.lead, made.audience) == (s.colleague, "everybody")
