"""Clocks held against the log: each live ticket has its commitments, and their times are those that the log gives."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from guichet.tickets import clocks, lifecycle
from guichet.tickets.models import Commitment, Ticket
from guichet.watchdog.looking import Look
from guichet.watchdog.models import Finding

BATCH = 500
_COLUMNS = (
    "pk", "ticket_id", "measure", "minutes", "calendar_version_id", "pauses", "started_at", "due_at", "paused_at",
    "stopped_at",
)  # fmt: skip


def watch(look: Look) -> None:
    """Every live ticket, and whatever had a wrong clock before; all tickets where the look is whole."""
    wanted = Ticket.objects.all()
    if not look.whole:
        wanted = wanted.filter(Q(state__in=lifecycle.LIVE) | Q(pk__in=Finding.objects.wrong_tickets(kind="clock")))
    last = 0
    while ids := list(wanted.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        look.at("clock", count=len(ids))
        # Somebody may write between two statements: what seems wrong is read once more.
        for pk, what in _wrong(list(_wrong(ids))).items():
            ticket = Ticket.objects.only("reference", "desk").get(pk=pk)
            look.fault(
                "clock", desk=ticket.desk_id, subject_type="ticket", subject=pk, name=ticket.reference, measures=what
            )


def _wrong(ids: list[int]) -> dict[int, list[str]]:
    """Of these tickets, those with clocks that say something else than the log, and which; [] where there is none."""
    if not ids:
        return {}
    tickets = list(Ticket.objects.filter(pk__in=ids).only("opened_at", "state"))
    stories = clocks.stories(tickets)
    rows: defaultdict[int, list[clocks.Slim]] = defaultdict(list)
    for values in Commitment.objects.filter(ticket__in=ids).current().order_by("id").values_list(*_COLUMNS):
        slim = clocks.Slim(*values)
        rows[slim.ticket_id].append(slim)
    before = {one.pk: _stored(one) for own in rows.values() for one in own}
    clocks.settle_all((rows[ticket.pk], stories[ticket.pk]) for ticket in tickets)
    wrong: dict[int, list[str]] = {}
    for ticket in tickets:
        own = rows[ticket.pk]
        other = [one.measure for one in own if _stored(one) != before[one.pk]]
        if other or (not own and ticket.state in lifecycle.UNSOLVED):
            wrong[ticket.pk] = other
    return wrong


def _stored(one: clocks.Slim) -> tuple[object, ...]:
    return one.due_at, one.paused_at, one.stopped_at
