"""What a ticket's page says of appointments: the one that is made for it, or that one can be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from guichet.lib.bilingual import pick
from guichet.lib.moments import absolute
from guichet.people.models import Person
from guichet.tickets.models import Ticket


@dataclass(frozen=True)
class ComingBy:
    """The appointment's number, and when (by the clock of the venue) and where it is; 0 where nobody is expected."""

    appointment: int = 0
    when: str = ""
    venue: str = ""
    can_book: bool = False


def coming_by(ticket: Ticket, *, read: Mapping[str, Any], person: Person) -> ComingBy:
    """Out of the rows around the ticket, for whoever may make appointments at its desk."""
    if not ticket.is_live or ticket.desk_id not in person.grants.treats_in:
        return ComingBy()
    found = read["appointment"]
    at = parse_datetime(found["starts_at"]) if found else None
    if at is None:
        return ComingBy(can_book=read["can_book"])
    when = absolute(at=at, zone=ZoneInfo(found["zone"]), language=get_language() or "fr")
    return ComingBy(appointment=found["id"], when=when, venue=pick(*found["venue"]))
