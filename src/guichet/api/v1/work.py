"""The order of work: what one does next, with what speaks for it, and taking the next."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1.fields import Given, Named, OneOf, Shown, Size, named
from guichet.api.v1.tickets_shape import TicketRow, TicketShown, row, show
from guichet.lib.errors import Conflict, Forbidden
from guichet.people.models import Person
from guichet.routing.pages import LISTS, rows_of, work_page
from guichet.routing.pending import STATES, Placed, in_order, is_old, place_all, read
from guichet.routing.taking import Needs, take_next, waiting
from guichet.tickets.models import Ticket

router = Resource(tag="Order of work", scope="tickets")
# As many as the work list shows, of those that are read to be put in order.
_SHOWN, _CANDIDATES = 50, 1_000


class WorkShown(Shown):
    """A ticket at its place, and what put it there. Minutes are working minutes of the promise's own clock."""

    ticket: TicketRow
    measure: str | None = Field(description="The promise that ends first: a measure of the service level, or `custom`")
    due_at: datetime | None
    minutes_left: float | None = Field(description="Until one has to begin; below 0: too late")
    expected_minutes: float = Field(description="What its handling takes, as learnt from the desk’s past")
    chance: float | None = Field(description="That the promise is broken, 0 to 1; null where nobody reckoned it yet")
    old: bool = Field(description="It stands higher because it has waited for too long")
    needs_skill: Named | None = Field(description="A skill or right that you lack and a colleague of the team holds")


class WorkList(Shown):
    """What waits for you, and what waits in your teams with nobody, each the first first."""

    mine: list[WorkShown]
    teams: list[WorkShown]


class WorkPageShown(Shown):
    items: list[WorkShown]
    next_cursor: str | None


class PageAsked(Given):
    cursor: Annotated[str, Field(max_length=600)] = ""
    size: Size = 50


@router.read("/worklist", answer=WorkList)
def read_work(request: ApiRequest) -> HttpResponse:
    """Your work and your teams', in the order that breaks the fewest promises. For those who work at a desk."""
    person = request.person
    _need_desk(person)
    own = Ticket.objects.at_desk_of(person).filter(assignee=person, state__in=STATES)
    theirs = read(own.order_by("priority", "promise_due_at", "id"), limit=_CANDIDATES)
    placed = place_all([*theirs, *read(waiting(person), limit=_CANDIDATES)], known=person.organisation, now=request.now)
    mine, teams = (in_order(part)[:_SHOWN] for part in (placed[: len(theirs)], placed[len(theirs) :]))
    needs = Needs.of(teams)
    tickets = {
        ticket.pk: ticket
        for ticket in Ticket.objects.at_desk_of(person)
        .filter(pk__in=[one.item.ticket for one in (*mine, *teams)])
        .with_names()
    }
    return shown(
        WorkList(mine=_lines(mine, tickets, person, None), teams=_lines(teams, tickets, person, needs)),
    )


def _lines(
    placed: Sequence[Placed], tickets: dict[int, Ticket], person: Person, needs: Needs | None
) -> list[WorkShown]:
    return [
        WorkShown(
            ticket=row(person, tickets[one.item.ticket]),
            measure=one.nearest.measure if one.nearest else None,
            due_at=one.nearest.due_at if one.nearest else None,
            minutes_left=round(one.slack, 1) if one.nearest else None,
            expected_minutes=round(one.minutes, 1),
            chance=one.risk,
            old=is_old(one),
            needs_skill=named(needs.missing(one, person=person.pk)) if needs else None,
        )
        for one in placed
        if one.item.ticket in tickets
    ]


@router.read("/worklist/lists/{name}", answer=WorkPageShown)
def read_list(request: ApiRequest, name: Annotated[str, OneOf(*LISTS)], filters: Query[PageAsked]) -> HttpResponse:
    """Everything that you have (`mine`), that your teams have (`team`) or that nobody has, page by page in that order.

    What is on hold or awaits its requester's word comes last, the first due first.
    """
    person = request.person
    _need_desk(person)
    here = Ticket.objects.at_desk_of(person)
    chosen = LISTS[name](here, person)
    found = work_page(chosen, person=person, now=request.now, cursor=filters.cursor, size=filters.size)
    tickets = {ticket.pk: ticket for _placed, ticket in rows_of(here.with_names(), found.items)}
    lines = _lines(found.items, tickets, person, None if name == "mine" else Needs.of(found.items))
    return shown(WorkPageShown(items=lines, next_cursor=found.next_cursor or None))


@router.write("POST", "/worklist/next", answer=TicketShown, guarded=False)
def take_next_ticket(request: ApiRequest) -> HttpResponse:
    """Take what goes first of what you can take: never what somebody else is taking at this moment."""
    _need_desk(request.person)
    taken = take_next(request.person, now=request.now)
    if taken is None:
        raise Conflict(_("Nothing that you can take waits in your teams."), code="nothing_waits")
    return show(request, taken)


def _need_desk(person: Person) -> None:
    if not person.grants.at_desk:
        raise Forbidden(_("This is for those who work at a service desk."), code="not_desk")
