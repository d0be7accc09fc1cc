"""What the portal does by itself: the public status pages are written anew."""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.jobs import job
from guichet.portal import status


@job(name="portal.write_status", queueing_lock="portal.write_status", lock="portal.write_status", attempts=1)
def write_status(timestamp: int = 0) -> int:
    """Every desk's status page says how it stands now; how many."""
    return status.write_all(now=timezone.now())


def write_soon(*, event: Event, subject: object) -> None:
    """As soon as the change is true; where a job waits already, it does the work of both."""
    if not events.is_long_ago():
        transaction.on_commit(_write_now, robust=True)


def _write_now() -> None:
    with contextlib.suppress(AlreadyEnqueued):
        write_status.defer()
