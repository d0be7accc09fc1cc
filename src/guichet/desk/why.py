"""Why a ticket stands where it stands in the order of work, in a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guichet.tickets.models import Impact, Priority, PromiseKind, Ticket, Urgency

_WITHIN_THE_DAY = timedelta(hours=24)


def reason(ticket: Ticket, *, now: datetime) -> str:
    """Who set the order, what is due and how many are touched: only what speaks for the place in the list."""
    parts = [_priority(ticket), _due(ticket, now=now), _touched(ticket)]
    said = [part for part in parts if part]
    semicolon = "\u00a0; " if (get_language() or "fr").startswith("fr") else "; "
    return _capital(semicolon.join(said)) + "." if said else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _priority(ticket: Ticket) -> str:
    if ticket.priority == Priority.NORMAL or not ticket.priority_reason:
        return ""
    if ticket.priority < Priority.NORMAL:
        return _("put forward: “%(reason)s”") % {"reason": ticket.priority_reason.rstrip(".")}
    return _("put back: “%(reason)s”") % {"reason": ticket.priority_reason.rstrip(".")}


def _due(ticket: Ticket, *, now: datetime) -> str:
    due = ticket.promise_due_at
    if due is None:
        return ""
    late = due <= now
    if not late and due - now > _WITHIN_THE_DAY:
        return _("next: %(step)s") % {"step": ticket.promise[:1].lower() + ticket.promise[1:]}
    span = _span(abs(due - now))
    if ticket.promise_kind == PromiseKind.FIRST_ANSWER:
        late_text, due_text = _("a first answer is %(span)s late"), _("a first answer is due within %(span)s")
    elif ticket.promise_kind == PromiseKind.TAKE_ON:
        late_text, due_text = _("taking it on is %(span)s late"), _("to be taken on within %(span)s")
    elif ticket.promise_kind == PromiseKind.CUSTOM:
        late_text, due_text = _("what was promised is %(span)s late"), _("what was promised is due within %(span)s")
    else:
        late_text, due_text = _("news is %(span)s late"), _("news is due within %(span)s")
    return (late_text if late else due_text) % {"span": span}


def _span(length: timedelta) -> str:
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _touched(ticket: Ticket) -> str:
    touched = {
        Impact.EVERYONE: _("the whole organisation is touched"),
        Impact.DEPARTMENT: _("a whole department or site is touched"),
    }.get(Impact(ticket.impact), "")
    if touched:
        return touched
    return _("work has stopped") if ticket.urgency == Urgency.STOPPED else ""
