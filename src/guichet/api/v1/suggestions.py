"""What the desk's past says of a ticket: suggestions for its fields, similar tickets, the outage that it may belong to;
and for managers what is suggested at all, with how right it was."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from pydantic import Field as Described

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, OneOf, PathId, Shown
from guichet.api.v1.outages import LikelyShown, likely_of
from guichet.api.v1.tickets_shape import TicketShown, find_for_desk, show
from guichet.people.models import Organisation
from guichet.suggestions import actions, lessons
from guichet.suggestions.answers import articles_for
from guichet.suggestions.figures import Came, came_of
from guichet.suggestions.models import Field, Lesson, Suggestion
from guichet.suggestions.showing import Shown as InWords
from guichet.suggestions.showing import shown_for
from guichet.suggestions.similar import Like, similar
from guichet.tickets.models import AttemptKind, State

router = Resource(tag="Suggestions", scope="tickets")
of_desks = Resource(tag="Suggestions", scope="settings")


class SuggestionShown(Shown):
    """What a field probably is. `confidence` is null where a rule made it: that was not measured."""

    id: int
    field: Annotated[str, OneOf.these(Field)]
    value: str = Described(description="A row’s number, a choice, or an equipment’s tag")
    label: str
    confidence: float | None
    because: str
    why: str
    severity: str = Described(description="That would follow from the impact or urgency; empty where it stays")
    made_by: Annotated[str, OneOf("lesson", "words", "past", "tags")]
    version: int | None = Described(description="Of what was learned; null for a rule")
    at: datetime


class SolutionKnown(Shown):
    """How another ticket was solved, and how that was tested."""

    attempt: int
    kind: Annotated[str, OneOf.these(AttemptKind)]
    text: str
    test: str


class SimilarShown(Shown):
    """A ticket of the same desk that says much the same; `likeness` from 0 to 1."""

    reference: str
    title: str
    state: Annotated[str, OneOf.these(State)]
    likeness: float
    solution: SolutionKnown | None


class ArticleAnswering(Shown):
    """A published article about what the ticket says; `readable`: its requester reads it too."""

    reference: str
    title: str
    language: str
    readable: bool


class KnownShown(Shown):
    """What we already know of a ticket. For a provider’s technician there are at most articles that they read."""

    suggestions: list[SuggestionShown]
    articles: list[ArticleAnswering]
    solved: list[SimilarShown]
    open: list[SimilarShown]
    outage: LikelyShown


class LessonShown(Shown):
    """A version of what the desk’s tickets teach about a field. Shares are 0 to 1, measured on tickets that it had not
    learned from; `threshold` is null where it is nowhere right nine times in ten: then it keeps silent."""

    number: int
    made_at: datetime
    tickets: int
    answers: int
    accuracy: float
    macro_f1: float
    coverage_at_90: float
    expected_calibration_error: float
    usual: float = Described(description="The share that naming always the commonest gets right")
    threshold: float | None


class CameShown(Shown):
    """What became of the suggestions of the last 90 days. `ended`: their tickets are solved; `right`: as suggested."""

    made: int
    accepted: int
    dismissed: int
    ended: int
    right: int
    corrected: int


class SuggestedField(Shown):
    """A field, whether it is suggested, the version in use, and what became of the suggestions."""

    field: Annotated[str, OneOf.these(Field)]
    on: bool
    version: LessonShown | None
    lately: CameShown


class FieldSwitchGiven(Given):
    """Off, nothing is learned or suggested for this field."""

    field: Annotated[str, OneOf.these(Field)]
    on: bool


@router.read("/tickets/{reference}/suggestions", answer=KnownShown)
def read_suggestions(request: ApiRequest, reference: str) -> HttpResponse:
    """What is suggested and open, similar tickets, and the outage that it may belong to. Desk only."""
    ticket = find_for_desk(request, reference)
    alike = similar(ticket, person=request.person)
    return shown(
        KnownShown(
            suggestions=[_suggestion(one) for one in shown_for(ticket, person=request.person)],
            articles=[
                ArticleAnswering(
                    reference=one.article.reference,
                    title=one.article.title,
                    language=one.article.language,
                    readable=one.readable,
                )
                for one in articles_for(ticket, person=request.person)
            ],
            solved=[_like(one) for one in alike.solved],
            open=[_like(one) for one in alike.open],
            outage=likely_of(request, ticket),
        )
    )


@router.write("POST", "/tickets/{reference}/suggestions/{number}/acceptance", answer=TicketShown)
def accept_suggestion(request: ApiRequest, reference: str, number: PathId) -> HttpResponse:
    """Do what is suggested, as if one had chosen it oneself; the ticket as it is then."""
    ticket = find_for_desk(request, reference)
    one = get_object_or_404(Suggestion, pk=number, ticket=ticket)
    actions.accept(one, actor=request.person, now=request.now, expect=expected(request, ticket), source="api")
    return show(request, ticket)


@router.write("POST", "/tickets/{reference}/suggestions/{number}/dismissal", answer=TicketShown, guarded=False)
def dismiss_suggestion(request: ApiRequest, reference: str, number: PathId) -> HttpResponse:
    """Say no to a suggestion; the ticket stays as it is."""
    ticket = find_for_desk(request, reference)
    one = get_object_or_404(Suggestion, pk=number, ticket=ticket)
    actions.dismiss(one, actor=request.person, now=request.now)
    return show(request, ticket)


@of_desks.read("/organisations/{organisation}/suggested-fields", answer=list[SuggestedField])
def list_suggested_fields(request: ApiRequest, organisation: PathId) -> list[SuggestedField]:
    """What is suggested, how right it was when measured, and what became of it. Managers only."""
    return _fields(_desk(request, organisation), now=request.now)


@of_desks.write("PUT", "/organisations/{organisation}/suggested-fields", answer=list[SuggestedField], guarded=False)
def switch_suggested_field(request: ApiRequest, organisation: PathId, body: FieldSwitchGiven) -> list[SuggestedField]:
    """Switch one off or on again. Managers only."""
    desk = _desk(request, organisation)
    lessons.switch(desk=desk, field=body.field, on=body.on, actor=request.person, now=request.now)
    return _fields(desk, now=request.now)


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_at_desk(request.person, desk)
    reach.need_manager(request.person, organisation_id=desk.pk)
    return desk


def _suggestion(one: InWords) -> SuggestionShown:
    row = one.suggestion
    return SuggestionShown(
        id=row.pk,
        field=row.field,
        value=row.value,
        label=one.label,
        confidence=round(row.confidence, 4) if one.percent is not None else None,
        because=one.because,
        why=one.why,
        severity=one.severity,
        made_by=row.rule or "lesson",
        version=row.lesson.number if row.lesson else None,
        at=row.at,
    )


def _like(one: Like) -> SimilarShown:
    found = one.solution
    known = SolutionKnown(attempt=found.pk, kind=found.kind, text=found.text, test=found.test) if found else None
    return SimilarShown(
        reference=one.ticket.reference,
        title=one.ticket.title,
        state=one.ticket.state,
        likeness=round(one.score, 3),
        solution=known,
    )


def _fields(desk: Organisation, *, now: datetime) -> list[SuggestedField]:
    off, came = lessons.switched_off(desk), came_of(desk, now=now)
    used = {row.field: row for row in Lesson.objects.filter(organisation=desk, in_use=True).defer("data")}
    return [
        SuggestedField(
            field=field.value,
            on=field not in off,
            version=_version(used[field]) if field in used else None,
            lately=_came(came.get(field, Came())),
        )
        for field in Field
    ]


def _version(row: Lesson) -> LessonShown:
    return LessonShown(
        number=row.number,
        made_at=row.made_at,
        tickets=row.tickets,
        answers=row.classes,
        accuracy=row.accuracy,
        macro_f1=row.macro_f1,
        coverage_at_90=row.coverage_at_90,
        expected_calibration_error=row.ece,
        usual=row.usual,
        threshold=row.threshold,
    )


def _came(came: Came) -> CameShown:
    return CameShown(
        made=came.made,
        accepted=came.accepted,
        dismissed=came.dismissed,
        ended=came.ended,
        right=came.right,
        corrected=came.corrected,
    )
