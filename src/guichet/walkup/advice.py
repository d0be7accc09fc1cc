"""What one more person at the counters would change (pure): a venue's typical day, simulated with and without them.

People come, take their time and lose patience by the venue's own laws (`laws.py`); who is called next, and by whom, is
the dispatcher's law. Every staffing sees the same days: the same people at the same minutes with the same needs (common
random numbers: Law, Simulation Modeling and Analysis, 5th ed., §11.2), so that what differs is the staffing. Minutes
after midnight everywhere.
"""

import heapq
import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from random import Random
from statistics import mean, stdev

from guichet.walkup.dispatcher import Agent, Rules, Waiting, agent_for, at_work, next_for
from guichet.walkup.laws import STRETCHES, Laws

# Days are simulated in this many groups, whose spread says how sure a figure is (Student's t, four times in five).
GROUPS, STUDENT = 8, 1.415
RUNS = 48
BLOCK = 120.0
# Where nine in ten wait less than this there is nothing to advise; nor is a gain of less than that worth a person.
LONG, GAIN = 10.0, 3.0
EXTRA = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who comes: what they need, how long they take at an agent of ordinary speed, how long they stay."""

    at: float
    standing: str
    category: str
    skill: str | None
    minutes: float
    patience: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A venue's typical day: when it is open, who is on duty, what each category needs."""

    opens: float
    closes: float
    agents: Sequence[Agent]
    rules: Rules
    skills: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One more agent who knows `skill` (None: nothing in particular) from one minute to another. Of those who come
    meanwhile, nine in ten wait at most `before` minutes without, `after` with them: `low` to `high` four times in five.
    """

    skill: str | None
    starts: float
    ends: float
    before: float
    after: float
    low: float
    high: float


def days(day: Day, laws: Laws, *, runs: int, seed: int) -> list[list[Arrival]]:
    """So many days' people, each day in the order in which they come."""
    return [_people(day, laws, Random(f"{seed}-{run}")) for run in range(runs)]  # noqa: S311 (a simulation)


def _people(day: Day, laws: Laws, random: Random) -> list[Arrival]:
    pace = math.exp(random.gauss(0.0, laws.daily))
    found = []
    for standing, influx in sorted(laws.influx.items()):
        categories, shares = list(influx.mix), list(accumulate(influx.mix.values()))
        for hour in range(int(day.opens // 60), math.ceil(day.closes / 60)):
            start, end = max(day.opens, hour * 60.0), min(day.closes, hour * 60.0 + 60)
            at = start
            rate = influx.per_hour[hour % 24] / 60
            while rate > 0 and categories and (at := at + random.expovariate(rate)) < end:
                place = min(bisect_left(shares, random.random() * shares[-1]), len(categories) - 1)
                category = categories[place]
                law = laws.of(category)
                minutes = math.exp(law.level + random.choice(law.shape)) * pace
                found.append(
                    Arrival(
                        at=at,
                        standing=standing,
                        category=category,
                        skill=day.skills.get(category),
                        minutes=max(minutes, 0.2),
                        patience=_patience(laws, standing, random),
                    )
                )
    return sorted(found, key=lambda one: one.at)


def _patience(laws: Laws, standing: str, random: Random) -> float:
    law = laws.leaving.get(standing)
    if law is None:
        return math.inf
    left = random.expovariate(1.0)
    for (start, end), rate in zip(pairwise(STRETCHES), law.rates, strict=True):
        if rate * (end - start) >= left:
            return start + left / rate
        left -= rate * (end - start)
    return math.inf


def waits(arrivals: Sequence[Arrival], day: Day, laws: Laws, *, extra: Agent | None = None) -> list[float]:
    """How long each of them waits, until they are called or go; whoever isn't called any more waits until closing."""
    return _Play(arrivals, [*day.agents, *([extra] if extra else [])], day, laws).play()


class _Play:
    """One day. Events are (minute, order among equals, agent or person)."""

    ARRIVES, FREE, PAUSE = 0, 1, 2

    def __init__(self, arrivals: Sequence[Arrival], agents: Iterable[Agent], day: Day, laws: Laws) -> None:
        self.arrivals, self.day, self.laws = arrivals, day, laws
        self.agents = {agent.id: replace(agent, idle_since=None) for agent in agents}
        self.waiting: dict[int, Waiting] = {}
        self.waited = [max(day.closes - one.at, 0.0) for one in arrivals]
        self.events: list[tuple[float, int, int]] = [(one.at, self.ARRIVES, n) for n, one in enumerate(arrivals)]
        for agent in self.agents.values():
            self.events.append((agent.starts, self.FREE, agent.id))
            self.events += [(pause.start, self.PAUSE, agent.id) for pause in agent.breaks]
        heapq.heapify(self.events)

    def play(self) -> list[float]:
        while self.events:
            now, kind, which = heapq.heappop(self.events)
            if kind == self.ARRIVES:
                self._arrives(which, now)
            elif kind == self.FREE or self.agents[which].idle_since is not None:
                self._free(which, now)
        return self.waited

    def _arrives(self, number: int, now: float) -> None:
        one = self.arrivals[number]
        person = Waiting(
            id=number, standing=one.standing, since=now, arrived=now, category=one.category, skill=one.skill
        )
        agent = agent_for(person, self.agents.values(), now=now, rules=self.day.rules)
        if agent is None:
            self.waiting[number] = person
        else:
            self._serve(agent, person, now)

    def _free(self, which: int, now: float) -> None:
        """Free, or idle when a break begins: breaks that are due come first, then whoever is next."""
        agent = self.agents[which]
        due = [pause for pause in agent.breaks if pause.start <= now]
        if due:
            left = tuple(pause for pause in agent.breaks if pause.start > now)
            self.agents[which] = replace(agent, breaks=left, idle_since=None)
            heapq.heappush(self.events, (now + sum(pause.length for pause in due), self.FREE, which))
            return
        for number in [n for n, p in self.waiting.items() if now - p.arrived >= self.arrivals[n].patience]:
            del self.waiting[number]
            self.waited[number] = min(self.arrivals[number].patience, self.waited[number])
        person = next_for(agent, self.waiting.values(), now=now, rules=self.day.rules)
        if person is None:
            self.agents[which] = replace(agent, idle_since=now if at_work(agent, now=now) else None)
        else:
            del self.waiting[person.id]
            self._serve(agent, person, now)

    def _serve(self, agent: Agent, person: Waiting, now: float) -> None:
        self.waited[person.id] = now - person.arrived
        self.agents[agent.id] = replace(agent, idle_since=None)
        minutes = self.arrivals[person.id].minutes * math.exp(self.laws.agents.get(agent.id, 0.0))
        heapq.heappush(self.events, (now + minutes, self.FREE, agent.id))


def ninth(values: Sequence[float]) -> float:
    """What nine in ten don't exceed."""
    ordered = sorted(values)
    return ordered[min(math.ceil(0.9 * len(ordered)), len(ordered)) - 1] if ordered else 0.0


def blocks(day: Day) -> list[tuple[float, float]]:
    """Two hours each, from the hour of opening."""
    first = math.floor(day.opens / 60) * 60.0
    count = math.ceil((day.closes - first) / BLOCK)
    return [(max(first + n * BLOCK, day.opens), min(first + (n + 1) * BLOCK, day.closes)) for n in range(count)]


def advise(
    day: Day, laws: Laws, *, skills: Sequence[str | None], runs: int = RUNS, seed: int = 1
) -> tuple[float, list[Finding]]:
    """What nine in ten wait at most as things are, over the whole day; and what would change it, the best first."""
    people = days(day, laws, runs=runs, seed=seed)
    usual = [waits(one, day, laws) for one in people]
    found = []
    for starts, ends in blocks(day):
        before = _groups(people, usual, starts, ends)
        if mean(before) < LONG:
            continue
        for skill in skills:
            known = frozenset({skill} if skill is not None else ())
            extra = Agent(id=EXTRA, skills=known, starts=starts, ends=ends)
            other = _groups(people, [waits(one, day, laws, extra=extra) for one in people], starts, ends)
            gains = [b - a for b, a in zip(before, other, strict=True)]
            margin = STUDENT * stdev(gains) / math.sqrt(len(gains)) if len(gains) > 1 else 0.0
            after, gain = mean(other), mean(gains)
            if gain >= GAIN and gain > margin:
                found.append(
                    Finding(
                        skill=skill,
                        starts=starts,
                        ends=ends,
                        before=mean(before),
                        after=after,
                        low=max(after - margin, 0.0),
                        high=after + margin,
                    )
                )
    return ninth([wait for one in usual for wait in one]), sorted(found, key=lambda f: f.after - f.before)


def _groups(
    people: Sequence[Sequence[Arrival]], all_waits: Sequence[Sequence[float]], a: float, b: float
) -> list[float]:
    """The ninth tenth of the waits of those who come from `a` to `b`, in each group of days."""
    groups: list[list[float]] = [[] for _ in range(min(GROUPS, len(people)))]
    for n, (arrivals, waited) in enumerate(zip(people, all_waits, strict=True)):
        groups[n % len(groups)] += [w for one, w in zip(arrivals, waited, strict=True) if a <= one.at < b]
    return [ninth(group) for group in groups]
