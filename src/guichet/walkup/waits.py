"""How long people wait, as ranges: those who are in the queue, and whoever would check in now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.walkup import dispatcher
from guichet.walkup.days import midnight, minutes_since
from guichet.walkup.estimate import WaitEstimate, estimate, newcomer
from guichet.walkup.models import EstimateRecord, Outcome, Reason, Venue, Visit
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.state import laws_of, skill_key, state_of

# The average that one usually sees at such counters: of so many waits.
USUAL_WAITS = 30


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes until the call. `low` to `high` holds the true wait four times in five; `ahead`: how many are before
    them in the order; `little_data`: the range is a guess."""

    low: float
    high: float
    median: float
    ahead: int
    little_data: bool


def waits_of(venue: Venue, *, now: datetime) -> dict[int, Wait]:
    """For everybody who waits, by the id of the visit."""
    tree = tree_of(venue)
    state = state_of(venue, now=now, tree=tree)
    minute = minutes_since(now, origin=midnight(venue, now=now))
    found = estimate(state, laws_of(venue, tree=tree), now=minute)
    rules = state.rules
    order = [p.id for p in sorted(state.waiting, key=lambda person: dispatcher.order(person, rules=rules))]
    places = {pk: place for place, pk in enumerate(order)}
    return {one.id: _wait(one, ahead=places[one.id]) for one in found}


def if_now(venue: Venue, *, now: datetime) -> dict[int, Wait]:
    """For whoever would check in now, by the id of the reason: those that can be chosen."""
    tree = tree_of(venue)
    leaves = [reason for reason in tree.by_id.values() if reason.active and tree.is_leaf(reason)]
    state = state_of(venue, now=now, tree=tree)
    minute = minutes_since(now, origin=midnight(venue, now=now))
    people = [
        newcomer(
            -reason.pk,
            category=str(reason.pk),
            skill=skill_key(tree, reason.pk),
            now=minute,
            standing=dispatcher.URGENT if tree.urgent(reason) else dispatcher.WALK_IN,
        )
        for reason in leaves
    ]
    found = estimate(state, laws_of(venue, tree=tree), now=minute, newcomers=people)[len(state.waiting) :]
    rules = state.rules
    return {
        reason.pk: _wait(
            one,
            ahead=sum(dispatcher.order(p, rules=rules) < dispatcher.order(person, rules=rules) for p in state.waiting),
        )
        for reason, person, one in zip(leaves, people, found, strict=True)
    }


def _wait(one: WaitEstimate, *, ahead: int) -> Wait:
    return Wait(low=one.low80, high=one.high80, median=one.median, ahead=ahead, little_data=one.little_data)


def keep_estimate(visit: Visit, *, now: datetime, tree: Tree) -> EstimateRecord | None:
    """What is told at check-in, beside what others would say, to be compared with the wait that it becomes."""
    venue = visit.venue
    state = state_of(venue, now=now, tree=tree)
    minute = minutes_since(now, origin=midnight(venue, now=now))
    own = next((e for e in estimate(state, laws_of(venue, tree=tree), now=minute) if e.id == visit.pk), None)
    if own is None:
        return None
    rules = state.rules
    order = sorted(state.waiting, key=lambda person: dispatcher.order(person, rules=rules))
    ahead = [p.id for p in order].index(visit.pk)
    agents = sum(dispatcher.at_work(post.agent, now=minute) for post in state.posts)
    return EstimateRecord.objects.create(
        visit=visit,
        at=now,
        median=own.median,
        low80=own.low80,
        high80=own.high80,
        low90=own.low90,
        high90=own.high90,
        basis=own.basis,
        usual=ahead * _mean_service(visit.reason, state_today=[s.minutes for s in state.today]) / max(agents, 1),
        average=_average(venue, now=now),
        quantiles=list(own.quantiles),
    )


def _mean_service(reason: Reason, *, state_today: list[float]) -> float:
    return sum(state_today) / len(state_today) if state_today else float(reason.minutes)


def _average(venue: Venue, *, now: datetime) -> float | None:
    """The mean of the last waits that ended in a call, today or shortly before."""
    called = Visit.objects.filter(venue=venue, called_at__isnull=False, called_at__gt=now - timedelta(days=14))
    called = called.exclude(outcome=Outcome.TRANSFERRED).order_by("-called_at")
    waits = [
        (at - arrived).total_seconds() / 60
        for at, arrived in called.values_list("called_at", "arrived_at")[:USUAL_WAITS]
        if at is not None
    ]
    return sum(waits) / len(waits) if waits else None
