"""All clocks computed anew from the log, ticket by ticket, in batches that nobody has to wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from guichet.lib.batches import batch
from guichet.people.models import Organisation
from guichet.tickets import clocks, commitments, lifecycle
from guichet.tickets.models import Commitment, Ticket

BATCH = 1000
_COLUMNS = ("opened_at", "desk", "organisation", "service", "category", "kind", "severity", "state")


@dataclass
class Rebuilt:
    """How many tickets were looked at, clocks were wrong, and tickets had none yet."""

    tickets: int = 0
    corrected: int = 0
    given: int = 0


def rebuild_all(
    *, now: datetime, everything: bool = False, progress: Callable[[int], None] = lambda _count: None
) -> Rebuilt:
    """Live tickets, or `everything` that ever was. Each batch is a transaction of its own and locks its tickets only.

    A live ticket that was opened before there were commitments is given them.
    """
    done = Rebuilt()
    with batch():
        for chosen in _batches(everything=everything):
            with transaction.atomic():
                tickets = list(Ticket.objects.filter(pk__in=chosen).select_for_update().only(*_COLUMNS).order_by("pk"))
                done.given += _give(tickets, now=now)
                done.corrected += clocks.rebuild(tickets)
            done.tickets += len(tickets)
            progress(len(tickets))
    return done


def _batches(*, everything: bool) -> Iterator[list[int]]:
    last = 0
    tickets = Ticket.objects.all() if everything else Ticket.objects.live()
    while True:
        chosen = list(tickets.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not chosen:
            return
        yield chosen
        last = chosen[-1]


def _give(tickets: list[Ticket], *, now: datetime) -> int:
    """Those that are still worked on; what ended before there were commitments stays without."""
    live = [t for t in tickets if t.state in lifecycle.LIVE]
    return give(live, made_at=now)


def give(tickets: list[Ticket], *, made_at: datetime | None = None) -> int:
    """Commitments as of their opening for those of the tickets that have none; how many. None: made then."""
    has = set(Commitment.objects.filter(ticket__in=tickets).order_by().values_list("ticket", flat=True).distinct())
    without = [t for t in tickets if t.pk not in has]
    if not without:
        return 0
    desks = {d.pk: d for d in Organisation.objects.filter(pk__in={t.desk_id for t in without})}
    made: list[Commitment] = []
    told = clocks.stories(without)
    for ticket in without:
        ticket.desk = desks[ticket.desk_id]
        own = list(commitments.first(ticket, now=ticket.opened_at).values())
        for commitment in own:
            commitment.made_at = made_at or ticket.opened_at
        clocks.settled(own, told[ticket.pk])
        made += own
    with connection.cursor() as cursor:
        cursor.execute(*commitments.inserting(made))
    return len(without)
