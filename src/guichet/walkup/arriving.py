"""Which appointment somebody means: by what they typed or held under a kiosk's scanner, or by who they are known to be.

The kiosk learns whether there is one, and nothing of it: neither whose it is nor for when.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from guichet.lib.text import fold, one_line
from guichet.people import badges
from guichet.walkup import days
from guichet.walkup.models import Appointment, Booking, Outcome, Reason, Venue
from guichet.walkup.who import Who, find_person

# Appointments of that day are looked through for a name; a day holds no more.
_LOOKED_AT = 500
# Somebody known who comes so long before their slot comes for it, whatever they say that it is for.
_COMES_FOR_IT = timedelta(hours=1)


def awaited() -> QuerySet[Appointment]:
    """Those with which one may check in: whoever comes after all too, or comes back after they missed their call."""
    again = Q(state=Booking.ARRIVED, visit__outcome__in=[Outcome.NO_SHOW, Outcome.ABANDONED])
    missed = Q(state__in=[Booking.BOOKED, Booking.NO_SHOW], visit__isnull=True)
    return Appointment.objects.filter(missed | again)


def appointment_of(venue: Venue, *, said: str, now: datetime, by_code: bool = False) -> Appointment | None:
    """The appointment of that day that these words name: its code's, the person's address, badge or whole name.

    Of several, the one whose time is nearest. `by_code`: a code alone, as a badge's scanner reads it.
    """
    said = one_line(said)[:400]
    if not said:
        return None
    today = _of_day(venue, now=now).select_related("person__organisation", "reason", "venue", "ticket")[:_LOOKED_AT]
    meant = [one for one in today if _holds(said, one) or (not by_code and _names(said, one))]
    return _nearest(meant, now=now)


def appointment_meant(who: Who, *, reason: Reason, venue: Venue, now: datetime) -> Appointment | None:
    """The appointment of that day of somebody who is known, though they didn't speak of it; locked. For what they come
    for now; or for whatever, when its time is near: they would be marked as not having come."""
    person = who.person or find_person(venue=venue, badge=who.badge, email=who.email)
    if person is None:
        return None
    theirs = _of_day(venue, now=now).filter(state=Booking.BOOKED, person=person)
    meant = [one for one in theirs if one.reason_id == reason.pk or one.starts_at - now <= _COMES_FOR_IT]
    nearest = _nearest(meant, now=now)
    return lock_appointment(nearest) if nearest is not None else None


def lock_appointment(appointment: Appointment) -> Appointment:
    """As it is now. Called with the venue locked, so that it stays so."""
    rows = Appointment.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("person__organisation", "reason", "venue", "ticket").get(pk=appointment.pk)


def _of_day(venue: Venue, *, now: datetime) -> QuerySet[Appointment]:
    start = days.midnight(venue, now=now)
    end = days.local_moment(venue, day=days.day_of(venue, now=now), minutes=24 * 60)
    return awaited().filter(venue=venue, starts_at__gte=start, starts_at__lt=end)


def _nearest(appointments: Iterable[Appointment], *, now: datetime) -> Appointment | None:
    return min(appointments, key=lambda appointment: abs(appointment.starts_at - now), default=None)


def _holds(said: str, appointment: Appointment) -> bool:
    return len(appointment.uid) >= 16 and appointment.uid in said


def _names(said: str, appointment: Appointment) -> bool:
    person = appointment.person
    if "@" in said:
        return said.casefold() == person.email.casefold() != ""
    if person.badge and badges.number_of(said) == person.badge:
        return True
    return _words(said) == _words(person.name) != []


def _words(name: str) -> list[str]:
    """In any order: « Tremblay Marie » is « Marie Tremblay »."""
    return sorted("".join(c if c.isalnum() else " " for c in fold(name)).split())
