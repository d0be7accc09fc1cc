"""The queue played forward many times at once (numpy): when is each person called?

Every play draws services, people who give up, urgent visits to come and appointments that come or don't; who is called
next is the dispatcher's own law. All plays step together, an array operation for all of them: in each step, the
agent of a play who is free first calls the first of the order whom they may serve. Importing this module costs numpy
(some 20 MB); nothing else in the product needs it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guichet.walkup.arrivals import Arrivals, arrivals
from guichet.walkup.dispatcher import (
    APPOINTMENT,
    Agent,
    Rules,
    Waiting,
    callable_from,
    may_serve,
    order,
    preference,
    rank,
)
from guichet.walkup.draws import Draws
from guichet.walkup.laws import Laws, Served

Floats = NDArray[np.float64]
# Later than everything; an agent who has gone is free then.
NEVER = 1e12
# How far ahead appointments and urgent visits to come are looked for, in minutes.
HORIZON = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An agent on duty and what they do. `serving`: the category of whoever they called, `since` when; `silent`: who
    was called has not come (or won't); `back`: when they mean to end the break they are on."""

    agent: Agent
    serving: str | None = None
    since: float = 0.0
    silent: bool = False
    back: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A venue at one moment. `expected`: booked appointments of today whose people haven't checked in, as they will
    stand in the queue (`arrived` doesn't matter); `today`: services that ended today; `skills`: what a visit to come
    needs, by category; `closes`: when the last agent goes, for those who may not be called any more."""

    waiting: Sequence[Waiting]
    posts: Sequence[Post]
    rules: Rules
    expected: Sequence[Waiting] = ()
    today: Sequence[Served] = ()
    skills: Mapping[str, str | None] = field(default_factory=dict)
    closes: float | None = None


def play(state: State, laws: Laws, *, now: float, samples: int, seed: int, newcomers: Sequence[Waiting] = ()) -> Floats:
    """Minutes until each of `state.waiting`, then each of `newcomers`, is called: an array (samples, people); infinite
    where nobody calls them before the agents' day ends. Newcomers take their place, but nobody's time: each is as if
    they alone had come."""
    people = [*state.waiting, *newcomers]
    if not people:
        return np.zeros((samples, 0))
    last = max(rank(p, rules=state.rules) for p in people)
    expected = [
        e
        for e in state.expected
        if rank(e, rules=state.rules) < last and callable_from(e, rules=state.rules) < now + HORIZON
    ]
    queue = sorted(
        [(p, i) for i, p in enumerate([*people, *expected])], key=lambda pair: order(pair[0], rules=state.rules)
    )
    posts = sorted(state.posts, key=lambda post: preference(post.agent))
    if not posts:
        return np.full((samples, len(people)), np.inf)
    draws = Draws(laws, samples=samples, seed=seed, today=state.today, now=now)
    run = _Run(state, laws, draws, [p for p, _ in queue], posts, now=now)
    places = np.array([i for _, i in queue])
    run.newcomers((places >= len(state.waiting)) & (places < len(people)))
    run.to_come(places >= len(people))
    run.others(arrivals(state, laws, draws, now=now, until=min(now + HORIZON, _end(posts, now)), last=last))
    called = run.play(places < len(people))
    waits = np.empty((samples, len(people)))
    mine = places < len(people)
    waits[:, places[mine]] = called[:, :-1][:, mine]
    waits -= now
    waits[waits > NEVER / 2] = np.inf
    return np.maximum(waits, 0.0)


def _end(posts: Sequence[Post], now: float) -> float:
    return max((post.agent.ends for post in posts), default=now)


class _Run:
    """The arrays of all plays. Columns are people in the order of calling, and one more at the end that stands for
    nobody: it is found when nobody else is."""

    def __init__(
        self, state: State, laws: Laws, draws: Draws, people: list[Waiting], posts: list[Post], *, now: float
    ) -> None:
        self.now, self.draws, self.laws, self.people, self.rules = now, draws, laws, people, state.rules
        self.k, self.n, self.s = draws.samples, len(people), len(posts)
        self.speed = np.exp([laws.agents.get(post.agent.id, 0.0) for post in posts])
        self.ranks = np.array([*(rank(p, rules=state.rules) for p in people), np.inf])
        self.undone = np.ones((self.k, self.n + 1), bool)
        self.called = np.full((self.k, self.n + 1), np.inf)
        self._who_may(posts, now)
        self._people(now)
        self._breaks(posts)
        self.free = np.empty((self.k, self.s))
        for s, post in enumerate(posts):
            self.free[:, s] = self._free(post, self.speed[s])
        self.later: Arrivals | None = None
        # Whoever comes free in a planned break or after their shift isn't free.
        cells = np.arange(self.k * self.s)
        flat = self.free.reshape(-1)
        due = flat >= self.next_break
        self._take_breaks(cells[due], flat)

    def _who_may(self, posts: list[Post], now: float) -> None:
        """`able[s * M + m, n]`: agent s may serve person n in the m-th stretch of time between moments at which
        somebody becomes callable; `soon`: when the next one whom s may serve does."""
        begin = np.array([callable_from(p, rules=self.rules) for p in self.people])
        self.moments = np.unique(begin[begin > now])
        m = len(self.moments) + 1
        alike: dict[tuple[str | None, int | None], NDArray[np.bool_]] = {}
        may = np.empty((self.s, self.n), bool)
        for i, p in enumerate(self.people):
            key = (p.skill, p.wanted)
            if key not in alike:
                alike[key] = np.array([may_serve(post.agent, p) for post in posts])
            may[:, i] = alike[key]
        reached = np.array([-np.inf, *self.moments])
        table = np.ones((self.s, m, self.n + 1), bool)
        table[:, :, :-1] = may[:, None, :] & ((begin <= now) | (begin[None, :] <= reached[:, None]))[None]
        self.able, self.m = table.reshape(self.s * m, self.n + 1), m
        later = np.where(may[:, None, :] & (begin[None, :] > np.maximum(reached, now)[:, None])[None], begin, NEVER)
        self.soon = later.min(2).reshape(-1)

    def _people(self, now: float) -> None:
        self.service = np.zeros((self.k, self.n + 1))
        self.service[:, :-1] = self.draws.services([p.category for p in self.people])
        # When they will have gone, and what calling them then costs.
        self.gone = np.full((self.k, self.n + 1), np.inf)
        self.cost = np.zeros((self.k, self.n + 1))
        for standing in {p.standing for p in self.people} & set(self.laws.leaving):
            columns = np.array([i for i, p in enumerate(self.people) if p.standing == standing])
            arrived = np.array([min(self.people[i].arrived, now) for i in columns])
            self.gone[:, columns], self.cost[:, columns] = self.draws.leaving(standing, arrived)

    def _breaks(self, posts: list[Post]) -> None:
        """The end of a shift is a break that never ends."""
        over = self.laws.overrun[0]
        rows = []
        for post in posts:
            mine = [(b.start, max(b.length + over, 0.0)) for b in sorted(post.agent.breaks, key=lambda b: b.start)]
            ends = post.agent.ends
            rows.append([*((s, d) for s, d in mine if s < ends), (ends, NEVER)])
        width = max(len(row) for row in rows) + 1
        self.break_start, self.break_length = np.full((self.s, width), np.inf), np.zeros((self.s, width))
        for s, row in enumerate(rows):
            for j, (start, length) in enumerate(row):
                self.break_start[s, j], self.break_length[s, j] = start, length
        self.break_at = np.tile(np.arange(self.s) * width, self.k)
        self.next_break = np.tile(self.break_start[:, 0], self.k)

    def _free(self, post: Post, speed: float) -> Any:
        now = self.now
        if post.back is not None or post.agent.paused:
            return self.draws.break_end(post.back if post.back is not None else now)
        if post.serving is None:
            return max(now, post.agent.starts)
        if post.silent:
            return now + max(0.1, self.laws.lost - (now - post.since))
        return now + self.draws.remaining(post.serving, elapsed=now - post.since, speed=speed)

    def newcomers(self, columns: NDArray[np.bool_]) -> None:
        """They cost no time and don't give up: each is asked when they would be called."""
        self.service[:, :-1][:, columns] = 0.0
        self.gone[:, :-1][:, columns] = np.inf

    def to_come(self, columns: NDArray[np.bool_]) -> None:
        """Appointments that don't come are as if they were done."""
        for n in np.flatnonzero(columns):
            person = self.people[n]
            if person.standing == APPOINTMENT and person.slot is not None:
                self.undone[:, n] = self.draws.shows(person.slot)

    def others(self, later: Arrivals | None) -> None:
        self.later = later

    def play(self, wanted: NDArray[np.bool_]) -> Floats:
        """Every play to the point where all wanted columns are called; the moments of all columns."""
        k, n, s_count, m = self.k, self.n, self.s, self.m
        base_s, base_n = np.arange(k) * s_count, np.arange(k) * (n + 1)
        free, free_flat = self.free, self.free.reshape(-1)
        undone, undone_flat, called = self.undone, self.undone.reshape(-1), self.called.reshape(-1)
        service, gone, cost = self.service.reshape(-1), self.gone.reshape(-1), self.cost.reshape(-1)
        columns = np.flatnonzero(wanted)
        may = np.empty((k, n + 1), bool)
        # Each step serves somebody, or moves an agent to the next moment at which somebody may come.
        most = 4 * (n + s_count * (m + 4)) + 400
        for step in range(most):
            if step % 6 == 0 and step >= len(columns) // 2:
                waiting = undone[:, columns].any(1)
                if not waiting.any():
                    break
                free[~waiting] = NEVER
            agent = free.argmin(1)
            at = base_s + agent
            t = free_flat[at]
            row = agent * m + self.moments.searchsorted(t, "right") if m > 1 else agent
            self.able.take(row, axis=0, out=may, mode="clip")
            np.logical_and(may, undone, out=may)
            person = may.argmax(1)
            urgent = self.later.called(t, agent, self.ranks[person]) if self.later is not None else None
            if urgent is not None:
                person[urgent[0]] = n
            cell = base_n + person
            called[cell] = t
            undone_flat[cell] = False
            undone[:, n] = True
            takes = service[cell] * self.speed[agent]
            np.putmask(takes, gone[cell] <= t, cost[cell])
            end = t + takes
            nobody = person == n
            if urgent is not None:
                end[urgent[0]] = t[urgent[0]] + urgent[1] * self.speed[agent[urgent[0]]]
                nobody[urgent[0]] = False
            if nobody.any():
                idle = nobody.nonzero()[0]
                end[idle] = self._until_somebody_comes(idle, row[idle], t[idle], at[idle])
            free_flat[at] = end
            due = end >= self.next_break[at]
            if due.any():
                self._take_breaks(at[due], free_flat)
        return self.called

    def _until_somebody_comes(self, plays: Any, row: Any, t: Floats, at: Any) -> Floats:
        until = np.minimum(self.soon[row], self.next_break[at])
        if self.later is not None:
            until = np.minimum(until, self.later.after(t, plays))
        return np.asarray(np.maximum(until, t))

    def _take_breaks(self, cells: Any, free: Floats) -> None:
        """A break that is due when an agent comes free is taken then, in full; the next may be due right after it."""
        lengths, starts = self.break_length.reshape(-1), self.break_start.reshape(-1)
        while cells.size:
            place = self.break_at[cells]
            free[cells] += lengths[place]
            self.break_at[cells] = place + 1
            self.next_break[cells] = starts[place + 1]
            cells = cells[free[cells] >= self.next_break[cells]]
