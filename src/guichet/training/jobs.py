"""What training does by itself: the reminder of the day before, what is needed, what sessions changed."""

from django.utils import timezone

from guichet.lib.jobs import job
from guichet.training import measuring, needs, registering


@job(name="training.remind", queueing_lock="training.remind")
def remind(timestamp: int) -> int:
    """Remind those who registered of the sessions that begin within a day; how many sessions."""
    return registering.remind(now=timezone.now())


@job(name="training.look", queueing_lock="training.look")
def look(timestamp: int) -> int:
    """Find what is needed, and what sessions changed; how many of both."""
    now = timezone.now()
    return needs.look_at_all(now=now) + measuring.measure_all(now=now)
