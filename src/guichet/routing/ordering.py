"""The order of work (pure): which of the tickets that wait is treated next, so that the fewest promises are broken.

A ticket's score is its apparent tardiness cost on the nearest pending promise,

    (w / p) · exp(−max(0, slack) / (k · p̄))

(Vepsalainen & Morton, "Priority rules for job shops with weighted tardiness costs", Management Science 33(8), 1987),
as its logarithm: w what a broken promise costs, p the expected handling, p̄ that of all work, k how far one looks ahead.
Beyond overload it gives up few cheap promises rather than all of them a little, which least slack does.

Minutes everywhere, of working time: whoever calls counts them on the promise's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# What a broken promise costs, by severity: each grade as much as two of the next.
WEIGHTS = {"S1": 16.0, "S2": 8.0, "S3": 4.0, "S4": 2.0, "S5": 1.0}
# Working minutes after which a ticket is old: one, two, six, twelve and twenty days of eight hours.
OLD_AFTER = {"S1": 480.0, "S2": 960.0, "S3": 2880.0, "S4": 5760.0, "S5": 9600.0}
# How many expected handlings ahead a promise begins to press.
AHEAD = 3.0
# An old ticket stands at least where one of this weight stands whose promise is broken (an S3) and, at twice the age,
# of twice the weight (an S2): never before an S1 that is late and takes as long.
OLD_WEIGHT, OLD_TIMES = 4.0, 2.0
# What a person decided goes before any reckoning. By priority (1 first … 4 can wait): a factor on the weight, and how
# much of the slack counts. "First" is as if its promise ended now, and outweighs all that isn't first: an S5 of a whole
# day what is high, an S1 and done in two minutes, which are 16 · 4 · 240 to 1.
BY_PRIORITY = {1: (16_384.0, 0.0), 2: (4.0, 0.25), 3: (1.0, 1.0), 4: (0.25, 1.0)}
# Where nothing is known of a category's or a pool's handling.
MINUTES = 30.0


@dataclass(frozen=True, slots=True)
class Work:
    """What waits, as columns of one length.

    `weight` and `minutes` (expected handling) are greater than 0; `slack` is how long one may still wait before one has
    to begin, below 0 once it is too late; `age` how long ago it was opened, and `old_after` when that is too long.
    """

    weight: Floats
    minutes: Floats
    slack: Floats
    age: Floats
    old_after: Floats


def scores(work: Work, *, pace: float = MINUTES) -> Floats:
    """The logarithm of the cost of leaving each of them; the greatest goes first. `pace`: p̄, greater than 0."""
    urgent = np.log(work.weight / work.minutes) - np.maximum(work.slack, 0.0) / (AHEAD * pace)
    over = work.age / work.old_after
    if not (over > 1.0).any():
        return urgent
    old = np.log(OLD_WEIGHT * np.clip(over, 1.0, OLD_TIMES) / work.minutes)
    return np.where(over > 1.0, np.maximum(urgent, old), urgent)


def order(work: Work, *, pace: float = MINUTES) -> NDArray[np.intp]:
    """Positions in the order of work; of equals the older first, then the one that was given first."""
    return np.lexsort((-work.age, -scores(work, pace=pace)))


def decided(weight: float, slack: float, *, priority: int) -> tuple[float, float]:
    """Weight and slack once a person's word on the order has been heard. KeyError for an unknown priority."""
    factor, counted = BY_PRIORITY[priority]
    return weight * factor, slack * counted if slack > 0 else slack
