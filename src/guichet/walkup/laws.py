"""What a venue learns from its own days (pure): how long services take, who gives up, who comes to appointments.

`fit` turns plain rows of past days into `Laws`, which know nothing of Django and are kept as JSON.
Minutes everywhere. Service times are handled as logarithms: a category has a level (the mean logarithm) and a shape
(what is left over, as quantiles); an agent and a day each shift the level. Every one of these is shrunk towards what
holds for all, by as much as the data are few (empirical Bayes: Gelman et al., Bayesian Data Analysis, 3rd ed., §5.4),
and old days weigh less than new ones.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from guichet.walkup.calibration import Calibration
from guichet.walkup.statistics import mean_and_spread, monotone, weighted_quantiles

# A shape is kept at the midpoints of this many equal slices of probability.
SLICES = 80
# A day weighs half as much as one this many days younger.
HALF_LIFE = 15.0
# Fewer services than this in a category: its estimates are said to rest on little.
LITTLE = 30
# What is assumed where a venue knows nothing yet: spread of the logarithm of service times within a category, between
# categories, between agents and between days (standard deviations), and a first guess of the median, in minutes.
WITHIN, BETWEEN, AGENTS, DAYS, MEDIAN = 0.75, 0.6, 0.15, 0.12, 9.0
# How many services weigh as much as what holds for all, in the shape of a category; days, in the pace of days.
SHAPE_PRIOR, DAYS_PRIOR = 12.0, 5.0
# Waits are looked at in these stretches of minutes.
STRETCHES = (0.0, 5.0, 10.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 1e9)
# A first guess of how fast people give up, per minute, and how many events weigh as much as the overall rate.
GIVING_UP, EVENTS_PRIOR = 1 / 500, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One service: `minutes` from the call until the agent is free again."""

    day: int
    category: str
    agent: int
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """How one wait ended: "called" (and came), "no_answer" (called, but gone without a word), "left" (said so)."""

    day: int
    standing: str
    minutes: float
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One check-in, at a minute after midnight."""

    day: int
    standing: str
    category: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """One appointment: its slot, and when the person checked in; None: they didn't, or too late to count as one."""

    day: int
    slot: float
    arrived: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused:
    """One break: as long as planned, and as long as it was."""

    planned: float
    actual: float


@dataclass(slots=True, kw_only=True)
class Past:
    """What is on record. `days`: every day on which the venue was open, by number; `lost`: minutes of an agent that
    went into each call which nobody answered."""

    days: Sequence[int] = ()
    served: Sequence[Served] = ()
    waited: Sequence[Waited] = ()
    came: Sequence[Came] = ()
    booked: Sequence[Booked] = ()
    paused: Sequence[Paused] = ()
    lost: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class CategoryLaw:
    """Service times of one category: mean logarithm of the minutes, how unsure it is (standard deviation), the shape,
    and on how many past services this rests."""

    level: float
    unsure: float
    shape: tuple[float, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Leaving:
    """How people of a class give up. `rates`: per minute, in each of STRETCHES, of those who say so; `silent`: the
    cumulated hazard of having gone without a word, at the middle of each stretch."""

    rates: tuple[float, ...]
    silent: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Influx:
    """Check-ins of a class: a rate for every hour of the day, and the share of each category."""

    per_hour: tuple[float, ...]
    mix: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """Everything that a venue has learnt; plain, and kept as JSON (`as_json`, `from_json`)."""

    days: int = 0
    services: int = 0
    categories: Mapping[str, CategoryLaw] = field(default_factory=dict)
    # For a category that was never seen.
    unseen: CategoryLaw
    # Logarithm of an agent's speed factor: 0.1 takes a tenth longer.
    agents: Mapping[int, float] = field(default_factory=dict)
    # Standard deviations of the logarithm: within a category, and from day to day.
    within: float = WITHIN
    daily: float = DAYS
    leaving: Mapping[str, Leaving] = field(default_factory=dict)
    # Minutes that a call without an answer costs its agent.
    lost: float = 1.5
    influx: Mapping[str, Influx] = field(default_factory=dict)
    # Appointments: the share that comes, and check-in minus slot (mean, standard deviation).
    shows: float = 0.85
    punctual: tuple[float, float] = (-5.0, 6.0)
    # Breaks: how much longer than planned (mean, standard deviation).
    overrun: tuple[float, float] = (0.0, 2.0)
    calibration: Calibration = field(default_factory=Calibration)

    def of(self, category: str) -> CategoryLaw:
        return self.categories.get(category, self.unseen)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def fit(
    past: Past, *, today: int, guesses: Mapping[str, float] | None = None, calibration: Calibration | None = None
) -> Laws:
    """What the days of `past` teach. `guesses`: minutes that somebody expects of a category, used until it has services
    of its own; `today`: the number of the day for which this is learnt. With an empty past, cautious laws."""
    weight = {day: 0.5 ** (max(today - day, 0) / HALF_LIFE) for day in {*past.days, *(s.day for s in past.served)}}
    services = [s for s in past.served if s.minutes > 0]
    levels = _Levels(services, weight, guesses or {})
    shows = [b for b in past.booked if b.arrived is not None]
    early = [b.arrived - b.slot for b in shows if b.arrived is not None]
    return Laws(
        days=len(weight),
        services=len(services),
        categories=levels.categories(),
        unseen=levels.unseen(),
        agents=levels.agent,
        within=levels.within,
        daily=levels.daily(),
        leaving={
            s: _leaving([w for w in past.waited if w.standing == s]) for s in sorted({w.standing for w in past.waited})
        },
        # The prior weighs like five calls of a minute and a half.
        lost=(sum(past.lost) + 7.5) / (len(past.lost) + 5),
        influx=_influx(past.came, weight),
        shows=(len(shows) + 4.25) / (len(past.booked) + 5),
        punctual=mean_and_spread(early, prior=(-5.0, 6.0), weight=5),
        overrun=mean_and_spread([p.actual - p.planned for p in past.paused], prior=(0.0, 2.0), weight=5),
        calibration=calibration or Calibration(),
    )


def nothing_known(*, guesses: Mapping[str, float] | None = None) -> Laws:
    """For a venue without a past: wide, and said to rest on nothing."""
    return fit(Past(), today=0, guesses=guesses)


class _Levels:
    """Levels and shapes of categories, speeds of agents, pace of days, out of one list of services."""

    def __init__(self, services: Sequence[Served], weight: Mapping[int, float], guesses: Mapping[str, float]) -> None:
        self.services, self.weights, self.guesses = services, [weight[s.day] for s in services], guesses
        self.logs = [math.log(s.minutes) for s in services]
        self.agent: dict[int, float] = {}
        self.level: dict[str, float] = {}
        self.spread: dict[str, float] = {}
        self.counts: dict[str, int] = defaultdict(int)
        for service in services:
            self.counts[service.category] += 1
        total = sum(self.weights)
        # The prior weighs like two services.
        self.pool = (sum(w * x for w, x in zip(self.weights, self.logs, strict=True)) + 2 * math.log(MEDIAN)) / (
            total + 2
        )
        self.within, self.between = WITHIN, BETWEEN
        # Levels and speeds depend on each other: two rounds settle them.
        for _round in range(2):
            self._learn_categories()
            self._learn_agents()

    def _left(self) -> list[float]:
        return [
            x - self.level[s.category] - self.agent.get(s.agent, 0.0)
            for s, x in zip(self.services, self.logs, strict=True)
        ]

    def _learn_categories(self) -> None:
        sums: dict[str, float] = defaultdict(float)
        weights: dict[str, float] = defaultdict(float)
        squares: dict[str, float] = defaultdict(float)
        for service, w, x in zip(self.services, self.weights, self.logs, strict=True):
            sums[service.category] += w * (x - self.agent.get(service.agent, 0.0))
            weights[service.category] += w
            squares[service.category] += w * w
        for category in {*sums, *self.guesses}:
            expected = self._expected(category)
            # As many services as the weighted ones are worth (Kish's effective size).
            worth = weights[category] ** 2 / squares[category] if category in sums else 0.0
            strength = self.within**2 / self.between**2
            own = sums[category] / weights[category] if category in sums else expected
            self.level[category] = (worth * own + strength * expected) / (worth + strength)
            self.spread[category] = self.within / math.sqrt(worth + strength)
        left = self._left()
        total = sum(self.weights)
        variance = sum(w * r * r for w, r in zip(self.weights, left, strict=True)) + 5 * WITHIN**2
        self.within = math.sqrt(variance / (total + 5))

    def _expected(self, category: str) -> float:
        guess = self.guesses.get(category)
        # A guess is a mean: the median of a lognormal time lies below it.
        return math.log(guess) - self.within**2 / 2 if guess else self.pool

    def _learn_agents(self) -> None:
        sums: dict[int, float] = defaultdict(float)
        weights: dict[int, float] = defaultdict(float)
        for service, w, r in zip(self.services, self.weights, self._left(), strict=True):
            sums[service.agent] += w * (r + self.agent.get(service.agent, 0.0))
            weights[service.agent] += w
        strength = self.within**2 / AGENTS**2
        self.agent = {agent: sums[agent] / (weights[agent] + strength) for agent in sums}

    def daily(self) -> float:
        """Spread of the days' means beyond what chance gives days of so many services (method of moments)."""
        days: dict[int, list[float]] = defaultdict(list)
        for service, r in zip(self.services, self._left(), strict=True):
            days[service.day].append(r)
        variance = DAYS_PRIOR * DAYS**2
        for left in days.values():
            variance += max((sum(left) / len(left)) ** 2 - self.within**2 / len(left), -(DAYS**2))
        return math.sqrt(max(variance / (len(days) + DAYS_PRIOR), 0.05**2))

    def categories(self) -> dict[str, CategoryLaw]:
        mine: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for service, w, r in zip(self.services, self.weights, self._left(), strict=True):
            mine[service.category].append((r, w))
        self.common = self._pooled([pair for pairs in mine.values() for pair in pairs])
        return {
            category: CategoryLaw(
                level=round(self.level[category], 5),
                unsure=round(self.spread[category], 5),
                shape=self._shape(mine.get(category, [])),
                count=self.counts[category],
            )
            for category in sorted(self.level)
        }

    def _pooled(self, pairs: list[tuple[float, float]]) -> list[float]:
        prior = _normal_slices(WITHIN)
        return weighted_quantiles([*pairs, *((x, 5 / SLICES) for x in prior)], slices=SLICES)

    def _shape(self, pairs: list[tuple[float, float]]) -> tuple[float, ...]:
        """Its own leftovers mixed with everybody's, which weigh like SHAPE_PRIOR services."""
        mixed = [*pairs, *((x, SHAPE_PRIOR / SLICES) for x in self.common)]
        return tuple(round(x, 4) for x in weighted_quantiles(mixed, slices=SLICES))

    def unseen(self) -> CategoryLaw:
        shape = tuple(round(x, 4) for x in self.common)
        return CategoryLaw(level=self.pool, unsure=self.between, shape=shape, count=0)


def _normal_slices(spread: float) -> list[float]:
    from statistics import NormalDist

    normal = NormalDist(0.0, spread)
    return [normal.inv_cdf((i + 0.5) / SLICES) for i in range(SLICES)]


def _leaving(rows: Sequence[Waited]) -> Leaving:
    """Hazards by stretch of the wait (piecewise exponential: Kalbfleisch & Prentice, §4.6), drawn towards one rate."""
    stretches = list(pairwise(STRETCHES))
    left, exposed = [0.0] * len(stretches), [0.0] * len(stretches)
    called, silent = [0.0] * len(stretches), [0.0] * len(stretches)
    for row in rows:
        for j, (start, end) in enumerate(stretches):
            if row.minutes < start:
                break
            exposed[j] += min(row.minutes, end) - start
            if row.minutes < end:
                left[j] += row.end == "left"
                called[j] += row.end != "left"
                silent[j] += row.end == "no_answer"
    minutes = sum(exposed)
    rate = (sum(left) + 1) / (minutes + 1 / GIVING_UP)
    quiet = (sum(silent) + 1) / (minutes + 1 / GIVING_UP)
    rates = [(d + EVENTS_PRIOR) / (e + EVENTS_PRIOR / rate) for d, e in zip(left, exposed, strict=True)]
    cumulated, weights = [], []
    for (start, end), n, x in zip(stretches, called, silent, strict=True):
        before = 1 - math.exp(-quiet * middle(start, end))
        share = (x + 8 * before) / (n + 8)
        cumulated.append(-math.log(1 - min(share, 0.98)))
        weights.append(n + 8)
    return Leaving(
        rates=tuple(round(r, 6) for r in rates),
        silent=tuple(round(c, 5) for c in monotone(cumulated, weights)),
    )


def middle(start: float, end: float) -> float:
    """Where a stretch of waiting is looked at; the last one has no end."""
    return (start + end) / 2 if end < 1e6 else start + 60


def _influx(rows: Iterable[Came], weight: Mapping[int, float]) -> dict[str, Influx]:
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0] * 24)
    mix: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    days = sum(weight.values())
    for row in rows:
        w = weight.get(row.day, 0.0)
        counts[row.standing][int(row.at // 60) % 24] += w
        mix[row.standing][row.category] += w
    categories = sorted({category for shares in mix.values() for category in shares})
    hours = [h for h in range(24) if any(count[h] for count in counts.values())]
    found = {}
    for standing, count in counts.items():
        mean = sum(count) / max(days, 1e-9) / max(len(hours), 1)
        # An hour is drawn towards the day's mean as if two days of it had been seen.
        rates = [(count[h] + 2 * mean) / (days + 2) if h in hours else 0.0 for h in range(24)]
        total = sum(mix[standing].values()) + 0.2 * len(categories)
        shares = {category: (mix[standing][category] + 0.2) / total for category in categories}
        found[standing] = Influx(per_hour=tuple(round(r, 5) for r in rates), mix=shares)
    return found


def from_json(kept: Mapping[str, Any]) -> Laws:
    """The laws that `as_json` wrote, after a way through JSON."""

    def law(d: Mapping[str, Any]) -> CategoryLaw:
        return CategoryLaw(d["level"], d["unsure"], tuple(d["shape"]), d["count"])

    return Laws(
        days=kept["days"],
        services=kept["services"],
        categories={category: law(d) for category, d in kept["categories"].items()},
        unseen=law(kept["unseen"]),
        agents={int(agent): speed for agent, speed in kept["agents"].items()},
        within=kept["within"],
        daily=kept["daily"],
        leaving={s: Leaving(tuple(d["rates"]), tuple(d["silent"])) for s, d in kept["leaving"].items()},
        lost=kept["lost"],
        influx={s: Influx(tuple(d["per_hour"]), dict(d["mix"])) for s, d in kept["influx"].items()},
        shows=kept["shows"],
        punctual=(kept["punctual"][0], kept["punctual"][1]),
        overrun=(kept["overrun"][0], kept["overrun"][1]),
        calibration=Calibration(tuple(kept["calibration"]["levels"]), kept["calibration"]["count"]),
    )
