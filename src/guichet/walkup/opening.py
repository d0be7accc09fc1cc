"""When a venue opens next: what a closed kiosk says, and what it knows of the days to come without a network."""

from __future__ import annotations

from datetime import datetime, timedelta

from guichet.walkup import days
from guichet.walkup.models import Venue


def coming(venue: Venue, *, now: datetime, ahead: int = 8) -> list[tuple[datetime, datetime]]:
    """What is open now or will be within `ahead` days, as local times, the nearest first."""
    today = days.day_of(venue, now=now)
    found = [
        stretch for number in range(ahead) for stretch in days.stretches(venue, day=today + timedelta(days=number))
    ]
    return [(start, end) for start, end in found if end > now]
