"""Working time (pure). A week of opening hours in a time zone; sums of open minutes across it.

`Week` is seven lists of [from, to) minutes after midnight, Monday first, local time.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

Week = Sequence[Sequence[Sequence[int]]]
OFFICE_HOURS: Week = [[[8 * 60, 17 * 60]]] * 5 + [[], []]


def week_errors(week: object) -> list[str]:
    """Why `week` can't be used; [] when it can. A week without any working time is refused."""
    if not isinstance(week, list | tuple) or len(week) != 7:
        return ["days"]
    total = 0
    for number, day in enumerate(week):
        last = 0
        if not isinstance(day, list | tuple):
            return [f"day {number}"]
        for span in day:
            if not isinstance(span, list | tuple) or len(span) != 2 or not all(type(m) is int for m in span):
                return [f"day {number}"]
            start, end = span
            if not last <= start < end <= 24 * 60:
                return [f"day {number}"]
            total += end - start
            last = end
    return [] if total else ["empty"]


def _spans(day: date, week: Week, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The open spans of a local date, in UTC; local midnight + minutes on the wall clock, DST included."""

    def at(minutes: int) -> datetime:
        days, minute = divmod(minutes, 24 * 60)
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone) + timedelta(days=days)
        return local.astimezone(UTC)

    return [(at(start), at(end)) for start, end in week[day.weekday()] if at(start) < at(end)]


def add_working(*, start: datetime, minutes: int, week: Week, zone: ZoneInfo) -> datetime:
    """The moment (UTC) when `minutes` ≥ 0 of open time have passed since `start` (aware).

    Zero minutes outside opening hours is the next opening. ValueError for a week that `week_errors` refuses.
    """
    if week_errors(week):
        raise ValueError("a week needs some working time")
    left = timedelta(minutes=minutes)
    day = start.astimezone(zone).date()
    while True:
        for opens, closes in _spans(day, week, zone):
            begins = max(opens, start.astimezone(UTC))
            if begins < closes:
                if left <= closes - begins:
                    return begins + left
                left -= closes - begins
        day += timedelta(days=1)


def is_open(*, at: datetime, week: Week, zone: ZoneInfo) -> bool:
    """Whether `at` (aware) falls into an open span."""
    return any(opens <= at < closes for opens, closes in _spans(at.astimezone(zone).date(), week, zone))
