"""What a waiting room's screen shows: who was called where, who is next, how long it takes. Numbers; never a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from guichet.walkup.models import Call, Forecast, Venue, Visit, VisitState
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.waits import Wait, forecast_of, shown_if_now

# Calls older than this have been heard, or never will be.
CALLS_FOR = timedelta(minutes=20)
CALLS, NEXT, RANGES = 4, 4, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """The last call of one visit. `here`: nobody has come to the counter yet."""

    id: int
    number: str
    counter: str
    language: str
    at: datetime
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """The wait of who checks in now for what is under one picture; no name: whatever it is for."""

    name: str
    wait: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One moment of a waiting room. `calls`: the newest first, one for each visit."""

    calls: list[Called]
    waiting: list[str]
    more: int
    ranges: list[Range]


def board_of(venue: Venue, *, now: datetime) -> Board:
    forecast = forecast_of(venue, now=now, may_lag=True)
    numbers = _waiting(venue, forecast)
    return Board(
        calls=_calls(venue, now=now),
        waiting=numbers[:NEXT],
        more=max(len(numbers) - NEXT, 0),
        ranges=ranges_of(tree_of(venue), shown_if_now(forecast)),
    )


def _calls(venue: Venue, *, now: datetime) -> list[Called]:
    found = Call.objects.filter(visit__venue=venue, at__gt=now - CALLS_FOR, at__lte=now).order_by("-at", "-pk")
    rows = found.values_list(
        "pk", "visit_id", "visit__number", "visit__language", "visit__state", "counter__name", "at"
    )
    calls: dict[int, Called] = {}
    for pk, visit, number, language, state, counter, at in rows[: CALLS * 6]:
        if visit not in calls and state != VisitState.WAITING:
            here = state != VisitState.CALLED
            calls[visit] = Called(id=pk, number=number, counter=counter, language=language, at=at, here=here)
    return list(calls.values())[:CALLS]


def _waiting(venue: Venue, forecast: Forecast) -> list[str]:
    """In the order in which they will be called, as far as it is known."""
    rows = Visit.objects.filter(venue=venue, state=VisitState.WAITING).order_by("counts_from", "pk")
    people = forecast.waits.get("people", {})
    places = {int(pk): row[5] for pk, row in people.items()}
    found = list(rows.values_list("pk", "number"))
    return [number for _pk, number in sorted(found, key=lambda row: places.get(row[0], len(found)))]


def ranges_of(tree: Tree, waits: dict[int, Wait]) -> list[Range]:
    """One for each picture of the first row; a single one where they say the same. What is urgent isn't advertised."""
    groups: dict[int, list[Wait]] = {}
    for pk, wait in waits.items():
        reason = tree.by_id.get(pk)
        if reason is not None and not tree.urgent(reason):
            groups.setdefault(list(tree.up(reason))[-1].pk, []).append(wait)
    found = [Range(name=tree.by_id[pk].name, wait=_together(group)) for pk, group in groups.items()]
    if len(found) > 1 and all(_alike(one.wait, found[0].wait) for one in found):
        return [Range(name="", wait=_together([one.wait for one in found]))]
    return found[:RANGES]


def _together(waits: list[Wait]) -> Wait:
    """A range that holds for each of them."""
    return Wait(
        low=min(wait.low for wait in waits),
        high=max(wait.high for wait in waits),
        median=sorted(wait.median for wait in waits)[len(waits) // 2],
        ahead=max(wait.ahead for wait in waits),
        little_data=any(wait.little_data for wait in waits),
    )


def _alike(one: Wait, other: Wait) -> bool:
    near = abs(one.low - other.low) <= 2 and abs(one.high - other.high) <= 3
    return near and one.little_data == other.little_data
