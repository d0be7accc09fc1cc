"""Who comes when: a venue at this moment, its day beside a usual one, and the last four weeks by hour and weekday."""

from __future__ import annotations

from collections import Counter as Count
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from guichet.walkup.advice import ninth
from guichet.walkup.days import day_of, zone_of
from guichet.walkup.models import Appointment, Booking, Outcome, Sitting, Venue, Visit, VisitState
from guichet.walkup.queries import FIRST_CALL

WEEKS, MOST = 4, 20_000
QUARTER = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The venue now; minutes of the longest wait."""

    waiting: int
    called: int
    serving: int
    held: int
    longest: int
    seated: int
    came: int
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of the day over four weeks. Minutes of waits; None where nobody was called."""

    hour: int
    came: float
    median: float | None
    ninth: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Four weeks. `cells`: mean arrivals by weekday (Monday 0) and hour; `usual`: those of a weekday like today, by
    quarter of an hour after midnight. Shares are 0 to 1, None where there is nothing to share."""

    days: int
    visits: int
    median: float | None
    ninth: float | None
    left: float | None
    absent: float | None
    missed: float | None
    hours: list[Hour] = field(default_factory=list)
    cells: dict[tuple[int, int], float] = field(default_factory=dict)
    usual: dict[int, float] = field(default_factory=dict)


class _Came(NamedTuple):
    at: datetime
    called: datetime | None
    outcome: str


def moment_of(venue: Venue, *, now: datetime) -> Moment:
    rows = Visit.objects.filter(venue=venue).present().values_list("state", "arrived_at")
    present = list(rows)
    states = Count(state for state, _at in present)
    waits = [now - at for state, at in present if state == VisitState.WAITING]
    today = Visit.objects.filter(venue=venue, day=day_of(venue, now=now))
    outcomes = list(today.values_list("outcome", flat=True)[:MOST])
    return Moment(
        waiting=states[VisitState.WAITING],
        called=states[VisitState.CALLED],
        serving=states[VisitState.SERVING],
        held=states[VisitState.HELD],
        longest=max((int(wait.total_seconds() // 60) for wait in waits), default=0),
        seated=Sitting.objects.filter(counter__venue=venue, closed_at__isnull=True).count(),
        came=len(outcomes),
        left=outcomes.count(Outcome.ABANDONED),
    )


def today_of(venue: Venue, *, now: datetime) -> dict[int, int]:
    """Arrivals of today by quarter of an hour after midnight."""
    zone = zone_of(venue)
    came = Visit.objects.filter(venue=venue, day=day_of(venue, now=now), arrived_at__lte=now)
    return dict(Count(_quarter(at.astimezone(zone)) for at in came.values_list("arrived_at", flat=True)[:MOST]))


def history_of(venue: Venue, *, now: datetime) -> History:
    """The four weeks before today."""
    zone, today = zone_of(venue), day_of(venue, now=now)
    found = Visit.objects.filter(venue=venue, day__lt=today, day__gte=today - timedelta(weeks=WEEKS))
    rows = [_Came(*row) for row in found.values_list("arrived_at", FIRST_CALL, "outcome")[:MOST]]
    local = [row.at.astimezone(zone) for row in rows]
    days = {at.date() for at in local}
    per_weekday = Count(day.weekday() for day in days)
    by_cell = Count((at.weekday(), at.hour) for at in local)
    like_today = Count(_quarter(at) for at in local if at.weekday() == today.weekday())
    waits: dict[int, list[float]] = defaultdict(list)
    for row, at in zip(rows, local, strict=True):
        if row.called is not None:
            waits[at.hour].append(max((row.called - row.at).total_seconds() / 60, 0.0))
    every = [wait for group in waits.values() for wait in group]
    return History(
        days=len(days),
        visits=len(rows),
        median=median(every) if every else None,
        ninth=ninth(every) if every else None,
        left=_share(rows, Outcome.ABANDONED),
        absent=_share(rows, Outcome.NO_SHOW),
        missed=_missed(venue, since=today - timedelta(weeks=WEEKS), until=now),
        hours=_hours(local, waits, days=len(days)),
        cells={cell: count / per_weekday[cell[0]] for cell, count in by_cell.items()},
        usual={q: count / max(per_weekday[today.weekday()], 1) for q, count in like_today.items()},
    )


def _hours(local: Sequence[datetime], waits: dict[int, list[float]], *, days: int) -> list[Hour]:
    came = Count(at.hour for at in local)
    if not came:
        return []
    return [
        Hour(
            hour=hour,
            came=came[hour] / days,
            median=median(waits[hour]) if waits.get(hour) else None,
            ninth=ninth(waits[hour]) if waits.get(hour) else None,
        )
        for hour in range(min(came), max(came) + 1)
    ]


def _quarter(at: datetime) -> int:
    return (at.hour * 60 + at.minute) // QUARTER


def _share(rows: Sequence[_Came], outcome: str) -> float | None:
    return sum(row.outcome == outcome for row in rows) / len(rows) if rows else None


def _missed(venue: Venue, *, since: date, until: datetime) -> float | None:
    """The share of appointments to which nobody came."""
    booked = Appointment.objects.filter(
        venue=venue, starts_at__date__gte=since, starts_at__lt=until, state__in=[Booking.ARRIVED, Booking.NO_SHOW]
    )
    states = list(booked.values_list("state", flat=True)[:MOST])
    return states.count(Booking.NO_SHOW) / len(states) if states else None
