"""Which slots of a venue are free for a reason: its hours, duties and bookings, read for `slots.py`."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from guichet.people.models import Person
from guichet.walkup import slots
from guichet.walkup.days import day_of, zone_of
from guichet.walkup.models import Appointment, Duty, Reason, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.setting_up_duties import may_be_on_duty
from guichet.walkup.slots import House, Shift, Slot, Taken

# How far ahead one can book.
HORIZON = timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class Free:
    """A slot with a place left: when, for how long, and how many places."""

    starts_at: datetime
    minutes: int
    left: int


def free_slots(
    venue: Venue, reason: Reason, *, since: date, until: date, now: datetime, moving: Appointment | None = None
) -> list[Free]:
    """The slots with a place for `reason` on the local days from `since` to `until`, both included, in order.

    What has begun, or is further away than HORIZON, isn't offered. `moving` gives its own place back first.
    """
    first, last = max(since, day_of(venue, now=now)), min(until, day_of(venue, now=now + HORIZON))
    if first > last or not (venue.active and venue.appointments):
        return []
    shifts, skills = on_duty(venue)
    if not shifts:
        return []
    tree = tree_of(venue)
    needs = tree.skill(reason)
    booked = _booked(venue, tree=tree, since=first, until=last, moving=moving)
    house, free = house_of(venue), []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for slot in slots.slots_of(day, house=house, shifts=shifts):
            if not (slot.bookable and now < slot.starts_at <= now + HORIZON):
                continue
            left = slots.places_left(slot, needs=needs, skills=skills, taken=booked.near(slot))
            if left:
                free.append(Free(starts_at=slot.starts_at, minutes=slot.minutes, left=left))
    return free


def free_times(venue: Venue, reason: Reason, *, now: datetime, moving: Appointment | None = None) -> list[datetime]:
    """When the free slots begin, from now to the horizon."""
    until = day_of(venue, now=now + HORIZON)
    found = free_slots(venue, reason, since=day_of(venue, now=now), until=until, now=now, moving=moving)
    return [free.starts_at for free in found]


def slot_at(
    venue: Venue, reason: Reason, *, starts_at: datetime, now: datetime, moving: Appointment | None = None
) -> Free | None:
    """The free slot that begins at that moment; None where there is none."""
    day = starts_at.astimezone(zone_of(venue)).date()
    found = free_slots(venue, reason, since=day, until=day, now=now, moving=moving)
    return next((free for free in found if free.starts_at == starts_at), None)


def house_of(venue: Venue) -> House:
    closed = frozenset(date.fromisoformat(day) for day in venue.closed_on)
    return House(
        zone=zone_of(venue),
        opening=venue.opening,
        closed_on=closed,
        slot_minutes=venue.slot_minutes,
        walk_ins=venue.walk_ins,
    )


def on_duty(venue: Venue) -> tuple[list[Shift], dict[int, frozenset[int]]]:
    """The shifts of everybody who may still receive, and their skills."""
    shifts = [
        Shift(
            agent=duty.agent_id,
            starts=duty.starts,
            ends=duty.ends,
            weekday=duty.weekday,
            date=duty.date,
            breaks=tuple((start, length) for start, length in duty.breaks),
        )
        for duty in Duty.objects.filter(venue=venue, agent__in=may_be_on_duty(venue))
    ]
    skills: dict[int, set[int]] = defaultdict(set)
    held = Person.skills.through.objects.filter(person__in={shift.agent for shift in shifts})
    for agent, skill in held.values_list("person_id", "skill_id"):
        skills[agent].add(skill)
    return shifts, {agent: frozenset(known) for agent, known in skills.items()}


class _Bookings:
    """What is booked, in order of time, so that a slot looks at its neighbours only."""

    def __init__(self, taken: list[Taken]) -> None:
        self._taken = taken
        self._starts = [booking.starts_at for booking in taken]
        self._longest = timedelta(minutes=max((booking.minutes for booking in taken), default=0))

    def near(self, slot: Slot) -> list[Taken]:
        first = bisect_left(self._starts, slot.starts_at - self._longest)
        return self._taken[first : bisect_left(self._starts, slot.ends_at)]


def _booked(venue: Venue, *, tree: Tree, since: date, until: date, moving: Appointment | None) -> _Bookings:
    start = datetime.combine(since, time(), tzinfo=zone_of(venue))
    end = datetime.combine(until, time(), tzinfo=zone_of(venue)) + timedelta(days=1)
    booked = Appointment.objects.filter(venue=venue).keeping_a_place(start, end)
    if moving is not None:
        booked = booked.exclude(pk=moving.pk)
    wanted = {pk: tree.skill(reason) for pk, reason in tree.by_id.items()}
    rows = booked.order_by("starts_at").values_list("starts_at", "minutes", "reason_id")
    return _Bookings([Taken(starts_at=at, minutes=minutes, skill=wanted.get(what)) for at, minutes, what in rows])
