"""`{% load desk %}`: a ticket's state as a component, the buttons of its verbs, pictures of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from guichet.desk import ticket_row
from guichet.tickets.models import Ticket
from guichet.ui import elements, html
from guichet.ui.templatetags.ui import menu_item

register = template.Library()

MAJOR_ICONS = {
    "major.declared": "siren",
    "major.led": "user-check",
    "major.described": "pencil",
    "major.shown": "eye",
    "major.news_late": "alarm-clock",
    "major.ticket_linked": "ticket",
    "major.ticket_unlinked": "ticket",
    "major.joined": "hand",
    "major.left": "user-minus",
    "major.tickets_solved": "circle-check",
    "major.still_broken": "circle-x",
    "major.reviewed": "clipboard-check",
    "major.followed_up": "check",
    "major.closed": "lock",
}
_FACT_ICONS = {
    "ticket.opened": "sparkles",
    "ticket.taken": "hand",
    "ticket.assigned": "user-plus",
    "ticket.released": "user-minus",
    "ticket.held": "circle-pause",
    "ticket.woken": "alarm-clock",
    "ticket.handed_over": "arrow-right-left",
    "ticket.escalated": "megaphone",
    "ticket.promised": "handshake",
    "ticket.assessed": "gauge",
    "ticket.terms_applied": "alarm-clock",
    "ticket.severity_overridden": "gauge",
    "ticket.prioritised": "list-ordered",
    "ticket.recategorised": "pencil",
    "ticket.tagged": "tag",
    "ticket.watched": "eye",
    "ticket.unwatched": "eye",
    "ticket.withdrawn": "undo-2",
    "ticket.undelivered": "mail-x",
    "ticket.resent": "send",
    "ticket.supposed": "lightbulb",
    "ticket.hypothesis_judged": "lightbulb",
    "ticket.attempted": "wrench",
    "ticket.attempt_tested": "flask-conical",
    "ticket.resolved": "circle-check",
    "ticket.fixed": "wrench",
    "ticket.guided": "workflow",
    "ticket.guided_answered": "message-circle-question-mark",
    "ticket.guided_back": "undo-2",
    "ticket.linked": "link",
    "ticket.unlinked": "unlink",
    "ticket.confirmed": "circle-check",
    "ticket.closed": "lock",
    "ticket.refused": "circle-x",
    "ticket.reopened": "rotate-ccw",
    "ticket.cancelled": "ban",
    "ticket.attached": "paperclip",
    "ticket.joined_major": "siren",
    "ticket.left_major": "siren",
    "ticket.major_news": "megaphone",
    **MAJOR_ICONS,
    "appointment.booked": "calendar-plus",
    "appointment.moved": "calendar-clock",
    "appointment.cancelled": "calendar-x",
    "appointment.reminded": "mail",
    "appointment.no_show": "calendar-x",
    "visit.checked_in": "concierge-bell",
    "visit.called": "bell-ring",
    "visit.recalled": "bell-ring",
    "visit.serving": "play",
    "visit.held": "circle-pause",
    "visit.resumed": "undo-2",
    "visit.transferred": "arrow-right-left",
    "visit.no_show": "user-x",
    "visit.abandoned": "door-open",
    "visit.cancelled": "ban",
    "visit.served": "circle-check",
}


register.simple_tag(ticket_row.state_of)


@register.simple_tag(takes_context=True)
def row_of(context: template.Context, ticket: Ticket) -> SafeString:
    return ticket_row.ticket_row(ticket, now=context["now"])


@register.filter
def fact_icon(verb: str) -> str:
    return _FACT_ICONS.get(verb, "dot")


@register.filter
def whole_mail(mails: Mapping[int, int] | str, message: int) -> str:
    """Where the whole message stands that this one was taken from; "" where it came otherwise, or nobody asked."""
    contact = mails.get(message) if isinstance(mails, Mapping) else None
    return reverse("desk:contact", args=[contact]) + "?as=sent" if contact else ""


@register.filter
def first_name(name: str) -> str:
    return name.split(" ", maxsplit=1)[0] if name else ""


# A ticket's page has some twenty verbs: each is made once, for any reference.
_ANY = "G-00000"


def _of(ticket: Ticket, made: SafeString) -> SafeString:
    return mark_safe(made.replace(_ANY, ticket.reference))  # noqa: S308 (a reference has letters and digits)


@html.remembered
def _button(name: str, label: str, variant: str, *, icon: str, key: str, query: str, **extra: Any) -> SafeString:
    url = reverse(f"desk:{name}", args=[_ANY]) + query
    return elements.button(label, variant, icon_name=icon, key=key, href=url, hx_get=url, hx_target="#sheet", **extra)


@html.remembered
def _item(name: str, label: str, *, icon: str, key: str, danger: bool) -> SafeString:
    url = reverse(f"desk:{name}", args=[_ANY])
    return menu_item(
        label, icon=icon, href=url, key=key, danger=danger, data_command=label, hx_get=url, hx_target="#sheet"
    )


@register.simple_tag
def verb(
    ticket: Ticket,
    name: str,
    label: str,
    *,
    icon: str = "",
    key: str = "",
    variant: str = "secondary",
    query: str = "",
    **extra: Any,
) -> SafeString:
    """A link to the verb's form: a page, or a sheet where scripts run."""
    if key:
        extra = {"data_command": label, **extra}
    return _of(ticket, _button(name, label, variant, icon=icon, key=key, query=query, **extra))


@register.simple_tag
def verb_item(
    ticket: Ticket, name: str, label: str, *, icon: str = "", key: str = "", danger: bool = False
) -> SafeString:
    """The same in a menu; the palette knows it too."""
    return _of(ticket, _item(name, label, icon=icon, key=key, danger=danger))
