"""How right were we? What was told at check-in beside the wait that it became, by week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from guichet.walkup.days import zone_of
from guichet.walkup.models import EstimateRecord, Standing, Venue

WEEKS, MOST = 12, 20_000
# Fewer waits than this say little about a week.
FEW = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Some weeks' estimates. Minutes: the mean distance between what was told (the median) and the wait it was, beside
    those of the usual formula and of the average of the last thirty. Shares, 0 to 1: waits inside the ranges told."""

    starts: date
    count: int
    error: float
    usual: float
    average: float
    inside80: float
    inside90: float


@dataclass(frozen=True, slots=True)
class _Row:
    starts: date
    error: float
    usual: float
    average: float
    inside80: bool
    inside90: bool


def weeks_of(venue: Venue, *, now: datetime) -> tuple[Week | None, list[Week]]:
    """All together (None: nothing yet), then week by week, the oldest first.

    Of those who came without an appointment and were called: an appointment's wait is its slot. Only where the usual
    formula and the average would have said something as well, so that all are judged by the same waits. What rested
    on too little was told to nobody, and isn't judged either.
    """
    zone = zone_of(venue)
    known = EstimateRecord.objects.filter(
        visit__venue=venue,
        at__gt=now - timedelta(weeks=WEEKS),
        at__lte=now,
        waited__isnull=False,
        usual__isnull=False,
        average__isnull=False,
        told=True,
    ).exclude(visit__standing=Standing.APPOINTMENT)
    fields = ("at", "waited", "median", "usual", "average", "low80", "high80", "low90", "high90")
    rows = []
    for at, waited, median, usual, average, low80, high80, low90, high90 in known.order_by("-at").values_list(*fields)[
        :MOST
    ]:
        if waited is None or usual is None or average is None:
            continue
        day = at.astimezone(zone).date()
        rows.append(
            _Row(
                starts=day - timedelta(days=day.weekday()),
                error=abs(waited - median),
                usual=abs(waited - usual),
                average=abs(waited - average),
                inside80=low80 <= waited <= high80,
                inside90=low90 <= waited <= high90,
            )
        )
    by_week: dict[date, list[_Row]] = defaultdict(list)
    for row in rows:
        by_week[row.starts].append(row)
    weeks = [_week(starts, by_week[starts]) for starts in sorted(by_week)]
    return (_week(weeks[0].starts, rows), weeks) if rows else (None, [])


def _week(starts: date, rows: Sequence[_Row]) -> Week:
    count = len(rows)
    return Week(
        starts=starts,
        count=count,
        error=sum(row.error for row in rows) / count,
        usual=sum(row.usual for row in rows) / count,
        average=sum(row.average for row in rows) / count,
        inside80=sum(row.inside80 for row in rows) / count,
        inside90=sum(row.inside90 for row in rows) / count,
    )
