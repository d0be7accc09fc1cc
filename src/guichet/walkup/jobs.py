"""What the walk-up counter does by itself."""

from django.utils import timezone

from guichet.lib.jobs import job
from guichet.walkup import advising, booking, learning, leftovers
from guichet.walkup.models import Venue


@job(name="walkup.remind", queueing_lock="walkup.remind")
def remind(timestamp: int) -> int:
    """Write to whoever has an appointment within a day."""
    return booking.remind(now=timezone.now())


@job(name="walkup.mark_no_shows", queueing_lock="walkup.mark_no_shows")
def mark_no_shows(timestamp: int) -> int:
    """Wait no longer for whoever didn't come to their appointment."""
    return booking.mark_no_shows(now=timezone.now())


@job(name="walkup.foretell", queueing_lock="walkup.foretell")
def foretell(timestamp: int) -> int:
    """Say again how long people wait: the clock went on, somebody should have sat down."""
    return learning.foretell_all(now=timezone.now())


@job(name="walkup.foretell_venue", attempts=3)
def foretell_venue(venue: int) -> None:
    """After a change of one queue. Those who change it don't wait for this; boards are told when it is done."""
    found = Venue.objects.with_desk().filter(pk=venue).first()
    if found is not None:
        learning.foretell(found, now=timezone.now())


@job(name="walkup.learn", queueing_lock="walkup.learn")
def learn(timestamp: int) -> int:
    """Learn from each venue's own days how long services take, and how right its estimates were."""
    return learning.learn_all(now=timezone.now())


@job(name="walkup.advise", queueing_lock="walkup.advise")
def advise(timestamp: int) -> int:
    """Find out what one more person would change on each venue's next day."""
    return advising.advise_all(now=timezone.now())


@job(name="walkup.clear", queueing_lock="walkup.clear")
def clear(timestamp: int) -> int:
    """End what a day left behind: people whom nobody called any more, counters that nobody left."""
    return leftovers.clear(now=timezone.now())
