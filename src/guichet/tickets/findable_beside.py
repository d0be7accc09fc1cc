"""Problems, major incidents and people as the search finds them: all three for whoever treats tickets at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from guichet.people.models import Person
from guichet.search import findable
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.writing import Words, put_all
from guichet.tickets import indexing
from guichet.tickets.findable import named, served
from guichet.tickets.models import (
    OPEN_PROBLEMS,
    MajorIncident,
    MajorNews,
    MajorNote,
    MajorState,
    Problem,
    ProblemState,
    Workaround,
)

_BATCH = 500
_MAJOR_KINDS = (indexing.MAJOR, indexing.MAJOR_NEWS, indexing.MAJOR_NOTE)


def connect() -> None:
    for one in BESIDE:
        findable.register(one)


def write_people(people: Iterable[Person]) -> None:
    """Somebody was written down or changed: they are found by what is known of them now."""
    put_all(indexing.of_person(person) for person in people)


def _at_own_desks(person: Person) -> list[Reach]:
    """A provider's technician sees tickets alone; so does whoever asks for help."""
    treated = person.grants.treats_in
    return [Reach(desks=treated)] if treated else []


def _in_batches(rows: QuerySet[Any], after: int) -> Iterator[Any]:
    while True:
        batch = list(rows.filter(pk__gt=after).order_by("pk")[:_BATCH])
        yield from batch
        if len(batch) < _BATCH:
            return
        after = batch[-1].pk


# ── Problems ──


def _problems(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    rows = Problem.objects.visible_to(person).filter(pk__in=found)
    return {
        problem.pk: Shown(
            title=problem.title,
            reference=problem.reference,
            text="\n".join(filter(None, (problem.symptoms, problem.cause, problem.fix, problem.conclusion))),
            detail=problem.get_state_display(),
            at=problem.opened_at,
        )
        for problem in rows
    }


def _every_problem(after: int) -> Iterator[Words]:
    current = Prefetch("workarounds", queryset=Workaround.objects.filter(ended_at__isnull=True))
    for problem in _in_batches(Problem.objects.prefetch_related(current), after):
        yield indexing.of_problem(problem, workaround="\n".join(row.text for row in problem.workarounds.all()))


_PROBLEM_STATES: Mapping[str, tuple[str, ...]] = {
    "open": OPEN_PROBLEMS,
    "unsolved": OPEN_PROBLEMS,
    "resolved": (ProblemState.FIXED,),
    "closed": (ProblemState.CLOSED,),
}


def _problems_by_state(person: Person, value: str) -> Q | None:
    states = _PROBLEM_STATES.get(value)
    return Q(Exists(Problem.objects.filter(pk=OuterRef("subject"), state__in=states))) if states else None


# ── Major incidents ──


def _majors(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    texts: dict[int, str] = {}
    tables: tuple[tuple[str, QuerySet[MajorNews] | QuerySet[MajorNote]], ...] = (
        (indexing.MAJOR_NEWS, MajorNews.objects.all()),
        (indexing.MAJOR_NOTE, MajorNote.objects.all()),
    )
    for kind, rows in tables:
        numbers = {part.number for part in found.values() if part.kind == kind}
        texts |= {row.major_id: indexing.text_of(row) for row in rows.filter(pk__in=numbers)} if numbers else {}
    return {
        major.pk: Shown(
            title=major.title,
            reference=major.reference,
            text=texts.get(major.pk, "\n".join(filter(None, (major.meanwhile, major.what_happened)))),
            detail=major.get_state_display(),
            at=major.declared_at,
        )
        for major in MajorIncident.objects.at_desk_of(person).filter(pk__in=found)
    }


def _every_major(after: int) -> Iterator[Words]:
    for major in _in_batches(MajorIncident.objects.prefetch_related("news", "notes"), after):
        yield indexing.of_major(major)
        yield from (indexing.of_major_news(news, major) for news in major.news.all())
        yield from (indexing.of_major_note(note, major) for note in major.notes.all())


_MAJOR_STATES: Mapping[str, tuple[str, ...]] = {
    "open": (MajorState.RUNNING,),
    "unsolved": (MajorState.RUNNING,),
    "resolved": (MajorState.RESTORED,),
    "closed": (MajorState.CLOSED,),
}


def _majors_by_state(person: Person, value: str) -> Q | None:
    states = _MAJOR_STATES.get(value)
    return Q(Exists(MajorIncident.objects.filter(pk=OuterRef("subject"), state__in=states))) if states else None


# ── People ──


def _people(person: Person, found: Mapping[int, Part]) -> Mapping[int, Shown]:
    treated = person.grants.treats_in
    own = Q(organisation__in=treated) | Q(organisation__served_by__in=treated)
    rows = Person.objects.filter(own, pk__in=found).select_related("organisation", "site")
    return {
        row.pk: Shown(
            title=row.name,
            text=" · ".join(filter(None, (row.phone, row.email))),
            detail=" · ".join(filter(None, (row.job_title, row.organisation.name, row.site.name if row.site else ""))),
        )
        for row in rows
    }


def _every_person(after: int) -> Iterator[Words]:
    for row in _in_batches(Person.objects.select_related("organisation__served_by"), after):
        yield indexing.of_person(row)


def _people_by_organisation(person: Person, value: str) -> Q | None:
    found = named(served(person), value, "name")
    return Q(organisation__in=found) if found else None


BESIDE = (
    Findable(
        kinds=(indexing.PROBLEM,),
        visible=_at_own_desks,
        load=_problems,
        everything=_every_problem,
        filters={"state": _problems_by_state},
    ),
    Findable(
        kinds=_MAJOR_KINDS,
        visible=_at_own_desks,
        load=_majors,
        everything=_every_major,
        filters={"state": _majors_by_state},
    ),
    Findable(
        kinds=(indexing.PERSON,),
        visible=_at_own_desks,
        load=_people,
        everything=_every_person,
        filters={"organisation": _people_by_organisation},
    ),
)
