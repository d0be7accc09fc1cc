"""A service desk on simulated days (pure): tickets that arrive, agents of three levels, and who takes what next.

The load is that of the evaluation this product was designed by: six types of work, twelve agents in three levels, a
busy Monday and busy mornings; three in ten tickets come back once for a shorter second pass. Business minutes, 480 a
day. An agent is never interrupted; of those who are free the least versatile chooses first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

DAY, DAYS = 480.0, 70
WEIGHT = np.array([16.0, 8.0, 4.0, 2.0, 1.0])
# Targets of S1…S5.
RESOLUTION = np.array([240.0, 480.0, 1440.0, 2880.0, 4800.0])
RESPONSE = np.array([15.0, 60.0, 240.0, 480.0, 960.0])
# Severity by impact (three) and urgency (three), and how often each occurs.
_SEVERITY = np.array([[0, 1, 2], [1, 2, 3], [2, 3, 4]])
_IMPACT, _URGENCY = np.array([0.06, 0.24, 0.70]), np.array([0.12, 0.48, 0.40])
# Types of work: how often, minutes on average, coefficient of variation.
SHARE = np.array([0.33, 0.24, 0.18, 0.14, 0.08, 0.03])
MEAN = np.array([12.0, 25.0, 35.0, 45.0, 80.0, 120.0])
_VARIATION = np.array([0.8, 1.0, 1.0, 1.1, 1.2, 1.2])
_PROFILE = np.array([1.4, 1.5, 1.2, 0.9, 0.7, 1.0, 0.8, 0.5])
_AGAIN, _SECOND, _PAUSE = 0.3, 0.4, 360.0

# Who knows what: six agents of the first level, four of the second, two of the third.
SKILLS = [
    *(frozenset({0, 1, 2} if agent % 2 else {0, 1, 3}) for agent in range(6)),
    *(frozenset(range(5)) for _ in range(4)),
    *(frozenset(range(6)) for _ in range(2)),
]


@dataclass(frozen=True, slots=True)
class Load:
    """Tickets by arrival: when, of which type and severity (0…4), how long the first pass takes, then how long nothing
    can be done, then how long the second pass takes (0: there is none)."""

    arrival: Floats
    type: Whole
    severity: Whole
    first: Floats
    pause: Floats
    second: Floats


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of them: begun (a first answer), ended, and when each was due."""

    begun: Floats
    ended: Floats
    response_due: Floats
    resolution_due: Floats


@dataclass(slots=True)
class Queue:
    """What waits at a moment, as columns: what a policy may look at."""

    arrival: Floats
    type: Whole
    severity: Whole
    again: NDArray[np.bool_]
    response_due: Floats
    resolution_due: Floats


Policy = Callable[[Queue, float], Floats]


def load(seed: int, *, share: float, surge: tuple[int, int, float] | None = None, days: int = DAYS) -> Load:
    """`share` of the agents' time that the work would take on average; `surge`: first day, day after, how much more."""
    draw = np.random.default_rng(seed)
    a_minute = share * len(SKILLS) / (float((SHARE * MEAN).sum()) * (1 + _AGAIN * _SECOND))
    arrivals = []
    for day in range(days):
        busy = draw.gamma(1 / 0.15**2, 0.15**2) * (1.25 if day % 5 == 0 else 0.94)
        if surge and surge[0] <= day < surge[1]:
            busy *= surge[2]
        for hour in range(8):
            count = draw.poisson(a_minute * 60 * busy * _PROFILE[hour])
            arrivals.append(day * DAY + hour * 60 + draw.uniform(0, 60, count))
    arrival = np.sort(np.concatenate(arrivals))
    n = len(arrival)
    kind = draw.choice(len(SHARE), n, p=SHARE)
    severity = _SEVERITY[draw.choice(3, n, p=_IMPACT), draw.choice(3, n, p=_URGENCY)]
    spread = np.sqrt(np.log(1 + _VARIATION**2))
    centre = np.log(MEAN) - spread**2 / 2
    first = np.exp(draw.normal(centre[kind], spread[kind]))
    again = draw.random(n) < _AGAIN
    pause = np.where(again, draw.exponential(_PAUSE, n), 0.0)
    second = np.where(again, _SECOND * np.exp(draw.normal(centre[kind], spread[kind])), 0.0)
    return Load(arrival, kind.astype(np.int64), severity.astype(np.int64), first, pause, second)


class _Desk:
    """The agents: who is free, by group of the same versatility, the least versatile first."""

    def __init__(self) -> None:
        sets = sorted(
            set(SKILLS), key=lambda skills: (len(skills), min(a for a, s in enumerate(SKILLS) if s == skills))
        )
        self.can = [np.array([kind in skills for kind in range(len(SHARE))]) for skills in sets]
        self.versatility = [len(skills) for skills in sets]
        self.of = [sets.index(skills) for skills in SKILLS]
        self.idle: list[list[int]] = [[a for a, of in enumerate(self.of) if of == s] for s in range(len(sets))]

    def free(self, agent: int) -> None:
        heapq.heappush(self.idle[self.of[agent]], agent)

    def choice(self, values: Floats, kinds: Whole) -> tuple[int, int] | None:
        """The agent and the position of the best that the least versatile free agents can do; None: nobody can."""
        best: tuple[float, int, int, int] | None = None
        tried = 0
        for which, agents in enumerate(self.idle):
            if not agents:
                continue
            if best is not None and self.versatility[which] > tried:
                break
            possible = np.where(self.can[which][kinds], values, -np.inf)
            position = int(possible.argmax())
            value = float(possible[position])
            if value == -np.inf:
                continue
            if best is None or (value, -agents[0]) > (best[0], -best[3]):
                best, tried = (value, which, position, agents[0]), self.versatility[which]
        if best is None:
            return None
        return heapq.heappop(self.idle[best[1]]), best[2]


@dataclass(slots=True)
class _Play:
    """The days as they go by: what waits, and what comes (when; whether an agent is done then, or a ticket comes back;
    the ticket; the agent)."""

    given: Load
    outcome: Outcome
    again: NDArray[np.bool_]
    desk: _Desk
    waiting: list[int]
    coming: list[tuple[float, int, int, int]]

    def comes(self, now: float) -> None:
        """What was on its way until now is there."""
        while self.coming and self.coming[0][0] <= now:
            _, done, ticket, agent = heapq.heappop(self.coming)
            if not done:
                self.waiting.append(ticket)
                continue
            self.desk.free(agent)
            pause = self.given.pause[ticket]
            if not self.again[ticket] and pause > 0:
                self.again[ticket] = True
                self.outcome.resolution_due[ticket] += pause
                heapq.heappush(self.coming, (now + pause, 0, ticket, -1))
            else:
                self.outcome.ended[ticket] = now

    def give_out(self, policy: Policy, now: float) -> None:
        """Whoever is free takes what the policy values most, until nobody free can do any of what waits."""
        rows = np.array(self.waiting)
        kinds = self.given.type[rows]
        values = policy(self._queue(rows), now) if len(rows) > 1 else np.zeros(1)
        taken = set()
        while (found := self.desk.choice(values, kinds)) is not None:
            agent, position = found
            values[position] = -np.inf
            ticket = self.waiting[position]
            taken.add(ticket)
            if not self.again[ticket]:
                self.outcome.begun[ticket] = now
            minutes = (self.given.second if self.again[ticket] else self.given.first)[ticket]
            heapq.heappush(self.coming, (now + minutes, 1, ticket, agent))
        if taken:
            self.waiting = [ticket for ticket in self.waiting if ticket not in taken]

    def _queue(self, rows: Whole) -> Queue:
        given, outcome = self.given, self.outcome
        return Queue(
            arrival=given.arrival[rows],
            type=given.type[rows],
            severity=given.severity[rows],
            again=self.again[rows],
            response_due=outcome.response_due[rows],
            resolution_due=outcome.resolution_due[rows],
        )


def run(given: Load, policy: Policy) -> Outcome:
    """The days played through, with `policy` saying what each waiting ticket is worth at a moment."""
    n = len(given.arrival)
    outcome = Outcome(
        begun=np.full(n, -1.0),
        ended=np.full(n, -1.0),
        response_due=given.arrival + RESPONSE[given.severity],
        resolution_due=given.arrival + RESOLUTION[given.severity],
    )
    play = _Play(given, outcome, np.zeros(n, np.bool_), _Desk(), [], [])
    arrivals, arrived = [*given.arrival.tolist(), np.inf], 0
    while (now := min(arrivals[arrived], play.coming[0][0] if play.coming else np.inf)) < np.inf:
        while arrivals[arrived] <= now:
            play.waiting.append(arrived)
            arrived += 1
        play.comes(now)
        if play.waiting and any(play.desk.idle):
            play.give_out(policy, now)
    return outcome
