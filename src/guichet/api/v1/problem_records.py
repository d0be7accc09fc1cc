"""Problems: the cause behind incidents, its workaround and its fix, and the tickets under it. Desk only."""

from datetime import datetime
from typing import Annotated

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Moment, Named, OneOf, RowId, Shown, Size, named
from guichet.api.v1.problems_shape import (
    ProblemPage,
    ProblemRow,
    ProblemShown,
    Reference,
    by,
    find_problem,
    row_of,
    show_problem,
    visible,
)
from guichet.api.v1.tickets_shape import TicketPage, TicketShown, find_for_desk, row, show
from guichet.catalog.models import Category
from guichet.lib import references
from guichet.lib.errors import Forbidden, Refused
from guichet.lib.paging import page
from guichet.people.models import Organisation, Person
from guichet.tickets import causes, problem_story, problems
from guichet.tickets.models import ProblemState, Ticket

router = Resource(tag="Problems", scope="tickets")
Text = Annotated[str, Field(max_length=20_000)]
Short = Annotated[str, Field(max_length=4000)]


class ProblemEvent(Shown):
    """Something that happened to it."""

    number: int
    verb: str
    at: datetime
    by: Named | None
    sentence: str


class ProblemFilters(Given):
    """All that are given have to hold."""

    state: list[Annotated[str, OneOf.these(ProblemState)]] = []
    q: Annotated[str, Field(max_length=200, description="Words, or its reference")] | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class PageFilters(Given):
    """Which part."""

    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class NewProblem(Given):
    """A cause that is looked for. `ticket`: the ticket that it was seen on; it then stands under it."""

    title: Annotated[str, Field(max_length=200)]
    symptoms: Text = ""
    category: RowId | None = None
    desk: RowId | None = Field(default=None, description="Your own where left out")
    ticket: Reference | None = None


class ProblemChange(Given):
    """What is left out stays as it is."""

    title: Annotated[str, Field(max_length=200)] | None = None
    symptoms: Text | None = None
    category: RowId | None = Field(default=None, description="null takes it off")
    owner: RowId | None = None


class CauseGiven(Given):
    """What it is: from then on it is a known error."""

    cause: Text


class WorkaroundGiven(Given):
    """How the desk restores the service, what requesters read of it, and when one looks at it again."""

    text: Text
    public_text: Short = ""
    expires_at: Moment


class FixGiven(Given):
    """What was done, how it was tested, what the requesters are told. `cause` where none was stated yet."""

    text: Text
    test: Annotated[str, Field(max_length=300)]
    public_text: Short
    cause: Text = ""


class ClosureGiven(Given):
    """Why nobody looks any further; required where there is no fix."""

    conclusion: Short = ""


class TestedGiven(Given):
    """How it was seen that the workaround works here, and the reply that tells the requester."""

    test: Annotated[str, Field(max_length=300)]
    body: str = ""


@router.read("/problems", answer=ProblemPage)
def list_problems(request: ApiRequest, filters: Query[ProblemFilters]) -> HttpResponse:
    """The problems of the desks where you treat tickets."""
    if not request.person.grants.treats_in:
        raise Forbidden(_("Only those who work at this service desk may see this."), code="not_desk")
    rows = visible(request.person)
    if filters.state:
        rows = rows.filter(state__in=filters.state)
    if filters.q:
        rows = causes.matching(rows, filters.q)
    found = page(rows, order=("-opened_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = [ProblemRow(**row_of(problem)) for problem in found.items]
    return shown(ProblemPage(items=items, next_cursor=found.next_cursor or None))


@router.write("POST", "/problems", answer=ProblemShown, status=201, guarded=False)
def open_problem(request: ApiRequest, body: NewProblem) -> HttpResponse:
    """Open a problem; whoever opens it sees to it."""
    person = request.person
    if not person.grants.treats_in:
        raise Forbidden(_("Only those who work at this service desk may do this."), code="not_desk")
    treated = Organisation.objects.filter(pk__in=person.grants.treats_in)
    ticket = _ticket_in_body(person, body.ticket) if body.ticket is not None else None
    own = ticket.desk if ticket is not None else person.desk_among(person.grants.treats_in)
    desk = reach.named_in_body(treated, body.desk, field="desk") or own
    category = reach.named_in_body(Category.objects.all(), body.category, field="category")
    # One thing: where the ticket can't stand under it, there is no new problem either.
    with transaction.atomic():
        made = problems.open_problem(
            desk=desk, title=body.title, symptoms=body.symptoms, category=category, actor=person, now=request.now
        )
        if ticket is not None:
            causes.link(ticket, problem=made, actor=person, now=request.now)
    return show_problem(made, status=201)


@router.read("/problems/{problem}", answer=ProblemShown)
def read_problem(request: ApiRequest, problem: Reference) -> HttpResponse:
    """One of them, as it stands."""
    return show_problem(find_problem(request, problem))


@router.write("PATCH", "/problems/{problem}", answer=ProblemShown)
def change_problem(request: ApiRequest, problem: Reference, body: ProblemChange) -> HttpResponse:
    """Correct what it is about, or give it to somebody else."""
    found = find_problem(request, problem)
    given = by(request, found)
    to = reach.named_in_body(reach.people(request.person), body.owner, field="owner")
    category = reach.named_in_body(Category.objects.all(), body.category, field="category")
    sorts = "category" in body.model_fields_set
    with transaction.atomic():
        if to is not None:
            problems.assign(found, to=to, **given)
            given["expect"] = None
        if body.title is not None or body.symptoms is not None or sorts or to is None:
            problems.describe(
                found,
                title=body.title,
                symptoms=body.symptoms,
                category=category if sorts else problems.UNCHANGED,
                **given,
            )
    return show_problem(found)


@router.write("PUT", "/problems/{problem}/cause", answer=ProblemShown)
def state_cause(request: ApiRequest, problem: Reference, body: CauseGiven) -> HttpResponse:
    """State the cause: it is a known error from then on."""
    found = find_problem(request, problem)
    problems.state_cause(found, cause=body.cause, **by(request, found))
    return show_problem(found)


@router.write("DELETE", "/problems/{problem}/cause", answer=ProblemShown)
def dismiss_cause(request: ApiRequest, problem: Reference) -> HttpResponse:
    """It wasn’t the cause: look again."""
    found = find_problem(request, problem)
    problems.dismiss_cause(found, **by(request, found))
    return show_problem(found)


@router.write("PUT", "/problems/{problem}/workaround", answer=ProblemShown)
def offer_workaround(request: ApiRequest, problem: Reference, body: WorkaroundGiven) -> HttpResponse:
    """Offer a workaround on the tickets under it; it replaces the one before."""
    found = find_problem(request, problem)
    problems.work_around(
        found, text=body.text, public_text=body.public_text, expires_at=body.expires_at, **by(request, found)
    )
    return show_problem(found)


@router.write("DELETE", "/problems/{problem}/workaround", answer=ProblemShown)
def withdraw_workaround(request: ApiRequest, problem: Reference) -> HttpResponse:
    """It doesn’t hold: offer it to nobody any more."""
    found = find_problem(request, problem)
    problems.withdraw_workaround(found, **by(request, found))
    return show_problem(found)


@router.write("PUT", "/problems/{problem}/fix", answer=ProblemShown)
def fix_problem(request: ApiRequest, problem: Reference, body: FixGiven) -> HttpResponse:
    """The cause is removed. The requesters of the tickets under it are told and asked to confirm, by a job."""
    found = find_problem(request, problem)
    problems.fix(
        found,
        text=body.text,
        test=body.test,
        public_text=body.public_text,
        cause=body.cause,
        **by(request, found),
    )
    return show_problem(found)


@router.write("PUT", "/problems/{problem}/closure", answer=ProblemShown)
def close_problem(request: ApiRequest, problem: Reference, body: ClosureGiven) -> HttpResponse:
    """Nothing is left to do."""
    found = find_problem(request, problem)
    problems.close(found, conclusion=body.conclusion, **by(request, found))
    return show_problem(found)


@router.write("DELETE", "/problems/{problem}/closure", answer=ProblemShown)
def reopen_problem(request: ApiRequest, problem: Reference) -> HttpResponse:
    """It is there again, fixed or closed as it was."""
    found = find_problem(request, problem)
    problems.reopen(found, **by(request, found))
    return show_problem(found)


@router.read("/problems/{problem}/timeline", answer=list[ProblemEvent])
def read_problem_timeline(request: ApiRequest, problem: Reference) -> list[ProblemEvent]:
    """What happened to it, newest first."""
    return [
        ProblemEvent(number=t.number, verb=t.verb, at=t.at, by=named(t.by), sentence=t.sentence)
        for t in problem_story.story(find_problem(request, problem))
    ]


@router.read("/problems/{problem}/tickets", answer=TicketPage)
def list_problem_tickets(request: ApiRequest, problem: Reference, filters: Query[PageFilters]) -> HttpResponse:
    """The tickets under it, newest first."""
    under = Ticket.objects.at_desk_of(request.person).filter(problem_link__problem=find_problem(request, problem))
    found = page(under.with_names(), order=("-opened_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = [row(request.person, ticket) for ticket in found.items]
    return shown(TicketPage(items=items, next_cursor=found.next_cursor or None))


@router.write("PUT", "/problems/{problem}/tickets/{reference}", answer=ProblemShown, guarded=False)
def link_ticket(request: ApiRequest, problem: Reference, reference: str) -> HttpResponse:
    """This problem causes that ticket."""
    found = find_problem(request, problem)
    causes.link(find_for_desk(request, reference), problem=found, actor=request.person, now=request.now)
    return show_problem(found)


@router.write("DELETE", "/problems/{problem}/tickets/{reference}", answer=ProblemShown, guarded=False)
def unlink_ticket(request: ApiRequest, problem: Reference, reference: str) -> HttpResponse:
    """It doesn’t cause it after all."""
    found = find_problem(request, problem)
    causes.unlink(find_for_desk(request, reference), problem=found, actor=request.person, now=request.now)
    return show_problem(found)


@router.write("PUT", "/tickets/{reference}/workaround-resolution", answer=TicketShown)
def resolve_by_workaround(request: ApiRequest, reference: str, body: TestedGiven) -> HttpResponse:
    """The workaround of the problem above it restored the service; the requester has the say. Desk only."""
    ticket = find_for_desk(request, reference)
    causes.resolve_by_workaround(
        ticket,
        test=body.test,
        body=body.body,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return show(request, ticket)


def _ticket_in_body(person: Person, text: str) -> Ticket:
    treated = Ticket.objects.at_desk_of(person).filter(desk__in=person.grants.treats_in)
    found = treated.filter(reference=references.parse(text) or "").select_related("desk").first()
    if found is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="ticket")
    return found
