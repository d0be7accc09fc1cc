"""Major incidents: declared from a critical ticket, led, told of, restored, reviewed; “me too” for whoever is hit."""

from typing import Annotated

from django.http import Http404, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import majors_shape as shapes
from guichet.api.v1 import reach, tickets_shape
from guichet.api.v1.fields import Given, OneOf, PathId, RowId, Size, named
from guichet.api.v1.majors_shape import MajorPage, MajorShown, find, find_for_desk, rows, show
from guichet.catalog.models import Service
from guichet.lib.errors import Refused
from guichet.lib.paging import page
from guichet.people.models import Organisation, Person, Site
from guichet.tickets import major, major_people, major_review, problems
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.major_story import story
from guichet.tickets.models import MajorFollowUp, MajorIncident, MajorState, Problem

router = Resource(tag="Major incidents", scope="tickets")
_NEAR = ("desk", "lead", "ticket")


class MajorFilters(Given):
    """Which part; all of those that you may see where no state is given."""

    state: Annotated[str, OneOf.these(MajorState)] | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


@router.read("/major-incidents", answer=MajorPage)
def list_major_incidents(request: ApiRequest, filters: Query[MajorFilters]) -> HttpResponse:
    """At the desk all of them; elsewhere those that were shown and concern you."""
    visible = MajorIncident.objects.visible_to(request.person).select_related(*_NEAR)
    if filters.state:
        visible = visible.filter(state=filters.state)
    found = page(visible, order=("-declared_at", "-id"), cursor=filters.cursor, size=filters.size)
    items = rows(found.items, person=request.person)
    return shown(MajorPage(items=items, next_cursor=found.next_cursor or None))


@router.write("POST", "/tickets/{reference}/major-incident", answer=MajorShown, status=201, guarded=False)
def declare_major_incident(request: ApiRequest, reference: str, body: shapes.DeclarationGiven) -> HttpResponse:
    """Run a critical ticket as a major incident."""
    ticket = tickets_shape.find_for_desk(request, reference)
    made = major.declare(
        ticket,
        words=_words(body),
        touched=_touched(request, body),
        lead=_person(request, body.lead, field="lead"),
        started_at=body.started_at,
        audience=body.audience,
        update_minutes=body.update_minutes,
        actor=request.person,
        now=request.now,
    )
    return show(request, made, status=201)


@router.read("/major-incidents/{reference}", answer=MajorShown)
def read_major_incident(request: ApiRequest, reference: str) -> HttpResponse:
    """One of them."""
    return show(request, find(request, reference))


@router.read("/major-incidents/{reference}/timeline", answer=list[shapes.MajorEntryShown])
def read_major_timeline(request: ApiRequest, reference: str) -> list[shapes.MajorEntryShown]:
    """Its story, the newest first. Desk only."""
    return [
        shapes.MajorEntryShown(
            number=entry.number,
            kind=entry.kind,
            verb=entry.verb,
            at=entry.at,
            by=named(entry.author),
            sentence=entry.sentence,
            text=entry.news.text if entry.news else entry.note.body if entry.note else "",
        )
        for entry in story(find_for_desk(request, reference), newest=1000)
    ]


@router.write("PUT", "/major-incidents/{reference}/description", answer=MajorShown)
def describe_major_incident(request: ApiRequest, reference: str, body: shapes.DescriptionGiven) -> HttpResponse:
    """Correct what is said of it and what is touched."""
    found = find_for_desk(request, reference)
    major.describe(
        found,
        words=_words(body),
        touched=_touched(request, body),
        started_at=body.started_at,
        update_minutes=body.update_minutes,
        actor=request.person,
        now=request.now,
        expect=expected(request, found),
    )
    return show(request, found)


@router.write("PUT", "/major-incidents/{reference}/lead", answer=MajorShown)
def hand_major_lead(request: ApiRequest, reference: str, body: shapes.LeadGiven) -> HttpResponse:
    """Somebody else leads from now on."""
    found = find_for_desk(request, reference)
    to = _person(request, body.person, field="person")
    assert to is not None, "named"
    major.hand_lead(found, to=to, actor=request.person, now=request.now, expect=expected(request, found))
    return show(request, found)


@router.write("PUT", "/major-incidents/{reference}/audience", answer=MajorShown)
def show_major_incident(request: ApiRequest, reference: str, body: shapes.AudienceGiven) -> HttpResponse:
    """Say who may know of it. For the lead and managers."""
    found = find_for_desk(request, reference)
    expect = expected(request, found)
    major.show_to(found, audience=body.audience, actor=request.person, now=request.now, expect=expect)
    return show(request, found)


@router.write("POST", "/major-incidents/{reference}/news", answer=MajorShown, status=201)
def tell_major_news(request: ApiRequest, reference: str, body: shapes.NewsGiven) -> HttpResponse:
    """News for those affected."""
    found = find_for_desk(request, reference)
    major.tell(
        found,
        text_fr=body.text_fr,
        text_en=body.text_en,
        next_minutes=body.next_minutes,
        actor=request.person,
        now=request.now,
        expect=expected(request, found),
    )
    return show(request, found, status=201)


@router.write("POST", "/major-incidents/{reference}/notes", answer=MajorShown, status=201, guarded=False)
def note_on_major_incident(request: ApiRequest, reference: str, body: shapes.NoteGiven) -> HttpResponse:
    """An internal note; the timeline shows it."""
    found = find_for_desk(request, reference)
    major.note(found, body=body.body, actor=request.person, now=request.now)
    return show(request, found, status=201)


@router.write("PUT", "/major-incidents/{reference}/tickets/{ticket}", answer=MajorShown, guarded=False)
def link_major_ticket(request: ApiRequest, reference: str, ticket: str) -> HttpResponse:
    """A ticket is about the same thing."""
    found = find_for_desk(request, reference)
    treated = tickets_shape.find_for_desk(request, ticket)
    major_people.link(found, ticket=treated, actor=request.person, now=request.now)
    return show(request, found)


@router.write("DELETE", "/major-incidents/{reference}/tickets/{ticket}", answer=MajorShown, guarded=False)
def unlink_major_ticket(request: ApiRequest, reference: str, ticket: str) -> HttpResponse:
    """It isn't, after all."""
    found = find_for_desk(request, reference)
    treated = tickets_shape.find_for_desk(request, ticket)
    major_people.unlink(found, ticket=treated, actor=request.person, now=request.now)
    return show(request, found)


@router.write("POST", "/major-incidents/{reference}/affected", answer=MajorShown, status=201, guarded=False)
def say_me_too(request: ApiRequest, reference: str, body: shapes.AffectedGiven) -> HttpResponse:
    """“Me too”; the desk says so for somebody who called. Once each."""
    found = find(request, reference)
    person = _person(request, body.person, field="person") or request.person
    major_people.me_too(found, person=person, actor=request.person, now=request.now)
    return show(request, found, status=201)


@router.write("DELETE", "/major-incidents/{reference}/affected/{person}", answer=MajorShown, guarded=False)
def say_not_me(request: ApiRequest, reference: str, person: PathId) -> HttpResponse:
    """It was said by mistake."""
    found = find(request, reference)
    said = reach.in_path(reach.people(request.person), person)
    major_people.not_me(found, person=said, actor=request.person, now=request.now)
    return show(request, found)


@router.write("POST", "/major-incidents/{reference}/still-broken", answer=MajorShown, status=201, guarded=False)
def say_still_broken(request: ApiRequest, reference: str) -> HttpResponse:
    """The service is said to be back, and for you it is not."""
    found = find(request, reference)
    major_people.still_broken(found, actor=request.person, now=request.now)
    return show(request, found, status=201)


@router.write("PUT", "/major-incidents/{reference}/restoration", answer=MajorShown)
def restore_major_incident(request: ApiRequest, reference: str, body: shapes.RestorationGiven) -> HttpResponse:
    """The service is back. The tickets that go with it are solved by a job, each asking whether it works."""
    found = find_for_desk(request, reference)
    major.restore(found, **body.model_dump(), actor=request.person, now=request.now, expect=expected(request, found))
    return show(request, found)


@router.write("POST", "/major-incidents/{reference}/resumption", answer=MajorShown, status=201)
def resume_major_incident(request: ApiRequest, reference: str, body: shapes.SaidGiven) -> HttpResponse:
    """It broke down again."""
    found = find_for_desk(request, reference)
    major.resume(found, **body.model_dump(), actor=request.person, now=request.now, expect=expected(request, found))
    return show(request, found, status=201)


@router.write("PUT", "/major-incidents/{reference}/review", answer=MajorShown)
def review_major_incident(request: ApiRequest, reference: str, body: shapes.ReviewGiven) -> HttpResponse:
    """What happened, why, and what changes. Written again, it replaces what was written."""
    found = find_for_desk(request, reference)
    people = {f.who: _person(request, f.who, field="follow_ups") for f in body.follow_ups}
    promised = [
        major_review.Promised(text=f.text, who=who, due_on=f.due_on)
        for f in body.follow_ups
        if (who := people[f.who]) is not None
    ]
    major_review.review(
        found,
        what_happened=body.what_happened,
        cause=body.cause,
        follow_ups=promised,
        problem=_problem(request, body.problem),
        actor=request.person,
        now=request.now,
        expect=expected(request, found),
    )
    return show(request, found)


@router.write("PUT", "/major-incidents/{reference}/follow-ups/{number}", answer=MajorShown, guarded=False)
def set_follow_up_done(request: ApiRequest, reference: str, number: PathId, body: shapes.DoneGiven) -> HttpResponse:
    """What the review decided is done, or not after all."""
    found = find_for_desk(request, reference)
    follow_up = MajorFollowUp.objects.filter(major=found, pk=number).first()
    if follow_up is None:
        raise Http404
    major_review.follow_up(follow_up, done=body.done, actor=request.person, now=request.now)
    return show(request, found)


@router.write("PUT", "/major-incidents/{reference}/closure", answer=MajorShown)
def close_major_incident(request: ApiRequest, reference: str) -> HttpResponse:
    """It is over and understood; without its review it isn't."""
    found = find_for_desk(request, reference)
    major_review.close(found, actor=request.person, now=request.now, expect=expected(request, found))
    return show(request, found)


def _words(body: shapes.DeclarationGiven | shapes.DescriptionGiven) -> Words:
    return Words(body.title_fr, body.title_en, body.meanwhile_fr, body.meanwhile_en)


def _touched(request: ApiRequest, body: shapes.DeclarationGiven | shapes.DescriptionGiven) -> Touched:
    organisations = reach.organisations(request.person).select_related("served_by")
    seen = Organisation.objects.filter(pk__in=organisations.values("pk"))
    sites = Site.objects.filter(organisation__in=seen).select_related("organisation__served_by")
    services = Service.objects.filter(organisation__in=reach.desks(request.person))
    named_organisations = [reach.named_in_body(organisations, pk, field="organisations") for pk in body.organisations]
    named_services = [reach.named_in_body(services, pk, field="services") for pk in body.services]
    named_sites = [reach.named_in_body(sites, pk, field="sites") for pk in body.sites]
    return Touched(
        organisations=[row for row in named_organisations if row],
        services=[row for row in named_services if row],
        sites=[row for row in named_sites if row],
    )


def _person(request: ApiRequest, pk: RowId | None, *, field: str) -> Person | None:
    return reach.named_in_body(reach.people(request.person).select_related("organisation"), pk, field=field)


def _problem(request: ApiRequest, typed: str | None) -> Problem | None:
    if not typed:
        return None
    reference = problems.reference_of(typed)
    found = Problem.objects.visible_to(request.person).filter(reference=reference).first() if reference else None
    if found is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="problem")
    return found
