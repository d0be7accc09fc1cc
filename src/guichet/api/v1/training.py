"""Training: sessions, taking a place and giving it back, who came, what is needed and what a session changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown, Size, UtcMoment, named
from guichet.lib.paging import page
from guichet.people.models import Organisation, Person, Site
from guichet.training import planning, policies, registering
from guichet.training.changing import may, need_run
from guichet.training.models import (
    Effect,
    Need,
    Presence,
    Registration,
    Session,
    SessionState,
    Standing,
    Topic,
    Verdict,
    Way,
)
from guichet.training.planning import ABOUT_MAX, LINK_MAX, ROOM_MAX, TITLE_MAX, Said
from guichet.training.queries import SessionQuerySet

router = Resource(tag="Training", scope="training")
_VERBS = ("change", "open", "cancel", "hold", "mark")


class SessionShown(Shown):
    """A date at which something is taught. `link` is for those who take part and for the desk."""

    id: int
    topic: Named
    title: str
    about: str
    language: str
    state: Annotated[str, OneOf.these(SessionState)]
    way: Annotated[str, OneOf.these(Way)]
    link: str | None
    place: str
    starts_at: datetime
    minutes: int
    time_zone: str
    capacity: int
    taken: int
    waiting: int
    trainer: Named
    organisations: list[int] = Field(description="Whose people it is for; empty: all whom the desk serves")
    mine: Annotated[str, OneOf.these(Standing)] | None = Field(description="Where one’s own registration stands")
    may: list[str]


class SessionPage(Shown):
    """Sessions in the order of their times."""

    items: list[SessionShown]
    next_cursor: str | None


class SessionFilters(Given):
    """All that are given have to hold."""

    state: Annotated[str, OneOf.these(SessionState)] | None = None
    after: UtcMoment | None = None
    before: UtcMoment | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class SessionGiven(Given):
    """What is said of a session. A webinar has a link before it is opened, another one a site or a room."""

    topic: RowId
    title: Annotated[str, Field(max_length=TITLE_MAX)] = ""
    about: Annotated[str, Field(max_length=ABOUT_MAX)] = ""
    language: Annotated[str, OneOf("fr", "en")] = "fr"
    way: Annotated[str, OneOf.these(Way)] = "webinar"
    link: Annotated[str, Field(max_length=LINK_MAX)] = ""
    site: RowId | None = None
    room: Annotated[str, Field(max_length=ROOM_MAX)] = ""
    starts_at: UtcMoment
    minutes: Annotated[int, Field(ge=5, le=480)] = 60
    time_zone: Annotated[str, Field(max_length=64)] = ""
    capacity: Annotated[int, Field(ge=1, le=300)] = 12
    trainer: RowId | None = Field(default=None, description="Yourself, unless said otherwise")
    organisations: Annotated[list[RowId], Field(max_length=200)] = []


class StateGiven(Given):
    """Where it goes: opened, cancelled (with a reason that is told), or held."""

    state: Annotated[str, OneOf("open", "cancelled", "held")]
    reason: Annotated[str, Field(max_length=240)] = ""


class RegistrationShown(Shown):
    """Somebody's place, or their place in the line. `presence` is for who runs the session and the person alone."""

    id: int
    session: int
    person: Named
    standing: Annotated[str, OneOf.these(Standing)]
    place_in_line: int | None
    presence: Annotated[str, OneOf.these(Presence)] | None
    at: datetime


class RegistrationGiven(Given):
    """Yourself, unless those who run the session name somebody else."""

    person: RowId | None = None


class PresenceGiven(Given):
    """Whether the person came; null takes back what was said."""

    presence: Annotated[str, OneOf.these(Presence)] | None


class NeedShown(Shown):
    """An organisation whose people ask again and again about a topic, or a category that no topic covers."""

    organisation: Named
    topic: Named | None
    category: Named | None
    tickets: int
    people: int
    asked_again: int
    before: int
    size: int
    per_hundred: float
    elsewhere_per_hundred: float | None
    since: datetime
    at: datetime


class EffectShown(Shown):
    """What a session changed, in tickets for each person and month; null where there are too few to tell."""

    verdict: Annotated[str, OneOf.these(Verdict)]
    difference: float | None
    low: float | None
    high: float | None
    days: int
    came: int
    others: int
    at: datetime


@router.read("/training/sessions", answer=SessionPage)
def list_sessions(request: ApiRequest, filters: Query[SessionFilters]) -> HttpResponse:
    """Those offered to you, those that you registered for, and those of a desk where you treat tickets."""
    found = _visible(request.person)
    for name, value in (("state", filters.state), ("starts_at__gte", filters.after), ("starts_at__lt", filters.before)):
        if value is not None:
            found = found.filter(**{name: value})
    rows = page(found, order=("starts_at", "id"), cursor=filters.cursor, size=filters.size)
    items = _shapes(request, rows.items)
    return shown(SessionPage(items=items, next_cursor=rows.next_cursor or None))


@router.write("POST", "/training/sessions", answer=SessionShown, status=201, guarded=False)
def plan_session(request: ApiRequest, body: SessionGiven) -> HttpResponse:
    """A session that only the desk sees until it is opened."""
    topic = reach.named_in_body(_topics(request.person), body.topic, field="topic")
    assert topic is not None
    made = planning.plan(desk=topic.desk, said=_said(request, body, topic), actor=request.person, now=request.now)
    return _show(request, made.pk, status=201)


@router.read("/training/sessions/{number}", answer=SessionShown)
def read_session(request: ApiRequest, number: PathId) -> HttpResponse:
    """One of them."""
    return _show(request, number)


@router.write("PUT", "/training/sessions/{number}", answer=SessionShown)
def change_session(request: ApiRequest, number: PathId, body: SessionGiven) -> HttpResponse:
    """Say it anew. Of a new time or place those who registered are told."""
    session = reach.in_path(_visible(request.person), number)
    need_run(request.person, session)
    topic = reach.named_in_body(_topics(request.person), body.topic, field="topic")
    assert topic is not None
    said = _said(request, body, topic, trainer=session.trainer)
    planning.change(session, said=said, actor=request.person, now=request.now, expect=expected(request, session))
    return _show(request, number)


@router.write("PUT", "/training/sessions/{number}/state", answer=SessionShown)
def set_session_state(request: ApiRequest, number: PathId, body: StateGiven) -> HttpResponse:
    """Open registration, cancel it, or end it once it was held and everybody was marked."""
    session = reach.in_path(_visible(request.person), number)
    actor, now, expect = request.person, request.now, expected(request, session)
    if body.state == "cancelled":
        planning.cancel(session, reason=body.reason, actor=actor, now=now, expect=expect)
    elif body.state == "held":
        planning.hold(session, actor=actor, now=now, expect=expect)
    else:
        planning.open_up(session, actor=actor, now=now, expect=expect)
    return _show(request, number)


@router.read("/training/sessions/{number}/registrations", answer=list[RegistrationShown])
def list_registrations(request: ApiRequest, number: PathId) -> list[RegistrationShown]:
    """Everybody's for those who run it; for others their own alone."""
    session = reach.in_path(_visible(request.person), number)
    rows = session.registrations.select_related("person", "attendance")
    if not policies.can_run(request.person, session):
        return [_registration(row, line=registering.place_in_line(row)) for row in rows.filter(person=request.person)]
    waiting = [row.pk for row in rows if row.standing == Standing.WAITING]
    places = {pk: place for place, pk in enumerate(waiting, start=1)}
    return [_registration(row, line=places.get(row.pk, 0)) for row in rows]


@router.write("POST", "/training/sessions/{number}/registrations", answer=RegistrationShown, status=201, guarded=False)
def register_for_session(request: ApiRequest, number: PathId, body: RegistrationGiven) -> HttpResponse:
    """Take a place, or the next one in the line where all are taken."""
    session = reach.in_path(_visible(request.person), number)
    people = reach.people(request.person).select_related("organisation__served_by")
    person = reach.named_in_body(people, body.person or request.person.pk, field="person")
    assert person is not None
    made = registering.register(session, person=person, actor=request.person, now=request.now)
    return shown(_registration(made, line=registering.place_in_line(made)), status=201)


@router.write(
    "DELETE", "/training/sessions/{number}/registrations/{registration}", answer=RegistrationShown, guarded=False
)
def withdraw_registration(request: ApiRequest, number: PathId, registration: PathId) -> HttpResponse:
    """Give the place back; whoever waited longest gets it."""
    row = registering.withdraw(_own_row(request, number, registration), actor=request.person, now=request.now)
    return shown(_registration(row, line=0))


@router.write(
    "PUT",
    "/training/sessions/{number}/registrations/{registration}/presence",
    answer=RegistrationShown,
    guarded=False,
)
def mark_presence(request: ApiRequest, number: PathId, registration: PathId, body: PresenceGiven) -> HttpResponse:
    """Say whether somebody came: for those who run the session."""
    row = _own_row(request, number, registration)
    registering.mark(row.session, came={row.pk: body.presence or ""}, actor=request.person, now=request.now)
    again = Registration.objects.select_related("person", "attendance").get(pk=row.pk)
    return shown(_registration(again, line=0))


@router.read("/training/sessions/{number}/effect", answer=EffectShown | None)
def read_effect(request: ApiRequest, number: PathId) -> HttpResponse | None:
    """What it changed, for the desk; null as long as nothing was counted."""
    session = reach.in_path(_visible(request.person), number)
    reach.need_at_desk(request.person, session.desk)
    found = Effect.objects.filter(session=session).first()
    if found is None:
        return None
    names = ("verdict", "difference", "low", "high", "days", "came", "others", "at")
    return shown(EffectShown(**{name: getattr(found, name) for name in names}))


@router.read("/training/needs", answer=list[NeedShown])
def list_training_needs(request: ApiRequest) -> list[NeedShown]:
    """Where training is needed, at the desks where you treat tickets; the most tickets first."""
    rows = Need.objects.filter(desk__in=request.person.grants.treats_in).select_related(
        "organisation", "topic", "category"
    )
    return [
        NeedShown(
            organisation=Named(id=need.organisation_id, name=need.organisation.name),
            topic=named(need.topic),
            category=named(need.category),
            tickets=need.tickets,
            people=need.people,
            asked_again=need.again,
            before=need.before,
            size=need.size,
            per_hundred=need.per_hundred,
            elsewhere_per_hundred=need.elsewhere,
            since=need.since,
            at=need.at,
        )
        for need in rows.order_by("-tickets", "pk")[:200]
    ]


def _visible(person: Person) -> SessionQuerySet:
    seen: SessionQuerySet = (
        Session.objects.visible_to(person).with_names().with_counts().prefetch_related("organisations")
    )
    return seen


def _topics(person: Person) -> QuerySet[Topic]:
    return Topic.objects.filter(desk__in=person.grants.treats_in).select_related("desk")


def _said(request: ApiRequest, body: SessionGiven, topic: Topic, *, trainer: Person | None = None) -> Said:
    who = reach.named_in_body(reach.colleagues(request.person), body.trainer, field="trainer")
    served = Organisation.objects.filter(pk__in=reach.organisations(request.person))
    chosen = [reach.named_in_body(served, pk, field="organisations") for pk in dict.fromkeys(body.organisations)]
    sites = Site.objects.filter(organisation__in=served).select_related("organisation__served_by")
    names = ("title", "about", "language", "way", "link", "room", "starts_at", "minutes", "time_zone", "capacity")
    return Said(
        topic=topic,
        trainer=who or trainer or request.person,
        site=reach.named_in_body(sites, body.site, field="site"),
        organisations=[one for one in chosen if one is not None],
        **{name: getattr(body, name) for name in names},
    )


def _own_row(request: ApiRequest, number: int, registration: int) -> Registration:
    """Among those that the person may see: their own, or all where they run the session."""
    session = reach.in_path(_visible(request.person), number)
    rows = Registration.objects.filter(session=session).select_related("session", "person__organisation__served_by")
    if not policies.can_run(request.person, session):
        rows = rows.filter(person=request.person)
    return reach.in_path(rows, registration)


def _registration(row: Registration, *, line: int) -> RegistrationShown:
    said = getattr(row, "attendance", None)
    waits = row.standing == Standing.WAITING
    return RegistrationShown(
        id=row.pk,
        session=row.session_id,
        person=Named(id=row.person_id, name=row.person.name),
        standing=row.standing,
        place_in_line=line if waits else None,
        presence=said.presence if said else None,
        at=row.at,
    )


def _show(request: ApiRequest, number: int, *, status: int = 200) -> HttpResponse:
    session = reach.in_path(_visible(request.person), number)
    return shown(_shapes(request, [session])[0], status=status, version=session.version)


def _shapes(request: ApiRequest, sessions: list[Session]) -> list[SessionShown]:
    own = Registration.objects.filter(person=request.person, session__in=[one.pk for one in sessions])
    mine = dict(own.values_list("session", "standing"))
    return [_shape(request, one, mine=mine.get(one.pk)) for one in sessions]


def _shape(request: ApiRequest, session: Session, *, mine: str | None) -> SessionShown:
    runs = policies.can_run(request.person, session)
    takes_part = mine == Standing.REGISTERED or policies.can_plan(request.person, desk_id=session.desk_id)
    verbs = [verb for verb in _VERBS if runs and may(session, verb, now=request.now)]
    awaited = mine in {Standing.REGISTERED, Standing.WAITING}
    if may(session, "register", now=request.now):
        if awaited:
            verbs.append("withdraw")
        elif policies.is_for(session, request.person.organisation):
            verbs.append("register")
    plain = ("title", "about", "language", "state", "way", "place", "starts_at", "minutes", "time_zone", "capacity")
    return SessionShown(
        id=session.pk,
        topic=Named(id=session.topic_id, name=session.topic.name),
        link=session.link if takes_part else None,
        taken=getattr(session, "taken", 0),
        waiting=getattr(session, "waiting", 0),
        trainer=Named(id=session.trainer_id, name=session.trainer.name),
        organisations=sorted(one.pk for one in session.organisations.all()) if runs else [],
        mine=mine,
        may=verbs,
        **{name: getattr(session, name) for name in plain},
    )
