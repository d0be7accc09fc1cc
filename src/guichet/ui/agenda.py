"""A week of days with their free times, to choose from: what `ui/components/agenda.html` shows.

Plain links, so that it works without scripts; a time is a link too, or a button of the form around it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language

from guichet.lib import moments

_NOON = 12
_WEEK = 7


@dataclass(frozen=True)
class Time:
    """A free time: as it is said, as it is sent, and where it leads; "" for a button."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class Day:
    """A day of the week shown; without a link where nothing is free."""

    weekday: str
    number: int
    name: str
    free: int
    url: str
    current: bool


@dataclass(frozen=True)
class Agenda:
    """A week, and the times of the day that is looked at."""

    days: list[Day]
    day_name: str
    day: date | None
    morning: list[Time] = field(default_factory=list)
    afternoon: list[Time] = field(default_factory=list)
    earlier_url: str = ""
    later_url: str = ""


def agenda(
    free: Sequence[datetime],
    *,
    zone: tzinfo,
    wanted: date | None,
    day_url: Callable[[date], str],
    time_url: Callable[[datetime], str] = lambda at: "",
) -> Agenda:
    """The week around the wanted day, or around the first one with a free time. `free` are all there are, in order."""
    by_day: dict[date, list[datetime]] = {}
    for at in free:
        by_day.setdefault(at.astimezone(zone).date(), []).append(at)
    day = _nearest(by_day, wanted) or min(by_day, default=None)
    if day is None:
        return Agenda(days=[], day_name="", day=None)
    monday = day - timedelta(days=day.weekday())
    week = [monday + timedelta(days=n) for n in range(_WEEK)]
    language = get_language() or "fr"
    times = [
        (local.hour < _NOON, Time(moments.clock_time(at=local, language=language), at.isoformat(), time_url(at)))
        for at in by_day[day]
        for local in [at.astimezone(zone)]
    ]
    before = max((d for d in by_day if d < monday), default=None)
    after = min((d for d in by_day if d > week[-1]), default=None)
    return Agenda(
        days=[_day(d, free=len(by_day.get(d, ())), url=day_url(d), current=d == day) for d in week],
        day_name=_name(day),
        day=day,
        morning=[time for early, time in times if early],
        afternoon=[time for early, time in times if not early],
        earlier_url=day_url(_monday_or(before, by_day)) if before else "",
        later_url=day_url(after) if after else "",
    )


def day_of_text(text: str) -> date | None:
    """The day that an address names; None where it names none, or one out of the years that one can mean."""
    try:
        day = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None


def _nearest(by_day: dict[date, list[datetime]], wanted: date | None) -> date | None:
    """The first day with a free time from the wanted one on."""
    return min((day for day in by_day if wanted is not None and day >= wanted), default=None)


def _monday_or(day: date, by_day: dict[date, list[datetime]]) -> date:
    """The first day with a free time in that day's week."""
    monday = day - timedelta(days=day.weekday())
    return min(d for d in by_day if d >= monday)


def _day(day: date, *, free: int, url: str, current: bool) -> Day:
    return Day(
        weekday=str(WEEKDAYS_ABBR[day.weekday()]),
        number=day.day,
        name=_name(day),
        free=free,
        url=url if free else "",
        current=current,
    )


def _name(day: date) -> str:
    return moments.date_text(at=day, language=get_language() or "fr", weekday=True)
