"""Treating a ticket: who has it, when it rests, what is promised, how grave and how soon."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category, Kind
from guichet.lib.errors import Conflict, Refused
from guichet.lib.text import one_line
from guichet.people.models import Person
from guichet.sla.models import Measure
from guichet.tickets import lifecycle, policies
from guichet.tickets.actions.change import (
    Change,
    begin_treatment,
    change,
    end_hold,
    need_choice,
    need_desk,
    need_text,
    promise_news,
    set_promise,
)
from guichet.tickets.actions.handing_over import tell_management
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.commitments import policy_for
from guichet.tickets.indexing import indexing, of_ticket
from guichet.tickets.models import (
    Hold,
    HoldReason,
    Impact,
    Priority,
    PromiseKind,
    Severity,
    Ticket,
    Urgency,
)
from guichet.tickets.promises import policy_of
from guichet.tickets.severity import assess as by_matrix

_FARTHEST = timedelta(days=366)
# The next step that was told → the clock whose end it is.
_TOLD = {
    PromiseKind.FIRST_ANSWER.value: Measure.FIRST_RESPONSE.value,
    PromiseKind.TAKE_ON.value: Measure.LEVEL.value,
}
_PROMISE_OF_HOLD = {
    HoldReason.REQUESTER: PromiseKind.REQUESTER,
    HoldReason.PROVIDER: PromiseKind.PROVIDER,
    HoldReason.APPOINTMENT: PromiseKind.APPOINTMENT,
}


def take(ticket: Ticket, *, actor: Person, now: datetime, expect: int | None = None, source: str = "") -> Ticket:
    """Take the ticket on oneself. Taking what one has already changes nothing more than its state."""
    return _give(
        ticket,
        to=actor,
        event="ticket.taken",
        verb="take",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    )


def assign(
    ticket: Ticket, *, to: Person, actor: Person, now: datetime, expect: int | None = None, source: str = ""
) -> Ticket:
    """Give the ticket to a colleague of the same desk."""
    if not policies.can_treat(to, ticket):
        raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="to")
    return _give(
        ticket,
        to=to,
        event="ticket.assigned",
        verb="assign",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    )


def _give(
    ticket: Ticket,
    *,
    to: Person,
    event: str,
    verb: str,
    actor: Person,
    now: datetime,
    expect: int | None,
    source: str,
) -> Ticket:
    with change(ticket, verb=verb, event=event, actor=actor, now=now, expect=expect, source=source) as step:
        current = step.ticket
        need_desk(actor, current)
        rested = current.state == lifecycle.ON_HOLD
        begin_treatment(step)
        if current.assignee_id != to.pk:
            current.received_at = now
        current.assignee = to
        step.data["to"] = to.pk
        if rested or current.promise_kind == PromiseKind.TAKE_ON:
            promise_news(step)
    return step.ticket


def release(ticket: Ticket, *, actor: Person, now: datetime, expect: int | None = None, source: str = "") -> Ticket:
    """Put the ticket back into its team's list."""
    with change(
        ticket, verb="release", event="ticket.released", actor=actor, now=now, expect=expect, source=source
    ) as step:
        need_desk(actor, step.ticket)
        rested = step.ticket.state == lifecycle.ON_HOLD
        begin_treatment(step)
        step.ticket.assignee = None
        step.ticket.received_at = now
        if rested:
            promise_news(step)
    return step.ticket


def hold(
    ticket: Ticket,
    *,
    reason: str,
    wake_at: datetime,
    actor: Person,
    now: datetime,
    note: str = "",
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Pause with a reason until `wake_at`; a new reason replaces the pause that runs."""
    need_choice(reason, among=HoldReason, field="reason")
    note = one_line(note)[:240]
    if reason == HoldReason.OTHER and not note:
        raise Refused(_("Say what we are waiting for."), code="required", field="note")
    _need_future(wake_at, now=now, field="wake_at")
    with change(ticket, verb="hold", event="ticket.held", actor=actor, now=now, expect=expect, source=source) as step:
        current = step.ticket
        need_desk(actor, current)
        end_hold(step)
        step.data.pop("woke", None)
        made = Hold.objects.create(ticket=current, reason=reason, note=note, by=actor, started_at=now, wake_at=wake_at)
        current.state = lifecycle.ON_HOLD
        step.data.update(hold=made.pk, reason=reason, wake_at=wake_at)
        owner = None
        if reason == HoldReason.REQUESTER:
            owner = current.requester
        kind = _PROMISE_OF_HOLD.get(HoldReason(reason), PromiseKind.RESUME)
        set_promise(step, kind=kind, due_at=wake_at, owner=owner)
    return step.ticket


def wake(ticket: Ticket, *, actor: Person | None, now: datetime, expect: int | None = None, source: str = "") -> Ticket:
    """End the pause: by a person, or by the product (None) when its time has come."""
    with change(ticket, verb="wake", event="ticket.woken", actor=actor, now=now, expect=expect, source=source) as step:
        need_desk(actor, step.ticket)
        # Somebody may have paused it anew since the product looked for waits that are over.
        if actor is None and step.ticket.holds.filter(ended_at__isnull=True, wake_at__gt=now).exists():
            raise Conflict(_("This is no longer possible in the ticket’s present state."), code="too_early")
        begin_treatment(step)
        promise_news(step)
    return step.ticket


def promise(
    ticket: Ticket,
    *,
    text: str,
    due_at: datetime,
    actor: Person,
    now: datetime,
    owner: Person | None = None,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Say what happens next, who does it (None: the team) and by when."""
    text = need_text(text, field="text", limit=240, message=_("Say what happens next."))
    _need_future(due_at, now=now, field="due_at")
    with change(
        ticket, verb="promise", event="ticket.promised", actor=actor, now=now, expect=expect, source=source
    ) as step:
        need_desk(actor, step.ticket)
        if owner and owner.pk != step.ticket.requester_id and not policies.can_treat(owner, step.ticket):
            raise Refused(_("This person doesn’t treat this desk’s tickets."), code="not_desk", field="owner")
        set_promise(step, kind=PromiseKind.CUSTOM, due_at=due_at, owner=owner, text=text)
    return step.ticket


def assess(
    ticket: Ticket,
    *,
    impact: str,
    urgency: str,
    actor: Person,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Answer impact and urgency anew; the severity follows from the matrix, and an override ends."""
    need_choice(impact, among=Impact, field="impact")
    need_choice(urgency, among=Urgency, field="urgency")
    with change(
        ticket, verb="assess", event="ticket.assessed", actor=actor, now=now, expect=expect, source=source
    ) as step:
        current = step.ticket
        need_desk(actor, current)
        current.impact, current.urgency = impact, urgency
        current.severity_by, current.severity_reason = None, ""
        severity = by_matrix(impact=impact, urgency=urgency, matrix=matrix_of(current.organisation)).severity
        _set_severity(step, severity, by=actor)
        step.data.update(impact=impact, urgency=urgency)
    return step.ticket


def override_severity(
    ticket: Ticket,
    *,
    severity: str,
    reason: str,
    actor: Person,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Set a severity that the matrix would not give, with author and reason."""
    need_choice(severity, among=Severity, field="severity")
    reason = need_text(reason, field="reason", limit=240, message=_("Say why the severity differs from the matrix."))
    with change(
        ticket,
        verb="assess",
        event="ticket.severity_overridden",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        need_desk(actor, step.ticket)
        step.ticket.severity_by, step.ticket.severity_reason = actor, reason
        _set_severity(step, severity, by=actor, reason=reason)
    return step.ticket


def _set_severity(step: Change, severity: str, *, by: Person, reason: str = "") -> None:
    """Change the severity, and with it what is promised from the same start.

    Where it got graver what was told comes sooner and policy may tell management; where it got less grave it stays
    promised as it was told.
    """
    ticket = step.ticket
    step.data.update({"from": ticket.severity, "severity": severity})
    before, ticket.severity = ticket.severity, severity
    if severity != before:
        said = f" : {reason}" if reason else ""
        step.clocks.change_severity(severity, by=by, reason=f"{before} → {severity}{said}")
    if severity >= before:
        return
    _come_sooner(step)
    if policy_of(ticket.desk, severity).tells_management:
        step.then.append(lambda: tell_management(ticket, severity=severity, now=step.at))


def _come_sooner(step: Change) -> None:
    """What was told is due no later than its clock, which was replaced. What was told sooner stays."""
    ticket, told = step.ticket, step.ticket.promise_due_at
    row = step.clocks.running(_TOLD[ticket.promise_kind]) if ticket.promise_kind in _TOLD else None
    if row is not None and told is not None and row.due_at < told:
        set_promise(step, kind=ticket.promise_kind, due_at=row.due_at)


def prioritise(
    ticket: Ticket,
    *,
    priority: int,
    reason: str,
    actor: Person,
    now: datetime,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Set the order of work, with author and reason."""
    if priority not in Priority.values:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="priority")
    reason = need_text(reason, field="reason", limit=240, message=_("Say why this order."))
    with change(
        ticket,
        verb="prioritise",
        event="ticket.prioritised",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        need_desk(actor, step.ticket)
        step.data.update({"from": step.ticket.priority, "priority": priority})
        step.ticket.priority, step.ticket.priority_by, step.ticket.priority_reason = priority, actor, reason
    return step.ticket


def recategorise(
    ticket: Ticket,
    *,
    actor: Person,
    now: datetime,
    kind: str | None = None,
    category: Category | None = None,
    title: str | None = None,
    asset: str | None = None,
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Correct what the ticket is about. What is None stays.

    Where another policy fits it now, what runs is promised anew; what was told comes sooner by that, never later.
    """
    with change(
        ticket,
        verb="recategorise",
        event="ticket.recategorised",
        actor=actor,
        now=now,
        expect=expect,
        source=source,
    ) as step:
        current = step.ticket
        need_desk(actor, current)
        may_move = current.is_unsolved and (kind is not None or category is not None)
        before = policy_for(current) if may_move else None
        if kind is not None:
            current.kind = need_choice(kind, among=Kind, field="kind")
            step.data["kind"] = kind
        if category is not None:
            if category.organisation_id not in {None, current.desk_id}:
                raise Refused(_("This category belongs to another desk."), code="foreign", field="category")
            current.category, current.service = category, category.service
            step.data["category"] = category.pk
        if title is not None:
            current.title = need_text(title, field="title", limit=200)
            step.data["title"] = True
        if asset is not None:
            current.asset = one_line(asset)[:80]
            step.data["asset"] = True
        if not step.data:
            raise Refused(_("Nothing to change."), code="nothing")
        fits = step.clocks.change_policy(before, by=actor) if may_move else None
        if fits is not None:
            step.data["policy"] = {"fr": fits.name_fr, "en": fits.name_en}
            _come_sooner(step)
        step.rows += indexing(of_ticket(current))
    return step.ticket


def _need_future(moment: datetime, *, now: datetime, field: str) -> None:
    if not now < moment <= now + _FARTHEST:
        raise Refused(_("Choose a moment between now and a year from now."), code="not_future", field=field)
