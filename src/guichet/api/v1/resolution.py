"""The way to a solution: hypotheses and attempts. Desk only."""

from datetime import datetime
from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, expected, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, OneOf, PathId, RowId, Shown
from guichet.api.v1.tickets_shape import find_for_desk
from guichet.tickets import actions
from guichet.tickets.models import Attempt, AttemptKind, AttemptResult, Hypothesis, HypothesisState

router = Resource(tag="Resolution path", scope="tickets")


class HypothesisGiven(Given):
    """A supposed cause, and what speaks for it."""

    text: Annotated[str, Field(max_length=300)]
    evidence: Annotated[str, Field(max_length=4000)] = ""


class JudgementGiven(Given):
    """Confirmed or rejected, with evidence; it is added below what is there."""

    state: Annotated[str, OneOf.these(HypothesisState)]
    evidence: Annotated[str, Field(max_length=4000)] = ""


class HypothesisShown(Shown):
    """A supposed cause, with what speaks for or against it."""

    id: int
    text: str
    evidence: str
    state: Annotated[str, OneOf.these(HypothesisState)]
    by: Named
    created_at: datetime


class AttemptGiven(Given):
    """A workaround or a fix: what was done and where; how it was tested, as soon as it was."""

    kind: Annotated[str, OneOf.these(AttemptKind)]
    text: Annotated[str, Field(max_length=4000)]
    hypothesis: RowId | None = None
    applied_on: Annotated[str, Field(max_length=160)] = ""
    test: Annotated[str, Field(max_length=300)] = ""
    result: Annotated[str, OneOf.these(AttemptResult)] = "untested"


class TestGiven(Given):
    """How the attempt was tested, and what came out."""

    __test__ = False

    test: Annotated[str, Field(max_length=300)]
    result: Annotated[str, OneOf("worked", "failed")]


class AttemptShown(Shown):
    """A workaround or a fix, where it was applied, how it was tested and with what result."""

    id: int
    hypothesis: int | None
    kind: Annotated[str, OneOf.these(AttemptKind)]
    text: str
    applied_on: str
    test: str
    result: Annotated[str, OneOf.these(AttemptResult)]
    by: Named
    created_at: datetime
    tested_at: datetime | None


@router.read("/tickets/{reference}/hypotheses", answer=list[HypothesisShown])
def list_hypotheses(request: ApiRequest, reference: str) -> list[HypothesisShown]:
    """What was supposed, oldest first."""
    ticket = find_for_desk(request, reference)
    return [_hypothesis(h) for h in ticket.hypotheses.select_related("by")[:1000]]


@router.write("POST", "/tickets/{reference}/hypotheses", answer=HypothesisShown, status=201)
def add_hypothesis(request: ApiRequest, reference: str, body: HypothesisGiven) -> HttpResponse:
    """Write down a supposed cause."""
    ticket = find_for_desk(request, reference)
    made = actions.suppose(
        ticket,
        text=body.text,
        evidence=body.evidence,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(_hypothesis(made), status=201)


@router.write("PATCH", "/tickets/{reference}/hypotheses/{number}", answer=HypothesisShown)
def judge_hypothesis(request: ApiRequest, reference: str, number: PathId, body: JudgementGiven) -> HttpResponse:
    """Confirm or reject a hypothesis, or open it again."""
    ticket = find_for_desk(request, reference)
    judged = actions.judge(
        reach.in_path(ticket.hypotheses.select_related("by"), number),
        state=body.state,
        evidence=body.evidence,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(_hypothesis(judged))


@router.read("/tickets/{reference}/attempts", answer=list[AttemptShown])
def list_attempts(request: ApiRequest, reference: str) -> list[AttemptShown]:
    """What was tried, oldest first."""
    ticket = find_for_desk(request, reference)
    return [_attempt(a) for a in ticket.attempts.select_related("by")[:1000]]


@router.write("POST", "/tickets/{reference}/attempts", answer=AttemptShown, status=201)
def add_attempt(request: ApiRequest, reference: str, body: AttemptGiven) -> HttpResponse:
    """Write down what was done."""
    ticket = find_for_desk(request, reference)
    made = actions.attempt(
        ticket,
        kind=body.kind,
        text=body.text,
        hypothesis=reach.named_in_body(ticket.hypotheses.all(), body.hypothesis, field="hypothesis"),
        applied_on=body.applied_on,
        test=body.test,
        result=body.result,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(_attempt(made), status=201)


@router.write("PATCH", "/tickets/{reference}/attempts/{number}", answer=AttemptShown)
def test_attempt(request: ApiRequest, reference: str, number: PathId, body: TestGiven) -> HttpResponse:
    """Say how the attempt was tested and what came out."""
    ticket = find_for_desk(request, reference)
    tested = actions.test_attempt(
        reach.in_path(ticket.attempts.select_related("by"), number),
        test=body.test,
        result=body.result,
        actor=request.person,
        now=request.now,
        expect=expected(request, ticket),
    )
    return shown(_attempt(tested))


def _hypothesis(row: Hypothesis) -> HypothesisShown:
    return HypothesisShown(
        id=row.pk,
        text=row.text,
        evidence=row.evidence,
        state=row.state,
        by=Named(id=row.by_id, name=row.by.name),
        created_at=row.created_at,
    )


def _attempt(row: Attempt) -> AttemptShown:
    return AttemptShown(
        id=row.pk,
        hypothesis=row.hypothesis_id,
        kind=row.kind,
        text=row.text,
        applied_on=row.applied_on,
        test=row.test,
        result=row.result,
        by=Named(id=row.by_id, name=row.by.name),
        created_at=row.created_at,
        tested_at=row.tested_at,
    )
