"""The chance that a promise is broken (pure): the time left, the work that goes first, and who is there to do it.

What goes before a ticket shrinks as agents work it off and grows as graver tickets arrive. As a Brownian motion with
drift that starts at the work ahead, the promise is broken if it doesn't reach zero in the time left; the chance of that
is the distribution of a first passage (the heavy-traffic limit of a queue: Harrison, "Brownian Motion and Stochastic
Flow Systems", 1985, §1.8). Its drift is what agents do less what overtakes, its variance that of single handlings and
of what may come.

Minutes everywhere, of the time in which those agents work.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from guichet.routing.ordering import AHEAD, Floats

# Squared coefficient of variation of one handling around what its category lets expect.
VARIATION = 1.1
# What is still being worked on when one looks, in handlings: nobody is free at once where work waits. Part of `ahead`.
UNDER_WAY = 1.0
# How far what comes may be from what came lately (standard deviation over mean): mornings, Mondays, a breakdown.
UNSURE = 0.35
# Rows looked at together: bounds the memory for a desk of many thousands.
_ROWS = 256
# Below this one, a normal distribution's lower tail is taken from its expansion: the exact one is 0 in floats.
_TAIL = -25.0


@dataclass(frozen=True, slots=True)
class Line:
    """Tickets in the order of work (`ordering.py`), as columns: `press` is the logarithm of weight / minutes."""

    press: Floats
    slack: Floats
    minutes: Floats


def ahead(ones: Line, others: Line, *, pace: float, passed: float = 1.0) -> Floats:
    """Minutes of `others` that go before each one when its promise comes to its end: what is still before it then keeps
    it from being begun, what it passes meanwhile doesn't. Nothing goes before itself.

    `passed`: how much of the time until then is over for the others; half of it for those that arrive in it.
    """
    answer = np.zeros(len(ones.press))
    for first in range(0, len(answer), _ROWS):
        rows = slice(first, first + _ROWS)
        own, slack = ones.press[rows][:, None], ones.slack[rows][:, None]
        later = np.maximum(others.slack[None, :] - np.maximum(slack, 0.0) * passed, 0.0)
        then = others.press[None, :] - later / (AHEAD * pace)
        # Of equals, the one whose promise ends first has been there for longer.
        answer[rows] = ((then > own) | (then == own) & (others.slack[None, :] < slack)) @ others.minutes
    return answer


@dataclass(frozen=True, slots=True)
class Prospect:
    """What awaits some tickets, as columns of one length.

    `left`: minutes until it has to be begun, below 0 when it is too late; `ahead`: minutes of work that go before it,
    what is under way included, greater than 0;
    `agents`: how many do that work, greater than 0; `overtaking`: minutes of graver work that arrive a minute.
    """

    left: Floats
    ahead: Floats
    agents: Floats
    overtaking: Floats


def chances(prospect: Prospect, *, pace: float) -> Floats:
    """The chance of each, 0…1; 1 where it is too late. `pace`: minutes of one handling on average, greater than 0."""
    answer = np.ones(len(prospect.left))
    columns = (prospect.left, prospect.ahead, prospect.agents, prospect.overtaking)
    for i, (left, ahead, agents, overtaking) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        if left > 0:
            drift = agents - overtaking
            variance = pace * (agents * VARIATION + overtaking * (1 + VARIATION)) + left * (UNSURE * overtaking) ** 2
            answer[i] = not_reached(start=ahead, drift=drift, variance=variance, within=left)
    return answer


def not_reached(*, start: float, drift: float, variance: float, within: float) -> float:
    """The chance that a Brownian motion from `start` > 0, falling by `drift`, isn’t at 0 within `within` > 0."""
    spread = math.sqrt(variance * within)
    above = math.exp(_log_normal((start - drift * within) / spread))
    # The paths that were there and came back, by reflection.
    back = math.exp(min(0.0, 2 * drift * start / variance + _log_normal((-start - drift * within) / spread)))
    return min(1.0, max(0.0, above - back))


def _log_normal(x: float) -> float:
    """The logarithm of the normal distribution function."""
    if x > _TAIL:
        return math.log(0.5 * math.erfc(-x / math.sqrt(2)))
    return -0.5 * x * x - math.log(-x) - 0.5 * math.log(2 * math.pi) + math.log1p(-1 / (x * x))
