"""The slots of a day at a venue, and how many places each still has (pure).

Opening hours, duties and breaks are minutes after midnight on the wall clock of the venue's zone; moments are UTC. On
the days when clocks change, a slot that the change touches doesn't exist: nobody is told an hour that is there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from guichet.calendars.hours import Week

Stretch = tuple[int, int]
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Shift:
    """An agent is there from `starts` to `ends`: every week, or on one date in place of their week's shifts that day.

    `breaks` are (start, length). On a date, 0 to 0 says that the agent isn't there.
    """

    agent: int
    starts: int
    ends: int
    weekday: int | None = None
    date: date | None = None
    breaks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """When a venue is open, and how it deals with slots."""

    zone: ZoneInfo
    opening: Week
    closed_on: frozenset[date]
    slot_minutes: int
    # Whether people come without an appointment too: then half of the agents are kept for them.
    walk_ins: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot, who is there from its beginning to its end, and how many of them may be booked."""

    starts_at: datetime
    minutes: int
    agents: frozenset[int]
    bookable: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Taken:
    """A booking that is kept, and the skill that it wants; None: anybody."""

    starts_at: datetime
    minutes: int
    skill: int | None = None

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class Misfit(StrEnum):
    """Why a booking no longer fits."""

    CLOSED = "closed"
    NOBODY = "nobody"
    # The venue was switched off.
    OFF = "off"


def bookable_of(agents: int, *, walk_ins: bool) -> int:
    """How many of so many agents may be booked: all, or the larger half where people also simply come."""
    return agents - agents // 2 if walk_ins else agents


def present(day: date, shifts: Iterable[Shift]) -> dict[int, list[Stretch]]:
    """When each agent receives on that day, breaks taken out; agents who aren't there are left out."""
    weekly: dict[int, list[Shift]] = {}
    dated: dict[int, list[Shift]] = {}
    for shift in shifts:
        if shift.date == day:
            dated.setdefault(shift.agent, []).append(shift)
        elif shift.date is None and shift.weekday == day.weekday():
            weekly.setdefault(shift.agent, []).append(shift)
    there = {agent: _received(theirs) for agent, theirs in {**weekly, **dated}.items()}
    return {agent: stretches for agent, stretches in there.items() if stretches}


def slots_of(day: date, *, house: House, shifts: Iterable[Shift]) -> list[Slot]:
    """The slots of a local date, in order, whoever is there or not; none on a closed day."""
    if day in house.closed_on or len(house.opening) != 7 or house.slot_minutes < 1:
        return []
    there = present(day, shifts)
    found = []
    for opens, closes in house.opening[day.weekday()]:
        marks = range(opens, closes + 1, house.slot_minutes)
        told = [(mark, moment(day, mark, zone=house.zone)) for mark in marks]
        for (start, starts_at), (end, ends_at) in pairwise(told):
            if starts_at is None or ends_at is None or ends_at - starts_at != timedelta(minutes=house.slot_minutes):
                continue
            agents = frozenset(
                a for a, stretches in there.items() if any(s <= start and end <= e for s, e in stretches)
            )
            bookable = bookable_of(len(agents), walk_ins=house.walk_ins)
            found.append(Slot(starts_at=starts_at, minutes=house.slot_minutes, agents=agents, bookable=bookable))
    return found


def places_left(slot: Slot, *, needs: int | None, skills: Mapping[int, frozenset[int]], taken: Iterable[Taken]) -> int:
    """How many more bookings that want the skill `needs` the slot takes: each gets an agent who has the skill.

    `skills` are those of each agent. A booking of another grid that overlaps takes an agent for the whole slot.
    """
    ends_at = slot.ends_at
    kept = [t for t in taken if t.starts_at < ends_at and slot.starts_at < t.starts_at + timedelta(minutes=t.minutes)]
    seats = _Seats(slot.agents, skills)
    for booking in kept:
        if not seats.take(booking.skill):
            return 0
    left = 0
    while left < slot.bookable - len(kept) and seats.take(needs):
        left += 1
    return left


def misfits(
    kept: Sequence[Taken], *, house: House, shifts: Sequence[Shift], skills: Mapping[int, frozenset[int]]
) -> dict[int, Misfit]:
    """Which of the bookings no longer fit, by their place in `kept`; those before keep their agent.

    One fits while the house is open and an agent who has its skill is there, for all of its time. How many agents are
    kept for those who simply come doesn't count: whoever was promised a time is received.
    """
    by_day: dict[date, list[int]] = {}
    for number, booking in enumerate(kept):
        by_day.setdefault(booking.starts_at.astimezone(house.zone).date(), []).append(number)
    found: dict[int, Misfit] = {}
    for day, numbers in by_day.items():
        opening = _opening(day, house)
        there = present(day, shifts)
        fitting: list[Taken] = []
        for number in numbers:
            booking = kept[number]
            if not _within(opening, booking, zone=house.zone):
                found[number] = Misfit.CLOSED
                continue
            agents = frozenset(agent for agent, theirs in there.items() if _within(theirs, booking, zone=house.zone))
            seats = _Seats(agents, skills)
            for other in fitting:
                if other.starts_at < booking.ends_at and booking.starts_at < other.ends_at:
                    seats.take(other.skill)
            if seats.take(booking.skill):
                fitting.append(booking)
            else:
                found[number] = Misfit.NOBODY
    return found


def _opening(day: date, house: House) -> Iterable[Sequence[int]]:
    """When it is open on that day; all day where nobody has given its hours."""
    if day in house.closed_on:
        return []
    return house.opening[day.weekday()] if len(house.opening) == 7 else [(0, _DAY)]


def _within(stretches: Iterable[Sequence[int]], booking: Taken, *, zone: ZoneInfo) -> bool:
    """Whether the booking lies in one of the stretches of its day."""
    local = booking.starts_at.astimezone(zone)
    start = local.hour * 60 + local.minute
    return any(opens <= start and start + booking.minutes <= closes for opens, closes in stretches)


def moment(day: date, minutes: int, *, zone: ZoneInfo) -> datetime | None:
    """The moment (UTC) of a minute of a local day; None where the clocks jump over it. Told twice, it is the first."""
    days, minute = divmod(minutes, _DAY)
    told = datetime.combine(day + timedelta(days=days), time(minute // 60, minute % 60))
    at = told.replace(tzinfo=zone).astimezone(UTC)
    return at if at.astimezone(zone).replace(tzinfo=None) == told else None


def _received(shifts: Sequence[Shift]) -> list[Stretch]:
    """The union of the shifts without the breaks."""
    stretches: list[Stretch] = []
    for starts, ends in sorted((shift.starts, shift.ends) for shift in shifts if shift.starts < shift.ends):
        if stretches and starts <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], max(ends, stretches[-1][1]))
        else:
            stretches.append((starts, ends))
    return without(stretches, [(start, start + length) for shift in shifts for start, length in shift.breaks])


def without(spans: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of `spans` outside `taken`, in order."""
    left = list(spans)
    for start, end in taken:
        if start < end:
            pieces = (piece for a, b in left for piece in ((a, min(b, start)), (max(a, end), b)))
            left = [piece for piece in pieces if piece[0] < piece[1]]
    return sorted(set(left))


class _Seats:
    """Which booking is whose, so that as many as possible find an agent (augmenting paths)."""

    def __init__(self, agents: frozenset[int], skills: Mapping[int, frozenset[int]]) -> None:
        self._agents = sorted(agents)
        self._skills = skills
        self._served: dict[int, int | None] = {}

    def take(self, needs: int | None) -> bool:
        """Seat one more, moving others among those who can serve them; False where nobody is left."""
        return self._seat(needs, tried=set())

    def _seat(self, needs: int | None, *, tried: set[int]) -> bool:
        for agent in self._agents:
            if agent in tried or (needs is not None and needs not in self._skills.get(agent, frozenset())):
                continue
            tried.add(agent)
            if agent not in self._served or self._seat(self._served[agent], tried=tried):
                self._served[agent] = needs
                return True
        return False
