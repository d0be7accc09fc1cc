"""How long people wait, as ranges: those who are in the queue, and whoever would check in now.

They are foretold anew after each change of a queue, and kept in one row that boards, phones and pages read: by the
check-in itself, since it says them; after anything else by a job, so that no call waits for it (`changed`, `refresh`).
Each minute another job does the same, since the clock changes things as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.utils import timezone

from guichet.walkup import dispatcher
from guichet.walkup.days import midnight, minutes_since
from guichet.walkup.dispatcher import Waiting
from guichet.walkup.estimate import WaitEstimate, estimate, newcomer, steady
from guichet.walkup.models import EstimateRecord, Forecast, Outcome, Venue, Visit
from guichet.walkup.queries import FIRST_CALL
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.state import laws_of, skill_key, state_of

if TYPE_CHECKING:
    from guichet.walkup.simulation import State

# The average that one usually sees at such counters: of so many waits.
USUAL_WAITS = 30
# A forecast older than this is made anew by whoever reads it: no job has run.
STALE = timedelta(minutes=3)
# What was checked in longer ago than this, on a kiosk without network, was told nothing by us.
_TOLD_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes until the call. `low` to `high` holds the true wait four times in five; `ahead`: how many are before
    them in the order; `little_data`: the range is a guess; `unserved`: how likely it is, 0 to 1, that nobody calls them
    before the agents' day ends."""

    low: float
    high: float
    median: float
    ahead: int
    little_data: bool
    unserved: float = 0.0


@dataclass(frozen=True, slots=True)
class Foretold:
    """One estimate with the number of people before them; and what the usual formula takes besides: the mean service
    of today in minutes, and the agents at work."""

    one: WaitEstimate
    ahead: int
    mean: float = 0.0
    agents: int = 0

    @property
    def row(self) -> list[Any]:
        """What is kept: figures to a hundredth of a minute."""
        one = self.one
        figures = [round(x, 2) for x in (one.median, one.low80, one.high80, one.low90, one.high90)]
        return [*figures, self.ahead, one.basis, one.little_data, round(one.unserved, 2)]


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
    return Wait(low=low, high=high, median=median, ahead=row[5], little_data=row[7], unserved=sum(row[8:9]))


def forecast_of(venue: Venue, *, now: datetime, may_lag: bool = False) -> Forecast:
    """The one that is kept; made anew, and not kept, where it is too old, was never made, or the queue has changed.

    `may_lag`: who asks will be told when it is made anew, and takes the last one until then.
    """
    kept = Forecast.objects.filter(venue=venue).first()
    young = kept is not None and kept.waits and timedelta() <= now - kept.at <= STALE
    if kept is not None and young and (may_lag or kept.made_for == kept.version):
        return kept
    tree = tree_of(venue)
    return _forecast(venue, _foretell(venue, now=now, tree=tree), kept=None, now=now)


def changed(venue: Venue) -> None:
    """The queue has changed: what was foretold no longer holds."""
    if not Forecast.objects.filter(venue=venue).update(version=F("version") + 1):
        row = Forecast(venue=venue, version=1, at=timezone.now())
        Forecast.objects.bulk_create([row], ignore_conflicts=True)


def is_due(venue: Venue) -> bool:
    return not Forecast.objects.filter(venue=venue, made_for=F("version")).exists()


def refresh(venue: Venue, *, now: datetime, tree: Tree | None = None) -> list[Foretold]:
    """Foretell the waits anew, and keep them unless the queue changed meanwhile: whoever changed it asked for it again.

    What was foretold for those who wait.
    """
    kept = Forecast.objects.filter(venue=venue).first()
    if kept is None:
        changed(venue)
        kept = Forecast.objects.get(venue=venue)
    found = _foretell(venue, now=now, tree=tree or tree_of(venue))
    made = _forecast(venue, found, kept=kept, now=now)
    version = kept.version + 1
    unchanged = Forecast.objects.filter(venue=venue, version=kept.version)
    unchanged.update(version=version, made_for=version, at=now, waits=made.waits)
    return [one for one in found if one.one.id > 0]


def _foretell(venue: Venue, *, now: datetime, tree: Tree) -> list[Foretold]:
    """Those who wait, then somebody for each reason: their ids are those of visits, and of reasons below zero."""
    state = state_of(venue, now=now, tree=tree)
    people = _newcomers(tree, now=minutes_since(now, origin=midnight(venue, now=now)))
    return foretold(venue, state, now=now, tree=tree, newcomers=people)


def _forecast(venue: Venue, found: Sequence[Foretold], *, kept: Forecast | None, now: datetime) -> Forecast:
    """A row to keep; steady towards the one that was kept before."""
    before = kept.waits if kept is not None and kept.at <= now else {}
    gone = (now - kept.at).total_seconds() / 60 if kept is not None else 0.0
    waits: dict[str, dict[str, list[Any]]] = {"people": {}, "if_now": {}}
    for one in found:
        moves, key = one.one.id > 0, str(abs(one.one.id))
        kind = "people" if moves else "if_now"
        waits[kind][key] = _steadily(one, before.get(kind, {}).get(key), gone=gone, moves=moves)
    return Forecast(venue=venue, at=now, waits=waits)


def foretold(
    venue: Venue, state: State, *, now: datetime, tree: Tree, newcomers: Sequence[Waiting] = ()
) -> list[Foretold]:
    """Everybody who waits, then the newcomers, each as if they alone had come."""
    minute = minutes_since(now, origin=midnight(venue, now=now))
    found = estimate(state, laws_of(venue, tree=tree), now=minute, newcomers=newcomers)
    order = [dispatcher.order(person, rules=state.rules) for person in state.waiting]
    people = [*state.waiting, *newcomers]
    places = [dispatcher.order(person, rules=state.rules) for person in people]
    agents = sum(dispatcher.at_work(post.agent, now=minute) for post in state.posts)
    services = [served.minutes for served in state.today]
    mean = sum(services) / len(services) if services else 0.0
    return [
        Foretold(one, sum(key < place for key in order), mean or _guess(tree, person), agents)
        for one, place, person in zip(found, places, people, strict=True)
    ]


def _guess(tree: Tree, person: Waiting) -> float:
    reason = tree.by_id.get(int(person.category))
    return float(reason.minutes) if reason is not None else 0.0


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
    return replace(new, one=steady(previous, new.one, elapsed=gone)).row


def keep_estimate(visit: Visit, *, now: datetime, tree: Tree) -> EstimateRecord | None:
    """Foretell the waits with this visit among them. What is told at check-in is kept, beside what others would say,
    to be compared with the wait that it becomes."""
    venue = visit.venue
    mine = next((one for one in refresh(venue, now=now, tree=tree) if one.one.id == visit.pk), None)
    if mine is None or now - visit.arrived_at > _TOLD_WITHIN:
        return None
    own = mine.one
    return EstimateRecord.objects.create(
        visit=visit,
        at=now,
        median=own.median,
        low80=own.low80,
        high80=own.high80,
        low90=own.low90,
        high90=own.high90,
        basis=own.basis,
        told=not own.little_data,
        usual=mine.ahead * mine.mean / max(mine.agents, 1),
        average=_average(venue, now=now),
        quantiles=list(own.quantiles),
    )


def _average(venue: Venue, *, now: datetime) -> float | None:
    """The mean of the last waits that ended in a call, today or shortly before."""
    called = Visit.objects.filter(venue=venue, called_at__gt=now - timedelta(days=14)).alias(first=FIRST_CALL)
    called = called.exclude(outcome=Outcome.TRANSFERRED).order_by("-first")
    waits = [
        (at - arrived).total_seconds() / 60
        for at, arrived in called.values_list(FIRST_CALL, "arrived_at")[:USUAL_WAITS]
        if at is not None
    ]
    return sum(waits) / len(waits) if waits else None
