"""What one has, what one's teams have and what nobody has, in the order of work, a page at a time.

The order is no column: what a promise presses changes with every minute. A cursor therefore carries the moment at which
its first page was reckoned, the pace of what was read then and the last row's place. At a given moment and pace a
ticket's place follows from that ticket alone, so that the pages after the first show each ticket once and leave none
out, whatever comes or goes meanwhile; nothing is kept on the server, and a page costs the same at any depth.

At most READ are reckoned, the first by priority and due time. What is beyond them follows in that plainer order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guichet.lib.paging import after, seal, unseal
from guichet.people.models import Person
from guichet.routing.ordering import scores
from guichet.routing.pending import STATES, Item, Placed, pace_of, place_all, read, work_of
from guichet.tickets.models import Ticket
from guichet.tickets.queries import TicketQuerySet

READ = 1_000
_BEYOND = ("priority", "promise_due_at", "id")
# What cursors are given for; those beyond what was reckoned say so first.
_ORDER, _REST = "work", "beyond"

# The lists that a person works through, by name.
LISTS: Mapping[str, Callable[[TicketQuerySet, Person], TicketQuerySet]] = {
    "mine": lambda tickets, person: tickets.live().filter(assignee=person),
    "team": lambda tickets, person: tickets.live().filter(team__in=person.grants.teams),
    "unassigned": lambda tickets, person: tickets.unsolved().filter(assignee=None),
}

# Where a ticket stands, the least first: what can be begun with now before what rests; then what costs most to leave
# (or, resting, what is due first), the older, the one that came first.
Place = tuple[int, float, float, int]


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Some tickets in order, and the cursor of the page after them ("" when there is none)."""

    items: list[Placed]
    next_cursor: str


def work_page(tickets: TicketQuerySet, *, person: Person, now: datetime, cursor: str = "", size: int = 50) -> WorkPage:
    """The live tickets after `cursor`. `person`: whoever reads. Refused("bad_cursor") for a cursor that isn't ours."""
    if not cursor:
        return _reckoned(tickets, person, size, at=now)
    part, *values = unseal(cursor, given_for=_ORDER)
    if part == _REST:
        return _beyond(tickets, person, size, now=now, last=values)
    at, pace, group, first, second, number, *bound = values
    return _reckoned(tickets, person, size, at=at, pace=pace, last=(group, first, second, number), bound=bound)


def _reckoned(
    tickets: TicketQuerySet,
    person: Person,
    size: int,
    *,
    at: datetime,
    pace: float | None = None,
    last: Place | None = None,
    bound: Sequence[Any] = (),
) -> WorkPage:
    """`bound`: the last that was reckoned for the first page, where there were more; later pages keep to it."""
    within = tickets.order_by(*_BEYOND)
    if bound:
        within = within.exclude(after(_BEYOND, bound))
    # What comes meanwhile within the bound pushes nothing out that the first page counted in.
    found = read(within, limit=READ + 1 if last is None else 2 * READ)
    if last is None and len(found) > READ:
        found = found[:READ]
        bound = _key(found[-1])
    placed = place_all(found, known=person.organisation, now=at)
    pace = pace_of(placed) if pace is None else pace
    places = zip(_places(placed, pace=pace), placed, strict=True)
    left = sorted((one for one in places if last is None or one[0] > last), key=lambda one: one[0])
    items = [one for _place, one in left[:size]]
    if len(left) > size:
        return WorkPage(items, seal(["", at, pace, *left[size - 1][0], *bound], given_for=_ORDER))
    return WorkPage(items, seal([_REST, *bound], given_for=_ORDER) if bound else "")


def _key(item: Item) -> list[Any]:
    return [item.priority, item.due_at, item.ticket]


def _places(placed: Sequence[Placed], *, pace: float) -> list[Place]:
    # What a processor adds in the last digits must not move a ticket across a page's edge.
    costs = scores(work_of(placed), pace=pace).round(9).tolist() if placed else []
    return [
        (0, -cost, -round(one.age, 6), one.item.ticket)
        if one.item.state in STATES
        else (1, one.item.due_at.timestamp() if one.item.due_at else 0.0, 0.0, one.item.ticket)
        for one, cost in zip(placed, costs, strict=True)
    ]


def _beyond(tickets: TicketQuerySet, person: Person, size: int, *, now: datetime, last: Sequence[Any]) -> WorkPage:
    found = read(tickets.filter(after(_BEYOND, last)).order_by(*_BEYOND), limit=size + 1)
    placed = place_all(found[:size], known=person.organisation, now=now)
    more = len(found) > size
    return WorkPage(placed, seal([_REST, *_key(found[size - 1])], given_for=_ORDER) if more else "")


def rows_of(tickets: TicketQuerySet, placed: Sequence[Placed]) -> list[tuple[Placed, Ticket]]:
    """Each with its row. Somebody may have changed a ticket between the two readings: it is left out then."""
    found = {ticket.pk: ticket for ticket in tickets.filter(pk__in=[one.item.ticket for one in placed])}
    return [(one, found[one.item.ticket]) for one in placed if one.item.ticket in found]
