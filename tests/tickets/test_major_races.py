"""Two at one major incident at once, each with a connection of their own: said once, and only what is still true."""

from __future__ import annotations

import pytest
from django.db import transaction

from guichet.activity.models import Event
from guichet.lib.errors import Conflict
from guichet.tickets import major, major_people
from guichet.tickets.models import MajorIncident, MajorTicket, MajorVoice, Ticket
from tests.tickets.meanwhile import Meanwhile
from tests.tickets.stage import Stage, later
from tests.tickets.test_major import again, restored, running, verbs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def s() -> Stage:
    return Stage().everybody()


def linked(s: Stage, found: MajorIncident) -> Ticket:
    ticket = s.ticket("open", requester=s.neighbour)
    major_people.link(found, ticket=ticket, actor=s.agent, now=later(6))
    return ticket


def test_news_that_came_while_one_waited_is_not_late(s: Stage) -> None:
    found = running(s, update_minutes=30)
    with transaction.atomic():
        major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(36))
        alarm = Meanwhile(lambda: major.tell_late(found, now=later(36)))
    assert alarm.told() is False
    assert "major.news_late" not in verbs(found)
    assert again(found).late_told_at is None
    assert major.tell_late(found, now=later(67)) is True


def test_me_too_pressed_twice_is_said_once(s: Stage) -> None:
    found = running(s)
    with transaction.atomic():
        first = major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))
        second = Meanwhile(lambda: major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6)))
    assert second.told() == first == MajorVoice.objects.get()
    assert verbs(found).count("major.joined") == 1
    with transaction.atomic():
        major_people.not_me(found, person=s.neighbour, actor=s.neighbour, now=later(7))
        second = Meanwhile(lambda: major_people.not_me(found, person=s.neighbour, actor=s.neighbour, now=later(7)))
    assert second.told() is None
    assert verbs(found).count("major.left") == 1


def test_a_ticket_put_in_twice_is_in_once_and_nobody_is_refused(s: Stage) -> None:
    found, ticket = running(s), s.ticket("open")
    with transaction.atomic():
        first = major_people.link(found, ticket=ticket, actor=s.agent, now=later(6))
        second = Meanwhile(lambda: major_people.link(found, ticket=ticket, actor=s.colleague, now=later(6)))
    assert second.told() == first
    assert verbs(found).count("major.ticket_linked") == 1
    assert Event.objects.filter(subject_type="ticket", subject_id=ticket.pk, verb="ticket.joined_major").count() == 1


def test_no_ticket_is_solved_once_it_broke_again(s: Stage) -> None:
    found = running(s)
    same = linked(s, found)
    restored(s, found)
    seen = again(found)
    with transaction.atomic():
        major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(61))
        job = Meanwhile(lambda: major_people.solve_linked(seen, actor=s.agent, now=later(61)))
    assert job.told() == 0
    assert [s.again(ticket).state for ticket in (found.ticket, same)] == ["open", "open"]


def test_the_rest_stays_open_when_it_breaks_half_way(s: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    found = running(s)
    same = linked(s, found)
    restored(s, found)
    resolve = major_people.resolve

    def resolve_and_break(*args: object, **more: object) -> Ticket:
        solved = resolve(*args, **more)
        if again(found).state == "restored":
            major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(62))
        return solved

    monkeypatch.setattr(major_people, "resolve", resolve_and_break)
    assert major_people.solve_linked(again(found), actor=s.agent, now=later(61)) == 1
    assert sorted(s.again(ticket).state for ticket in (found.ticket, same)) == ["open", "resolved"]
    assert Event.objects.get(verb="major.tickets_solved").data == {"count": 1}


def test_a_ticket_never_goes_with_two_that_run(s: Stage) -> None:
    """One is resumed while somebody puts its ticket into another."""
    found, other = running(s), running(s)
    ticket = linked(s, found)
    restored(s, found)
    with transaction.atomic():
        major.resume(found, text_fr="C’est reparti.", actor=s.agent, now=later(61))
        second = Meanwhile(lambda: major_people.link(other, ticket=ticket, actor=s.agent, now=later(61)))
    assert isinstance(second.told(), Conflict)
    assert MajorTicket.objects.filter(ticket=ticket, major__state="running").count() == 1
