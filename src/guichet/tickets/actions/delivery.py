"""What became of what we sent, and what is sent again."""

from __future__ import annotations

from datetime import datetime

from guichet.people.models import Person
from guichet.tickets.actions.change import change, need_desk
from guichet.tickets.models import Ticket


def undelivered(ticket: Ticket, *, person: Person, actor: Person | None, now: datetime, source: str = "") -> Ticket:
    """Mail about the ticket did not reach `person`: the desk has to reach them otherwise."""
    with change(ticket, verb="note", event="ticket.undelivered", actor=actor, now=now, source=source) as step:
        need_desk(actor, step.ticket)
        step.data["person"] = person.pk
    return step.ticket


def resent(ticket: Ticket, *, person: Person, actor: Person | None, now: datetime, source: str = "") -> Ticket:
    """Somebody of the desk has a mail about the ticket sent to `person` once more."""
    with change(ticket, verb="note", event="ticket.resent", actor=actor, now=now, source=source) as step:
        need_desk(actor, step.ticket)
        step.data["person"] = person.pk
    return step.ticket
