"""Whoever is set aside or sent on and called again: when their wait ended, how often they were served, what remains of
their ticket should they leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guichet.lib.errors import Conflict
from guichet.tickets.models import State, Ticket
from guichet.walkup import counter as verbs
from guichet.walkup.checking_in import leave
from guichet.walkup.influx import history_of
from guichet.walkup.leftovers import clear
from guichet.walkup.models import Appointment, Call, EstimateRecord, Outcome, Visit, VisitState
from guichet.walkup.past import past_of
from guichet.walkup.state import state_of
from guichet.walkup.who import Who
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return seated(place())


def call(here: Place, visit: Visit, minutes: float) -> None:
    verbs.call(visit, here.counters[0], actor=here.nadia, now=later(minutes))


def served_twice(here: Place) -> Visit:
    """Called after 10 minutes, received for 5, set aside for 20, received again for 3."""
    visit = comes(here)
    call(here, visit, 10)
    verbs.begin(visit, actor=here.nadia, now=later(11))
    verbs.hold(visit, actor=here.nadia, now=later(15))
    call(here, visit, 35)
    verbs.finish(visit, ending="open", actor=here.nadia, now=later(38))
    return visit


def test_each_stay_is_a_service_and_the_first_call_ended_the_wait(here: Place) -> None:
    visit = served_twice(here)
    past = past_of(here.venue, now=later(60))
    assert sorted(service.minutes for service in past.served) == [3, 5]
    assert {(s.category, s.agent) for s in past.served} == {(str(visit.reason_id), here.nadia.pk)}
    assert [(waited.minutes, waited.end) for waited in past.waited] == [(10, "called")]
    assert sorted(service.minutes for service in state_of(here.venue, now=later(60)).today) == [3, 5]
    assert history_of(here.venue, now=NOW + timedelta(days=1)).median == 10
    comes(here, at=later(61))
    told = EstimateRecord.objects.latest("at")
    assert told.average == 10


def test_a_service_counts_for_what_they_came_for_then(here: Place) -> None:
    visit = comes(here)
    call(here, visit, 10)
    verbs.begin(visit, actor=here.nadia, now=later(10))
    verbs.transfer(visit, reason=here.reasons["laptop"], actor=here.nadia, now=later(14))
    call(here, visit, 15)
    verbs.begin(visit, actor=here.nadia, now=later(15))
    verbs.finish(visit, ending="open", actor=here.nadia, now=later(22))
    kinds = {int(service.category): service.minutes for service in past_of(here.venue, now=later(60)).served}
    assert kinds == {here.reasons["password"].pk: 4, here.reasons["laptop"].pk: 7}


def test_who_did_not_come_was_not_served(here: Place) -> None:
    visit = comes(here)
    call(here, visit, 10)
    verbs.no_show(visit, actor=here.nadia, now=later(13))
    past = past_of(here.venue, now=later(60))
    assert (past.served, past.lost) == ([], [3])


def test_what_the_night_ended_teaches_nothing() -> None:
    here = seated(place(opening=[[[600, 960]]] * 7))
    comes(here)
    served = comes(here)
    call(here, served, 2)
    verbs.begin(served, actor=here.nadia, now=later(3))
    night = NOW + timedelta(hours=16)
    assert clear(now=night) == 2
    past = past_of(here.venue, now=night)
    assert (past.served, past.waited, past.came) == ([], [], [])


@pytest.mark.parametrize("how", ["no_show", "abandon", "cancel"])
def test_a_ticket_that_somebody_worked_on_with_them_stays(here: Place, how: str) -> None:
    """Received once, set aside, called again, and gone."""
    visit = comes(here, who=Who(person=here.amelie))
    call(here, visit, 10)
    verbs.begin(visit, actor=here.nadia, now=later(11))
    verbs.hold(visit, actor=here.nadia, now=later(15))
    call(here, visit, 35)
    why = {"why": "Fermeture."} if how == "cancel" else {}
    getattr(verbs, how)(visit, actor=here.nadia, now=later(40), **why)
    assert Ticket.objects.get(pk=visit.ticket_id).is_unsolved


def test_the_ticket_of_an_earlier_visit_stays(here: Place) -> None:
    """Opened at the counter last week, and still to be solved: they come back for it, and leave again."""
    first = comes(here, who=Who(person=here.amelie))
    call(here, first, 1)
    verbs.finish(first, ending="open", actor=here.nadia, now=later(9))
    made = Appointment.objects.create(
        venue=here.venue, reason=here.reasons["password"], person=here.amelie, ticket=first.ticket,
        starts_at=later(30), minutes=30, place=0, uid="again", booked_by=here.amelie, booked_at=NOW,
    )  # fmt: skip
    second = comes(here, at=later(30), appointment=made)
    assert second.ticket_id == first.ticket_id
    leave(second, now=later(31))
    assert Ticket.objects.get(pk=first.ticket_id).is_unsolved


def test_the_ticket_that_the_check_in_opened_ends_with_it(here: Place) -> None:
    visit = comes(here, who=Who(person=here.amelie))
    leave(visit, now=later(3))
    assert Ticket.objects.get(pk=visit.ticket_id).state == State.CANCELLED


def test_a_phone_ends_no_service(here: Place) -> None:
    visit = comes(here, who=Who(person=here.amelie))
    call(here, visit, 1)
    verbs.begin(visit, actor=here.nadia, now=later(2))
    with pytest.raises(Conflict, match="wrong_state"):
        leave(visit, now=later(3))
    assert Visit.objects.get().state == VisitState.SERVING
    verbs.hold(visit, actor=here.nadia, now=later(4))
    leave(visit, now=later(5))
    leave(visit, now=later(6))
    assert Visit.objects.get().outcome == Outcome.ABANDONED
    assert Call.objects.get().left_at == later(4)
