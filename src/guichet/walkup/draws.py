"""What chance brings in each play (numpy): services, patience, appointments that come, drawn from a venue's laws.

Draws are stratified (Latin hypercube: McKay, Beckman & Conover 1979): in each column the plays share the probabilities
evenly, so that a hundred plays stand for a good deal more. The same seed gives the same draws.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from guichet.walkup.laws import SLICES, STRETCHES, CategoryLaw, Laws, Leaving, Served, middle

Floats = NDArray[np.float64]
# A service that has lasted longer than all but this share of its like goes on as if it might last as long again.
TAIL = 1.5 / SLICES
# Patience is read in this many steps of hazard, up to one that hardly anybody reaches.
POOL = 1021
TABLE, MOST_HAZARD = 1024, 8.0
LEVELS_OF_SLICES = (np.arange(SLICES) + 0.5) / SLICES


@lru_cache(maxsize=4)
def _shuffles(samples: int) -> Floats:
    """0 to samples - 1 in POOL orders; shuffling anew for every estimate would cost as much as all other draws."""
    order = np.broadcast_to(np.arange(samples, dtype=np.float64), (POOL, samples))
    return np.asarray(np.random.Generator(np.random.SFC64(1)).permuted(order, axis=1))


@lru_cache(maxsize=4)
def _tables(every: tuple[CategoryLaw, ...]) -> tuple[Floats, Floats]:
    """Service times of every category at the middle of each slice; and in one row, with the last of each twice."""
    tables = np.exp(np.array([law.level + np.array(law.shape) for law in every]))
    return tables, np.concatenate([tables, tables[:, -1:]], axis=1).reshape(-1)


@lru_cache(maxsize=8)
def _patience(law: Leaving) -> tuple[Floats, Floats, Floats]:
    """After how long one says so, or slips away, by steps of hazard (finding each draw among the stretches would cost
    ten times as much); and the hazard of saying so at each of STRETCHES."""
    edges = np.array(STRETCHES)
    hazard = np.concatenate([[0.0], np.cumsum(np.array(law.rates) * np.diff(edges))])
    knots = np.array([0.0, *(middle(a, b) for a, b in pairwise(STRETCHES))])
    quiet = np.maximum.accumulate(np.array([0.0, *law.silent]) + np.arange(len(knots)) * 1e-9)
    steps = (np.arange(TABLE) + 0.5) * MOST_HAZARD / TABLE
    return np.interp(steps, hazard, edges), np.interp(steps, quiet, knots, right=np.inf), hazard


class Draws:
    """Random numbers of `samples` plays. The pace of the day is drawn once a play: today's services say what it is by
    as much as they are many (normal posterior, prior spread `laws.daily`)."""

    def __init__(self, laws: Laws, *, samples: int, seed: int, today: Sequence[Served], now: float) -> None:
        self.laws, self.samples, self.now = laws, samples, now
        self.random = np.random.Generator(np.random.SFC64(seed))
        self._keys = list(laws.categories)
        self._index = {key: i for i, key in enumerate(self._keys)}
        every = (*laws.categories.values(), laws.unseen)
        self.tables, self._flat = _tables(every)
        pace, spread = pace_of_today(laws, today)
        day = pace + spread * self._normal(1)
        unsure = np.array([law.unsure for law in every])
        # The factor of each category and play: the day, and what isn't known of the category.
        self.factors = np.exp(day + unsure[:, None] * self._normal(len(every)))

    def uniform(self, rows: int) -> Floats:
        """(rows, samples), each row evenly spread over 0 to 1."""
        pool = _shuffles(self.samples)
        strata: Floats = pool[(self.random.integers(POOL) + np.arange(rows) * 7) % POOL]
        strata += self.random.random((rows, self.samples))
        strata /= self.samples
        return strata

    def _normal(self, rows: int) -> Floats:
        return self.random.standard_normal((rows, self.samples))

    def place(self, category: str) -> int:
        return self._index.get(category, len(self._keys))

    def services(self, categories: Sequence[str]) -> Floats:
        """Minutes of each person's service at an agent of ordinary speed: (people, samples)."""
        places = np.array([self.place(category) for category in categories])
        x = self.uniform(len(places))
        x *= SLICES
        x -= 0.5
        np.maximum(x, 0.0, out=x)
        np.minimum(x, SLICES - 1.0, out=x)
        whole = x.astype(np.intp)
        x -= whole
        whole += (places * (SLICES + 1))[:, None]
        low = self._flat[whole]
        whole += 1
        low += x * (self._flat[whole] - low)
        low *= self.factors[places]
        return np.asarray(low)

    def remaining(self, category: str, *, elapsed: float, speed: float) -> Floats:
        """Minutes that a service goes on which has lasted `elapsed`: the law of services on condition that it has."""
        place = self.place(category)
        table = self.tables[place]
        factor = self.factors[place] * speed
        lasted = np.interp(elapsed / factor, table, LEVELS_OF_SLICES, left=0.0, right=1.0)
        u = self.uniform(1)[0]
        rest = np.interp(lasted + u * (1 - lasted), LEVELS_OF_SLICES, table) * factor - elapsed
        late = lasted > 1 - TAIL
        if np.count_nonzero(late):
            rest[late] = -np.log1p(-u[late]) * max(0.35 * elapsed, 2.0)
        return np.asarray(np.maximum(rest, 0.05))

    def leaving(self, standing: str, have: Floats) -> tuple[Floats, Floats]:
        """In how many minutes each person will have gone, and what calling them then costs: those who say so are off
        the list; the others are called in vain. On condition that they have waited `have` and haven't said so."""
        say_at, slip_at, hazard = _patience(self.laws.leaving[standing])
        shape = (len(have), self.samples)
        passed = np.interp(have, np.array(STRETCHES), hazard)[:, None]
        say = say_at[self._step(passed + self.random.standard_exponential(shape))]
        slip = slip_at[self._step(self.random.standard_exponential(shape))]
        lost = np.where(slip < say, self.laws.lost, 0.0)
        np.minimum(say, slip, out=say)
        say -= have[:, None]
        return say, lost

    def _step(self, hazard: Floats) -> NDArray[np.intp]:
        hazard *= TABLE / MOST_HAZARD
        np.minimum(hazard, TABLE - 1, out=hazard)
        return hazard.astype(np.intp)

    def break_end(self, planned: float) -> Floats:
        """In how many minutes a break ends that is to end at `planned`."""
        mean, spread = self.laws.overrun
        return np.asarray(np.maximum(planned - self.now + mean + spread * self._normal(1)[0], 0.3))

    def appointments(self, slots: Sequence[float]) -> tuple[Floats, NDArray[np.bool_]]:
        """Of those who haven't checked in yet: in how many minutes they do, and in which plays: (slots, samples)."""
        mean, spread = self.laws.punctual
        come = (np.array(slots) - self.now + mean)[:, None] + spread * self._normal(len(slots))
        # Draws that are past did not happen: those people are said to come in a moment.
        past = come <= 0
        come[past] = 0.1 + 0.5 * spread * self.random.random(np.count_nonzero(past))
        likely = np.array([shows_still(self.laws, slot=slot, now=self.now) for slot in slots])
        return come, self.random.random(come.shape) < likely[:, None]


def shows_still(laws: Laws, *, slot: float, now: float) -> float:
    """The probability that somebody comes who has not come yet (Bayes; check-in around the slot is normal)."""
    mean, spread = laws.punctual
    come = 0.5 * math.erfc(-(now - slot - mean) / (max(spread, 0.5) * math.sqrt(2)))
    return laws.shows * (1 - come) / max(1 - laws.shows * come, 1e-9)


def pace_of_today(laws: Laws, today: Sequence[Served]) -> tuple[float, float]:
    """Logarithm of today's pace (0.1: services take a tenth longer) and how unsure it is."""
    left = [
        min(max(math.log(max(s.minutes, 0.05)) - laws.of(s.category).level - laws.agents.get(s.agent, 0.0), -2.5), 2.5)
        for s in today
    ]
    strength = laws.within**2 / laws.daily**2
    return sum(left) / (len(left) + strength), laws.within / math.sqrt(len(left) + strength)
