"""`{% load portal %}`: small looks into a ticket's conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from guichet.people.models import Person
from guichet.tickets.timeline import Entry

register = template.Library()
_PICTURES = {
    "ticket.taken": "user-round-check", "ticket.assigned": "user-round-check", "ticket.handed_over": "arrow-right-left",
    "ticket.held": "circle-pause", "ticket.woken": "circle-play", "ticket.promised": "hourglass",
    "appointment.booked": "calendar-plus", "appointment.moved": "calendar-clock",
    "appointment.cancelled": "calendar-x", "appointment.no_show": "calendar-x",
    "ticket.attached": "paperclip", "ticket.resolved": "circle-check", "ticket.confirmed": "check-check",
    "ticket.refused": "circle-x", "ticket.fixed": "wrench", "ticket.closed": "lock", "ticket.cancelled": "circle-slash",
    "ticket.reopened": "rotate-ccw", "ticket.rated": "star",
}  # fmt: skip


@register.filter
def side_for(entry: Entry, person: Person) -> str:
    """On which side a message stands: what the reader wrote on theirs."""
    return "us" if entry.author is not None and entry.author.pk == person.pk else "them"


@register.filter
def anchor(entry: Entry) -> str:
    return f"n{entry.number}"


@register.filter
def picture(entry: Entry) -> str:
    return _PICTURES.get(entry.verb, "dot")


@register.filter
def of(mapping: Mapping[Any, Any], key: Any) -> Any:
    """What `mapping` holds under `key`; None when nothing."""
    return mapping.get(key)
