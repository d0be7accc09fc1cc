"""How long handling takes (pure): by category, shrunk to what holds for all work by as much as a category is little.

Logarithms of minutes are normal within a category, and the categories' means are normal around the pool's (empirical
Bayes: Gelman et al., Bayesian Data Analysis, 3rd ed., §5.4). What is told is the mean in minutes, as work adds up.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from guichet.routing.ordering import MINUTES

K = TypeVar("K", bound=Hashable)

# Standard deviations of logarithms: within a category where too little is known of it, and between categories.
WITHIN, BETWEEN = 0.9, 0.6
# How many handlings the first guess weighs as much as; below how many the spread within is the guessed one.
GUESS_WEIGHS, LITTLE = 5.0, 30
# No handling is expected to be shorter or longer than this.
SHORTEST, LONGEST = 2.0, 480.0


@dataclass(frozen=True, slots=True)
class Handling:
    """Expected minutes, and on how many past tickets that rests."""

    minutes: float
    count: int


@dataclass(frozen=True, slots=True)
class Efforts(Generic[K]):
    """What a desk expects: of each category that it knows, and of everything (`pool`)."""

    pool: Handling
    by_category: Mapping[K, Handling]

    def minutes(self, category: K | None) -> float:
        known = self.by_category.get(category) if category is not None else None
        return (known or self.pool).minutes


def learn(samples: Mapping[K, Sequence[float]]) -> Efforts[K]:
    """From the minutes (greater than 0) that past tickets of each category took."""
    logs = {category: [math.log(m) for m in minutes] for category, minutes in samples.items() if minutes}
    means = {category: math.fsum(found) / len(found) for category, found in logs.items()}
    count = sum(len(found) for found in logs.values())
    squares = math.fsum((x - means[category]) ** 2 for category, found in logs.items() for x in found)
    free = count - len(logs)
    within = squares / free if free >= LITTLE else (squares + WITHIN**2 * LITTLE) / (free + LITTLE)
    guess = math.log(MINUTES) - within / 2
    # A category counts by how surely its mean is known: a crowded one doesn't speak for all.
    sure = {category: 1 / (BETWEEN**2 + within / len(found)) for category, found in logs.items()}
    first = GUESS_WEIGHS * BETWEEN**2 / within
    centre = (first * guess + math.fsum(sure[c] * means[c] for c in means)) / (first + math.fsum(sure.values()))
    by_category = {}
    for category, found in logs.items():
        trust = len(found) / (len(found) + within / BETWEEN**2)
        mean = trust * means[category] + (1 - trust) * centre
        by_category[category] = Handling(_bounded(math.exp(mean + within / 2)), len(found))
    if not count:
        return Efforts(Handling(MINUTES, 0), {})
    total = math.fsum(h.minutes * h.count for h in by_category.values()) + GUESS_WEIGHS * math.exp(centre + within / 2)
    return Efforts(Handling(_bounded(total / (count + GUESS_WEIGHS)), count), by_category)


def _bounded(minutes: float) -> float:
    return min(max(minutes, SHORTEST), LONGEST)
