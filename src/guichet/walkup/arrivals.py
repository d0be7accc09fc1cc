"""Visits to come that may go before those who wait (numpy): urgent ones, mostly. Part of the simulation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from guichet.walkup.dispatcher import APPOINTMENT, Waiting, may_serve, preference, rank

if TYPE_CHECKING:
    from guichet.walkup.draws import Draws
    from guichet.walkup.laws import Influx, Laws
    from guichet.walkup.simulation import State

Floats = NDArray[np.float64]
NEVER = 1e12


class Arrivals:
    """For each play, some visits: when they come, their rank, their kind (a row of `able`: who may serve it), and how
    long they take."""

    def __init__(
        self, *, come: Floats, ranks: Floats, kind: NDArray[np.intp], able: NDArray[np.bool_], service: Floats
    ) -> None:
        self.come, self.ranks, self.kind, self.able, self.service = come, ranks, kind, able, service
        self.first = come.min(1)

    def called(self, t: Floats, agent: NDArray[np.intp], others: Floats) -> tuple[Any, Floats] | None:
        """Where one of these goes before the first of `others` (ranks): the plays, and how long each takes."""
        here = self.first <= t
        here &= t < NEVER
        if not here.any():
            return None
        plays = here.nonzero()[0]
        come = self.come[plays] <= t[plays, None]
        come &= self.able[self.kind[plays], agent[plays, None]]
        ranks = np.where(come, self.ranks[plays], np.inf)
        which = ranks.argmin(1)
        goes = (ranks[np.arange(len(plays)), which] < others[plays]).nonzero()[0]
        if not goes.size:
            return None
        plays, which = plays[goes], which[goes]
        self.come[plays, which] = NEVER
        self.first[plays] = self.come[plays].min(1)
        return plays, self.service[plays, which]

    def after(self, t: Floats, plays: Any) -> Floats:
        """The next arrival of each play after t."""
        come = self.come[plays]
        later: Floats = np.where(come > t[:, None], come, NEVER).min(1)
        return later


def arrivals(state: State, laws: Laws, draws: Draws, *, now: float, until: float, last: float) -> Arrivals | None:
    """Draws the visits to come until then whose rank is smaller than `last`; None where there can be none."""
    posts = sorted(state.posts, key=lambda post: preference(post.agent))
    come, ranks, kinds, services = [], [], [], []
    categories = sorted({c for influx in laws.influx.values() for c in influx.mix})
    place = {category: i for i, category in enumerate(categories)}
    for standing, influx in laws.influx.items():
        if standing == APPOINTMENT:
            continue  # those are booked, and known
        # Someone of this class who came at `now` would have this rank.
        start = rank(Waiting(id=0, standing=standing, since=now, arrived=now), rules=state.rules)
        # Whoever comes later than this goes after all who wait.
        end = min(until, now + (last - start))
        times = _times(influx, draws, now=now, end=end)
        if times is None:
            continue
        mix = np.array([place[c] for c in influx.mix])
        picked = mix[np.searchsorted(np.cumsum(list(influx.mix.values())), draws.random.random(times.shape) * 0.999999)]
        come.append(times)
        ranks.append(times + (start - now))
        kinds.append(picked)
        services.append(_services(draws, categories, picked))
    if not come:
        return None
    probe = Waiting(id=0, since=now, arrived=now)
    able = np.array(
        [
            [may_serve(p.agent, replace(probe, skill=state.skills.get(category))) for p in posts]
            for category in categories
        ]
    )
    return Arrivals(
        come=np.concatenate(come, axis=1),
        ranks=np.concatenate(ranks, axis=1),
        kind=np.concatenate(kinds, axis=1),
        able=able,
        service=np.concatenate(services, axis=1),
    )


def _times(influx: Influx, draws: Draws, *, now: float, end: float) -> Floats | None:
    """Moments of a Poisson process whose rate changes by the hour: (plays, most in any play), NEVER where fewer."""
    if end <= now:
        return None
    edges = np.array([now, *range((int(now // 60) + 1) * 60, int(np.ceil(end)), 60), end])
    rates = np.array([influx.per_hour[int(e // 60) % 24] / 60 for e in edges[:-1]])
    mass = np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))])
    if mass[-1] < 1e-6:
        return None
    counts = draws.random.poisson(mass[-1], draws.samples)
    most = int(counts.max())
    if most == 0:
        return None
    times: Floats = np.interp(draws.random.random((draws.samples, most)) * mass[-1], mass, edges)
    times[np.arange(most)[None, :] >= counts[:, None]] = NEVER
    return times


def _services(draws: Draws, categories: list[str], picked: NDArray[np.intp]) -> Floats:
    tables = np.array([draws.place(c) for c in categories])[picked]
    slices = draws.random.integers(0, draws.tables.shape[1], picked.shape)
    drawn: Floats = draws.tables[tables, slices] * draws.factors[np.arange(draws.samples)[:, None], tables]
    return drawn
