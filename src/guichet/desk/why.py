"""Why a ticket stands where it stands in the order of work, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from guichet.people.models import Skill
from guichet.routing.pending import CUSTOM, Placed, is_old
from guichet.sla.models import Measure
from guichet.tickets.models import Impact, Priority, PromiseKind, Ticket, Urgency

_WITHIN_THE_DAY = timedelta(hours=24)
_NEWS = (gettext_lazy("news is %(span)s late"), gettext_lazy("news is due within %(span)s"))
# What is late, and what is due.
_SAYS: Mapping[str, tuple[Promise | str, Promise | str]] = {
    Measure.FIRST_RESPONSE.value: (
        gettext_lazy("a first answer is %(span)s late"),
        gettext_lazy("a first answer is due within %(span)s"),
    ),
    Measure.NEXT_UPDATE.value: _NEWS,
    Measure.LEVEL.value: (
        gettext_lazy("taking it on is %(span)s late"),
        gettext_lazy("to be taken on within %(span)s"),
    ),
    Measure.RESTORATION.value: (
        gettext_lazy("a way to work again is %(span)s late"),
        gettext_lazy("a way to work again is due within %(span)s"),
    ),
    Measure.RESOLUTION.value: (
        gettext_lazy("the solution is %(span)s late"),
        gettext_lazy("the solution is due within %(span)s"),
    ),
    CUSTOM: (
        gettext_lazy("what was promised is %(span)s late"),
        gettext_lazy("what was promised is due within %(span)s"),
    ),
}
_BY_KIND = {
    PromiseKind.FIRST_ANSWER.value: Measure.FIRST_RESPONSE.value,
    PromiseKind.TAKE_ON.value: Measure.LEVEL.value,
    PromiseKind.CUSTOM.value: CUSTOM,
}
# A solution that is days away says more than the next step that stands beside it.
_SOLVED = frozenset({Measure.RESTORATION.value, Measure.RESOLUTION.value})


def reason(ticket: Ticket, *, now: datetime, placed: Placed | None = None, missing: Skill | None = None) -> str:
    """Who set the order, what is due and how many are touched: only what speaks for the place in the list.

    `placed`: where it stands by its nearest promise; else the next step's due time is what is known. `missing`: the
    skill that keeps it from the reader.
    """
    parts = [_missing(missing), _priority(ticket), _due(ticket, placed, now=now), _old(placed), _touched(ticket)]
    said = [part for part in parts if part]
    semicolon = "\u00a0; " if (get_language() or "fr").startswith("fr") else "; "
    return _capital(semicolon.join(said)) + "." if said else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _missing(skill: Skill | None) -> str:
    return _("for whoever holds “%(skill)s”") % {"skill": skill.name} if skill else ""


def _priority(ticket: Ticket) -> str:
    if ticket.priority == Priority.NORMAL or not ticket.priority_reason:
        return ""
    if ticket.priority < Priority.NORMAL:
        return _("put forward: “%(reason)s”") % {"reason": ticket.priority_reason.rstrip(".")}
    return _("put back: “%(reason)s”") % {"reason": ticket.priority_reason.rstrip(".")}


def _due(ticket: Ticket, placed: Placed | None, *, now: datetime) -> str:
    measure, due = _BY_KIND.get(ticket.promise_kind, Measure.NEXT_UPDATE.value), ticket.promise_due_at
    if placed and placed.nearest:
        measure, due = placed.nearest.measure, placed.nearest.due_at
    if due is None:
        return ""
    late = due <= now
    if not late and due - now > _WITHIN_THE_DAY and measure not in _SOLVED:
        return _("next: %(step)s") % {"step": ticket.promise[:1].lower() + ticket.promise[1:]}
    late_text, due_text = _SAYS.get(measure, _NEWS)
    return str(late_text if late else due_text) % {"span": _span(abs(due - now))}


def _span(length: timedelta) -> str:
    minutes = max(1, int(length.total_seconds() // 60))
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = hours // 24
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _old(placed: Placed | None) -> str:
    if placed is None or not is_old(placed):
        return ""
    days = max(1, int(placed.age // (8 * 60)))
    return ngettext(
        "open for %(count)d working day, so it moves up", "open for %(count)d working days, so it moves up", days
    ) % {"count": days}


def _touched(ticket: Ticket) -> str:
    touched = {
        Impact.EVERYONE: _("the whole organisation is touched"),
        Impact.DEPARTMENT: _("a whole department or site is touched"),
    }.get(Impact(ticket.impact), "")
    if touched:
        return touched
    return _("work has stopped") if ticket.urgency == Urgency.STOPPED else ""
