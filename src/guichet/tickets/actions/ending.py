"""How a ticket ends: a verified solution, the requester's say, or a stated reason; and how it begins again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Forbidden, Refused
from guichet.lib.text import clean
from guichet.people.models import Person
from guichet.tickets import lifecycle, policies
from guichet.tickets.actions.change import (
    Change,
    change,
    clear_promise,
    end_hold,
    need_body,
    need_choice,
    need_desk,
    promise_say,
)
from guichet.tickets.actions.conversation import add_message, open_again
from guichet.tickets.models import (
    Attempt,
    AttemptResult,
    Channel,
    MessageKind,
    PromiseKind,
    Satisfaction,
    Ticket,
    Unsolved,
)


def resolve(
    ticket: Ticket,
    *,
    actor: Person,
    now: datetime,
    solution: Attempt | None = None,
    unsolved_reason: str = "",
    body: str = "",
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Solved by a verified attempt, or ended for a stated reason; the requester then has the say.

    `body`, where given, is the reply that tells them.
    """
    if solution is None:
        need_choice(unsolved_reason, among=Unsolved, field="unsolved_reason")
    elif unsolved_reason:
        raise Refused(_("Give either a verified solution or a reason, not both."), code="both", field="solution")
    with change(
        ticket, verb="resolve", event="ticket.resolved", actor=actor, now=now, expect=expect, source=source
    ) as step:
        current = step.ticket
        need_desk(actor, current)
        if solution is not None:
            solution = current.attempts.filter(pk=solution.pk).first()
            if solution is None or solution.result != AttemptResult.WORKED:
                raise Refused(
                    _("Only an attempt that was tested and works can be the solution."),
                    code="unverified",
                    field="solution",
                )
        if body.strip():
            add_message(
                step,
                kind=MessageKind.REPLY,
                body=need_body(body),
                actor=actor,
                from_desk=True,
                channel=Channel.PORTAL,
            )
        end_hold(step)
        # A solution is an answer, with or without a word beside it.
        current.answered_at = current.answered_at or now
        current.state = lifecycle.RESOLVED
        current.resolved_at = now
        current.solution, current.unsolved_reason = solution, unsolved_reason
        current.assignee = current.assignee or actor
        step.data.update(solution=solution.pk if solution else None, unsolved_reason=unsolved_reason)
        promise_say(step)
    return step.ticket


def confirm(ticket: Ticket, *, actor: Person, now: datetime, expect: int | None = None, source: str = "") -> Ticket:
    """The requester says that it works (or said so to the desk); the ticket closes."""
    with change(
        ticket, verb="confirm", event="ticket.confirmed", actor=actor, now=now, expect=expect, source=source
    ) as step:
        if not policies.can_confirm(actor, step.ticket):
            raise Forbidden(_("Only the requester or the desk may say so."), code="not_requester")
        _end(step, state=lifecycle.CLOSED)
    return step.ticket


def refuse(
    ticket: Ticket, *, body: str, actor: Person, now: datetime, expect: int | None = None, source: str = ""
) -> Ticket:
    """The requester says that it doesn't work, and what happens instead; the work goes on."""
    body = need_body(body)
    with change(
        ticket, verb="refuse", event="ticket.refused", actor=actor, now=now, expect=expect, source=source
    ) as step:
        if not policies.can_confirm(actor, step.ticket):
            raise Forbidden(_("Only the requester or the desk may say so."), code="not_requester")
        from_desk = policies.is_desk(actor, step.ticket) and actor.pk != step.ticket.requester_id
        add_message(step, kind=MessageKind.REPLY, body=body, actor=actor, from_desk=from_desk, channel=Channel.PORTAL)
        open_again(step)
    return step.ticket


def close(ticket: Ticket, *, actor: Person | None, now: datetime, source: str = "") -> Ticket:
    """Close a solved ticket whose requester had the time to object: by the product (None), or by the desk."""
    with change(ticket, verb="close", event="ticket.closed", actor=actor, now=now, source=source) as step:
        need_desk(actor, step.ticket)
        waits = step.ticket.promise_kind == PromiseKind.CONFIRM and (step.ticket.promise_due_at or now) <= now
        if actor is None and not waits:
            raise Refused(_("The requester still has time to answer."), code="too_early")
        _end(step, state=lifecycle.CLOSED)
    return step.ticket


def cancel(
    ticket: Ticket, *, reason: str, actor: Person, now: datetime, expect: int | None = None, source: str = ""
) -> Ticket:
    """It is not needed after all; the reason is said in public."""
    body = need_body(reason, field="reason", limit=2000)
    with change(
        ticket, verb="cancel", event="ticket.cancelled", actor=actor, now=now, expect=expect, source=source
    ) as step:
        current = step.ticket
        if not policies.can_cancel(actor, current):
            raise Forbidden(_("Only the requester or the desk may cancel this ticket."), code="not_requester")
        from_desk = policies.is_desk(actor, current) and actor.pk != current.requester_id
        add_message(step, kind=MessageKind.REPLY, body=body, actor=actor, from_desk=from_desk, channel=Channel.PORTAL)
        end_hold(step)
        _end(step, state=lifecycle.CANCELLED)
    return step.ticket


def reopen(
    ticket: Ticket,
    *,
    actor: Person,
    now: datetime,
    body: str = "",
    expect: int | None = None,
    source: str = "",
) -> Ticket:
    """Begin a new open period; the clock's history is kept."""
    with change(
        ticket, verb="reopen", event="ticket.reopened", actor=actor, now=now, expect=expect, source=source
    ) as step:
        if not policies.can_confirm(actor, step.ticket):
            raise Forbidden(_("Only the requester or the desk may reopen this ticket."), code="not_requester")
        if body.strip():
            from_desk = policies.is_desk(actor, step.ticket) and actor.pk != step.ticket.requester_id
            add_message(
                step,
                kind=MessageKind.REPLY,
                body=need_body(body),
                actor=actor,
                from_desk=from_desk,
                channel=Channel.PORTAL,
            )
        open_again(step)
    return step.ticket


def rate(
    ticket: Ticket, *, score: int, actor: Person, now: datetime, comment: str = "", source: str = ""
) -> Satisfaction:
    """The requester's answer to the one question, 1 to 5; answering again replaces it."""
    if not 1 <= score <= 5:
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="score")
    with change(ticket, verb="rate", event="ticket.rated", actor=actor, now=now, source=source) as step:
        current = step.ticket
        if not policies.can_rate(actor, current):
            raise Forbidden(_("Only the requester answers this question."), code="not_requester")
        given, _made = Satisfaction.objects.update_or_create(
            ticket=current,
            defaults={
                "score": score,
                "comment": clean(comment).strip()[:2000],
                "agent": current.assignee,
                "level_id": current.level_id,
                "channel": current.channel,
                "at": now,
            },
        )
        step.data["score"] = score
    return given


def _end(step: Change, *, state: str) -> None:
    step.ticket.state = state
    step.ticket.closed_at = step.at
    clear_promise(step.ticket)
