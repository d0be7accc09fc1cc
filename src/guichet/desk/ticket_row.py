"""A ticket's row in a list. Made in Python: a list prints fifty, and as a template they were two thirds of its page."""

from __future__ import annotations

from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from guichet.lib import moments
from guichet.tickets.level_time import Limit
from guichet.tickets.models import Priority, State, Ticket
from guichet.ui import elements, moment
from guichet.ui.html import format_html, icon, remembered
from guichet.ui.said import led

# The interface knows categories of states; ours are named the same, save one.
_LOOKS = {State.ON_HOLD.value: "hold"}
_ROW = """<li class="row{lines}" data-row id="row-{reference}">
  <div class="row-lead">
    <input type="checkbox" name="ids" value="{pk}" form="bulk" data-bulk aria-label="{select} {reference}">
    {severity}<span class="reference quiet">{reference}</span>
  </div>
  <div class="row-main">
    <a class="row-link row-title" href="{url}">{title}</a>
    <span class="row-meta"><span class="row-ref">{reference} · </span>{about}{marks}{why}</span>
  </div>
  <div class="row-end">
    {priority} <span class="row-state">{state}</span>
    <span class="row-who" title="{team}">{level}{who}</span>
    <span class="row-due">{due}</span>
  </div>
</li>"""


@remembered
def state_of(code: str) -> SafeString:
    return elements.state(_LOOKS.get(code, code), label=str(State(code).label))


def ticket_row(ticket: Ticket, *, now: datetime) -> SafeString:
    about = [ticket.requester.name]
    if ticket.organisation_id != ticket.desk_id:
        about.append(ticket.organisation.name)
    if ticket.category:
        about.append(ticket.category.name)
    prioritised = ticket.priority != Priority.NORMAL
    return format_html(
        _ROW,
        pk=ticket.pk,
        reference=ticket.reference,
        select=_("Select"),
        severity=elements.severity(ticket.severity),
        url=led("desk:ticket", ticket.reference),
        title=ticket.title,
        about=" · ".join(about),
        marks=_marks(ticket),
        why=_why(ticket),
        lines=" two-lines" if vars(ticket).get("why") else "",
        priority=elements.priority(ticket.priority, reason=ticket.priority_reason) if prioritised else "",
        state=state_of(ticket.state),
        team=ticket.team.name,
        level=elements.level(ticket.level.code),
        who=elements.avatar(ticket.assignee.name if ticket.assignee else "", alone=True),
        due=_due(ticket, now),
    )


def _marks(ticket: Ticket) -> SafeString:
    """That it goes to and fro, and what is left of its level's limit, where a list asked (`level_time.tell_levels`)."""
    told = vars(ticket)
    marks = SafeString("")
    times = told.get("came_back", 0)
    if times:
        says = ngettext("Came back to a team that it had left", "Came back %(times)s times", times) % {"times": times}
        marks += _mark("repeat-2", says, str(times) if times > 1 else "")
    limit: Limit | None = told.get("level_limit")
    if limit:
        words = {"level": ticket.level.code, "limit": moments.length(minutes=limit.minutes)}
        if limit.over:
            marks += _mark("timer-off", _("%(level)s’s limit of %(limit)s is reached") % words, "")
        else:
            left = moments.length(minutes=limit.left)
            says = _("%(left)s left of %(level)s’s limit of %(limit)s") % {"left": left, **words}
            marks += _mark("timer", says, left)
    return marks


def _why(ticket: Ticket) -> SafeString:
    """Why it stands where it stands, where the list is in the order of work."""
    why = vars(ticket).get("why", "")
    return format_html(' — <span class="row-why">{}</span>', why) if why else SafeString("")


def _mark(drawing: str, says: str, shown: str) -> SafeString:
    return format_html(
        ' <span class="row-mark" title="{}">{}<span class="visually-hidden">{}</span><span aria-hidden="true">{}</span>'
        "</span>",
        says, icon(drawing, 14), says, shown,
    )  # fmt: skip


def _due(ticket: Ticket, now: datetime) -> SafeString:
    """The next step's, or that of another promise which is in danger (`routing.chances`)."""
    if ticket.promise_due_at is None:
        return moment.when(ticket.opened_at, now)
    told = vars(ticket)
    return moment.due(told.get("risk_of") or ticket.promise_due_at, now, told.get("risk"))
