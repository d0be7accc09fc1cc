"""What a major incident looks like from outside and from its room, and how one is found."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import shown
from guichet.api.v1.fields import Given, Named, OneOf, RowId, Shown, UtcMoment, named
from guichet.people.models import Person
from guichet.tickets.major_people import counts
from guichet.tickets.models import AttemptKind, MajorAudience, MajorIncident, MajorState, MajorTicket, MajorVoice
from guichet.tickets.models.major import parse

_NEAR = ("desk", "lead", "ticket", "problem", "reviewed_by")
_NEWS_MAX = 100


class MajorNewsShown(Shown):
    """What those affected are told. One language may stand for both."""

    at: datetime
    text_fr: str
    text_en: str
    ends: bool = Field(description="The last one: the service is back")


class FollowUpShown(Shown):
    """What the review decided to change."""

    id: int
    text: str
    who: Named
    due_on: date
    done_at: datetime | None


class MajorRow(Shown):
    """A major incident. What only its desk may see is null for others."""

    reference: str
    version: int
    state: Annotated[str, OneOf.these(MajorState)]
    audience: Annotated[str, OneOf.these(MajorAudience)]
    title_fr: str
    title_en: str
    desk: Named
    started_at: datetime
    restored_at: datetime | None
    closed_at: datetime | None
    next_news_at: datetime | None
    affected: int = Field(description="How many people said that it hits them, each once")
    affects_me: bool
    ticket: str | None
    lead: Named | None


class MajorPage(Shown):
    """Major incidents, the newest first."""

    items: list[MajorRow]
    next_cursor: str | None


class RoomShown(Shown):
    """What only the desk reads."""

    update_minutes: int
    organisations: list[Named]
    solution_kind: Annotated[str, OneOf("", *AttemptKind.values)]
    solution: str
    test: str
    what_happened: str
    cause: str
    problem: str | None
    reviewed_by: Named | None
    reviewed_at: datetime | None
    follow_ups: list[FollowUpShown]
    tickets: list[str]


class MajorShown(MajorRow):
    """One of them, whole. `room` is null outside the desk."""

    meanwhile_fr: str
    meanwhile_en: str
    services: list[Named]
    sites: list[Named]
    news: list[MajorNewsShown]
    room: RoomShown | None


class MajorEntryShown(Shown):
    """One line of its story, for the desk: a fact, news for outside, or an internal note."""

    number: int
    kind: Annotated[str, OneOf("fact", "news", "note")]
    verb: str
    at: datetime
    by: Named | None
    sentence: str
    text: str


Text = Annotated[str, Field(max_length=4000)]
Minutes = Annotated[int, Field(ge=5, le=1440)]


class DescriptionGiven(Given):
    """What is said of it and what is touched. One language may stand for both; no organisation means everybody."""

    title_fr: Annotated[str, Field(max_length=160)] = ""
    title_en: Annotated[str, Field(max_length=160)] = ""
    meanwhile_fr: Text = ""
    meanwhile_en: Text = ""
    started_at: UtcMoment
    services: list[RowId] = []
    sites: list[RowId] = []
    organisations: list[RowId] = []
    update_minutes: Minutes


class DeclarationGiven(Given):
    """A critical ticket is run as a major incident. Left out: you lead it, it is the desk's own, since the ticket."""

    title_fr: Annotated[str, Field(max_length=160)] = ""
    title_en: Annotated[str, Field(max_length=160)] = ""
    meanwhile_fr: Text = ""
    meanwhile_en: Text = ""
    started_at: UtcMoment | None = None
    services: list[RowId] = []
    sites: list[RowId] = []
    organisations: list[RowId] = []
    update_minutes: Minutes | None = None
    lead: RowId | None = None
    audience: Annotated[str, OneOf.these(MajorAudience)] = "desk"


class LeadGiven(Given):
    """Who leads from now on."""

    person: RowId


class AudienceGiven(Given):
    """Who may know of it."""

    audience: Annotated[str, OneOf.these(MajorAudience)]


class SaidGiven(Given):
    """Text for those affected, in one language at least."""

    text_fr: Text = ""
    text_en: Text = ""


class NewsGiven(SaidGiven):
    """With when the next news comes; left out, after the usual while."""

    next_minutes: Minutes | None = None


class NoteGiven(Given):
    """For the desk alone."""

    body: Text


class RestorationGiven(SaidGiven):
    """What brought it back, how that was tested, and what everybody is told."""

    kind: Annotated[str, OneOf.these(AttemptKind)]
    solution: Text
    test: Annotated[str, Field(max_length=300)]


class FollowUpGiven(Given):
    """One thing to change, who does it, and by when."""

    text: Annotated[str, Field(max_length=300)]
    who: RowId
    due_on: date


class ReviewGiven(Given):
    """What happened, why, and what changes."""

    what_happened: Annotated[str, Field(max_length=20_000)]
    cause: Annotated[str, Field(max_length=20_000)]
    problem: Annotated[str, Field(max_length=40)] | None = None
    follow_ups: list[FollowUpGiven]


class DoneGiven(Given):
    """Whether it is done."""

    done: bool


class AffectedGiven(Given):
    """Whom it hits too; oneself where left out."""

    person: RowId | None = None


def find(request: ApiRequest, reference: str) -> MajorIncident:
    """The one of a reference, where the person may see it."""
    canonical = parse(reference) if len(reference) <= 40 else None
    visible = MajorIncident.objects.visible_to(request.person).select_related(*_NEAR)
    found = visible.filter(reference=canonical or "").first()
    if found is None:
        raise Http404
    return found


def find_for_desk(request: ApiRequest, reference: str) -> MajorIncident:
    """The same, for what is done in its room: others don't know that there is one."""
    found = find(request, reference)
    if found.desk_id not in request.person.grants.treats_in:
        raise Http404
    return found


def show(request: ApiRequest, major: MajorIncident, *, status: int = 200) -> HttpResponse:
    """It as it is now, with its ETag."""
    fresh = MajorIncident.objects.select_related(*_NEAR).get(pk=major.pk)
    return shown(shape(fresh, person=request.person), status=status, version=fresh.version)


def shape(major: MajorIncident, *, person: Person) -> MajorShown:
    at_desk = major.desk_id in person.grants.treats_in
    return MajorShown(
        **row(major, person=person, affected=counts([major])[major.pk], mine=_mine([major], person)),
        meanwhile_fr=major.meanwhile_fr,
        meanwhile_en=major.meanwhile_en,
        services=[Named(id=s.pk, name=s.name) for s in major.services.all()],
        sites=[Named(id=s.pk, name=s.name) for s in major.sites.all()],
        news=[
            MajorNewsShown(at=n.at, text_fr=n.text_fr, text_en=n.text_en, ends=n.ends)
            for n in major.news.all()[:_NEWS_MAX]
        ],
        room=_room(major) if at_desk else None,
    )


def row(major: MajorIncident, *, person: Person, affected: int, mine: set[int]) -> dict[str, Any]:
    at_desk = major.desk_id in person.grants.treats_in
    return {
        "reference": major.reference,
        "version": major.version,
        "state": major.state,
        "audience": major.audience,
        "title_fr": major.title_fr,
        "title_en": major.title_en,
        "desk": Named(id=major.desk.pk, name=major.desk.name),
        "started_at": major.started_at,
        "restored_at": major.restored_at,
        "closed_at": major.closed_at,
        "next_news_at": major.next_news_at,
        "affected": affected,
        "affects_me": major.pk in mine,
        "ticket": major.ticket.reference if at_desk else None,
        "lead": named(major.lead) if at_desk else None,
    }


def rows(majors: list[MajorIncident], *, person: Person) -> list[MajorRow]:
    people, mine = counts(majors), _mine(majors, person)
    return [MajorRow(**row(m, person=person, affected=people[m.pk], mine=mine)) for m in majors]


def _mine(majors: list[MajorIncident], person: Person) -> set[int]:
    """Those that hit this person."""
    said = MajorVoice.objects.filter(major__in=majors, person=person).values_list("major", flat=True)
    asked = MajorTicket.objects.filter(major__in=majors, ticket__requester=person).values_list("major", flat=True)
    return {*said, *asked}


def _room(major: MajorIncident) -> RoomShown:
    return RoomShown(
        update_minutes=major.update_minutes,
        organisations=[Named(id=o.pk, name=o.name) for o in major.organisations.all()],
        solution_kind=major.solution_kind,
        solution=major.solution,
        test=major.test,
        what_happened=major.what_happened,
        cause=major.cause,
        problem=major.problem.reference if major.problem else None,
        reviewed_by=named(major.reviewed_by),
        reviewed_at=major.reviewed_at,
        follow_ups=[
            FollowUpShown(
                id=f.pk, text=f.text, who=Named(id=f.who.pk, name=f.who.name), due_on=f.due_on, done_at=f.done_at
            )
            for f in major.follow_ups.select_related("who")
        ],
        tickets=list(major.links.values_list("ticket__reference", flat=True)[:1000]),
    )
