"""Tickets: open, list, read, correct."""

from datetime import datetime
from typing import Annotated, Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, etag, expected, shown, versions_in
from guichet.api.v1 import answers, reach
from guichet.api.v1.fields import Given, Moment, OneOf, PathId, RowId, Size, in_utc
from guichet.api.v1.tickets_shape import TicketPage, TicketShown, find, find_for_desk, row, show, whole
from guichet.catalog.models import Category, Kind, RequestType
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.paging import page_of
from guichet.people.models import Organisation, Person, Site
from guichet.routing.actions import submit
from guichet.tickets import actions, policies, severity
from guichet.tickets.models import Channel, Impact, Severity, State, Ticket, Urgency
from guichet.tickets.queries import TicketQuerySet

router = Resource(tag="Tickets", scope="tickets")
_ORDERS = {
    "newest": ("-opened_at", "-id"),
    "oldest": ("opened_at", "id"),
    "updated": ("-updated_at", "-id"),
    "work": ("priority", "promise_due_at", "id"),
}


class TicketFilters(Given):
    """All that are given have to hold."""

    state: list[Annotated[str, OneOf.these(State)]] = []
    severity: list[Annotated[str, OneOf.these(Severity)]] = []
    kind: Annotated[str, OneOf.these(Kind)] | None = None
    channel: Annotated[str, OneOf.these(Channel)] | None = None
    priority: Annotated[int, Field(ge=1, le=4)] | None = None
    organisation: PathId | None = None
    team: PathId | None = None
    level: PathId | None = None
    category: PathId | None = None
    requester: PathId | None = None
    assignee: Annotated[str, Field(pattern=r"^(me|none|[1-9][0-9]{0,17})$")] | None = None
    asset: Annotated[str, Field(max_length=80)] | None = None
    tag: Annotated[str, Field(max_length=40)] | None = None
    live: bool | None = None
    overdue: bool | None = None
    opened_after: Moment | None = None
    opened_before: Moment | None = None
    updated_after: Moment | None = None
    q: Annotated[str, Field(max_length=200, description="Words of the ticket, or its reference")] | None = None
    view: Annotated[
        Annotated[str, OneOf("all", "desk", "mine")],
        Field(description="`desk`: what I may treat. `mine`: what I follow as a requester."),
    ] = "all"
    order: Annotated[
        Annotated[str, OneOf("newest", "oldest", "updated", "work")],
        Field(description="`work`: by priority and due time, live tickets only"),
    ] = "newest"
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class NewTicket(Given):
    """What a technician needs to know. The team follows from the desk's rules, the severity from its matrix."""

    description: str
    impact: Annotated[str, OneOf.these(Impact)]
    urgency: Annotated[str, OneOf.these(Urgency)]
    other_work_possible: bool | None = Field(
        default=None, description="The urgency coach's question: with true, `stopped` becomes `blocked`."
    )
    title: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, OneOf.these(Kind)] | None = None
    category: RowId | None = None
    request_type: RowId | None = None
    site: RowId | None = None
    asset: Annotated[str, Field(max_length=80)] = ""
    facts: dict[str, str] = Field(default_factory=dict, description="What intake asks for, by key; see /intake-checks")
    answers: dict[str, Any] = Field(default_factory=dict, description="To the request type's own questions, by key")
    organisation: RowId | None = Field(default=None, description="Your own where left out")
    requester: RowId | None = Field(default=None, description="Yourself where left out")
    channel: Annotated[str, OneOf.these(Channel)] | None = Field(default=None, description="Desk only; `api` otherwise")
    external_key: Annotated[str, Field(min_length=1, max_length=120)] | None = Field(
        default=None, description="Desk only; unique within the organisation"
    )


class TicketChange(Given):
    """What is left out stays as it is."""

    title: Annotated[str, Field(max_length=200)] | None = None
    kind: Annotated[str, OneOf.these(Kind)] | None = None
    category: RowId | None = None
    asset: Annotated[str, Field(max_length=80)] | None = None


@router.read("/tickets", answer=TicketPage)
def list_tickets(request: ApiRequest, filters: Query[TicketFilters]) -> HttpResponse:
    """The tickets that you may see, page by page."""
    parts = [
        _filtered(part, filters, person=request.person, now=request.now).with_names()
        for part in _seen(request.person, filters.view)
    ]
    found = page_of(parts, order=_ORDERS[filters.order], cursor=filters.cursor, size=filters.size)
    items = [row(request.person, ticket) for ticket in found.items]
    return shown(TicketPage(items=items, next_cursor=found.next_cursor or None))


def _seen(person: Person, view: str) -> list[TicketQuerySet]:
    if view == "desk":
        return [Ticket.objects.at_desk_of(person)]
    return [Ticket.objects.own_of(person)] if view == "mine" else Ticket.objects.visible_in_parts(person)


def _filtered(queryset: TicketQuerySet, filters: TicketFilters, *, person: Person, now: datetime) -> TicketQuerySet:
    exact = {
        name: value
        for name in ("kind", "channel", "priority", "organisation", "team", "level", "category", "requester", "asset")
        if (value := getattr(filters, name)) is not None
    }
    queryset = queryset.filter(**exact)
    if filters.priority is not None or filters.tag is not None or filters.order == "work":
        # Priority and tags are the desk's; a filter on them must not tell them to others.
        queryset = queryset & Ticket.objects.at_desk_of(person)
    if filters.state:
        queryset = queryset.filter(state__in=filters.state)
    if filters.severity:
        queryset = queryset.filter(severity__in=filters.severity)
    if filters.assignee == "none":
        queryset = queryset.filter(assignee__isnull=True)
    elif filters.assignee:
        queryset = queryset.filter(assignee=person.pk if filters.assignee == "me" else int(filters.assignee))
    if filters.tag is not None:
        queryset = queryset.filter(tags__name=filters.tag.casefold())
    if filters.live or filters.order == "work":
        queryset = queryset.live()
    if filters.overdue:
        queryset = queryset.overdue(now=now)
    for name, lookup in (
        ("opened_after", "opened_at__gte"), ("opened_before", "opened_at__lt"), ("updated_after", "updated_at__gte"),
    ):  # fmt: skip
        moment = getattr(filters, name)
        if moment is not None:
            queryset = queryset.filter(**{lookup: _moment(moment, field=name)})
    return queryset.matching(filters.q, person=person) if filters.q else queryset


def _moment(value: datetime, *, field: str) -> datetime:
    try:
        return in_utc(value)
    except ValueError as error:
        raise Refused(_("This is no moment that one can mean."), code="invalid", field=field) from error


@router.write("POST", "/tickets", answer=TicketShown, status=201, guarded=False)
def open_ticket(request: ApiRequest, body: NewTicket) -> HttpResponse:
    """Open a ticket. It has its reference, its team and its first promise at once."""
    person = request.person
    organisation = (
        reach.named_in_body(reach.organisations(person), body.organisation, field="organisation") or person.organisation
    )
    requester = reach.named_in_body(reach.people(person), body.requester, field="requester") or person
    for_others = policies.can_open_for(person, organisation_id=organisation.pk, desk_id=organisation.desk.pk)
    if organisation.pk != person.organisation_id and not for_others:
        raise Forbidden(_("You may open tickets for yourself only."), code="not_for_others", field="organisation")
    at_desk = organisation.desk.pk in person.grants.treats_in
    if (body.channel or body.external_key) and not at_desk:
        raise Forbidden(_("Only the desk may say this."), code="not_desk", field="channel")
    fields = _about(body, organisation=organisation)
    urgency = body.urgency
    if body.other_work_possible is not None:
        urgency = severity.coached(urgency=urgency, other_work_possible=body.other_work_possible)
    try:
        with transaction.atomic():
            ticket = submit(
                organisation=organisation,
                requester=requester,
                actor=person,
                now=request.now,
                description=body.description,
                impact=body.impact,
                urgency=urgency,
                title=body.title,
                channel=body.channel or Channel.API,
                asset=body.asset,
                facts=body.facts,
                external_key=body.external_key,
                **fields,
            )
    except IntegrityError as error:
        if "ticket_external_key" not in str(error):
            raise
        raise Conflict(
            _("A ticket with this external key exists already."), code="external_key_taken", field="external_key"
        ) from error
    response = show(request, ticket, status=201)
    response["Location"] = f"/api/v1/tickets/{ticket.reference}"
    return response


def _about(body: NewTicket, *, organisation: Organisation) -> dict[str, Any]:
    """What the ticket is about, as rows that this organisation may use."""
    desk = organisation.desk.pk
    request_type = reach.named_in_body(
        RequestType.objects.filter(organisation__in={organisation.pk, desk}, active=True).select_related("category"),
        body.request_type,
        field="request_type",
    )
    category = reach.named_in_body(categories_of(desk), body.category, field="category")
    kind = body.kind or (request_type.kind if request_type else Kind.INCIDENT)
    return {
        "kind": str(kind),
        "request_type": request_type,
        "category": category or (request_type.category if request_type else None),
        "site": reach.named_in_body(Site.objects.filter(organisation=organisation), body.site, field="site"),
        "answers": answers.checked(request_type, body.answers),
    }


def categories_of(desk: int) -> Any:
    from django.db.models import Q

    own = Q(organisation=desk) | Q(organisation__isnull=True)
    return Category.objects.filter(own, active=True).select_related("service")


@router.read("/tickets/{reference}", answer=TicketShown, cached=True)
def read_ticket(request: ApiRequest, reference: str) -> HttpResponse:
    """One ticket, by its reference however it is typed."""
    ticket = find(request, reference)
    seen = request.headers.get("If-None-Match", "")
    if seen and ticket.version in versions_in(seen):
        response = HttpResponse(status=304)
        response["ETag"] = etag(ticket.version)
        return response
    return shown(whole(request.person, ticket), version=ticket.version)


@router.write("PATCH", "/tickets/{reference}", answer=TicketShown)
def change_ticket(request: ApiRequest, reference: str, body: TicketChange) -> HttpResponse:
    """Correct what the ticket is about. Desk only; everything else has a resource of its own."""
    ticket = find_for_desk(request, reference)
    category = reach.named_in_body(categories_of(ticket.desk_id), body.category, field="category")
    actions.recategorise(
        ticket,
        actor=request.person,
        now=request.now,
        kind=body.kind,
        category=category,
        title=body.title,
        asset=body.asset,
        expect=expected(request, ticket),
    )
    return show(request, ticket)
