"""Clocks of a ticket, computed from its activity log: when each began, what held it, when it stopped.

`Story` is what the log says that matters to clocks; `course` is what it means to one commitment; `sla.clock` does the
sums. The columns `due_at`, `paused_at` and `stopped_at` of a commitment are caches of this, rebuilt by `rebuild`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from django.db import connection

from guichet.activity.models import Event
from guichet.calendars.reading import hours_of
from guichet.sla import clock
from guichet.sla.clock import Pause, Reading
from guichet.sla.many import Asked, dues
from guichet.sla.models import FROM_OPENING, Measure
from guichet.tickets.models import Commitment, Ticket

# Why time didn't count, besides the reasons of holds.
ENDED, RESTORED, ANSWERED = "ended", "restored", "answered"
# What a desk does when it has taken on what it was handed.
TAKES_ON = frozenset({"ticket.taken", "ticket.assigned", "ticket.held", "ticket.handed_over", "visit.serving"})
# A promise of ours that is news to the requester: the wait for the next ones begins anew.
NEWS = frozenset({"solve", "custom"})
ENDS = frozenset({"ticket.resolved", "ticket.cancelled", "ticket.fixed"})
_LOG = ("subject_id", "verb", "at", "data")


class Told(Protocol):
    """What a clock hears of an event."""

    @property
    def verb(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> dict[str, Any]: ...


class Line(NamedTuple):
    """An event, read without the rest of it."""

    ticket: int
    verb: str
    at: datetime
    data: dict[str, Any]


# From, to: None while it lasts.
Stretch = tuple[datetime, datetime | None]


@dataclass
class Story:
    """What the log of one ticket says about time."""

    opened_at: datetime
    # The last time that news were given or promised: what the next ones count from.
    news_at: datetime
    answered_at: datetime | None = None
    holds: list[Pause] = field(default_factory=list)
    # From resolved or cancelled to reopened.
    ended: list[Stretch] = field(default_factory=list)
    # From the first attempt that was tested and works until none does any more.
    restored: list[Stretch] = field(default_factory=list)
    # From a hand-over until the team takes it on.
    handed: list[Stretch] = field(default_factory=list)
    working: set[int] = field(default_factory=set)

    @property
    def over(self) -> bool:
        return bool(self.ended) and self.ended[-1][1] is None

    def hear(self, event: Told) -> None:
        """The next event, in order."""
        verb, at, data = event.verb, event.at, event.data
        if self.holds and self.holds[-1].end is None and (data.get("woke") or verb == "ticket.held"):
            last = self.holds[-1]
            self.holds[-1] = Pause(start=last.start, end=at, reason=last.reason)
        if data.get("reopened"):
            _close(self.ended, at)
            self.working.clear()
            _close(self.restored, at)
        if verb == "ticket.held":
            self.holds.append(Pause(start=at, end=None, reason=data["reason"]))
        if verb in {"ticket.attempted", "ticket.attempt_tested"}:
            self._tried(data, at)
        if answers(verb, data):
            # Answered after its end: that is when its clock had stopped.
            self.answered_at = self.answered_at or (self.ended[-1][0] if self.over else at)
        if verb in ENDS and not self.over:
            self.ended.append((at, None))
        self._hand(verb, data, at)
        if not self.over and gives_news(verb, data):
            self.news_at = at

    def _tried(self, data: Mapping[str, Any], at: datetime) -> None:
        before = bool(self.working)
        (self.working.add if data["result"] == "worked" else self.working.discard)(data["attempt"])
        if self.working and not before:
            self.restored.append((at, None))
        elif before and not self.working:
            _close(self.restored, at)

    def _hand(self, verb: str, data: Mapping[str, Any], at: datetime) -> None:
        """A hand-over at the very moment of another goes on with its clock."""
        waiting = bool(self.handed) and self.handed[-1][1] is None
        again = verb == "ticket.handed_over" and waiting and self.handed[-1][0] == at
        if waiting and not again and (takes_on(verb, data) or verb in ENDS):
            _close(self.handed, at)
        if verb == "ticket.handed_over" and not again:
            self.handed.append((at, None))


def answers(verb: str, data: Mapping[str, Any]) -> bool:
    """A reply of the desk's, news of the outage that hit them, a solution, or to be received at the counter."""
    return verb in {"ticket.resolved", "ticket.fixed", "ticket.major_news", "visit.serving"} or _desk_replies(
        verb, data
    )


def gives_news(verb: str, data: Mapping[str, Any]) -> bool:
    """A reply of the desk's, news of the outage, or a promise; not that the one which stands is due at another time."""
    if verb == "ticket.terms_applied":
        return False
    return verb == "ticket.major_news" or _desk_replies(verb, data) or (data.get("promise") or {}).get("kind") in NEWS


def takes_on(verb: str, data: Mapping[str, Any]) -> bool:
    return verb in TAKES_ON or _desk_replies(verb, data)


def _desk_replies(verb: str, data: Mapping[str, Any]) -> bool:
    return verb == "ticket.replied" and bool(data.get("from_desk"))


def _close(stretches: list[Stretch], at: datetime) -> None:
    if stretches and stretches[-1][1] is None:
        stretches[-1] = (stretches[-1][0], at)


@dataclass
class Slim:
    """What of a commitment a clock needs: a row of it costs four times as much to read."""

    pk: int
    ticket_id: int
    measure: str
    minutes: int
    calendar_version_id: int | None
    pauses: list[str]
    started_at: datetime
    due_at: datetime | None = None
    paused_at: datetime | None = None
    stopped_at: datetime | None = None


_Row = TypeVar("_Row", bound="Commitment | Slim")
_SLIM = ("pk", "ticket_id", "measure", "minutes", "calendar_version_id", "pauses", "started_at")


@dataclass(frozen=True)
class Course:
    """One clock: when it began, what held it, when it stopped (None: it goes on)."""

    start: datetime
    pauses: list[Pause]
    stop: datetime | None


def story_of(lines: Iterable[Told], *, opened_at: datetime) -> Story:
    story = Story(opened_at=opened_at, news_at=opened_at)
    for line in lines:
        story.hear(line)
    return story


def stories(tickets: Iterable[Ticket]) -> dict[int, Story]:
    """Of many tickets, by one query."""
    told = {ticket.pk: Story(opened_at=ticket.opened_at, news_at=ticket.opened_at) for ticket in tickets}
    events = Event.objects.filter(subject_type="ticket", subject_id__in=list(told)).order_by("subject_id", "number")
    for row in events.values_list(*_LOG).iterator(chunk_size=5000):
        told[row[0]].hear(Line(*row))
    return told


def course(commitment: Commitment | Slim, story: Story, *, turn: int = 0) -> Course:
    """`turn`: which one, of the hand-overs or waits that began at the same moment."""
    if commitment.measure not in FROM_OPENING:
        return _short(commitment, story, turn=turn)
    start = story.news_at if commitment.measure == Measure.NEXT_UPDATE else story.opened_at
    off = [Pause(start=a, end=b, reason=ENDED) for a, b in story.ended]
    if commitment.measure == Measure.FIRST_RESPONSE and story.answered_at is not None:
        off.append(Pause(start=story.answered_at, end=None, reason=ANSWERED))
    if commitment.measure == Measure.RESTORATION:
        off += [Pause(start=a, end=b, reason=RESTORED) for a, b in story.restored]
    stop = _stop(off)
    held = [p for p in story.holds if p.reason in commitment.pauses]
    pauses = [_clipped(p, stop) for p in (*off, *held) if stop is None or p.start < stop]
    return Course(start=start, pauses=pauses, stop=stop)


def _stop(off: list[Pause]) -> datetime | None:
    """Where the stretches begin that have no end, overlapping ones taken as one."""
    stop = None
    for pause in sorted(off, key=lambda p: p.start, reverse=True):
        if pause.end is None or (stop is not None and pause.end > stop):
            stop = pause.start
    return stop


def _clipped(pause: Pause, stop: datetime | None) -> Pause:
    if stop is None or (pause.end is not None and pause.end <= stop):
        return pause
    return Pause(start=pause.start, end=stop, reason=pause.reason)


def _short(commitment: Commitment | Slim, story: Story, *, turn: int) -> Course:
    if commitment.measure == Measure.LEVEL:
        stretches: list[Stretch] = story.handed
    else:
        stretches = [(p.start, p.end) for p in story.holds if p.reason == "provider"]
    ends = [end for begin, end in stretches if begin == commitment.started_at]
    return Course(
        start=commitment.started_at, pauses=[], stop=ends[min(turn, len(ends) - 1)] if ends else commitment.started_at
    )


def reading(commitment: Commitment, way: Course, *, now: datetime, spans: bool = False) -> Reading:
    """What the clock says at `now`; of a commitment that was replaced, when it was."""
    return clock.read(
        start=way.start,
        budget=60 * commitment.minutes,
        hours=hours_of(commitment.calendar_version_id) if commitment.calendar_version_id else None,
        now=min(now, commitment.replaced_at) if commitment.replaced_at else now,
        pauses=way.pauses,
        stop=way.stop,
        spans=spans,
    )


def held(way: Course) -> tuple[datetime | None, list[Pause]]:
    """Since when it stands still, and the pauses that were over then: what overlaps the one that lasts is its part."""
    paused = next((p for p in way.pauses if p.end is None), None)
    if paused is None:
        return None, way.pauses
    at = max(way.start, paused.start)
    return at, [_clipped(p, at) for p in way.pauses if p is not paused and p.start < at]


def settle(commitment: Commitment | Slim, way: Course) -> None:
    """Set the caches to what the log says."""
    since, pauses = held(way)
    read = clock.read(
        start=way.start,
        budget=60 * commitment.minutes,
        hours=hours_of(commitment.calendar_version_id) if commitment.calendar_version_id else None,
        now=since or max([way.start, *(p.end for p in pauses if p.end)]),
        pauses=pauses,
        stop=way.stop,
    )
    assert read.due is not None, "no pause without an end"
    commitment.due_at, commitment.paused_at, commitment.stopped_at = read.due, since, way.stop


def settled(commitments: Iterable[Commitment | Slim], story: Story) -> None:
    """All current ones of one ticket, in the order they were made."""
    for commitment, way in _ways(commitments, story):
        settle(commitment, way)


def settle_all(told: Iterable[tuple[Iterable[Slim], Story]]) -> None:
    """The same of many tickets, all at once."""
    rows: list[Slim] = []
    asked: list[Asked] = []
    for own, story in told:
        for row, way in _ways(own, story):
            row.paused_at, pauses = held(way)
            row.stopped_at = way.stop
            rows.append(row)
            asked.append(Asked(way.start, 60 * row.minutes, row.calendar_version_id, pauses))
    for row, due in zip(rows, dues(asked, hours_of=hours_of), strict=True):
        row.due_at = due


def _ways(commitments: Iterable[_Row], story: Story) -> Iterator[tuple[_Row, Course]]:
    turns: defaultdict[tuple[str, datetime], int] = defaultdict(int)
    for commitment in commitments:
        key = (commitment.measure, commitment.started_at)
        yield commitment, course(commitment, story, turn=turns[key])
        turns[key] += 1


_WRITE = """
UPDATE tickets_commitment AS c SET due_at = v.due_at, paused_at = v.paused_at, stopped_at = v.stopped_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
    AS v (id, due_at, paused_at, stopped_at)
WHERE c.id = v.id AND (c.due_at, c.paused_at, c.stopped_at)
    IS DISTINCT FROM (v.due_at, v.paused_at, v.stopped_at)
"""


def written(commitments: Iterable[Commitment | Slim]) -> tuple[str, list[Any]]:
    """The statement that writes the caches of these; rows that are right already stay untouched."""
    rows = list(commitments)
    return _WRITE, [
        [c.pk for c in rows],
        [c.due_at for c in rows],
        [c.paused_at for c in rows],
        [c.stopped_at for c in rows],
    ]


def rebuild(tickets: Iterable[Ticket]) -> int:
    """Compute the caches of these tickets' clocks from the log; how many were wrong. The caller locks the tickets."""
    tickets = list(tickets)
    told = stories(tickets)
    rows: defaultdict[int, list[Slim]] = defaultdict(list)
    current = Commitment.objects.filter(ticket__in=tickets).current().order_by("id")
    for values in current.values_list(*_SLIM):
        slim = Slim(*values)
        rows[slim.ticket_id].append(slim)
    settle_all((own, told[ticket]) for ticket, own in rows.items())
    with connection.cursor() as cursor:
        cursor.execute(*written(c for own in rows.values() for c in own))
        return int(cursor.rowcount)
