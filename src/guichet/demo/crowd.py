"""A day at a counter, made up from chance (pure): who comes when, whom the dispatcher calls, how long it takes.

Minutes count from local midnight. The order of calling is the product's own; what was known at each arrival is kept,
so that the product's own estimator can say what it would have said.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from guichet.walkup.dispatcher import APPOINTMENT, URGENT, Agent, Rules, Waiting, next_for, preference

if TYPE_CHECKING:
    from guichet.walkup.laws import Served
    from guichet.walkup.simulation import State

NO_SHOW, ABANDONED, SERVED = "no_show", "abandoned", "served"


@dataclass(frozen=True)
class Cause:
    """What people come for: how often (any unit), how many minutes it takes, the skill it needs, whether it hurries."""

    key: str
    often: float
    minutes: float
    skill: str | None = None
    urgent: bool = False


@dataclass(frozen=True)
class Shift:
    """Somebody on duty that day, at a counter."""

    agent: int
    counter: int
    starts: float
    ends: float
    breaks: tuple[tuple[float, float], ...] = ()
    skills: frozenset[str] = frozenset()
    pace: float = 1.0


@dataclass(frozen=True)
class Booked:
    """An appointment of that day."""

    id: int
    cause: Cause
    slot: float


@dataclass
class Passage:
    """One person's way. What hasn't happened yet is None; `outcome` "" while they are there."""

    id: int
    cause: Cause
    arrived: float
    patience: float
    person: Waiting
    booked: int | None = None
    called: float | None = None
    begun: float | None = None
    ended: float | None = None
    outcome: str = ""
    shift: Shift | None = None
    # What was known when they checked in.
    seen: State | None = None


@dataclass
class _Seat:
    shift: Shift
    agent: Agent
    away_until: float = -math.inf
    passage: Passage | None = None


@dataclass
class Day:
    """The counter on one day, played up to `until`."""

    rng: random.Random
    shifts: Sequence[Shift]
    causes: Sequence[Cause]
    # Arrivals an hour, by hour of the day.
    influx: Mapping[int, float]
    rules: Rules
    opens: float
    closes: float
    number: int
    until: float = math.inf
    booked: Sequence[Booked] = ()
    # Who comes in any case: when, and what for; nobody else comes after `quiet`.
    surely: Sequence[tuple[float, Cause]] = ()
    quiet: float = math.inf
    passages: list[Passage] = field(default_factory=list)
    _events: list[tuple[float, int, str, int]] = field(default_factory=list)
    _waiting: dict[int, Passage] = field(default_factory=dict)
    _served: list[Served] = field(default_factory=list)

    def play(self) -> list[Passage]:
        """Everybody who came, in the order in which they did."""
        self._seats = [_Seat(s, Agent(id=s.agent, skills=s.skills, starts=s.starts, ends=s.ends, idle_since=s.starts))
                       for s in self.shifts]  # fmt: skip
        for shift in self.shifts:
            for moment in (shift.starts, *(at for start, length in shift.breaks for at in (start, start + length))):
                self._plan(moment, "look")
        self._coming()
        while self._events:
            now, _order, what, number = heapq.heappop(self._events)
            if now > self.until:
                break
            self._happen(now, what, number)
            self._call(now)
        return [p for p in self.passages if p.arrived <= self.until]

    def _coming(self) -> None:
        at = self.opens
        rate = max(self.influx.values()) / 60
        while (at := at + self.rng.expovariate(rate)) < self.closes - 15:
            # Thinned: fewer come in quiet hours.
            if self.rng.random() < self.influx.get(int(at // 60), 0) / (rate * 60) and at < self.quiet:
                self._arrival(at, self._cause(at))
        for moment, cause in self.surely:
            self._arrival(moment, cause)
        for appointment in self.booked:
            if self.rng.random() < 0.88:
                self._arrival(max(self.opens, appointment.slot + self.rng.gauss(-5, 4)), appointment.cause, appointment)
        self.passages.sort(key=lambda passage: passage.arrived)
        for number, passage in enumerate(self.passages):
            passage.id = number
            passage.person = replace(passage.person, id=number)
            self._plan(passage.arrived, "arrive", number)

    def _cause(self, at: float) -> Cause:
        """What nobody there can do that day, nobody comes for: they were told."""
        skills = {skill for shift in self.shifts if shift.ends > at + 45 for skill in shift.skills}
        able = [cause for cause in self.causes if cause.skill is None or cause.skill in skills]
        return self.rng.choices(able, [cause.often for cause in able])[0]

    def _arrival(self, at: float, cause: Cause, appointment: Booked | None = None) -> None:
        standing = URGENT if cause.urgent else APPOINTMENT if appointment else "walk_in"
        slot = appointment.slot if appointment and standing == APPOINTMENT else None
        person = Waiting(id=0, standing=standing, since=slot if slot is not None else at, arrived=at,
                         category=cause.key, skill=cause.skill, slot=slot)  # fmt: skip
        patience = self.rng.lognormvariate(math.log(55), 0.6)
        booked = appointment.id if appointment else None
        self.passages.append(Passage(0, cause, at, patience, person, booked))

    def _plan(self, at: float, what: str, number: int = -1) -> None:
        heapq.heappush(self._events, (at, len(self._events), what, number))

    def _happen(self, now: float, what: str, number: int) -> None:
        passage = self.passages[number] if number >= 0 else None
        if passage is not None and what == "arrive":
            self._waiting[number] = passage
            passage.seen = self._state(now)
            self._plan(now + passage.patience, "leave", number)
            if passage.person.slot is not None:
                self._plan(passage.person.slot - self.rules.early, "look")
        elif passage is not None and what == "leave" and number in self._waiting:
            del self._waiting[number]
            passage.ended, passage.outcome = now, ABANDONED
        elif passage is not None and what == "end":
            self._leave_seat(passage, now)

    def _leave_seat(self, passage: Passage, now: float) -> None:
        from guichet.walkup.laws import Served

        passage.ended = now
        passage.outcome = SERVED if passage.begun is not None else NO_SHOW
        for seat in self._seats:
            if seat.passage is passage:
                seat.passage, seat.agent = None, replace(seat.agent, idle_since=now)
                if passage.begun is not None and passage.called is not None:
                    self._served.append(Served(day=self.number, category=passage.cause.key, agent=seat.shift.agent,
                                               minutes=now - passage.called))  # fmt: skip

    def _call(self, now: float) -> None:
        """Each free agent calls whom they would, the longest idle first."""
        for seat in sorted(self._seats, key=lambda seat: preference(seat.agent)):
            if seat.passage is not None or now < seat.away_until or not self._working(seat, now):
                continue
            found = next_for(seat.agent, [p.person for p in self._waiting.values()], now=now, rules=self.rules)
            if found is None:
                continue
            passage = self._waiting.pop(found.id)
            passage.called, passage.shift = now, seat.shift
            seat.passage, seat.agent = passage, replace(seat.agent, idle_since=None)
            if self.rng.random() < 0.025:
                self._plan(now + 3, "end", passage.id)
                continue
            passage.begun = now + self.rng.uniform(0.3, 1.4)
            length = self.rng.lognormvariate(math.log(passage.cause.minutes * seat.shift.pace), 0.55)
            self._plan(passage.begun + min(max(length, 1.5), 75), "end", passage.id)

    def _working(self, seat: _Seat, now: float) -> bool:
        """On duty; a break that is due begins as soon as nobody is served."""
        for start, length in seat.shift.breaks:
            if start <= now < start + length and seat.away_until < start:
                seat.away_until = now + length
                self._plan(seat.away_until, "look")
                return False
        return seat.shift.starts <= now < seat.shift.ends

    def _state(self, now: float) -> State:
        from guichet.walkup.dispatcher import Break
        from guichet.walkup.simulation import Post, State

        posts = []
        for seat in self._seats:
            if seat.shift.ends <= now and seat.passage is None:
                continue
            ahead = tuple(Break(start, length) for start, length in seat.shift.breaks if start > now)
            away = now < seat.away_until
            agent = replace(seat.agent, breaks=ahead, paused=away, starts=max(seat.shift.starts, 0.0))
            serving = seat.passage.cause.key if seat.passage else None
            since = (seat.passage.called or now) if seat.passage else 0.0
            posts.append(Post(agent=agent, serving=serving, since=since, back=seat.away_until if away else None))
        here = [p.booked for p in self.passages if p.arrived <= now]
        return State(
            waiting=[p.person for p in self._waiting.values()],
            posts=posts,
            rules=self.rules,
            expected=[
                Waiting(id=-b.id - 1, standing=APPOINTMENT, since=b.slot, arrived=b.slot, category=b.cause.key,
                        skill=b.cause.skill, slot=b.slot)
                for b in self.booked if b.id not in here and b.slot > now - 15
            ],
            today=list(self._served),
            skills={cause.key: cause.skill for cause in self.causes},
            closes=self.closes,
        )  # fmt: skip
