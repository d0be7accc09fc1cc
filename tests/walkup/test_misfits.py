"""Appointments that no longer fit: what changed after they were made, who keeps their place, and what isn't one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import translation

from guichet.channels.mail.smtp import Server
from guichet.lib.models import Outgoing
from guichet.walkup import booking
from guichet.walkup.misfits import misfits_to_come
from guichet.walkup.missing import misplaced
from guichet.walkup.models import Appointment, Duty, Venue
from guichet.walkup.vacancies import free_times
from tests import cast
from tests.walkup.office import NOW, TEN, WEEK, Office
from tests.walkup.office import office as make_office

pytestmark = pytest.mark.django_db
THURSDAY = TEN + timedelta(days=3)
HALF = timedelta(minutes=30)


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture
def mail(settings: Any) -> None:
    settings.SMTP = Server(host="nowhere.invalid", port=25, security="")


def book(office: Office, *, at: datetime = THURSDAY, someone: Any = None, **fields: Any) -> Appointment:
    person = office.another(someone) if someone else office.amelie
    values: dict[str, Any] = {"reason": office.accounts, "now": NOW, **fields}
    return booking.book(venue=office.venue, person=person, actor=person, starts_at=at, **values)


def found(office: Office, *, now: datetime = NOW) -> dict[Appointment, str]:
    return {row: str(why) for row, why in misfits_to_come(Venue.objects.get(pk=office.venue.pk), now=now)}


def _close(office: Office) -> None:
    Venue.objects.update(closed_on=["2026-11-26"])


def _shrink(office: Office) -> None:
    Venue.objects.update(opening=[[[540, 615]]] * 5 + [[], []])


def _shut(office: Office) -> None:
    Venue.objects.update(opening=[*WEEK[:3], [], WEEK[4], [], []])


def _clear(office: Office) -> None:
    Duty.objects.all().delete()


def _shorten(office: Office) -> None:
    Duty.objects.update(ends=615, breaks=[])


def _break(office: Office) -> None:
    Duty.objects.update(breaks=[[615, 15]])


def _days_off(office: Office) -> None:
    for agent in (office.nadia, office.karim):
        Duty.objects.create(venue=office.venue, agent=agent, date="2026-11-26", starts=0, ends=0)


def _roles(office: Office) -> None:
    for agent in (office.nadia, office.karim):
        agent.roles.all().delete()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_close, "closed"), (_shrink, "closed"), (_shut, "closed"),
        (_clear, "nobody"), (_shorten, "nobody"), (_break, "nobody"), (_days_off, "nobody"), (_roles, "nobody"),
    ],
)  # fmt: skip
def test_what_changed_since(office: Office, change: Callable[[Office], None], why: str) -> None:
    appointment = book(office)
    assert found(office) == {}
    change(office)
    assert found(office) == {appointment: why}
    # What has begun, was given back or has come is no longer to be moved.
    assert found(office, now=THURSDAY) == {}
    Appointment.objects.update(state="cancelled")
    assert found(office) == {}


def test_who_booked_first_keeps_the_agent_who_is_left(office: Office) -> None:
    second = book(office, someone=cast.SOPHIE, now=NOW + timedelta(minutes=5))
    first = book(office, now=NOW)
    assert found(office) == {}
    Duty.objects.filter(agent=office.karim).delete()
    assert found(office) == {second: "nobody"}
    Appointment.objects.filter(pk=first.pk).update(state="arrived", booked_at=NOW + timedelta(minutes=9))
    assert found(office) == {second: "nobody"}


def test_who_wants_a_skill_needs_somebody_who_has_it(office: Office) -> None:
    laptop = book(office, reason=office.laptop)
    other = book(office, someone=cast.SOPHIE, now=NOW + timedelta(minutes=5))
    Duty.objects.filter(agent=office.nadia).delete()
    assert found(office) == {other: "nobody"}
    office.karim.skills.clear()
    assert found(office) == {laptop: "nobody"}


def test_what_still_fits(office: Office) -> None:
    """Another length of slots, agents kept for those who simply come, no more bookings: what was promised holds."""
    book(office)
    book(office, someone=cast.SOPHIE)
    book(office, at=THURSDAY + HALF, someone=cast.PRIYA)
    Venue.objects.update(slot_minutes=45, walk_ins=True, appointments=False, closed_on=["2026-11-27"])
    assert found(office) == {}
    Venue.objects.update(opening=[])
    assert found(office) == {}


@pytest.mark.parametrize("change", ["closed", "nobody", "off"])
def test_nobody_is_reminded_of_what_no_longer_fits_or_told_that_they_missed_it(
    office: Office, mail: None, change: str
) -> None:
    appointment = book(office)
    Outgoing.objects.all().delete()
    if change == "closed":
        _close(office)
    elif change == "nobody":
        Duty.objects.all().delete()
    else:
        Venue.objects.update(active=False)
    assert found(office) == {appointment: change}
    assert booking.remind(now=THURSDAY - timedelta(hours=3)) == 0
    assert booking.mark_no_shows(now=THURSDAY + timedelta(hours=3)) == 0
    assert not Outgoing.objects.exists()
    appointment.refresh_from_db()
    # It is awaited no longer, and counts for nobody's limit.
    assert (appointment.state, appointment.reminded_at) == ("cancelled", None)


def test_mended_in_time_they_are_reminded(office: Office, mail: None) -> None:
    book(office)
    Venue.objects.update(active=False)
    assert booking.remind(now=THURSDAY - timedelta(hours=3)) == 0
    Venue.objects.update(active=True)
    assert booking.remind(now=THURSDAY - timedelta(hours=3)) == 1


def test_one_that_fails_holds_up_no_other(office: Office, mail: None, caplog: pytest.LogCaptureFixture) -> None:
    first = book(office)
    second = book(office, someone=cast.SOPHIE)
    tell = booking._tell

    def fails(appointment: Appointment, **options: Any) -> None:
        if appointment == first:
            raise RuntimeError("no such template")
        tell(appointment, **options)

    with mock.patch.object(booking, "_tell", fails):
        assert booking.remind(now=THURSDAY - timedelta(hours=3)) == 1
        assert booking.mark_no_shows(now=THURSDAY + timedelta(hours=3)) == 1
    states = dict(Appointment.objects.values_list("pk", "state"))
    assert states == {first.pk: "booked", second.pk: "no_show"}
    assert "no such template" in caplog.text


def test_switched_off_its_appointments_are_named(office: Office) -> None:
    book(office)
    office.venue.active = False
    with translation.override("en"):
        [told] = misplaced(office.venue, now=NOW)
    assert told.text == (
        f"On Thursday {THURSDAY:%d}\u00a0November, 1 appointment is made here, where nobody is received any more: "
        "cancel it."
    )


def test_it_is_said_day_by_day(office: Office) -> None:
    book(office)
    book(office, someone=cast.SOPHIE)
    book(office, someone=cast.PRIYA, at=THURSDAY + timedelta(days=1))
    assert misplaced(office.venue, now=NOW) == []
    Duty.objects.filter(weekday=4).delete()
    _close(office)
    venue = Venue.objects.get(pk=office.venue.pk)
    outside = "2 appointments lie outside opening hours: move them."
    alone = "nobody on duty can receive 1 appointment: move it."
    with translation.override("en"):
        told = misplaced(venue, now=NOW)
    assert [(lack.section, lack.text, f"{lack.day}", lack.grave) for lack in told] == [
        ("opening", f"On Thursday {THURSDAY:%d}\u00a0November, {outside}", "2026-11-26", False),
        ("duties", f"On Friday 27\u00a0November, {alone}", "2026-11-27", False),
    ]
    with translation.override("fr"):
        first, second = (lack.text for lack in misplaced(venue, now=NOW))
    assert first == (
        "Le jeudi 26\u00a0novembre, 2\u00a0rendez-vous tombent hors des heures d’ouverture\u00a0: déplacez-les."
    )
    assert second.startswith(
        "Le vendredi 27\u00a0novembre, aucune personne de permanence ne peut recevoir 1\u00a0rendez-vous"
    )


def test_nobody_books_with_those_whose_role_ended(office: Office) -> None:
    assert free_times(office.venue, office.accounts, now=NOW)
    _roles(office)
    assert free_times(office.venue, office.accounts, now=NOW) == []
