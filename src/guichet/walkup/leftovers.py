"""What a day left behind: people whom nobody called any more, visits and sittings that nobody ended."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from guichet.walkup import days
from guichet.walkup.locking import at_venue, lock_visit
from guichet.walkup.models import Outcome, Sitting, Venue, Visit, VisitState
from guichet.walkup.telling import show, told

logger = logging.getLogger(__name__)
# Nobody waits, or is received, longer than this.
_LONGEST = timedelta(days=1)


def clear(*, now: datetime) -> int:
    """End the visits of earlier days at venues that are closed now, and what is older than a day at those that never
    close; how many. Their tickets stay to be worked on.

    Whoever was being served was served; all others left without having been received. Each by itself, so that one
    that fails holds up no other.
    """
    ended = 0
    for visit in Visit.objects.present().select_related("venue__organisation"):
        if _is_over(visit.venue, since=visit.arrived_at, now=now):
            with _alone("visit", visit.pk):
                ended += _end(visit, now=now)
    forgotten = Sitting.objects.filter(closed_at__isnull=True).select_related("counter__venue__organisation")
    for sitting in forgotten:
        venue = sitting.counter.venue
        # Where people are received around the clock, whoever still works there was idle not long ago.
        if _is_over(venue, since=sitting.idle_since or sitting.opened_at, now=now):
            with _alone("sitting", sitting.pk):
                _rise(sitting, venue=venue, now=now)
    return ended


@contextmanager
def _alone(what: str, number: int) -> Iterator[None]:
    """One that fails holds up no other."""
    try:
        yield
    except Exception:
        logger.exception("The %s %s could not be cleared", what, number)


def _is_over(venue: Venue, *, since: datetime, now: datetime) -> bool:
    if now - since > _LONGEST:
        return True
    return days.day_of(venue, now=since) < days.day_of(venue, now=now) and not days.is_open(venue, now=now)


def _end(visit: Visit, *, now: datetime) -> bool:
    with at_venue(visit.venue) as venue:
        left = lock_visit(visit, venue=venue)
        if left.state == VisitState.ENDED:
            return False
        served = left.state == VisitState.SERVING
        left.state, left.outcome = VisitState.ENDED, Outcome.SERVED if served else Outcome.ABANDONED
        left.ended_at, left.forgotten = _evening(left, now=now), True
        left.save(update_fields=["state", "outcome", "ended_at", "forgotten"])
        event = (
            told(left, verb="visit.served", actor=None, now=now, ending="open")
            if served
            else told(left, verb="visit.abandoned", actor=None, now=now, by_desk=False)
        )
        with event:
            pass
        show(venue, left)
    return True


def _evening(visit: Visit, *, now: datetime) -> datetime:
    """When that day's doors closed, since nobody was there afterwards; not before the visit's last step."""
    closing = [end for _start, end in days.stretches(visit.venue, day=visit.day)]
    last = max(filter(None, (visit.arrived_at, visit.called_at, visit.served_at)))
    return min(max([last + timedelta(minutes=1), *closing]), now)


def _rise(sitting: Sitting, *, venue: Venue, now: datetime) -> None:
    with at_venue(venue) as locked:
        Sitting.objects.filter(pk=sitting.pk, closed_at__isnull=True).update(
            closed_at=now, paused_at=None, paused_until=None
        )
        show(locked)
