"""What happens to tickets by itself: waits that end, silence that closes, drafts that are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.utils import timezone

from guichet.lib.errors import Refused
from guichet.lib.jobs import job
from guichet.tickets import actions, drafts
from guichet.tickets.models import Presence, PromiseKind, State, Ticket
from guichet.tickets.presence import GONE_AFTER

# One run's share; the next minute takes the rest.
BATCH = 500


@job(name="tickets.wake_due", queueing_lock="tickets.wake_due")
def wake_due(timestamp: int) -> int:
    """Holds whose time has come end; how many."""
    now = timezone.now()
    due = Ticket.objects.filter(state=State.ON_HOLD, holds__ended_at__isnull=True, holds__wake_at__lte=now)
    return sum(_done(partial(actions.wake, ticket, actor=None, now=now)) for ticket in due.order_by("pk")[:BATCH])


@job(name="tickets.close_silent", queueing_lock="tickets.close_silent")
def close_silent(timestamp: int) -> int:
    """Solved tickets whose requester had the time to object and did not are closed; how many."""
    now = timezone.now()
    silent = Ticket.objects.filter(
        state=State.RESOLVED, promise_kind=PromiseKind.CONFIRM, promise_due_at__lte=now
    ).order_by("pk")[:BATCH]
    return sum(_done(partial(actions.close, ticket, actor=None, now=now)) for ticket in silent)


@job(name="tickets.tidy", queueing_lock="tickets.tidy")
def tidy(timestamp: int) -> int:
    """Old drafts and departed readers are forgotten; how many rows."""
    now = timezone.now()
    gone, _ = Presence.objects.filter(seen_at__lt=now - GONE_AFTER).delete()
    return gone + drafts.forget_old(now=now)


def _done(act: Callable[[], object]) -> bool:
    """Whether the action was done; somebody may have been faster, and then it needn't be."""
    try:
        act()
    except Refused:
        return False
    return True
