"""Who comes with an appointment: said or not, moved meanwhile, for what is offered no longer, and once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from guichet.lib.errors import Conflict, Refused
from guichet.people.badges import number_of
from guichet.people.models import Person
from guichet.walkup import counter as verbs
from guichet.walkup.arriving import appointment_of
from guichet.walkup.checking_in import leave
from guichet.walkup.models import Appointment, Booking, Reason, Standing, Venue, Visit
from guichet.walkup.who import Who
from tests import builders, cast
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return seated(place())


def booked(here: Place, *, at: float = 20, why: str = "password", **fields: Any) -> Appointment:
    values = {"person": here.amelie, "uid": f"appointment-{at}-{why}", **fields}
    return Appointment.objects.create(
        venue=here.venue, reason=here.reasons[why], starts_at=later(at), minutes=30, place=0,
        booked_by=here.amelie, booked_at=NOW, **values,
    )  # fmt: skip


BADGE = "0415 7788"


def whos(here: Place) -> dict[str, Who]:
    Person.objects.filter(pk=here.amelie.pk).update(badge=number_of(BADGE))
    return {
        "known": Who(person=here.amelie), "badge": Who(badge=BADGE), "email": Who(email=here.amelie.email.upper()),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["known", "badge", "email"])
def test_whoever_is_known_has_their_appointment(here: Place, how: str) -> None:
    appointment = booked(here)
    visit = comes(here, who=whos(here)[how])
    assert (visit.appointment, visit.standing, visit.counts_from) == (appointment, Standing.APPOINTMENT, later(20))
    appointment.refresh_from_db()
    assert appointment.state == Booking.ARRIVED


def test_by_a_name_alone_nobody_is_known(here: Place) -> None:
    booked(here)
    assert comes(here, who=Who(name=here.amelie.name)).appointment is None


def test_of_several_the_nearest_and_what_they_come_for_any_time_of_the_day(here: Place) -> None:
    afternoon, soon = booked(here, at=300, why="laptop"), booked(here, at=45)
    who = Who(person=here.amelie)
    # For the machine they come this afternoon; it is the password that is near.
    assert comes(here, why="outage", who=who).appointment == soon
    assert comes(here, why="outage", who=who).appointment is None
    assert comes(here, why="laptop", who=who).appointment == afternoon


@pytest.mark.parametrize("change", ["another day", "another person", "given back", "another venue"])
def test_no_other_appointment_is_taken_for_theirs(here: Place, change: str) -> None:
    appointment = booked(here)
    if change == "another day":
        appointment.starts_at += timedelta(days=1)
    elif change == "another person":
        appointment.person = builders.person(here.desk.organisation, cast.SOPHIE)
    elif change == "given back":
        appointment.state = Booking.CANCELLED
    else:
        appointment.venue = place(here.desk, slug="annexe").venue
    appointment.save()
    assert comes(here, who=Who(person=here.amelie)).appointment is None


def test_by_appointment_only_whoever_has_one_is_received(here: Place) -> None:
    Venue.objects.update(walk_ins=False)
    booked(here)
    with pytest.raises(Refused, match="appointment_only"):
        comes(here, who=Who(name="Marc"))
    assert comes(here, who=Who(person=here.amelie)).appointment is not None


def test_a_badge_names_an_appointment(here: Place) -> None:
    appointment = booked(here)
    whos(here)
    assert appointment_of(here.venue, said=" 0415-7788", now=NOW) == appointment
    assert appointment_of(here.venue, said="04157789", now=NOW) is None


def test_what_it_was_taken_for_may_be_put_away_or_cut_up(here: Place) -> None:
    first, second = booked(here), booked(here, at=60, why="laptop")
    Reason.objects.filter(pk=first.reason_id).update(active=False)
    Reason.objects.create(venue=here.venue, parent=here.reasons["laptop"], name_fr="Écran", name_en="Screen")
    here.reasons = {name: Reason.objects.get(pk=reason.pk) for name, reason in here.reasons.items()}
    assert comes(here, appointment=first).appointment == first
    assert comes(here, why="laptop", at=later(30), appointment=second).appointment == second
    with pytest.raises(Refused, match="unknown_choice"):
        comes(here, why="laptop")


def test_the_appointment_counts_as_it_is_now(here: Place) -> None:
    """Read, then moved by somebody else before it is used."""
    read = booked(here, at=5)
    Appointment.objects.update(starts_at=later(90))
    visit = comes(here, appointment=read)
    assert visit.counts_from == later(90)


def test_moved_to_another_day_it_is_not_for_today(here: Place) -> None:
    read = booked(here, at=5)
    Appointment.objects.update(starts_at=later(5) + timedelta(days=1))
    with pytest.raises(Conflict, match="another_day"):
        comes(here, appointment=read)
    assert not Visit.objects.exists()


@pytest.mark.parametrize("gone", ["no_show", "left"])
def test_whoever_missed_their_call_comes_again(here: Place, gone: str) -> None:
    Venue.objects.update(walk_ins=False)
    appointment = booked(here, at=5)
    first = comes(here, appointment=appointment)
    verbs.call(first, here.counters[0], actor=here.nadia, now=later(6))
    with pytest.raises(Refused, match="not_awaited"):
        comes(here, appointment=appointment)
    if gone == "no_show":
        verbs.no_show(first, actor=here.nadia, now=later(9))
    else:
        leave(first, now=later(9))
    assert appointment_of(here.venue, said=here.amelie.name, now=later(10)) == appointment
    second = comes(here, at=later(10), appointment=appointment)
    assert second != first and second.standing == Standing.APPOINTMENT
    assert Visit.objects.get(pk=first.pk).appointment is None
    verbs.call(second, here.counters[0], actor=here.nadia, now=later(11))
    verbs.finish(second, ending="open", actor=here.nadia, now=later(12))
    with pytest.raises(Refused, match="not_awaited"):
        comes(here, at=later(15), appointment=appointment)


def test_the_desk_checks_in_whom_it_wants(here: Place) -> None:
    Venue.objects.update(walk_ins=False)
    assert comes(here, who=Who(name="Marc"), actor=here.nadia).standing == Standing.WALK_IN
