"""What the walk-up counter does by itself."""

from django.utils import timezone

from guichet.lib.jobs import job
from guichet.walkup import booking


@job(name="walkup.remind", queueing_lock="walkup.remind")
def remind(timestamp: int) -> int:
    """Write to whoever has an appointment within a day."""
    return booking.remind(now=timezone.now())


@job(name="walkup.mark_no_shows", queueing_lock="walkup.mark_no_shows")
def mark_no_shows(timestamp: int) -> int:
    """Wait no longer for whoever didn't come to their appointment."""
    return booking.mark_no_shows(now=timezone.now())
