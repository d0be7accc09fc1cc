"""Appointments: what is free, booking it, moving it, giving it back."""

from datetime import date, datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Moment, Named, OneOf, PathId, RowId, Shown, Size, named
from guichet.lib import references
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.tickets.models import Ticket
from guichet.walkup import booking
from guichet.walkup.days import day_of
from guichet.walkup.models import Appointment, Booking, Reason, Venue
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.vacancies import free_slots

router = Resource(tag="Appointments", scope="appointments")


class SlotShown(Shown):
    """A time with a place left."""

    starts_at: datetime
    minutes: int
    places: int = Field(description="How many more people can be booked then for this reason")


class SlotFilters(Given):
    """What one comes for, and between which days of the venue's calendar; up to eight weeks ahead."""

    reason: PathId | None = None
    since: date | None = None
    until: date | None = None


class AppointmentShown(Shown):
    """A place taken in a slot. `sequence` grows with each change, as in its calendar file."""

    id: int
    venue: Named
    reason: Named = Field(description="With what stands above it: « Comptes › Mot de passe »")
    person: Named
    ticket: str | None
    note: str
    starts_at: datetime
    minutes: int
    state: Annotated[str, OneOf.these(Booking)]
    sequence: int
    booked_by: Named
    booked_at: datetime
    may: list[str]


class AppointmentPage(Shown):
    """Appointments in the order of their times."""

    items: list[AppointmentShown]
    next_cursor: str | None


class AppointmentFilters(Given):
    """All that are given have to hold."""

    venue: PathId | None = None
    person: PathId | None = None
    state: Annotated[str, OneOf.these(Booking)] | None = None
    after: Moment | None = None
    before: Moment | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class AppointmentGiven(Given):
    """Where, what for and when; yourself unless another person is named. `ticket`: a live ticket of that person's."""

    venue: RowId
    reason: RowId
    starts_at: Moment
    person: RowId | None = None
    ticket: Annotated[str, Field(max_length=40)] | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class NewTimeGiven(Given):
    """The time that it is moved to: one of the venue's free ones."""

    starts_at: Moment


@router.read("/venues/{number}/slots", answer=list[SlotShown])
def list_slots(request: ApiRequest, number: PathId, filters: Query[SlotFilters]) -> list[SlotShown]:
    """The free times of a venue for a reason, a week from `since` (today) on unless `until` says otherwise."""
    venue = reach.in_path(_venues(request), number)
    if filters.reason is None:
        raise Refused(_("Choose one of the reasons offered."), code="required", field="reason")
    reason = reach.named_in_body(Reason.objects.filter(venue=venue), filters.reason, field="reason")
    assert reason is not None
    since = filters.since or day_of(venue, now=request.now)
    last = day_of(venue, now=request.now + booking.HORIZON)
    until = filters.until or (last if since > last else min(last, _week_after(since)))
    if not booking.bookable(reason, venue=venue, tree=tree_of(venue)):
        return []
    return [
        SlotShown(starts_at=free.starts_at, minutes=free.minutes, places=free.left)
        for free in free_slots(venue, reason, since=since, until=until, now=request.now)
    ]


@router.read("/appointments", answer=AppointmentPage)
def list_appointments(request: ApiRequest, filters: Query[AppointmentFilters]) -> HttpResponse:
    """Yours, and those at venues where you receive."""
    found = _visible(request)
    for name, value in (
        ("venue", filters.venue),
        ("person", filters.person),
        ("state", filters.state),
        ("starts_at__gte", filters.after),
        ("starts_at__lt", filters.before),
    ):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page(found, order=("starts_at", "id"), cursor=filters.cursor, size=filters.size)
    trees: dict[int, Tree] = {}
    for row in rows.items:
        if row.venue_id not in trees:
            trees[row.venue_id] = tree_of(row.venue)
    items = [_shape(request, row, tree=trees[row.venue_id]) for row in rows.items]
    return shown(AppointmentPage(items=items, next_cursor=rows.next_cursor or None))


@router.write("POST", "/appointments", answer=AppointmentShown, status=201, guarded=False)
def book_appointment(request: ApiRequest, body: AppointmentGiven) -> HttpResponse:
    """Take a place. The person is sent an invitation for their calendar. Somebody was faster: 409."""
    venue = reach.named_in_body(_venues(request), body.venue, field="venue")
    reason = reach.named_in_body(Reason.objects.filter(venue=body.venue), body.reason, field="reason")
    person = reach.named_in_body(
        reach.people(request.person).select_related("organisation__served_by"),
        body.person if body.person is not None else request.person.pk,
        field="person",
    )
    assert venue is not None
    assert reason is not None
    assert person is not None
    made = booking.book(
        venue=venue,
        reason=reason,
        person=person,
        starts_at=body.starts_at,
        actor=request.person,
        now=request.now,
        ticket=_ticket(request, body.ticket),
        note=body.note,
    )
    return _show(request, made.pk, status=201)


@router.read("/appointments/{number}", answer=AppointmentShown)
def read_appointment(request: ApiRequest, number: PathId) -> HttpResponse:
    """One of them."""
    return _show(request, number)


@router.write("PATCH", "/appointments/{number}", answer=AppointmentShown, guarded=False)
def move_appointment(request: ApiRequest, number: PathId, body: NewTimeGiven) -> HttpResponse:
    """To another free time of the same venue. Somebody was faster, or it is no longer open: 409."""
    appointment = reach.in_path(_visible(request), number)
    booking.move(appointment, starts_at=body.starts_at, actor=request.person, now=request.now)
    return _show(request, number)


@router.write("DELETE", "/appointments/{number}", answer=AppointmentShown, guarded=False)
def cancel_appointment(request: ApiRequest, number: PathId) -> HttpResponse:
    """Give the place back. It is kept as cancelled."""
    appointment = reach.in_path(_visible(request), number)
    booking.cancel(appointment, actor=request.person, now=request.now)
    return _show(request, number)


def _venues(request: ApiRequest) -> QuerySet[Venue]:
    return Venue.objects.visible_to(request.person).with_desk()


def _visible(request: ApiRequest) -> QuerySet[Appointment]:
    return Appointment.objects.visible_to(request.person).with_names().select_related("booked_by")


def _ticket(request: ApiRequest, text: str | None) -> Ticket | None:
    if text is None:
        return None
    reference = references.parse(text)
    found = Ticket.objects.visible_to(request.person).select_related("desk").filter(reference=reference).first()
    if reference is None or found is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="ticket")
    return found


def _week_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 6)


def _show(request: ApiRequest, number: int, *, status: int = 200) -> HttpResponse:
    appointment = reach.in_path(_visible(request), number)
    return shown(_shape(request, appointment, tree=tree_of(appointment.venue)), status=status)


def _shape(request: ApiRequest, row: Appointment, *, tree: Tree) -> AppointmentShown:
    person, by = named(row.person), named(row.booked_by)
    assert person is not None
    assert by is not None
    may = row.state == Booking.BOOKED and booking.may_change(request.person, row)
    return AppointmentShown(
        id=row.pk,
        venue=Named(id=row.venue_id, name=row.venue.name),
        reason=Named(id=row.reason_id, name=tree.path(row.reason)),
        person=person,
        ticket=row.ticket.reference if row.ticket is not None else None,
        note=row.note,
        starts_at=row.starts_at,
        minutes=row.minutes,
        state=row.state,
        sequence=row.sequence,
        booked_by=by,
        booked_at=row.booked_at,
        may=["move", "cancel"] if may else [],
    )
