"""How a problem looks from outside, and how one is found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import expected, shown
from guichet.api.v1.fields import Named, OneOf, Shown, named
from guichet.people.models import Person
from guichet.tickets import problem_story, problems
from guichet.tickets.models import Problem, ProblemState, Workaround

Reference = Annotated[str, Field(max_length=40)]


class ProblemRow(Shown):
    """A problem in a list, with how many tickets stand under it."""

    reference: str
    version: int
    desk: Named
    state: Annotated[str, OneOf.these(ProblemState)]
    title: str
    category: Named | None
    owner: Named
    tickets: int
    opened_at: datetime
    updated_at: datetime


class ProblemPage(Shown):
    """Problems, newest first."""

    items: list[ProblemRow]
    next_cursor: str | None


class WorkaroundShown(Shown):
    """What restores the service until it expires; requesters read `public_text`."""

    text: str
    public_text: str
    by: Named
    since: datetime
    expires_at: datetime


class ProblemShown(ProblemRow):
    """A problem. `living`: tickets that live on a workaround; of those told of the fix, how they answered."""

    symptoms: str
    cause: str
    workaround: WorkaroundShown | None
    fix: str
    fix_test: str
    fix_public: str
    fixed_at: datetime | None
    fixed_by: Named | None
    article: str | None
    conclusion: str
    closed_at: datetime | None
    open_tickets: int
    living: int
    told: int
    confirmed: int
    silent: int = Field(description="Closed because no answer came in time")
    asked: int
    refused: int
    may: list[str]


def visible(person: Person) -> QuerySet[Problem]:
    near = Problem.objects.visible_to(person).select_related("desk", "category", "owner", "fixed_by")
    return near.annotate(linked=Count("links"))


def find_problem(request: ApiRequest, text: str) -> Problem:
    found = visible(request.person).filter(reference=problems.reference_of(text) or "").first()
    if found is None:
        raise Http404
    return found


def by(request: ApiRequest, problem: Problem) -> dict[str, Any]:
    """Who does it, when, and on which version: what every action takes."""
    return {"actor": request.person, "now": request.now, "expect": expected(request, problem)}


def row_of(problem: Any) -> dict[str, Any]:
    return {
        "reference": problem.reference,
        "version": problem.version,
        "desk": named(problem.desk),
        "state": problem.state,
        "title": problem.title,
        "category": named(problem.category),
        "owner": named(problem.owner),
        "tickets": problem.linked,
        "opened_at": problem.opened_at,
        "updated_at": problem.updated_at,
    }


def _workaround(offered: Workaround | None) -> WorkaroundShown | None:
    if offered is None:
        return None
    return WorkaroundShown(
        text=offered.text,
        public_text=offered.public_text,
        by=Named(id=offered.by_id, name=offered.by.name),
        since=offered.since,
        expires_at=offered.expires_at,
    )


def show_problem(problem: Problem, *, status: int = 200) -> HttpResponse:
    """As it is now in the database."""
    near = Problem.objects.select_related("desk", "category", "owner", "fixed_by", "article")
    current = near.annotate(linked=Count("links")).get(pk=problem.pk)
    stands = problem_story.standing(current)
    body = ProblemShown(
        **row_of(current),
        symptoms=current.symptoms,
        cause=current.cause,
        workaround=_workaround(current.workarounds.filter(ended_at__isnull=True).select_related("by").first()),
        fix=current.fix,
        fix_test=current.fix_test,
        fix_public=current.fix_public,
        fixed_at=current.fixed_at,
        fixed_by=named(current.fixed_by),
        article=current.article.reference if current.article else None,
        conclusion=current.conclusion,
        closed_at=current.closed_at,
        open_tickets=stands.open,
        living=stands.living,
        told=stands.told,
        confirmed=stands.confirmed,
        silent=stands.silent,
        asked=stands.asked,
        refused=stands.refused,
        may=sorted(current.verbs),
    )
    return shown(body, status=status, version=current.version)
