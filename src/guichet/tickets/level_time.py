"""How long a level has a ticket already, and until when it may keep it: its limit, in the desk's opening hours.

The count begins when the ticket comes to the level, or is reopened there; to hand it on within the level gains no time.
What it rests on hold doesn't count.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from guichet.calendars.hours import Hours
from guichet.calendars.reading import usual_hours
from guichet.lib.compiled import Compiled
from guichet.people.models import Organisation
from guichet.tickets import lifecycle
from guichet.tickets.models import HandOver, Hold, Ticket


@dataclass(frozen=True, slots=True)
class Limit:
    """Until when the level may keep the ticket, and the working minutes left until then (0: it is over)."""

    minutes: int
    at: datetime
    left: int

    @property
    def over(self) -> bool:
        return not self.left


def since(*, received_at: datetime, opened_at: datetime, moves: Sequence[tuple[datetime, int, int]]) -> datetime:
    """When the ticket came to its level. `moves`: when, from which level, to which, in order."""
    start = received_at
    for number in range(len(moves) - 1, -1, -1):
        at, origin, target = moves[number]
        if at != start or origin != target:
            break
        start = moves[number - 1][0] if number else opened_at
    return start


def limit_of(
    *, minutes: int, start: datetime, rests: Collection[tuple[datetime, datetime | None]], hours: Hours, now: datetime
) -> Limit | None:
    """None while it rests without an end."""
    at = hours.due(start, 60 * minutes, rests)
    if at is None:
        return None
    left = 0 if at <= now else max(1, -(-hours.between(now, at) // 60))
    return Limit(minutes=minutes, at=at, left=left)


def limit(ticket: Ticket, *, hand_overs: Iterable[HandOver], holds: Iterable[Hold], now: datetime) -> Limit | None:
    """None where the level has no limit, and while nobody is expected to work on the ticket."""
    if not runs(ticket):
        return None
    return _limit(ticket, list(hand_overs), list(holds), hours=usual_hours(ticket.desk), now=now)


def runs(ticket: Ticket) -> bool:
    return ticket.level.minutes_limit is not None and ticket.state in {lifecycle.NEW, lifecycle.OPEN}


def _limit(
    ticket: Ticket, hand_overs: list[HandOver], holds: list[Hold], *, hours: Hours, now: datetime
) -> Limit | None:
    minutes = ticket.level.minutes_limit
    assert minutes is not None
    moves = [(made.at, made.from_level_id, made.to_level_id) for made in hand_overs if not made.hierarchical]
    start = since(received_at=ticket.received_at, opened_at=ticket.opened_at, moves=moves)
    rests = [(hold.started_at, hold.ended_at) for hold in holds]
    return limit_of(minutes=minutes, start=start, rests=rests, hours=hours, now=now)


def returns(hand_overs: Iterable[HandOver]) -> list[HandOver]:
    """Those which brought the ticket back to a team that it had left: ping-pong. In order of time."""
    left: set[int] = set()
    back: list[HandOver] = []
    for made in hand_overs:
        if made.hierarchical:
            continue
        left.add(made.from_team_id)
        if made.to_team_id in left:
            back.append(made)
    return back


_moves = Compiled(lambda tickets: HandOver.objects.filter(ticket__any=tickets, hierarchical=False), tickets=list)
_rests = Compiled(lambda tickets: Hold.objects.filter(ticket__any=tickets), tickets=list)


def tell_levels(tickets: Collection[Ticket], *, now: datetime, known: Organisation | None = None) -> None:
    """Give each its `level_limit` and `came_back`, how often it did. Two queries, and the hours of the desks.

    `known`: an organisation that is at hand.
    """
    shown = [ticket.pk for ticket in tickets]
    moved: dict[int, list[HandOver]] = {}
    for made in _moves(tickets=shown) if shown else ():
        moved.setdefault(made.ticket_id, []).append(made)
    running = {ticket.pk for ticket in tickets if runs(ticket)}
    rested: dict[int, list[Hold]] = {}
    for hold in _rests(tickets=list(running)) if running else ():
        rested.setdefault(hold.ticket_id, []).append(hold)
    wanted = {ticket.desk_id for ticket in tickets if ticket.pk in running}
    desks = {known.pk: known} if known and known.pk in wanted else {}
    if wanted - desks.keys():
        desks |= Organisation.objects.in_bulk(wanted - desks.keys())
    hours = {pk: usual_hours(desk) for pk, desk in desks.items()}
    for ticket in tickets:
        moves = moved.get(ticket.pk, [])
        told = vars(ticket)
        told["came_back"] = len(returns(moves))
        told["level_limit"] = (
            _limit(ticket, moves, rested.get(ticket.pk, []), hours=hours[ticket.desk_id], now=now)
            if ticket.pk in running
            else None
        )
