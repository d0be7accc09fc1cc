"""A problem's story as sentences, and how it stands with the people under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q

from guichet.activity.models import Event
from guichet.people.models import Person
from guichet.tickets import lifecycle
from guichet.tickets.causes import lives_on_workaround, to_be_told
from guichet.tickets.models import Problem, ProblemLink, State
from guichet.tickets.sentences_problems import tell_problem

_MOST = 500
# Who is named: a page has room for no more.
_NAMED = 30
_ANSWERS = ("confirmed", "silent", "asked", "refused")


@dataclass(frozen=True)
class Told:
    """One thing that happened."""

    number: int
    verb: str
    at: datetime
    by: Person | None
    sentence: str


def story(problem: Problem) -> list[Told]:
    """What happened, newest first; the number of queries does not depend on how much it was."""
    events = Event.objects.filter(subject_type="problem", subject_id=problem.pk).select_related("actor")
    history = list(events.order_by("-number")[:_MOST])
    wanted = {event.data["to"] for event in history if "to" in event.data}
    people = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return [
        Told(event.number, event.verb, event.at, event.actor, tell_problem(event, people=people)) for event in history
    ]


@dataclass(frozen=True)
class Standing:
    """Of the tickets under a problem: how many, how many are open, who lives on the workaround; of those told of the
    fix, who said yes, who let the time pass, who has still to say, who said no; and who is still to be told."""

    linked: int
    open: int
    living: int
    names: tuple[str, ...]
    told: int
    confirmed: int
    silent: int
    asked: int
    refused: int
    waiting: int


def standing(problem: Problem) -> Standing:
    told = Q(told_at__isnull=False, ticket__solution__problem=problem)
    closed = told & Q(ticket__state=State.CLOSED)
    yes = Event.objects.filter(
        subject_type="ticket", subject_id=OuterRef("ticket"), verb="ticket.confirmed", at__gte=OuterRef("told_at")
    )
    found = problem.links.aggregate(
        linked=Count("pk"),
        open=Count("pk", filter=Q(ticket__state__in=lifecycle.UNSOLVED)),
        living=Count("pk", filter=lives_on_workaround()),
        confirmed=Count("pk", filter=closed & Q(Exists(yes))),
        silent=Count("pk", filter=closed & ~Q(Exists(yes))),
        asked=Count("pk", filter=told & Q(ticket__state=State.RESOLVED)),
        refused=Count("pk", filter=Q(told_at__isnull=False, ticket__state__in=lifecycle.UNSOLVED)),
        waiting=Count("pk", filter=to_be_told()),
    )
    names = _names(problem) if found["living"] else ()
    return Standing(**found, names=names, told=sum(found[name] for name in _ANSWERS))


def _names(problem: Problem) -> tuple[str, ...]:
    """Who lives on the workaround, each once."""
    living = ProblemLink.objects.filter(lives_on_workaround(), problem=problem).order_by("ticket__requester__name")
    return tuple(living.values_list("ticket__requester__name", flat=True).distinct()[:_NAMED])
