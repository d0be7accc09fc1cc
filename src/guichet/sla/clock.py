"""A clock (pure): how much of a promised time has been used, what is left, when it is due, and which time counted.

Time counts while the hours are open (None: day and night) and no pause holds it. With W(t) the open seconds before t, a
clock that started at s with the budget B is due at the least t with W(t) − W(s) − Σ W(pauses before t) ≥ B. Whole
seconds throughout: fractions of moments are dropped. Knows no ticket; moments are aware, answers are in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from guichet.calendars.hours import Hours

RUNNING, PAUSED, LATE, KEPT, MISSED = "running", "paused", "late", "kept", "missed"
OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True)
class Pause:
    """Time that doesn't count, whatever the hours. `end` None: it has not ended."""

    start: datetime
    end: datetime | None
    reason: str


@dataclass(frozen=True)
class Span:
    """A stretch that counted or not; `why` is OPEN, CLOSED or a pause's reason. `seconds` of it that counted."""

    start: datetime
    end: datetime
    counts: bool
    why: str
    seconds: int


@dataclass(frozen=True)
class Reading:
    """What a clock says. `due` is None while it is paused before its time was used; `left` < 0: over by so much."""

    due: datetime | None
    elapsed: int
    left: int
    state: str
    spans: tuple[Span, ...] = ()

    @property
    def stopped(self) -> bool:
        return self.state in {KEPT, MISSED}

    @property
    def broken(self) -> bool:
        return self.state in {LATE, MISSED}


def whole(at: datetime) -> datetime:
    """`at` in UTC without its fraction of a second."""
    return at.astimezone(UTC).replace(microsecond=0)


def add(hours: Hours | None, start: datetime, seconds: int) -> datetime:
    """The moment when `seconds` ≥ 0 have counted since `start`, without pauses."""
    if hours is None:
        return whole(start) + timedelta(seconds=seconds)
    return hours.add(whole(start), seconds)


def between(hours: Hours | None, start: datetime, end: datetime) -> int:
    """How many seconds counted from `start` to `end`, without pauses; 0 where `end` is no later."""
    start, end = whole(start), whole(end)
    if end <= start:
        return 0
    return int((end - start).total_seconds()) if hours is None else hours.between(start, end)


def shifted(hours: Hours | None, *, due: datetime, start: datetime, end: datetime) -> datetime:
    """`due` after a pause from `start` to `end`: what was left at its start is left at its end."""
    if whole(due) <= whole(start) or whole(end) <= whole(start):
        return due
    return add(hours, end, between(hours, start, due))


def read(
    *,
    start: datetime,
    budget: int,
    hours: Hours | None,
    now: datetime,
    pauses: Iterable[Pause] = (),
    stop: datetime | None = None,
    spans: bool = False,
) -> Reading:
    """The clock that began at `start` with `budget` > 0 seconds, stopped at `stop` or still running at `now`.

    Pauses may overlap, touch or lie outside; those that begin after the end of the reading don't matter.
    `spans` asks for the account of every stretch too.
    """
    start = whole(start)
    end = max(start, whole(stop if stop is not None else now))
    # A running clock is held by what begins this very second.
    kept = merged(pauses, start=start, end=end + timedelta(seconds=stop is None))
    elapsed = between(hours, start, end) - sum(between(hours, p.start, min(p.end or end, end)) for p in kept)
    due = _due(start=start, budget=budget, hours=hours, pauses=kept)
    if stop is not None:
        state = KEPT if due is None or end <= due else MISSED
    elif due is not None and end > due:
        state = LATE
    else:
        state = PAUSED if kept and (kept[-1].end is None or kept[-1].end > end) else RUNNING
    account = tuple(_spans(start=start, end=end, hours=hours, pauses=kept)) if spans else ()
    return Reading(due=due, elapsed=elapsed, left=budget - elapsed, state=state, spans=account)


def merged(pauses: Iterable[Pause], *, start: datetime, end: datetime) -> list[Pause]:
    """In order, without overlap, from `start` on, without what begins at `end` or later. The earlier reason wins."""
    kept: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: (p.start, p.end is not None, p.end)):
        begins = max(whole(pause.start), start)
        ends = None if pause.end is None else whole(pause.end)
        if begins >= end:
            continue
        if kept:
            last = kept[-1].end
            if last is None:
                break
            begins = max(begins, last)
        if ends is not None and ends <= begins:
            continue
        kept.append(Pause(start=begins, end=ends, reason=pause.reason))
    return kept


def _due(*, start: datetime, budget: int, hours: Hours | None, pauses: list[Pause]) -> datetime | None:
    """Pauses merged. None: a pause without an end begins before the budget is used."""
    for pause in pauses:
        used = between(hours, start, pause.start)
        if used >= budget:
            break
        if pause.end is None:
            return None
        budget -= used
        start = pause.end
    return add(hours, start, budget)


def _spans(*, start: datetime, end: datetime, hours: Hours | None, pauses: list[Pause]) -> Iterator[Span]:
    at = start
    for pause in pauses:
        yield from _unpaused(at, min(pause.start, end), hours)
        at = min(pause.end or end, end)
        if pause.start < at:
            yield Span(start=pause.start, end=at, counts=False, why=pause.reason, seconds=0)
    yield from _unpaused(at, end, hours)


def _unpaused(start: datetime, end: datetime, hours: Hours | None) -> Iterator[Span]:
    """Open and closed by turns, without a gap, from `start` to `end`."""
    at = start
    for opens, closes in [(start, end)] if hours is None else hours.spans(start, end):
        if at < opens:
            yield Span(start=at, end=opens, counts=False, why=CLOSED, seconds=0)
        if opens < closes:
            seconds = int((closes - opens).total_seconds())
            yield Span(start=opens, end=closes, counts=True, why=OPEN, seconds=seconds)
        at = max(at, closes)
    if at < end:
        yield Span(start=at, end=end, counts=False, why=CLOSED, seconds=0)
