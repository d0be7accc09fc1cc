"""A venue's own clock: its time zone, its day, its opening hours; moments as minutes and back."""

from __future__ import annotations

import zoneinfo
from datetime import date, datetime, time, timedelta

from guichet.walkup.models import Venue


def zone_of(venue: Venue) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(venue.organisation.time_zone)


def day_of(venue: Venue, *, now: datetime) -> date:
    """The date that it is at the venue."""
    return now.astimezone(zone_of(venue)).date()


def midnight(venue: Venue, *, now: datetime) -> datetime:
    """When the venue's present day began: the origin from which minutes are counted."""
    return datetime.combine(day_of(venue, now=now), time(), tzinfo=zone_of(venue))


def minutes_since(moment: datetime, *, origin: datetime) -> float:
    """Minutes that passed, whatever clocks did meanwhile."""
    return (moment.timestamp() - origin.timestamp()) / 60


def local_moment(venue: Venue, *, day: date, minutes: int) -> datetime:
    """The moment at which the clock on the wall shows `minutes` after midnight."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone_of(venue))


def stretches(venue: Venue, *, day: date) -> list[tuple[datetime, datetime]]:
    """When the venue is open on that day; empty where it stays closed.

    A venue whose hours nobody has given yet is open all day.
    """
    if day.isoformat() in venue.closed_on:
        return []
    if not any(venue.opening):
        return [(local_moment(venue, day=day, minutes=0), local_moment(venue, day=day, minutes=24 * 60))]
    hours = venue.opening[day.weekday()] if day.weekday() < len(venue.opening) else []
    return [(local_moment(venue, day=day, minutes=a), local_moment(venue, day=day, minutes=b)) for a, b in hours]


def is_open(venue: Venue, *, now: datetime, before: timedelta = timedelta()) -> bool:
    """Whether people are received at that moment, or will be within `before`."""
    return any(start - before <= now < end for start, end in stretches(venue, day=day_of(venue, now=now)))


def closes_at(venue: Venue, *, now: datetime) -> datetime | None:
    """When the present stretch of opening ends; None while it is closed."""
    return next((end for start, end in stretches(venue, day=day_of(venue, now=now)) if start <= now < end), None)
