"""What waits to be treated, and which of its promises ends first: rows of the database for `ordering.py`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from numpy.typing import NDArray

from guichet.calendars import vectors
from guichet.calendars.hours import Hours
from guichet.calendars.reading import hours_of, usual_hours
from guichet.calendars.vectors import Seconds
from guichet.people.models import Organisation
from guichet.routing import ordering
from guichet.routing.effort import Efforts
from guichet.routing.learning import efforts_of
from guichet.sla.models import Measure
from guichet.tickets.models import Commitment, PromiseKind, State
from guichet.tickets.queries import TicketQuerySet

# What somebody can begin with now; the rest waits for others.
STATES = (State.NEW, State.OPEN)
# What a person promised in their own words.
CUSTOM = "custom"
# Those that are kept by solving, not by beginning.
_SOLVED = frozenset({Measure.RESTORATION.value, Measure.RESOLUTION.value})
_MEASURES = {
    PromiseKind.FIRST_ANSWER.value: Measure.FIRST_RESPONSE.value,
    PromiseKind.TAKE_ON.value: Measure.LEVEL.value,
    PromiseKind.SOLVE.value: Measure.NEXT_UPDATE.value,
    PromiseKind.RESUME.value: CUSTOM,
    PromiseKind.CUSTOM.value: CUSTOM,
}
# Of what has no promise of ours to keep, as long as it isn't old.
_NO_HURRY = 1e6
_COLUMNS = (
    "pk", "desk_id", "team_id", "assignee_id", "category_id", "severity", "priority", "state", "opened_at",
    "forecast__due_at", "forecast__chance", "promise_kind", "promise_due_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pending:
    """A promise whose clock runs: what (a measure of sla, or CUSTOM), until when, and on which calendar's version.

    `version` None: on the clock day and night; 0: on the desk's usual calendar.
    """

    measure: str
    due_at: datetime
    version: int | None


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket in a few columns."""

    ticket: int
    desk: int
    team: int
    assignee: int | None
    category: int | None
    severity: str
    priority: int
    state: str
    opened_at: datetime
    # The next step's, whoever has to take it; None where there is none.
    due_at: datetime | None
    promises: tuple[Pending, ...]
    # The chance that the promise which ends then is broken, where it has been reckoned.
    foretold: tuple[datetime, float] | None


@dataclass(frozen=True, slots=True)
class Placed:
    """An item as it stands at a moment: the promise that ends first, minutes until it has to be begun (its `slack`),
    expected handling and age in working minutes."""

    item: Item
    nearest: Pending | None
    slack: float
    minutes: float
    age: float

    @property
    def risk(self) -> float | None:
        """The chance that the nearest promise is broken; None where nobody reckoned it yet."""
        told = self.item.foretold
        return told[1] if told and self.nearest and told[0] == self.nearest.due_at else None


def read(tickets: TicketQuerySet, *, limit: int) -> list[Item]:
    """The first `limit` of them, in one narrow query."""
    ours = Commitment.objects.pending().filter(ticket=OuterRef("pk")).exclude(measure=Measure.PROVIDER)
    running = ours.values(data=JSONObject(measure="measure", due="due_at", version="calendar_version"))
    rows = tickets.annotate(running=ArraySubquery(running)).values_list(*_COLUMNS, "running")
    return [_item(row) for row in rows[:limit]]


def _item(row: Sequence[Any]) -> Item:
    told_of, told, kind, due_at, running = row[9:]
    promises = [Pending(one["measure"], datetime.fromisoformat(one["due"]), one["version"]) for one in running]
    measure = _MEASURES.get(kind)
    # The promise that is shown is one of the commitments', unless a person made it.
    if measure and due_at and not any(p.measure == measure and p.due_at == due_at for p in promises):
        promises.append(Pending(measure, due_at, 0))
    foretold = None if told is None else (told_of, told)
    return Item(*(*row[:9], due_at, tuple(promises), foretold))


class Clocks:
    """Working minutes of some desks, each asked for once."""

    def __init__(self, desks: Iterable[Organisation]) -> None:
        self._usual = {desk.pk: usual_hours(desk) for desk in desks}

    @classmethod
    def of(cls, items: Iterable[Item], *, known: Organisation) -> Clocks:
        """Of the items' desks; one of them is usually at hand."""
        wanted = {item.desk for item in items} - {known.pk}
        return cls([known, *Organisation.objects.filter(pk__in=wanted)])

    def usual(self, desk: int) -> Hours:
        return self._usual[desk]

    def left(self, promises: Sequence[tuple[int, Pending]], *, now: datetime) -> list[float]:
        """Minutes until the end of each promise of a desk, on its own clock; below 0 once it is over."""
        ends = _seconds(promise.due_at for _desk, promise in promises)
        keys = [promise.version if promise.version != 0 else -desk for desk, promise in promises]
        minutes = self._between(keys, since=ends, now=now, sign=1)
        # Between two openings no time passes; what is over is over all the same.
        over = np.array([promise.due_at <= now for _desk, promise in promises], dtype=bool)
        minutes[over] = np.minimum(minutes[over], -1 / 60)
        found: list[float] = minutes.tolist()
        return found

    def ages(self, items: Sequence[Item], *, now: datetime) -> list[float]:
        """Minutes of the desk's usual time since each was opened."""
        opened = _seconds(item.opened_at for item in items)
        minutes = self._between([-item.desk for item in items], since=opened, now=now, sign=-1)
        found: list[float] = np.maximum(minutes, 0.0).tolist()
        return found

    def _between(self, keys: Sequence[int | None], *, since: Seconds, now: datetime, sign: int) -> NDArray[np.float64]:
        """Minutes from now to each moment, or the other way. A key is a calendar's version, a desk below 0, or None."""
        of: dict[int | None, list[int]] = {}
        for place, key in enumerate(keys):
            of.setdefault(key, []).append(place)
        seconds = np.zeros(len(keys), dtype=np.int64)
        at = np.array([now.timestamp() // 1], dtype=np.int64)
        for key, places in of.items():
            ends = since[places]
            if key is None:
                seconds[places] = ends - at
            else:
                hours = hours_of(key) if key > 0 else self._usual[-key]
                seconds[places] = vectors.between(hours, at, ends)
        return sign * seconds / 60


def _seconds(moments: Iterable[datetime]) -> Seconds:
    return np.array([moment.timestamp() // 1 for moment in moments], dtype=np.int64)


def place(items: Sequence[Item], *, clocks: Clocks, efforts: Mapping[int, Efforts[int]], now: datetime) -> list[Placed]:
    ages = clocks.ages(items, now=now)
    left = iter(clocks.left([(item.desk, promise) for item in items for promise in item.promises], now=now))
    return [
        _placed(item, left, efforts[item.desk].minutes(item.category), age)
        for item, age in zip(items, ages, strict=True)
    ]


def _placed(item: Item, left: Iterator[float], minutes: float, age: float) -> Placed:
    """`left`: what is left of each of the item's promises, to be taken from."""
    nearest, slack = None, _NO_HURRY
    for promise in item.promises:
        rest = next(left)
        if promise.measure in _SOLVED:
            rest -= minutes
        if nearest is None or rest < slack:
            nearest, slack = promise, rest
    return Placed(item, nearest, slack, minutes, age)


def place_all(items: Sequence[Item], *, known: Organisation, now: datetime) -> list[Placed]:
    """In the order given, in a query or two for each desk. `known`: an organisation that is at hand."""
    efforts = efforts_of({item.desk for item in items})
    return place(items, clocks=Clocks.of(items, known=known), efforts=efforts, now=now)


def weight_and_slack(placed: Placed) -> tuple[float, float]:
    """With what a person decided on the order."""
    return ordering.decided(ordering.WEIGHTS[placed.item.severity], placed.slack, priority=placed.item.priority)


def work_of(placed: Sequence[Placed]) -> ordering.Work:
    decided = np.array([weight_and_slack(one) for one in placed], dtype=np.float64).reshape(-1, 2)
    return ordering.Work(
        weight=decided[:, 0],
        slack=decided[:, 1],
        minutes=np.array([one.minutes for one in placed], dtype=np.float64),
        age=np.array([one.age for one in placed], dtype=np.float64),
        old_after=np.array([ordering.OLD_AFTER[one.item.severity] for one in placed], dtype=np.float64),
    )


def pace_of(placed: Sequence[Placed]) -> float:
    """p̄: the mean handling of what is at hand."""
    return sum(one.minutes for one in placed) / len(placed) if placed else ordering.MINUTES


def in_order(placed: Sequence[Placed], *, pace: float | None = None) -> list[Placed]:
    """What goes first, first."""
    if not placed:
        return []
    return [placed[i] for i in ordering.order(work_of(placed), pace=pace or pace_of(placed))]


def is_old(placed: Placed) -> bool:
    """Whether its age is why it stands where it stands."""
    return placed.age > ordering.OLD_AFTER[placed.item.severity]
