"""Which appointment somebody at a kiosk means, by what they typed or held under the scanner.

The kiosk learns whether there is one, and nothing of it: neither whose it is nor for when.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.lib.text import fold, one_line
from guichet.walkup import days
from guichet.walkup.models import Appointment, Booking, Venue

# Appointments of that day are looked through for a name; a day holds no more.
_LOOKED_AT = 500
# Whoever comes after all, too.
_AWAITED = (Booking.BOOKED, Booking.NO_SHOW)


def appointment_of(venue: Venue, *, said: str, now: datetime, by_code: bool = False) -> Appointment | None:
    """The appointment of that day that these words name: its code's, the person's address or their whole name.

    Of several, the one whose time is nearest. `by_code`: a code alone, as a badge's scanner reads it.
    """
    said = one_line(said)[:400]
    if not said:
        return None
    start = days.midnight(venue, now=now)
    today = Appointment.objects.select_related("person__organisation", "reason", "venue", "ticket").filter(
        venue=venue, state__in=_AWAITED, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
    )[:_LOOKED_AT]
    meant = [one for one in today if _holds(said, one) or (not by_code and _names(said, one))]
    return min(meant, key=lambda appointment: abs(appointment.starts_at - now), default=None)


def _holds(said: str, appointment: Appointment) -> bool:
    return len(appointment.uid) >= 16 and appointment.uid in said


def _names(said: str, appointment: Appointment) -> bool:
    person = appointment.person
    if "@" in said:
        return said.casefold() == person.email.casefold() != ""
    return _words(said) == _words(person.name) != []


def _words(name: str) -> list[str]:
    """In any order: « Tremblay Marie » is « Marie Tremblay »."""
    return sorted("".join(c if c.isalnum() else " " for c in fold(name)).split())
