"""The queue as it stands: who waits, in the order of calling; the rows as the dispatcher's plain people and agents."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from guichet.people.models import Person
from guichet.walkup import dispatcher
from guichet.walkup.days import midnight, minutes_since
from guichet.walkup.models import Standing, Venue, Visit, VisitState
from guichet.walkup.reasons import Tree, tree_of


def waiting(venue: Venue, *, now: datetime, tree: Tree | None = None) -> list[Visit]:
    """Whoever waits, in the order in which somebody who may serve everybody would call them.

    Who has an appointment stands at their place in it, and is passed over until their slot is near.
    """
    return in_order(rows_waiting(venue), venue=venue, now=now, tree=tree or tree_of(venue))


def in_order(visits: Iterable[Visit], *, venue: Venue, now: datetime, tree: Tree) -> list[Visit]:
    origin, rules = midnight(venue, now=now), rules_of(venue)
    return sorted(visits, key=lambda v: dispatcher.order(as_waiting(v, origin=origin, tree=tree), rules=rules))


def next_for(agent: Person, *, venue: Venue, now: datetime) -> Visit | None:
    """Whom this agent calls when they ask for the next person; None: nobody they may serve now."""
    tree = tree_of(venue)
    return next_among(few_columns(venue, tree=tree), agent=as_agent(agent), venue=venue, now=now, tree=tree)


def next_among(
    visits: Iterable[Visit], *, agent: dispatcher.Agent, venue: Venue, now: datetime, tree: Tree
) -> Visit | None:
    """The same, of these visits."""
    found = {visit.pk: visit for visit in visits}
    origin = midnight(venue, now=now)
    people = [as_waiting(visit, origin=origin, tree=tree) for visit in found.values()]
    minute = minutes_since(now, origin=origin)
    asking = dispatcher.asking(agent, now=minute)
    chosen = dispatcher.next_for(asking, people, now=minute, rules=rules_of(venue))
    return found[chosen.id] if chosen is not None else None


def rules_of(venue: Venue) -> dispatcher.Rules:
    return dispatcher.Rules(head_starts=venue.head_starts, early=venue.early_minutes)


def as_waiting(visit: Visit, *, origin: datetime, tree: Tree) -> dispatcher.Waiting:
    """The visit as the dispatcher sees it; its minutes count from `origin`."""
    skill = tree.skill(visit.reason)
    booked = visit.appointment if visit.standing == Standing.APPOINTMENT else None
    return dispatcher.Waiting(
        id=visit.pk,
        standing=visit.standing,
        since=minutes_since(visit.counts_from, origin=origin),
        arrived=minutes_since(visit.arrived_at, origin=origin),
        category=str(visit.reason_id),
        skill=str(skill) if skill is not None else None,
        slot=minutes_since(booked.starts_at, origin=origin) if booked is not None else None,
        wanted=visit.wanted_id,
    )


def as_agent(person: Person) -> dispatcher.Agent:
    """Somebody with the skills they have; when they are there is for others to say."""
    skills = person.skills.values_list("pk", flat=True)
    return dispatcher.Agent(id=person.pk, skills=frozenset(str(pk) for pk in skills))


def rows_waiting(venue: Venue) -> list[Visit]:
    found = Visit.objects.filter(venue=venue, state=VisitState.WAITING)
    return list(found.select_related("reason", "appointment", "person", "ticket", "wanted"))


def few_columns(venue: Venue, *, tree: Tree) -> list[Visit]:
    """The same with what the order needs and no more: it is read with every call and every forecast."""
    found = Visit.objects.filter(venue=venue, state=VisitState.WAITING).select_related("appointment")
    rows = list(found.only("standing", "reason", "counts_from", "arrived_at", "wanted", "appointment__starts_at"))
    for visit in rows:
        visit.reason = tree.by_id[visit.reason_id]
    return rows
