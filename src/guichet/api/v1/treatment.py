"""Treating a ticket: who has it, pauses, promises, hand-overs, how grave and how soon. Desk only, but for reading."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Moment, Named, OneOf, RowId, Shown, in_utc, named
from guichet.api.v1.tickets_shape import LevelRef, TicketShown, find_for_desk, show
from guichet.lib.errors import Refused
from guichet.people.models import Level, Person, Team
from guichet.tickets import actions
from guichet.tickets.models import HandOver, HandOverReason, HoldReason, Impact, ReturnReason, Severity, Ticket, Urgency

router = Resource(tag="Treatment", scope="tickets")


class AssigneeGiven(Given):
    """Who gets the ticket; oneself takes it."""

    person: RowId


class HoldGiven(Given):
    """Why we wait, and when the ticket wakes."""

    reason: Annotated[str, OneOf.these(HoldReason)]
    wake_at: Moment
    note: Annotated[str, Field(max_length=240)] = ""


class HandOverGiven(Given):
    """To which team, and why. Its level goes with it unless said otherwise. `incomplete`, `not_ours` and `solved` send
    it back to the team that handed it over, which need not be named."""

    team: RowId | None = None
    reason: Annotated[str, OneOf(*(str(v) for v in (*HandOverReason.values, *ReturnReason.values)))]
    note: Annotated[str, Field(max_length=500)] = ""
    level: RowId | None = None
    person: RowId | None = None


class HandOverShown(Shown):
    """A recorded hand-over. Hierarchical: management was told, the work stayed where it was."""

    id: int
    hierarchical: bool
    reason: Annotated[str, OneOf("", *(str(v) for v in (*HandOverReason.values, *ReturnReason.values)))]
    note: str
    from_level: LevelRef
    to_level: LevelRef
    from_team: Named
    to_team: Named
    by: Named | None
    at: datetime


class EscalationGiven(Given):
    """What management should know."""

    note: Annotated[str, Field(max_length=500)] = ""


class PromiseGiven(Given):
    """What happens next, who does it (the team where left out) and by when."""

    text: Annotated[str, Field(max_length=240)]
    due_at: Moment
    owner: RowId | None = None


class AssessmentGiven(Given):
    """Two answers; the severity follows from the organisation's matrix."""

    impact: Annotated[str, OneOf.these(Impact)]
    urgency: Annotated[str, OneOf.these(Urgency)]


class SeverityGiven(Given):
    """A severity that the matrix would not give, and why."""

    severity: Annotated[str, OneOf.these(Severity)]
    reason: Annotated[str, Field(max_length=240)]


class PriorityGiven(Given):
    """The order of work, and why: 1 first, 2 high, 3 normal, 4 can wait."""

    priority: RowId
    reason: Annotated[str, Field(max_length=240)]


@router.write("PUT", "/tickets/{reference}/assignee", answer=TicketShown)
def set_assignee(request: ApiRequest, reference: str, body: AssigneeGiven) -> HttpResponse:
    """Take the ticket (with one's own number), or give it to a colleague of the desk."""
    ticket = find_for_desk(request, reference)
    expect = expected(request, ticket)
    if body.person == request.person.pk:
        actions.take(ticket, actor=request.person, now=request.now, expect=expect)
    else:
        to = _colleague(request, body.person, field="person")
        actions.assign(ticket, to=to, actor=request.person, now=request.now, expect=expect)
    return show(request, ticket)


@router.write("DELETE", "/tickets/{reference}/assignee", answer=TicketShown)
def release_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """Put the ticket back into its team's list."""
    ticket = find_for_desk(request, reference)
    actions.release(ticket, actor=request.person, now=request.now, expect=expected(request, ticket))
    return show(request, ticket)


@router.write("PUT", "/tickets/{reference}/hold", answer=TicketShown)
def hold_ticket(request: ApiRequest, reference: str, body: HoldGiven) -> HttpResponse:
    """Pause with a reason until a moment; a new reason replaces the pause that runs."""
    ticket = find_for_desk(request, reference)
    actions.hold(
        ticket,
        reason=body.reason,
        wake_at=_moment(body.wake_at, field="wake_at"),
        note=body.note,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


@router.write("DELETE", "/tickets/{reference}/hold", answer=TicketShown)
def wake_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """End the pause."""
    ticket = find_for_desk(request, reference)
    actions.wake(ticket, actor=request.person, now=request.now, expect=expected(request, ticket))
    return show(request, ticket)


@router.read("/tickets/{reference}/hand-overs", answer=list[HandOverShown])
def list_hand_overs(request: ApiRequest, reference: str) -> list[HandOverShown]:
    """Every hand-over and escalation, oldest first. Desk only."""
    ticket = find_for_desk(request, reference)
    rows = ticket.hand_overs.select_related("from_level", "to_level", "from_team", "to_team", "by")
    return [_hand_over(made) for made in rows[:1000]]


@router.write("POST", "/tickets/{reference}/hand-overs", answer=TicketShown, status=201)
def hand_over_ticket(request: ApiRequest, reference: str, body: HandOverGiven) -> HttpResponse:
    """Give the ticket to another team, or send it back, with the reason. What was tried goes along."""
    ticket = find_for_desk(request, reference)
    if body.reason in ReturnReason.values:
        return _send_back(request, ticket, body)
    person = _colleague(request, body.person, field="person") if body.person else None
    team = reach.named_in_body(
        Team.objects.filter(organisation=ticket.desk_id).select_related("level"), body.team, field="team"
    )
    level = reach.named_in_body(Level.objects.filter(scheme__organisation=ticket.desk_id), body.level, field="level")
    if person is not None and team is not None and not team.memberships.filter(person=person).exists():
        raise Refused(_("This person isn’t a member of that team."), code="foreign", field="person")
    if team is None:
        raise Refused(_("Say to which team."), code="required", field="team")
    actions.hand_over(
        ticket,
        to_team=team,
        reason=body.reason,
        note=body.note,
        to_level=level,
        to_person=person,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket, status=201)


@router.write("POST", "/tickets/{reference}/escalations", answer=TicketShown, status=201)
def escalate_ticket(request: ApiRequest, reference: str, body: EscalationGiven) -> HttpResponse:
    """Tell management. Level, team and promise stay as they are."""
    ticket = find_for_desk(request, reference)
    actions.escalate(ticket, note=body.note, actor=request.person, now=request.now, expect=expected(request, ticket))
    return show(request, ticket, status=201)


@router.write("PUT", "/tickets/{reference}/promise", answer=TicketShown)
def set_promise(request: ApiRequest, reference: str, body: PromiseGiven) -> HttpResponse:
    """Say what happens next, who does it and by when. The requester sees it."""
    ticket = find_for_desk(request, reference)
    owner = ticket.requester if body.owner == ticket.requester_id else None
    if body.owner and owner is None:
        owner = _colleague(request, body.owner, field="owner")
    actions.promise(
        ticket,
        text=body.text,
        due_at=_moment(body.due_at, field="due_at"),
        owner=owner,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


@router.write("PUT", "/tickets/{reference}/assessment", answer=TicketShown)
def assess_ticket(request: ApiRequest, reference: str, body: AssessmentGiven) -> HttpResponse:
    """Answer impact and urgency anew; an overridden severity follows the matrix again."""
    ticket = find_for_desk(request, reference)
    actions.assess(
        ticket,
        impact=body.impact,
        urgency=body.urgency,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


@router.write("PUT", "/tickets/{reference}/severity", answer=TicketShown)
def override_severity(request: ApiRequest, reference: str, body: SeverityGiven) -> HttpResponse:
    """Set a severity that the matrix would not give, with the reason."""
    ticket = find_for_desk(request, reference)
    actions.override_severity(
        ticket,
        severity=body.severity,
        reason=body.reason,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


@router.write("PUT", "/tickets/{reference}/priority", answer=TicketShown)
def set_priority(request: ApiRequest, reference: str, body: PriorityGiven) -> HttpResponse:
    """Set the order of work, with the reason."""
    ticket = find_for_desk(request, reference)
    actions.prioritise(
        ticket,
        priority=body.priority,
        reason=body.reason,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


def _colleague(request: ApiRequest, pk: int, *, field: str) -> Person:
    found = reach.named_in_body(reach.colleagues(request.person), pk, field=field)
    assert found is not None
    return found


def _moment(value: datetime, *, field: str) -> datetime:
    try:
        return in_utc(value)
    except ValueError as error:
        raise Refused(_("Choose a moment between now and a year from now."), code="not_future", field=field) from error


def level_of(level: Level) -> LevelRef:
    return LevelRef(id=level.pk, name=level.name, code=level.code)


def _send_back(request: ApiRequest, ticket: Ticket, body: HandOverGiven) -> HttpResponse:
    sender = actions.sender_of(ticket)
    if body.team is not None and (sender is None or sender.from_team_id != body.team):
        raise Refused(_("It goes back to the team that handed it over."), code="not_sender", field="team")
    if body.level is not None or body.person is not None:
        raise Refused(_("It goes back as it came."), code="not_sender", field="level" if body.level else "person")
    actions.send_back(
        ticket, reason=body.reason, note=body.note, actor=request.person, now=request.now,
        expect=expected(request, ticket),
    )  # fmt: skip
    return show(request, ticket, status=201)


def _hand_over(made: HandOver) -> HandOverShown:
    return HandOverShown(
        id=made.pk,
        hierarchical=made.hierarchical,
        reason=made.reason,
        note=made.note,
        from_level=level_of(made.from_level),
        to_level=level_of(made.to_level),
        from_team=Named(id=made.from_team_id, name=made.from_team.name),
        to_team=Named(id=made.to_team_id, name=made.to_team.name),
        by=named(made.by),
        at=made.at,
    )
