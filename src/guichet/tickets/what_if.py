"""What if: a draft of a policy or calendar tried on past tickets, by the clocks themselves.

A ticket’s log is heard once; what it says of time is held against three sets of promises: what is in force now, the
draft, and what was promised to that ticket. Each promise counts: one first answer, but all news that were given and all
hand-overs. Tickets are judged as they are known now (client, service, category, kind), by the severity that they had
when the clock stopped. Nothing is written to a ticket.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from guichet.activity.models import Event
from guichet.sla import clock
from guichet.sla.drafts import Basis
from guichet.sla.models import FROM_OPENING, SEVERITIES, Measure
from guichet.sla.offers import Offer, lineage
from guichet.tickets import clocks
from guichet.tickets.clocks import Line, Slim, Story
from guichet.tickets.models import Commitment, Verdict

# Events that may change a severity.
_JUDGED = frozenset({"ticket.assessed", "ticket.severity_overridden"})
NOW, DRAFT, PROMISED = SIDES = ("now", "draft", "promised")


class Facts(NamedTuple):
    """What policies ask of a ticket."""

    ticket: int
    opened_at: datetime
    client: int
    service: int | None
    category: int | None
    kind: str
    severity: str


class Turn(NamedTuple):
    """A severity became another; these measures' clocks had not stopped."""

    before: str
    after: str
    running: frozenset[str]


class Spot(NamedTuple):
    """One clock of a ticket: the `number`th of its measure. `stop` is that of a news's, once the next were given."""

    measure: str
    number: int
    start: datetime
    stop: datetime | None = None
    # How many severity changes came before its end; of a short clock, before its beginning.
    turns: int = 0
    # Which one, of the short clocks that began at this moment.
    twin: int = 0
    # How many severity changes came before the end of a team's clock.
    until: int = 0


class Promised(NamedTuple):
    """What a clock was, or would be, held to."""

    severity: str
    minutes: int
    version: int | None
    pauses: tuple[str, ...]


class Judged(NamedTuple):
    """What became, or would have become, of a promise. `due` None: it stands still."""

    severity: str
    verdict: str
    due: datetime | None

    @property
    def broken(self) -> bool:
        return self.verdict == Verdict.BROKEN


@dataclass
class Past:
    """A ticket's story, with what it no longer says at its end: earlier severities, news and short clocks."""

    facts: Facts
    story: Story
    turns: list[Turn] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    @classmethod
    def of(cls, facts: Facts) -> Past:
        return cls(facts, Story(opened_at=facts.opened_at, news_at=facts.opened_at))

    def hear(self, line: Line) -> None:
        """The next event, in order."""
        story, data = self.story, line.data
        if line.verb in _JUDGED and data["from"] != data["severity"]:
            self.turns.append(Turn(data["from"], data["severity"], self._running()))
            if story.handed and story.handed[-1][1] is None:
                number = max(i for i, spot in enumerate(self.spots) if spot.measure == Measure.LEVEL)
                self.spots[number] = self.spots[number]._replace(until=len(self.turns))
        news, handed, holds = story.news_at, len(story.handed), len(story.holds)
        story.hear(line)
        if story.news_at != news:
            self._add(Measure.NEXT_UPDATE, news, stop=story.news_at)
        if len(story.handed) > handed:
            self._add(Measure.LEVEL, line.at)
        if len(story.holds) > holds and story.holds[-1].reason == "provider":
            self._add(Measure.PROVIDER, line.at)

    def _running(self) -> frozenset[str]:
        begun = self.story.opened_at
        return frozenset(m for m in FROM_OPENING if clocks.course(_slim(m, begun), self.story).stop is None)

    def _add(self, measure: str, start: datetime, *, stop: datetime | None = None) -> None:
        own = [spot for spot in self.spots if spot.measure == measure]
        twin = sum(spot.start == start for spot in own)
        self.spots.append(Spot(measure, len(own), start, stop, len(self.turns), twin, len(self.turns)))

    def clocks(self) -> Iterator[Spot]:
        """All of its clocks: those of the whole ticket, the last news', and those that began and ended on the way."""
        for measure in FROM_OPENING:
            news = measure == Measure.NEXT_UPDATE
            number = sum(spot.measure == measure for spot in self.spots)
            start = self.story.news_at if news else self.facts.opened_at
            yield Spot(measure, number, start, turns=len(self.turns))
        yield from self.spots

    def judge(self, spot: Spot, promised: Promised, *, basis: Basis, now: datetime) -> Judged:
        """By the same course and the same clock as the ticket's own."""
        story = replace(self.story, news_at=spot.start) if spot.stop else self.story
        way = clocks.course(_slim(spot.measure, spot.start, promised.pauses), story, turn=spot.twin)
        read = clock.read(
            start=way.start,
            budget=60 * promised.minutes,
            hours=basis.hours(promised.version),
            now=now,
            pauses=way.pauses,
            stop=spot.stop or way.stop,
        )
        verdict = Verdict.BROKEN if read.broken else Verdict.KEPT if read.stopped else Verdict.OPEN
        return Judged(promised.severity, verdict.value, read.due)


def _slim(measure: str, start: datetime, pauses: Sequence[str] = ()) -> Slim:
    return Slim(0, 0, measure, 1, None, list(pauses), start)


class Side(Protocol):
    """One set of promises."""

    basis: Basis

    def find(self, past: Past, spot: Spot) -> Promised | None:
        """What holds for this clock; None: nothing is promised."""


class Offered:
    """What a desk promises, or would promise, to any ticket."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._known: dict[tuple[int, int | None, int | None, str], dict[str, dict[str, Promised]]] = {}

    def find(self, past: Past, spot: Spot) -> Promised | None:
        offers = self._of(past.facts)
        severity = past.turns[0].before if past.turns else past.facts.severity
        for turn in past.turns[: spot.turns]:
            # A clock that has stopped stays what it was; what isn't promised yet may be with the next severity.
            short = spot.measure not in FROM_OPENING
            if short or spot.measure in turn.running or spot.measure not in offers[severity]:
                severity = turn.after
        for turn in past.turns[spot.turns : spot.until] if spot.measure == Measure.LEVEL else ():
            # What isn't promised any more isn't promised anew.
            if spot.measure not in offers[severity]:
                return None
            severity = turn.after
        return offers[severity].get(spot.measure)

    def _of(self, facts: Facts) -> dict[str, dict[str, Promised]]:
        key = facts[2:6]
        if key not in self._known:
            categories = lineage(facts.category) if facts.category else ()
            self._known[key] = {
                severity: {
                    measure: _promised(offer)
                    for measure, offer in self.basis.offers.of(
                        severity=severity,
                        client=facts.client,
                        service=facts.service,
                        categories=categories,
                        kind=facts.kind,
                    ).items()
                }
                for severity in SEVERITIES
            }
        return self._known[key]


def _promised(offer: Offer) -> Promised:
    return Promised(offer.severity, offer.minutes, offer.version, offer.pauses)


class Made:
    """What was promised to each ticket, as its commitments say."""

    _COLUMNS = (
        "ticket_id", "measure", "severity", "minutes", "calendar_version_id", "pauses", "started_at", "made_at",
        "replaced_at",
    )  # fmt: skip

    def __init__(self, basis: Basis, tickets: Iterable[int], *, now: datetime) -> None:
        self.basis = basis
        self._rows: defaultdict[tuple[int, str], list[tuple[Promised, datetime, datetime, bool]]] = defaultdict(list)
        rows = Commitment.objects.filter(ticket__in=list(tickets), made_at__lte=now).order_by("id")
        for ticket, measure, severity, minutes, version, pauses, start, made, gone in rows.values_list(*self._COLUMNS):
            promised = Promised(severity, minutes, version, tuple(pauses))
            self._rows[ticket, measure].append((promised, start, made, gone is None or gone > now))

    def find(self, past: Past, spot: Spot) -> Promised | None:
        rows = self._rows[past.facts.ticket, spot.measure]
        if spot.measure not in FROM_OPENING:
            own = [promised for promised, start, _made, current in rows if current and start == spot.start]
            return own[spot.twin] if spot.twin < len(own) else None
        if spot.stop is not None:
            # Of a news that was given: what held when it was.
            then = [promised for promised, _start, made, _current in rows if made <= spot.stop]
            return then[-1] if then else None
        return next((promised for promised, _start, _made, current in rows if current), None)


def pasts(tickets: Sequence[Facts], *, now: datetime) -> Iterator[Past]:
    """What the log says of these until `now`, by one query."""
    told = {facts.ticket: Past.of(facts) for facts in tickets}
    events = Event.objects.filter(subject_type="ticket", subject_id__in=list(told), at__lte=now)
    rows = events.order_by("subject_id", "number").values_list("subject_id", "verb", "at", "data")
    for row in rows.iterator(chunk_size=5000):
        told[row[0]].hear(Line(*row))
    return iter(told.values())


@dataclass(frozen=True)
class Change:
    """Promises of one ticket for one measure that get broken by the draft, or are no longer."""

    ticket: int
    measure: str
    was: Judged | None
    becomes: Judged | None
    promises: int

    @property
    def worse(self) -> bool:
        return self.becomes is not None and self.becomes.broken

    @property
    def severity(self) -> str:
        found = self.becomes or self.was
        assert found is not None, "a change is of a promise"
        return found.severity


@dataclass
class Tally:
    """What came of all tickets so far; of those that change, the first `most`."""

    most: int
    verdicts: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    moves: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    changed: Counter[bool] = field(default_factory=Counter)

    def take(self, past: Past, *, now_in_force: Side, draft: Side, made: Side, now: datetime) -> None:
        """One more ticket."""
        moved: dict[tuple[str, bool], Change] = {}
        for spot in past.clocks():
            known: dict[Promised, Judged] = {}
            found: dict[str, Judged | None] = {}
            for name, side in ((NOW, now_in_force), (DRAFT, draft), (PROMISED, made)):
                promised = side.find(past, spot)
                if promised is not None and promised not in known:
                    known[promised] = past.judge(spot, promised, basis=side.basis, now=now)
                judged = found[name] = known[promised] if promised is not None else None
                if judged is not None:
                    self.verdicts[spot.measure, judged.severity, name, judged.verdict] += 1
            self._compare(past, spot, found[NOW], found[DRAFT], moved)
        for change in moved.values():
            self.changed[change.worse] += 1
            if self.changed[change.worse] <= self.most:
                self.changes.append(change)

    def _compare(
        self, past: Past, spot: Spot, was: Judged | None, becomes: Judged | None, moved: dict[tuple[str, bool], Change]
    ) -> None:
        before, after = was is not None and was.broken, becomes is not None and becomes.broken
        if before == after:
            return
        key = spot.measure, after
        first = moved.get(key)
        change = replace(first, promises=first.promises + 1) if first else Change(
            past.facts.ticket, spot.measure, was, becomes, 1
        )  # fmt: skip
        moved[key] = change
        of = becomes if after else was
        assert of is not None, "it is broken on one side"
        self.moves[spot.measure, of.severity, after] += 1
