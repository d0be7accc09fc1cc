"""Visits to come that may go before those who wait (numpy): urgent ones, mostly. Part of the simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from guichet.walkup.dispatcher import APPOINTMENT, Waiting, rank

if TYPE_CHECKING:
    from guichet.walkup.draws import Draws
    from guichet.walkup.laws import Influx, Laws
    from guichet.walkup.simulation import State

Floats = NDArray[np.float64]
# A place in the order of calling, the person (for what they need), and for each play, in how many minutes they come and
# how long they take.
ToCome = tuple[int, Waiting, Floats, Floats]
NEVER = 1e12


def to_come(
    state: State, laws: Laws, draws: Draws, *, ranks: Sequence[float], now: float, until: float
) -> list[ToCome]:
    """Draws, for every class, the visits to come that would go before somebody of `ranks` (sorted).

    They come as columns like everybody else: one for the first visit of each play, one for the second, and so on, each
    at the place in the order where its rank belongs. Each need (skill) has columns of its own: two visits to come with
    different needs may change places between them, but never with those who wait now.
    """
    found: list[ToCome] = []
    for standing, influx in laws.influx.items():
        if standing == APPOINTMENT:
            continue  # those are booked, and known
        # Somebody of this class who came now would have this rank; who comes later than `end` goes after everybody.
        first = rank(Waiting(id=0, standing=standing, since=now, arrived=now), rules=state.rules)
        end = min(until, now + (ranks[-1] - first))
        if end <= now:
            continue
        edges, mass = _mass(influx, now=now, end=end)
        times = _times(edges, mass, draws)
        if not times.size:
            continue
        categories = list(influx.mix)
        skills = sorted({state.skills.get(c) for c in categories}, key=str)
        needs = np.array([skills.index(state.skills.get(c)) for c in categories])
        shares = np.cumsum(list(influx.mix.values()))
        picked = np.searchsorted(shares, draws.random.random(times.shape) * shares[-1] * 0.999999)
        services = _services(draws, np.array([draws.place(c) for c in categories])[picked])
        place = np.searchsorted(np.array(ranks), times + (first - now))
        people = [Waiting(id=0, standing=standing, since=now, arrived=now, skill=skill) for skill in skills]
        for p, q, come, service in _columns(times - now, place, needs[picked], services):
            found.append((p, people[q], come, service))
    return found


def _columns(
    times: Floats, place: NDArray[np.intp], need: NDArray[np.intp], services: Floats
) -> Iterator[tuple[int, int, Floats, Floats]]:
    """For each place in the order, need, and number of the visit in its play: when it comes, and how long it takes."""
    plays, nth = (times < NEVER / 2).nonzero()
    needs, most = int(need.max()) + 1, times.shape[1]
    code = (place[plays, nth] * needs + need[plays, nth]) * most + nth
    # The place of each code among those that there are; they are few enough to be looked up (to sort costs more).
    taken = np.zeros(int(code.max(initial=0)) + 1, np.intp)
    taken[code] = 1
    codes = taken.nonzero()[0]
    taken[codes] = np.arange(len(codes))
    come = np.full((len(codes), len(times)), NEVER)
    come[taken[code], plays] = times[plays, nth]
    for n, moments in zip(codes.tolist(), come, strict=True):
        before, number = divmod(n, most)
        yield before // needs, before % needs, moments, services[:, number]


def _mass(influx: Influx, *, now: float, end: float) -> tuple[Floats, Floats]:
    """The mean number of arrivals from now until each edge: the rate changes with the hour."""
    edges = np.array([now, *range((int(now // 60) + 1) * 60, int(np.ceil(end)), 60), end])
    rates = np.array([influx.per_hour[int(e // 60) % 24] / 60 for e in edges[:-1]])
    return edges, np.concatenate([[0.0], np.cumsum(rates * np.diff(edges))])


def _times(edges: Floats, mass: Floats, draws: Draws) -> Floats:
    """Moments of a Poisson process in each play, in their order: (plays, most in any play), NEVER where fewer."""
    counts = draws.random.poisson(mass[-1], draws.samples)
    most = int(counts.max())
    times: Floats = np.interp(draws.random.random((draws.samples, most)) * mass[-1], mass, edges)
    times[np.arange(most)[None, :] >= counts[:, None]] = NEVER
    times.sort(axis=1)
    return times


def _services(draws: Draws, places: NDArray[np.intp]) -> Floats:
    slices = draws.random.integers(0, draws.tables.shape[1], places.shape)
    drawn: Floats = draws.tables[places, slices]
    drawn *= draws.factors[places, np.arange(draws.samples)[:, None]]
    return drawn
