"""How long people wait, as ranges: those who are in the queue, and whoever would check in now.

Whatever changes a venue's queue has the waits foretold anew and kept in one row (`refresh`); boards, phones and pages
read that row. A minute later the job does the same, since the clock changes things as well.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from guichet.walkup import dispatcher
from guichet.walkup.days import midnight, minutes_since
from guichet.walkup.dispatcher import Waiting
from guichet.walkup.estimate import WaitEstimate, estimate, newcomer, steady
from guichet.walkup.models import EstimateRecord, Forecast, Outcome, Venue, Visit
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.state import laws_of, skill_key, state_of

if TYPE_CHECKING:
    from guichet.walkup.simulation import State

logger = logging.getLogger(__name__)

# The average that one usually sees at such counters: of so many waits.
USUAL_WAITS = 30
# A forecast older than this is made anew by whoever reads it: no job has run.
STALE = timedelta(minutes=3)
# What was checked in longer ago than this, on a kiosk without network, was told nothing by us.
_TOLD_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes until the call. `low` to `high` holds the true wait four times in five; `ahead`: how many are before
    them in the order; `little_data`: the range is a guess."""

    low: float
    high: float
    median: float
    ahead: int
    little_data: bool


@dataclass(frozen=True, slots=True)
class Foretold:
    """One estimate with the number of people before them."""

    one: WaitEstimate
    ahead: int

    @property
    def row(self) -> list[Any]:
        """What is kept: figures to a hundredth of a minute."""
        one = self.one
        figures = [round(x, 2) for x in (one.median, one.low80, one.high80, one.low90, one.high90)]
        return [*figures, self.ahead, one.basis, one.little_data]


def waits_of(venue: Venue, *, now: datetime) -> dict[int, Wait]:
    """For everybody who waits, by the id of the visit."""
    return shown(forecast_of(venue, now=now), now=now)


def if_now(venue: Venue, *, now: datetime) -> dict[int, Wait]:
    """For whoever would check in now, by the id of the reason: those that can be chosen."""
    return shown_if_now(forecast_of(venue, now=now))


def shown(forecast: Forecast, *, now: datetime) -> dict[int, Wait]:
    """What a forecast says a moment after it was made: the clock went on."""
    gone = max((now - forecast.at).total_seconds() / 60, 0.0)
    return {int(pk): _wait(row, gone=gone) for pk, row in forecast.waits.get("people", {}).items()}


def shown_if_now(forecast: Forecast) -> dict[int, Wait]:
    return {int(pk): _wait(row, gone=0.0) for pk, row in forecast.waits.get("if_now", {}).items()}


def _wait(row: Sequence[Any], *, gone: float) -> Wait:
    median, low, high = (max(row[i] - gone, 0.0) for i in range(3))
    return Wait(low=low, high=high, median=median, ahead=row[5], little_data=row[7])


def forecast_of(venue: Venue, *, now: datetime) -> Forecast:
    """The one that is kept; made anew, and not kept, where it is too old or was never made."""
    kept = Forecast.objects.filter(venue=venue).first()
    if kept is not None and kept.waits and timedelta() <= now - kept.at <= STALE:
        return kept
    return _foretell(venue, now=now, kept=None, tree=tree_of(venue))


def refresh(venue: Venue, *, now: datetime, tree: Tree | None = None) -> None:
    """Foretell the waits anew and keep them; the version goes up even where that fails. Nobody's call fails with it."""
    kept = Forecast.objects.filter(venue=venue).first()
    waits: dict[str, Any] = kept.waits if kept is not None else {}
    at = kept.at if kept is not None else now
    try:
        with transaction.atomic():
            made = _foretell(venue, now=now, kept=kept, tree=tree or tree_of(venue))
            waits, at = made.waits, made.at
    except (ArithmeticError, LookupError, TypeError, ValueError):
        logger.exception("The waits of a venue could not be foretold")
    if kept is None:
        Forecast.objects.bulk_create([Forecast(venue=venue, at=at)], ignore_conflicts=True)
    Forecast.objects.filter(venue=venue).update(version=F("version") + 1, at=at, waits=waits)


def _foretell(venue: Venue, *, now: datetime, kept: Forecast | None, tree: Tree) -> Forecast:
    state = state_of(venue, now=now, tree=tree)
    people = _newcomers(tree, now=minutes_since(now, origin=midnight(venue, now=now)))
    found = foretold(venue, state, now=now, tree=tree, newcomers=people)
    before = kept.waits if kept is not None and kept.at <= now else {}
    gone = (now - kept.at).total_seconds() / 60 if kept is not None else 0.0
    count = len(state.waiting)
    return Forecast(
        venue=venue,
        at=now,
        waits={
            "people": {
                str(one.one.id): _steadily(one, before.get("people", {}).get(str(one.one.id)), gone=gone, moves=True)
                for one in found[:count]
            },
            "if_now": {
                str(-one.one.id): _steadily(one, before.get("if_now", {}).get(str(-one.one.id)), gone=gone, moves=False)
                for one in found[count:]
            },
        },
    )


def foretold(
    venue: Venue, state: State, *, now: datetime, tree: Tree, newcomers: Sequence[Waiting] = ()
) -> list[Foretold]:
    """Everybody who waits, then the newcomers, each as if they alone had come."""
    minute = minutes_since(now, origin=midnight(venue, now=now))
    found = estimate(state, laws_of(venue, tree=tree), now=minute, newcomers=newcomers)
    order = [dispatcher.order(person, rules=state.rules) for person in state.waiting]
    people = [*state.waiting, *newcomers]
    places = [dispatcher.order(person, rules=state.rules) for person in people]
    return [Foretold(one, sum(key < place for key in order)) for one, place in zip(found, places, strict=True)]


def _newcomers(tree: Tree, *, now: float) -> list[Waiting]:
    """Somebody for each reason that can be chosen; their ids are those of the reasons, below zero."""
    return [
        newcomer(
            -reason.pk,
            category=str(reason.pk),
            skill=skill_key(tree, reason.pk),
            now=now,
            standing=dispatcher.URGENT if tree.urgent(reason) else dispatcher.WALK_IN,
        )
        for reason in tree.by_id.values()
        if reason.active and tree.is_leaf(reason)
    ]


def _steadily(new: Foretold, before: Sequence[Any] | None, *, gone: float, moves: bool) -> list[Any]:
    """The row to keep. `moves`: their own wait went on meanwhile; who would come now has all of theirs ahead."""
    if before is None or gone * 60 > STALE.total_seconds():
        return new.row
    shift = 0.0 if moves else gone
    median, low80, high80, low90, high90 = (x + shift for x in before[:5])
    previous = replace(new.one, median=median, low80=low80, high80=high80, low90=low90, high90=high90)
    return Foretold(steady(previous, new.one, elapsed=gone), new.ahead).row


def keep_estimate(visit: Visit, *, now: datetime, tree: Tree) -> EstimateRecord | None:
    """What is told at check-in, beside what others would say, to be compared with the wait that it becomes."""
    venue = visit.venue
    if now - visit.arrived_at > _TOLD_WITHIN:
        return None
    state = state_of(venue, now=now, tree=tree)
    mine = next((one for one in foretold(venue, state, now=now, tree=tree) if one.one.id == visit.pk), None)
    if mine is None:
        return None
    own = mine.one
    minute = minutes_since(now, origin=midnight(venue, now=now))
    agents = sum(dispatcher.at_work(post.agent, now=minute) for post in state.posts)
    services = [served.minutes for served in state.today]
    mean = sum(services) / len(services) if services else float(visit.reason.minutes)
    return EstimateRecord.objects.create(
        visit=visit,
        at=now,
        median=own.median,
        low80=own.low80,
        high80=own.high80,
        low90=own.low90,
        high90=own.high90,
        basis=own.basis,
        usual=mine.ahead * mean / max(agents, 1),
        average=_average(venue, now=now),
        quantiles=list(own.quantiles),
    )


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
