"""Walk-up points: where one can come, how long one would wait, who is there; and checking somebody in."""

import collections
from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Moment, Named, OneOf, PathId, RowId, Shown, Size, named
from guichet.api.v1.visits_shape import (
    AROUND,
    VisitShown,
    WaitShown,
    find_venue,
    show_visit,
    visit_shown,
    wait_shown,
)
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.walkup import waits
from guichet.walkup.checking_in import check_in
from guichet.walkup.days import closes_at, is_open
from guichet.walkup.models import Appointment, Counter, Reason, Sitting, Venue, Visit, VisitState
from guichet.walkup.queries import AT_COUNTER
from guichet.walkup.reasons import tree_of
from guichet.walkup.who import Who

router = Resource(tag="Walk-up points", scope="visits")


class VenueRow(Shown):
    """A place where people come with or without an appointment."""

    id: int
    slug: str
    name: str
    organisation: int
    active: bool
    walk_ins: bool
    appointments: bool
    open: bool = Field(description="Whether people are received now")
    closes_at: datetime | None
    waiting: int = Field(description="How many people wait now")


class ReasonShown(Shown):
    """What one can come for, and how long one would wait if one checked in now."""

    id: int
    name: str = Field(description="With what stands above it: « Comptes › Mot de passe »")
    urgent: bool
    wait: WaitShown | None


class VenueShown(VenueRow):
    """With what one can come for."""

    reasons: list[ReasonShown]


class VisitFilters(Given):
    """Which visits; all of them where no state is given."""

    state: Annotated[str, OneOf.these(VisitState)] | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class VisitPage(Shown):
    """Visits, newest first. Those who wait come with their wait."""

    items: list[VisitShown]
    next_cursor: str | None


class CheckInGiven(Given):
    """Who comes, and what for. With an appointment, that says both. Else a known person by their number, or by name and
    e-mail; all empty: without a name. Whoever is known and has an appointment that day comes with it.

    `key`: what the program calls this check-in; handed over twice, it is one visit.
    """

    reason: RowId | None = None
    appointment: RowId | None = None
    person: RowId | None = None
    name: Annotated[str, Field(max_length=120)] = ""
    email: Annotated[str, Field(max_length=254)] = ""
    language: Annotated[str, OneOf("fr", "en")] = "fr"
    words: Annotated[str, Field(max_length=2000)] = ""
    key: Annotated[str, Field(max_length=40)] = ""
    arrived_at: Moment | None = Field(default=None, description="Where it was earlier than now, a day at most")


class CounterShown(Shown):
    """A counter, who sits there since when, and whom they have."""

    id: int
    name: str
    agent: Named | None
    since: datetime | None
    break_until: datetime | None
    visit: Named | None = Field(description="Its number in place of a name")


@router.read("/venues", answer=list[VenueRow])
def list_venues(request: ApiRequest) -> list[VenueRow]:
    """Those where you can come, and those where you receive."""
    found = Venue.objects.visible_to(request.person).with_desk().order_by("name_fr", "pk")
    waiting = Visit.objects.filter(venue__in=found, state=VisitState.WAITING)
    counts = collections.Counter(waiting.values_list("venue_id", flat=True))
    return [_row(venue, counts[venue.pk], now=request.now) for venue in found]


@router.read("/venues/{number}", answer=VenueShown)
def read_venue(request: ApiRequest, number: PathId) -> HttpResponse:
    """One of them, with the wait for each reason if one checked in now."""
    venue = reach.in_path(Venue.objects.visible_to(request.person).with_desk(), number)
    tree = tree_of(venue)
    expected = waits.if_now(venue, now=request.now)
    reasons = [
        ReasonShown(
            id=reason.pk,
            name=tree.path(reason),
            urgent=tree.urgent(reason),
            wait=wait_shown(expected.get(reason.pk)),
        )
        for reason in tree.by_id.values()
        if reason.active and tree.is_leaf(reason)
    ]
    waiting = Visit.objects.filter(venue=venue, state=VisitState.WAITING).count()
    row = _row(venue, waiting, now=request.now)
    return shown(VenueShown(**row.model_dump(), reasons=reasons))


@router.read("/venues/{number}/visits", answer=VisitPage)
def list_visits(request: ApiRequest, number: PathId, filters: Query[VisitFilters]) -> HttpResponse:
    """Who came, newest first. For those who receive there."""
    venue = find_venue(request, number)
    visits = Visit.objects.filter(venue=venue).select_related(*AROUND)
    if filters.state:
        visits = visits.filter(state=filters.state)
    found = page(visits, order=("-arrived_at", "-id"), cursor=filters.cursor, size=filters.size)
    waiting = any(visit.state == VisitState.WAITING for visit in found.items)
    expected = waits.waits_of(venue, now=request.now) if waiting else {}
    items = [visit_shown(visit, wait=expected.get(visit.pk)) for visit in found.items]
    return shown(VisitPage(items=items, next_cursor=found.next_cursor or None))


@router.write("POST", "/venues/{number}/visits", answer=VisitShown, status=201, guarded=False)
def check_somebody_in(request: ApiRequest, number: PathId, body: CheckInGiven) -> HttpResponse:
    """Somebody takes their place in the queue; a ticket is opened with it. For those who receive there."""
    venue = find_venue(request, number)
    awaited = Appointment.objects.received_by(request.person).filter(venue=venue).select_related("reason", "person")
    appointment = reach.named_in_body(awaited, body.appointment, field="appointment")
    visit = check_in(
        venue=venue,
        reason=_reason(venue, body.reason) if appointment is None else appointment.reason,
        appointment=appointment,
        now=request.now,
        language=body.language,
        who=Who(
            person=reach.named_in_body(reach.people(request.person), body.person, field="person"),
            name=body.name,
            email=body.email,
        ),
        # A program's key is never a machine's.
        client_key=f"api:{request.person.pk}:{body.key}" if body.key else "",
        arrived_at=body.arrived_at,
        words=body.words,
        actor=request.person,
    )
    return show_visit(visit, status=201)


@router.read("/venues/{number}/counters", answer=list[CounterShown])
def list_counters(request: ApiRequest, number: PathId) -> list[CounterShown]:
    """The counters in use, and who is where. For those who receive there."""
    venue = find_venue(request, number)
    return counters_shown(list(Counter.objects.filter(venue=venue, active=True)))


def counters_shown(counters: list[Counter]) -> list[CounterShown]:
    open_now = Sitting.objects.filter(counter__in=counters, closed_at__isnull=True).select_related("agent")
    sittings = {sitting.counter_id: sitting for sitting in open_now}
    there = {visit.counter_id: visit for visit in Visit.objects.filter(counter__in=counters, state__in=AT_COUNTER)}
    rows = []
    for counter in counters:
        sitting, visit = sittings.get(counter.pk), there.get(counter.pk)
        rows.append(
            CounterShown(
                id=counter.pk,
                name=counter.name,
                agent=named(sitting.agent) if sitting is not None else None,
                since=sitting.opened_at if sitting is not None else None,
                break_until=sitting.paused_until if sitting is not None else None,
                visit=Named(id=visit.pk, name=visit.number) if visit is not None else None,
            )
        )
    return rows


def _reason(venue: Venue, number: int | None) -> Reason:
    if number is None:
        raise Refused(_("Choose what brings them here."), code="required", field="reason")
    found = reach.named_in_body(Reason.objects.filter(venue=venue), number, field="reason")
    assert found is not None
    return found


def _row(venue: Venue, waiting: int, *, now: datetime) -> VenueRow:
    return VenueRow(
        id=venue.pk,
        slug=venue.slug,
        name=venue.name,
        organisation=venue.organisation_id,
        active=venue.active,
        walk_ins=venue.walk_ins,
        appointments=venue.appointments,
        open=venue.active and is_open(venue, now=now),
        closes_at=closes_at(venue, now=now),
        waiting=waiting,
    )
