"""How a ticket ends and begins again: resolution, the requester's say, cancellation, satisfaction."""

from datetime import datetime
from typing import Annotated

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, RowId, Shown, named
from guichet.api.v1.tickets_shape import TicketShown, find, find_for_desk, need_desk, show
from guichet.lib.errors import Conflict
from guichet.tickets import actions, lifecycle, policies
from guichet.tickets.models import Satisfaction, Unsolved

router = Resource(tag="Ending", scope="tickets")


class ResolutionGiven(Given):
    """Either the attempt that was tested and works, or the reason why there is none; and what the requester reads."""

    solution: RowId | None = Field(default=None, description="The number of an attempt whose result is `worked`")
    unsolved_reason: Annotated[str, OneOf("", *(str(v) for v in Unsolved.values))] = ""
    body: str = Field(default="", description="The reply that tells the requester")


class ConfirmationGiven(Given):
    """Whether it works; if not, what happens instead."""

    works: bool
    body: str = Field(default="", description="Required where it doesn't work")


class CancellationGiven(Given):
    """Why it is not needed after all; said in public."""

    reason: Annotated[str, Field(max_length=2000)]


class SatisfactionGiven(Given):
    """The one question: 1 (not at all) to 5 (entirely satisfied)."""

    score: RowId
    comment: Annotated[str, Field(max_length=2000)] = ""


class SatisfactionShown(Shown):
    """The requester's answer, with who had treated the ticket by then."""

    score: int
    comment: str
    agent: Named | None
    at: datetime


@router.write("PUT", "/tickets/{reference}/resolution", answer=TicketShown)
def resolve_ticket(request: ApiRequest, reference: str, body: ResolutionGiven) -> HttpResponse:
    """Solved by a verified attempt, or ended for a stated reason. The requester then has the say. Desk only."""
    ticket = find_for_desk(request, reference)
    actions.resolve(
        ticket,
        solution=reach.named_in_body(ticket.attempts.all(), body.solution, field="solution"),
        unsolved_reason=body.unsolved_reason,
        body=body.body,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


@router.write("DELETE", "/tickets/{reference}/resolution", answer=TicketShown)
def reopen_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """Begin a new open period of a resolved or closed ticket. To say why as well, answer its confirmation with no."""
    return _reopen(request, reference, unless=lifecycle.CANCELLED)


@router.write("PUT", "/tickets/{reference}/confirmation", answer=TicketShown)
def confirm_ticket(request: ApiRequest, reference: str, body: ConfirmationGiven) -> HttpResponse:
    """The requester's say on a resolved ticket: it works, and it closes; or it doesn't, and the work goes on."""
    ticket = find(request, reference)
    expect = expected(request, ticket)
    if body.works:
        actions.confirm(ticket, actor=request.person, now=request.now, expect=expect)
    else:
        actions.refuse(ticket, body=body.body, actor=request.person, now=request.now, expect=expect)
    return show(request, ticket)


@router.write("PUT", "/tickets/{reference}/closure", answer=TicketShown)
def close_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """Close a resolved ticket whose requester had the say. Desk only."""
    ticket = find_for_desk(request, reference)
    expected(request, ticket)
    actions.close(ticket, actor=request.person, now=request.now)
    return show(request, ticket)


@router.write("POST", "/tickets/{reference}/cancellation", answer=TicketShown, status=201)
def cancel_ticket(request: ApiRequest, reference: str, body: CancellationGiven) -> HttpResponse:
    """It is not needed after all."""
    ticket = find(request, reference)
    actions.cancel(ticket, reason=body.reason, actor=request.person, now=request.now, expect=expected(request, ticket))
    return show(request, ticket, status=201)


@router.write("DELETE", "/tickets/{reference}/cancellation", answer=TicketShown)
def uncancel_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """It is needed after all: begin a new open period of a cancelled ticket."""
    return _reopen(request, reference, unless=lifecycle.RESOLVED, and_unless=lifecycle.CLOSED)


def _reopen(request: ApiRequest, reference: str, *, unless: str, and_unless: str = "") -> HttpResponse:
    ticket = find(request, reference)
    if ticket.state in {unless, and_unless}:
        raise Conflict(_("This is no longer possible in the ticket’s present state."), code="wrong_state")
    actions.reopen(ticket, actor=request.person, now=request.now, expect=expected(request, ticket))
    return show(request, ticket)


@router.read("/tickets/{reference}/satisfaction", answer=SatisfactionShown)
def read_satisfaction(request: ApiRequest, reference: str) -> SatisfactionShown:
    """The requester's answer; for them and for the desk. 404 while there is none."""
    ticket = find(request, reference)
    given = Satisfaction.objects.filter(ticket=ticket).select_related("agent").first()
    if not policies.can_rate(request.person, ticket):
        need_desk(request.person, ticket)
    if given is None:
        raise Http404
    return _satisfaction(given)


@router.write("PUT", "/tickets/{reference}/satisfaction", answer=SatisfactionShown)
def rate_ticket(request: ApiRequest, reference: str, body: SatisfactionGiven) -> HttpResponse:
    """Answer the one question. Requester only; answering again replaces the answer."""
    ticket = find(request, reference)
    expected(request, ticket)
    given = actions.rate(ticket, score=body.score, comment=body.comment, actor=request.person, now=request.now)
    return shown(_satisfaction(given))


def _satisfaction(given: Satisfaction) -> SatisfactionShown:
    return SatisfactionShown(score=given.score, comment=given.comment, agent=named(given.agent), at=given.at)
