"""Who the token acts as, their news, and help with a request before it is sent."""

from datetime import datetime
from typing import Annotated

from django.db.models import Q
from django.http import HttpResponse
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, RowId, Shown, Size
from guichet.api.v1.tickets_shape import find
from guichet.catalog.models import Kind
from guichet.knowledge.models import Article
from guichet.lib.paging import page
from guichet.notifications import warning
from guichet.notifications.models import Notification
from guichet.notifications.tell import mark_read, unread
from guichet.people.models import RoleKind, Team
from guichet.tickets import intake, severity
from guichet.tickets.actions.opening import matrix_of
from guichet.tickets.models import Impact, MajorIncident, Problem, Severity, Ticket, Urgency
from guichet.tickets.promises import figures_of
from guichet.training.models import Session

router = Resource(tag="You", scope="tickets")


class RoleShown(Shown):
    """What one is in an organisation."""

    organisation: int
    kind: Annotated[str, OneOf.these(RoleKind)]


class TokenShown(Shown):
    """The token of this request."""

    name: str
    prefix: str
    scopes: list[str]
    expires_at: datetime


class Me(Shown):
    """The person that the token acts as."""

    id: int
    name: str
    email: str
    language: str
    time_zone: str
    organisation: Named
    desk: Named
    roles: list[RoleShown]
    teams: list[Named]
    unread: int
    token: TokenShown


class NewsShown(Shown):
    """Something happened that this person should know of: on a ticket, with a major incident, a problem, an article
    or a training session.

    Or promises will probably be broken: then `verb` is `promise.in_danger`, and `tickets` are those that you may see.
    """

    id: int
    ticket: str | None
    major_incident: str | None
    problem: str | None
    article: str | None
    session: int | None
    tickets: list[str]
    title: str
    verb: str
    by: Named | None
    at: datetime
    read_at: datetime | None


class NewsPage(Shown):
    """News, newest first."""

    items: list[NewsShown]
    next_cursor: str | None


class NewsFilters(Given):
    """Which part of the news."""

    unread: bool = False
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class ReadGiven(Given):
    """Of one ticket, or of all where left out."""

    ticket: Annotated[str, Field(max_length=40)] | None = None


class ReadShown(Shown):
    """How much of the news was unread."""

    marked: int


class IntakeGiven(Given):
    """What is known of a request so far."""

    kind: Annotated[str, OneOf.these(Kind)] = "incident"
    description: str = ""
    impact: Annotated[str, OneOf.these(Impact)] | None = None
    urgency: Annotated[str, OneOf.these(Urgency)] | None = None
    other_work_possible: bool | None = None
    asset: Annotated[str, Field(max_length=80)] = ""
    facts: dict[str, str] = Field(default_factory=dict)
    skipped: list[str] = []
    organisation: RowId | None = None


class IntakeShown(Shown):
    """How complete it is, what to ask next, and the severity that would follow, with what it is from."""

    completeness: int
    missing: list[str]
    next_question: str | None
    urgency: Annotated[str, OneOf.these(Urgency)] | None
    severity: Annotated[str, OneOf.these(Severity)] | None
    severity_name: str
    severity_reason: str
    channels: list[str]
    first_answer_minutes: int | None
    telephone: str


@router.read("/me", answer=Me)
def read_me(request: ApiRequest) -> Me:
    """The token's person, organisation, roles and teams."""
    person, token = request.person, request.token
    desk = person.organisation.desk
    roles = [
        RoleShown(organisation=organisation, kind=kind)
        for organisation, kinds in sorted(person.grants.roles.items())
        for kind in sorted(kinds)
    ]
    return Me(
        id=person.pk,
        name=person.name,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone or person.organisation.time_zone,
        organisation=Named(id=person.organisation_id, name=person.organisation.name),
        desk=Named(id=desk.pk, name=desk.name),
        roles=roles,
        teams=[Named(id=t.pk, name=t.name) for t in Team.objects.filter(pk__in=person.grants.teams)],
        unread=unread(person),
        token=TokenShown(name=token.name, prefix=token.prefix, scopes=token.scopes, expires_at=token.expires_at),
    )


@router.read("/notifications", answer=NewsPage)
def list_notifications(request: ApiRequest, filters: Query[NewsFilters]) -> NewsPage:
    """Your news, newest first, of the tickets, major incidents, problems, articles and sessions that you still see."""
    seen = Q(ticket__in=Ticket.objects.visible_to(request.person).values("pk"))
    seen |= Q(major__in=MajorIncident.objects.visible_to(request.person).values("pk"))
    seen |= Q(problem__in=Problem.objects.visible_to(request.person).values("pk"))
    seen |= Q(article__in=Article.objects.visible_to(request.person).values("pk"))
    seen |= Q(session__in=Session.objects.visible_to(request.person).values("pk"))
    seen |= Q(event__isnull=True)
    near = ("ticket", "major", "problem", "article", "session", "event__actor")
    news = Notification.objects.filter(seen, person=request.person).select_related(*near)
    if filters.unread:
        news = news.filter(read_at__isnull=True)
    found = page(news, order=("-at", "-id"), cursor=filters.cursor, size=filters.size)
    warned = warning.in_danger(found.items, person=request.person)
    items = [
        NewsShown(
            id=n.pk,
            ticket=n.ticket.reference if n.ticket else None,
            major_incident=n.major.reference if n.major else None,
            problem=n.problem.reference if n.problem else None,
            article=n.article.reference if n.article else None,
            session=n.session.pk if n.session else None,
            title=about.title if (about := n.major or n.ticket or n.problem or n.article or n.session) else "",
            tickets=[warned[pk].reference for pk in n.warns if pk in warned],
            verb=n.event.verb if n.event else "promise.in_danger",
            by=Named(id=n.event.actor.pk, name=n.event.actor.name) if n.event and n.event.actor else None,
            at=n.at,
            read_at=n.read_at,
        )
        for n in found.items
    ]
    return NewsPage(items=items, next_cursor=found.next_cursor or None)


@router.write("PUT", "/notifications/read", answer=ReadShown, guarded=False)
def read_notifications(request: ApiRequest, body: ReadGiven) -> ReadShown:
    """Mark your news as read."""
    ticket = find(request, body.ticket) if body.ticket is not None else None
    return ReadShown(marked=mark_read(request.person, ticket=ticket, now=request.now))


@router.write("POST", "/intake-checks", answer=IntakeShown, guarded=False, scope="read")
def check_intake(request: ApiRequest, body: IntakeGiven) -> HttpResponse:
    """What is still missing, what to ask next, and how grave it would be. Nothing is kept."""
    organisation = (
        reach.named_in_body(reach.organisations(request.person), body.organisation, field="organisation")
        or request.person.organisation
    )
    urgency = body.urgency
    if urgency is not None and body.other_work_possible is not None:
        urgency = severity.coached(urgency=urgency, other_work_possible=body.other_work_possible)
    known = {
        **body.facts,
        "description": body.description,
        "asset": body.asset,
        "impact": body.impact or "",
        "urgency": urgency or "",
    }
    complete = intake.completeness(kind=body.kind, known=known)
    assessed = reason = None
    if body.impact and urgency:
        assessed = severity.assess(impact=body.impact, urgency=urgency, matrix=matrix_of(organisation)).severity
        reason = f"{Impact(body.impact).label} × {Urgency(urgency).label}"
    return shown(
        IntakeShown(
            completeness=complete.score,
            missing=list(complete.missing),
            next_question=intake.next_question(kind=body.kind, known=known, skipped=frozenset(body.skipped)),
            urgency=urgency,
            severity=assessed,
            severity_name=str(Severity(assessed).label) if assessed else "",
            severity_reason=reason or "",
            channels=list(intake.channels_for(assessed)) if assessed else ["portal"],
            first_answer_minutes=figures_of(organisation.desk, assessed).first_answer if assessed else None,
            telephone=organisation.desk.phone,
        )
    )
