"""Tickets that a team solved, for what is learnt from them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from guichet.people.models import Team
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW


def solved(desk: builders.Desk, number: int, *, team: Team, since: datetime = NOW, **fields: Any) -> list[Ticket]:
    """So many tickets, one an hour; handed to `team` for its presence on the spot where they began elsewhere."""
    amelie, agent = builders.person(desk.organisation), builders.agent(desk)
    made = []
    for n in range(number):
        at = since + timedelta(hours=n)
        ticket = builders.ticket(amelie, now=at, **fields)
        if ticket.team_id != team.pk:
            actions.hand_over(ticket, to_team=team, reason="presence", actor=agent, now=at + timedelta(minutes=5))
            ticket = Ticket.objects.get(pk=ticket.pk)
        made.append(builders.resolved(ticket, actor=agent, now=at + timedelta(minutes=30)))
    return made
