"""How a ticket looks from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import shown
from guichet.api.v1.fields import Named, OneOf, Shown, named
from guichet.catalog.models import Kind
from guichet.lib import references
from guichet.lib.compiled import Compiled
from guichet.lib.errors import Forbidden
from guichet.people.models import Person
from guichet.routing.models import Forecast
from guichet.routing.pending import STATES
from guichet.tickets import causes, lifecycle, policies
from guichet.tickets.models import (
    Channel,
    HoldReason,
    Impact,
    ProblemLink,
    PromiseKind,
    Severity,
    State,
    Ticket,
    Unsolved,
    Urgency,
)
from guichet.tickets.queries import TicketQuerySet

# What every operation looks at, and what only its description names: planned once, a dozen joins cost little.
_NEAR = ("organisation", "desk", "level", "team")
_NAMED = (
    "requester", "reporter", "category", "service", "request_type", "site", "assignee", "promise_owner", "severity_by",
    "priority_by",
)  # fmt: skip
# What the requester's side may do; the rest is for the desk.
_FOR_REQUESTERS = frozenset({"confirm", "refuse", "cancel", "reopen"})


class LevelRef(Named):
    """Who treats it: a depth of skill."""

    code: str


class PromiseShown(Shown):
    """What happens next, who does it and by when. Every ticket that is not at its end has one."""

    kind: Annotated[str, OneOf.these(PromiseKind)]
    text: str
    owner: Named | None
    who: str
    due_at: datetime


class HoldShown(Shown):
    """The pause that runs."""

    reason: Annotated[str, OneOf.these(HoldReason)]
    note: str
    started_at: datetime
    wake_at: datetime


class MeanwhileShown(Shown):
    """What the requester can do until the cause of the failure is removed."""

    text: str
    expires_at: datetime


class ForecastShown(Shown):
    """The chance, 0 to 1, that the nearest promise is broken, as reckoned every minute."""

    measure: str
    due_at: datetime
    chance: float
    made_at: datetime


class TicketRow(Shown):
    """A ticket in a list. What only the desk may see is null for others."""

    reference: str
    version: int
    kind: Annotated[str, OneOf.these(Kind)]
    title: str
    state: Annotated[str, OneOf.these(State)]
    organisation: Named
    requester: Named
    channel: Annotated[str, OneOf.these(Channel)]
    category: Named | None
    impact: Annotated[str, OneOf.these(Impact)]
    urgency: Annotated[str, OneOf.these(Urgency)]
    severity: Annotated[str, OneOf.these(Severity)]
    priority: int | None
    level: LevelRef
    team: Named
    assignee: Named | None
    asset: str
    promise: PromiseShown | None
    opened_at: datetime
    updated_at: datetime


class TicketPage(Shown):
    """Some tickets in order; ask again with `cursor` for those after them."""

    items: list[TicketRow]
    next_cursor: str | None


class TicketShown(TicketRow):
    """A ticket. What only the desk may see is null for others."""

    description: str
    reporter: Named
    service: Named | None
    request_type: Named | None
    site: Named | None
    facts: dict[str, str]
    answers: dict[str, Any]
    severity_reason: str
    priority_reason: str | None
    external_key: str | None
    tags: list[str] | None
    hold: HoldShown | None
    problem: str | None = Field(description="The problem that causes it; desk only")
    workaround: MeanwhileShown | None
    solution: int | None
    unsolved_reason: Annotated[str, OneOf("", *(str(v) for v in Unsolved.values))]
    answered_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    received_at: datetime
    reopened: int
    forecast: ForecastShown | None
    may: list[str]


def find(request: ApiRequest, reference: str) -> Ticket:
    """The ticket of a reference, however it is typed, where the person may see it."""
    exact = references.parse(reference) if len(reference) <= 40 else None
    if exact is None:
        raise Http404
    ticket = _by_reference.first(reference=exact, now=timezone.now())
    if ticket is None:
        raise Http404
    if not policies.is_desk(request.person, ticket):
        get_object_or_404(Ticket.objects.visible_to(request.person).only("pk"), pk=ticket.pk)
    return ticket


def find_for_desk(request: ApiRequest, reference: str) -> Ticket:
    """The same, for what only the desk may see or do."""
    ticket = find(request, reference)
    need_desk(request.person, ticket)
    return ticket


def need_desk(person: Person, ticket: Ticket) -> None:
    if not policies.is_desk(person, ticket):
        raise Forbidden(_("This is for the desk that treats this ticket."), code="not_desk")


def show(request: ApiRequest, ticket: Ticket, *, status: int = 200) -> HttpResponse:
    """The ticket as it is now in the database, also where the action took it out of the person's sight."""
    current = _by_number(pk=ticket.pk, now=timezone.now())[0]
    return shown(whole(request.person, current), status=status, version=current.version)


def row(person: Person, ticket: Ticket) -> TicketRow:
    return TicketRow(**_row(person, ticket))


def whole(person: Person, ticket: Ticket) -> TicketShown:
    at_desk = policies.is_desk(person, ticket)
    hold = ticket.holds.filter(ended_at__isnull=True).first() if ticket.state == lifecycle.ON_HOLD else None
    return TicketShown(
        **_row(person, ticket),
        description=ticket.description,
        reporter=Named(id=ticket.reporter_id, name=ticket.reporter.name),
        service=named(ticket.service),
        request_type=named(ticket.request_type),
        site=named(ticket.site),
        facts={str(key): str(value) for key, value in ticket.facts.items()},
        answers=ticket.answers,
        severity_reason=ticket.severity_reason,
        priority_reason=ticket.priority_reason if at_desk else None,
        external_key=ticket.external_key if at_desk else None,
        tags=vars(ticket)["tagged"] if at_desk else None,
        hold=HoldShown(
            reason=hold.reason, note=hold.note if at_desk else "", started_at=hold.started_at, wake_at=hold.wake_at
        )
        if hold
        else None,
        problem=vars(ticket)["above"] if ticket.desk_id in person.grants.treats_in else None,
        workaround=_meanwhile(ticket),
        solution=ticket.solution_id if at_desk else None,
        unsolved_reason=ticket.unsolved_reason,
        answered_at=ticket.answered_at,
        resolved_at=ticket.resolved_at,
        closed_at=ticket.closed_at,
        received_at=ticket.received_at,
        reopened=ticket.reopened,
        forecast=_forecast(ticket) if at_desk else None,
        may=may(person, ticket),
    )


def _with_more(tickets: TicketQuerySet, *, now: datetime) -> TicketQuerySet:
    """With all that its description says: by the query that finds the ticket."""
    above = ProblemLink.objects.filter(ticket=OuterRef("pk")).values("problem__reference")
    offered = causes.public_workarounds(now=now).filter(problem__links__ticket=OuterRef("pk"))
    meanwhile = offered.values(shown=JSONObject(text="public_text", expires_at="expires_at"))
    tags = Ticket.tags.through.objects.filter(ticket=OuterRef("pk")).order_by("tag__name").values("tag__name")
    return tickets.select_related("forecast", *_NEAR, *_NAMED).annotate(
        above=Subquery(above[:1]), meanwhile=Subquery(meanwhile[:1]), tagged=ArraySubquery(tags)
    )


_by_number = Compiled(lambda pk, now: _with_more(Ticket.objects.filter(pk=pk), now=now), pk=int, now=datetime)
_by_reference = Compiled(
    lambda reference, now: _with_more(Ticket.objects.filter(reference=reference), now=now), reference=str, now=datetime
)  # fmt: skip


def _meanwhile(ticket: Ticket) -> MeanwhileShown | None:
    offered = vars(ticket)["meanwhile"]
    if offered is None or ticket.state == lifecycle.CANCELLED:
        return None
    return MeanwhileShown(text=offered["text"], expires_at=datetime.fromisoformat(offered["expires_at"]))


def _forecast(ticket: Ticket) -> ForecastShown | None:
    told: Forecast | None = getattr(ticket, "forecast", None)
    if told is None or ticket.state not in STATES:
        return None
    return ForecastShown(measure=told.measure, due_at=told.due_at, chance=told.chance, made_at=told.made_at)


def may(person: Person, ticket: Ticket) -> list[str]:
    """The verbs open to this person in the ticket's present state."""
    possible = set(lifecycle.verbs(ticket.state))
    if not policies.can_rate(person, ticket):
        possible.discard("rate")
    if not policies.is_desk(person, ticket):
        possible &= {"reply", "rate"} | (_FOR_REQUESTERS if policies.is_requester(person, ticket) else frozenset())
    return sorted(possible)


def _row(person: Person, ticket: Ticket) -> dict[str, Any]:
    return {
        "reference": ticket.reference,
        "version": ticket.version,
        "kind": ticket.kind,
        "title": ticket.title,
        "state": ticket.state,
        "organisation": named(ticket.organisation),
        "requester": named(ticket.requester),
        "channel": ticket.channel,
        "category": named(ticket.category),
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "severity": ticket.severity,
        "priority": ticket.priority if policies.is_desk(person, ticket) else None,
        "level": LevelRef(id=ticket.level_id, name=ticket.level.name, code=ticket.level.code),
        "team": named(ticket.team),
        "assignee": named(ticket.assignee),
        "asset": ticket.asset,
        "promise": promise_of(ticket),
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
    }


def promise_of(ticket: Ticket) -> PromiseShown | None:
    if ticket.promise_due_at is None:
        return None
    return PromiseShown(
        kind=ticket.promise_kind,
        text=ticket.promise,
        owner=named(ticket.promise_owner),
        who=ticket.promise_who,
        due_at=ticket.promise_due_at,
    )
