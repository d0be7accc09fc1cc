"""A venue's own days as plain rows, for `laws.fit`; and what its estimates became, for `calibration.recalibrate`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from guichet.walkup.calibration import WINDOW
from guichet.walkup.days import zone_of
from guichet.walkup.laws import Booked, Came, Past, Waited
from guichet.walkup.models import Appointment, Booking, EstimateRecord, Outcome, Venue, Visit
from guichet.walkup.queries import FIRST_CALL
from guichet.walkup.services import services_of

# Older days weigh less than a sixteenth of a new one; and no more visits than this are read.
DAYS_BACK, MOST_VISITS = 60, 20_000


class _Row(NamedTuple):
    reason: int
    standing: str
    outcome: str
    arrived_at: datetime
    first_called_at: datetime | None
    called_at: datetime | None
    ended_at: datetime


def past_of(venue: Venue, *, now: datetime) -> Past:
    """What ended there in the last two months. Breaks aren't on record: the laws' first guess stands for them."""
    zone = zone_of(venue)
    rows = _rows(venue, now=now)

    def day(moment: datetime) -> int:
        return moment.astimezone(zone).date().toordinal()

    def wall(moment: datetime) -> float:
        local = moment.astimezone(zone)
        return local.hour * 60 + local.minute + local.second / 60

    return Past(
        days=sorted({day(row.arrived_at) for row in rows}),
        served=services_of(venue, since=now - timedelta(days=DAYS_BACK), until=now, most=MOST_VISITS),
        waited=[
            Waited(day=day(r.arrived_at), standing=r.standing, minutes=waited, end=end)
            for r in rows
            for waited, end in _waited(r)
        ],
        came=[
            Came(day=day(r.arrived_at), standing=r.standing, category=str(r.reason), at=wall(r.arrived_at))
            for r in rows
        ],
        booked=list(_booked(venue, now=now)),
        lost=[_minutes(r.called_at, r.ended_at) for r in rows if r.outcome == Outcome.NO_SHOW],
    )


def _rows(venue: Venue, *, now: datetime) -> list[_Row]:
    since = now - timedelta(days=DAYS_BACK)
    ended = Visit.objects.filter(venue=venue, ended_at__gt=since, ended_at__lte=now, forgotten=False)
    fields = ("reason_id", "standing", "outcome", "arrived_at", FIRST_CALL, "called_at", "ended_at")
    return [_Row(*row) for row in ended.order_by("-ended_at").values_list(*fields)[:MOST_VISITS]]


def _minutes(start: datetime | None, end: datetime) -> float:
    return max((end - start).total_seconds() / 60, 0.0) if start is not None else 0.0


def _waited(row: _Row) -> Iterator[tuple[float, str]]:
    """How a wait ended, where it says something of patience: who was sent elsewhere says nothing."""
    called = row.first_called_at
    if row.outcome == Outcome.ABANDONED and called is None:
        yield _minutes(row.arrived_at, row.ended_at), "left"
    elif called is not None and row.outcome in {Outcome.SERVED, Outcome.NO_SHOW, Outcome.ABANDONED}:
        end = "called" if row.outcome == Outcome.SERVED else "no_answer"
        yield _minutes(row.arrived_at, called), end


def _booked(venue: Venue, *, now: datetime) -> Iterator[Booked]:
    """Slots of the past, and when each person checked in."""
    zone = zone_of(venue)
    found = Appointment.objects.filter(
        venue=venue,
        state__in=[Booking.ARRIVED, Booking.NO_SHOW],
        starts_at__gt=now - timedelta(days=DAYS_BACK),
        starts_at__lte=now,
    )
    for starts_at, arrived_at in found.values_list("starts_at", "visit__arrived_at")[:MOST_VISITS]:
        local = starts_at.astimezone(zone)
        slot = local.hour * 60.0 + local.minute
        late = _minutes(starts_at, arrived_at) if arrived_at is not None else 0.0
        shows = arrived_at is not None and late <= venue.late_minutes
        arrived = slot + (arrived_at - starts_at).total_seconds() / 60 if shows else None
        yield Booked(day=local.date().toordinal(), slot=slot, arrived=arrived)


def outcomes_of(venue: Venue, *, now: datetime) -> list[tuple[list[float], float]]:
    """What was foretold (before calibration) and what it became, oldest first."""
    known = EstimateRecord.objects.filter(visit__venue=venue, waited__isnull=False, at__lte=now).exclude(quantiles=[])
    found = list(known.order_by("-at").values_list("quantiles", "waited")[:WINDOW])
    return [(quantiles, waited) for quantiles, waited in reversed(found) if waited is not None]
