"""When a venue is open: its week in its organisation's time zone, less the days on which it stays closed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from guichet.walkup.models import Venue

Stretch = tuple[datetime, datetime]


def zone_of(venue: Venue) -> ZoneInfo:
    return ZoneInfo(venue.organisation.time_zone)


def stretches(venue: Venue, *, since: date, days: int) -> list[Stretch]:
    """The open stretches of `days` local dates from `since` on, as aware local times, in order."""
    zone, closed = zone_of(venue), set(venue.closed_on)
    found: list[Stretch] = []
    for ahead in range(days):
        day = since + timedelta(days=ahead)
        if day.isoformat() in closed or len(venue.opening) != 7:
            continue
        found += [(_at(day, start, zone), _at(day, end, zone)) for start, end in venue.opening[day.weekday()]]
    return found


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    ahead, minute = divmod(minutes, 24 * 60)
    midnight = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return midnight + timedelta(days=ahead)


def is_open(venue: Venue, *, now: datetime) -> bool:
    today = now.astimezone(zone_of(venue)).date()
    return any(start <= now < end for start, end in stretches(venue, since=today, days=1))


def coming(venue: Venue, *, now: datetime, days: int = 8) -> list[Stretch]:
    """What is open now or will be within `days`, the nearest first."""
    today = now.astimezone(zone_of(venue)).date()
    return [(start, end) for start, end in stretches(venue, since=today, days=days) if end > now]
