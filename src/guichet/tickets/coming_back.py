"""Whether somebody whom an answer was to help asked for help after all: one rule, wherever that is counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.expressions import Combinable

from guichet.tickets.models import Ticket

# Who opens a ticket within this time was not helped.
COMES_BACK_WITHIN = timedelta(hours=48)


def asked_again(*, person: str, since: str, until: str) -> Exists:
    """Of rows with these columns: whether `person` has opened a ticket, by any channel, from `since` on and within
    48 hours after `until`. Whoever checks in at a counter has one too."""
    tickets: Any = Ticket.objects.filter(
        requester=OuterRef(person),
        opened_at__gte=OuterRef(since),
        opened_at__lt=OuterRef(until) + COMES_BACK_WITHIN,
    )
    return Exists(tickets)


def decided_at(until: str) -> Combinable:
    """From when on it can be said."""
    return F(until) + COMES_BACK_WITHIN
