"""The problem that a ticket stands under, as the ticket's page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from guichet.people.models import Person
from guichet.tickets.models import Ticket


@dataclass(frozen=True)
class ProblemAbove:
    """`workaround` is "" where none is offered any more."""

    reference: str
    title: str
    state: str
    cause: str
    workaround: str


def problem_above(
    ticket: Ticket, *, read: Mapping[str, Any] | None, person: Person, now: datetime
) -> ProblemAbove | None:
    """None too for whoever only treats the ticket, from another organisation: problems name other people's tickets."""
    if read is None or ticket.desk_id not in person.grants.treats_in:
        return None
    offered = read["workaround"] or {}
    expires_at = parse_datetime(offered["expires_at"]) if offered else None
    holds = expires_at is not None and expires_at > now
    return ProblemAbove(
        reference=read["reference"],
        title=read["title"],
        state=read["state"],
        cause=read["cause"],
        workaround=offered["text"] if holds else "",
    )
