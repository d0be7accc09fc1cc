"""The watchdog's rounds, by themselves."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from guichet.lib.jobs import job
from guichet.watchdog import rounds, writing


@job(name="watchdog.round", queueing_lock="watchdog.round", lock="watchdog", attempts=1)
def look(timestamp: int) -> int:
    """Look at what is live or changed lately; how much is wrong."""
    return sum(rounds.go(now=timezone.now()).found.values())


@job(name="watchdog.whole", queueing_lock="watchdog.whole", lock="watchdog", attempts=1)
def look_at_all(timestamp: int) -> int:
    """The same with everything that ever was; how much is wrong."""
    return sum(rounds.go(now=timezone.now(), whole=True).found.values())


@job(name="watchdog.write", queueing_lock="watchdog.write", attempts=1)
def write(timestamp: int) -> int:
    """Managers are told by mail of what they should look at; how many were."""
    now = timezone.now()
    if settings.MAIL_KEPT_DAYS > 0:
        writing.forget(now=now, days=settings.MAIL_KEPT_DAYS)
    return writing.write(now=now)
