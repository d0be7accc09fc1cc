"""Appointments that no longer fit: hours shrank, a day was closed, the venue was switched off, or nobody on duty can
receive them any more.

Nobody moves them by themselves: whoever looks after the venue is told, and asks the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from guichet.walkup import slots
from guichet.walkup.models import Appointment, Booking, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.slots import Misfit, Taken
from guichet.walkup.vacancies import HORIZON, house_of, on_duty


def misfits(venue: Venue, appointments: Iterable[Appointment], *, tree: Tree, now: datetime) -> dict[int, Misfit]:
    """Those to come that don't fit, by id. `appointments` are all of the days in question; who booked first is kept."""
    kept = [row for row in appointments if row.state in (Booking.BOOKED, Booking.ARRIVED)]
    if not any(_is_to_come(row, now=now) for row in kept):
        return {}
    if not venue.active:
        return {row.pk: Misfit.OFF for row in kept if _is_to_come(row, now=now)}
    # Who is here already is received before anybody who is still awaited.
    kept.sort(key=lambda row: (row.state != Booking.ARRIVED, row.booked_at, row.pk))
    taken = [Taken(starts_at=row.starts_at, minutes=row.minutes, skill=tree.skill(row.reason)) for row in kept]
    shifts, skills = on_duty(venue)
    found = slots.misfits(taken, house=house_of(venue), shifts=shifts, skills=skills)
    return {kept[place].pk: why for place, why in found.items() if _is_to_come(kept[place], now=now)}


def misfits_to_come(venue: Venue, *, now: datetime) -> list[tuple[Appointment, Misfit]]:
    """All of the venue's, in the order of their times."""
    rows = Appointment.objects.filter(venue=venue).keeping_a_place(now, now + 2 * HORIZON)
    upcoming = list(rows.select_related("reason").order_by("starts_at", "pk"))
    found = misfits(venue, upcoming, tree=tree_of(venue), now=now)
    return [(row, found[row.pk]) for row in upcoming if row.pk in found]


def unfit(venue: Venue, *, since: datetime, until: datetime) -> set[int]:
    """Those that begin between the two moments and don't fit, though it may be too late to move them; by id."""
    rows = Appointment.objects.filter(venue=venue).keeping_a_place(since, until).select_related("reason")
    return set(misfits(venue, rows, tree=tree_of(venue), now=since - timedelta(seconds=1)))


def _is_to_come(row: Appointment, *, now: datetime) -> bool:
    return row.state == Booking.BOOKED and row.starts_at > now
