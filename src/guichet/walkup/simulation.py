"""The queue played forward many times at once (numpy): when is each person called?

Every play draws services, people who give up, urgent visits to come and appointments that come or don't; who is called
next is the dispatcher's own law. All plays step together, an array operation for all of them: in each step, the
agent of a play who is free first calls the first of the order whom they may serve. Importing this module costs numpy
(some 20 MB); nothing else in the product needs it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guichet.walkup.arrivals import to_come
from guichet.walkup.dispatcher import (
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
# What is the end of the world to an agent without an end of shift; where the clock of one who has gone stands; how far
# apart the moments of different agents are kept, and those of plays; and what is later than a moment for sure.
END, GONE, APART, MOMENT = 1e6, 2e6, 2.0**23, 1e-6
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
    posts = sorted(state.posts, key=lambda post: preference(post.agent))
    if not people or not posts:
        return np.full((samples, len(people)), np.inf)
    keys = [order(p, rules=state.rules) for p in people]
    last = max(key[0] for key in keys)
    until = min(_cleared(state.waiting, posts, laws, now), max(post.agent.ends for post in posts))
    expected = [e for e in state.expected if callable_from(e, rules=state.rules) < until]
    columns = [
        Column(key, p, wait=i, newcomer=i >= len(state.waiting))
        for i, (p, key) in enumerate(zip(people, keys, strict=True))
    ]
    for person in expected:
        # Whoever is here came before whoever isn't.
        key = (rank(person, rules=state.rules), math.inf, person.id)
        if key[0] < last:
            columns.append(Column(key, person))
    draws = Draws(laws, samples=samples, seed=seed, today=state.today, now=now)
    columns.sort(key=lambda column: column.key)
    later = to_come(state, laws, draws, ranks=[c.key[0] for c in columns], now=now, until=until)
    for position, person, come, service in sorted(later, key=lambda found: -found[0]):
        columns.insert(position, Column((0.0, 0.0, 0), person, come=come, service=service))
    called = _Run(state.rules, laws, draws, columns, posts, now=now).play()
    row_of = {column.wait: n for n, column in enumerate(columns)}
    waits: Floats = called[[row_of[i] for i in range(len(people))]]
    waits[waits > NEVER / 2] = np.inf
    return np.maximum(waits, 0.0, out=waits).T


def _cleared(people: Sequence[Waiting], posts: Sequence[Post], laws: Laws, now: float) -> float:
    """When nearly everybody will have been called: later by half than the work ahead takes all agents, and an hour."""
    work = sum(math.exp(laws.of(p.category).level) for p in people) * math.exp(laws.within**2 / 2)
    return now + min(1.5 * work / len(posts) + 60, HORIZON)


@dataclass(slots=True)
class Column:
    """A person of the plays, in the order of calling. `wait`: whose wait it is among those asked for; None: somebody
    to come. `come` and `service`: those of each play, where they aren't drawn from the person."""

    key: tuple[float, float, int]
    person: Waiting
    wait: int | None = None
    newcomer: bool = False
    come: Floats | None = None
    service: Floats | None = None


class _Run:
    """The arrays of all plays. People are in the order of calling, and one more at the end stands for nobody: it is
    found when nobody else is. Minutes count from now. What is looked up by play has a row for each play; what is
    looked up for the person found has a row for each person, since in most plays it is about the same one."""

    def __init__(
        self, rules: Rules, laws: Laws, draws: Draws, columns: list[Column], posts: list[Post], *, now: float
    ) -> None:
        self.now, self.draws, self.laws, self.columns, self.rules = now, draws, laws, columns, rules
        self.k, self.n, self.s = draws.samples, len(columns), len(posts)
        self.speed = np.exp([laws.agents.get(post.agent.id, 0.0) for post in posts])
        self.called = np.full((self.n + 1, self.k), np.inf)
        self._who_may(posts)
        self._when_callable()
        self._times()
        self._breaks(posts)
        self.clock = np.empty((self.k, self.s))
        for s, post in enumerate(posts):
            self.clock[:, s] = self._free(post, self.speed[s])
        self.apart = np.arange(self.s) * APART

    def _who_may(self, posts: list[Post]) -> None:
        """`able[s, n]`: agent s has what it takes for person n."""
        kinds: dict[tuple[str | None, int | None], int] = {}
        rows = [[True] * self.s]
        kind = []
        for person in (column.person for column in self.columns):
            key = (person.skill, person.wanted)
            if key not in kinds:
                kinds[key] = len(rows)
                rows.append([may_serve(post.agent, person) for post in posts])
            kind.append(kinds[key])
        self.able = np.array(rows).T.take([*kind, 0], axis=1)

    def _when_callable(self) -> None:
        """`come[k, n]`: from when person n may be called in play k; nobody may always, who is called no more. For each
        play and kind of agent, one row after the other: the moments at which somebody comes whom such an agent may
        serve, of those who aren't callable from the beginning."""
        self.come = np.zeros((self.k, self.n + 1), np.float32)
        moving, rows = [], []
        begins = [callable_from(column.person, rules=self.rules) - self.now for column in self.columns]
        booked = [n for n, column in enumerate(self.columns) if column.wait is None and column.come is None]
        comes, shows = self.draws.appointments([self.columns[n].person.slot or self.now for n in booked])
        later = dict(zip(booked, np.maximum(comes, np.array([begins[n] for n in booked])[:, None]), strict=True))
        for n, column in enumerate(self.columns):
            if column.come is not None:
                rows.append(column.come)
            elif column.wait is None:
                rows.append(later[n])
            elif begins[n] > 0:
                rows.append(np.full(self.k, begins[n]))
            else:
                continue
            moving.append(n)
        self.moving = bool(moving)
        if not moving:
            return
        arrive = np.array(rows, np.float32)
        theirs = [moving.index(n) for n in booked]
        arrive[theirs] = np.where(shows, arrive[theirs], np.inf)
        self.come[:, moving] = arrive.T
        self._next_to_come(np.minimum(arrive.T, NEVER), self.able[:, moving])

    def _next_to_come(self, come: Floats, able: NDArray[np.bool_]) -> None:
        """The rows of `comings` (each play and kind of agent has its stretch of the number line) and `next_come`."""
        known: dict[bytes, int] = {}
        kind = [known.setdefault(row.tobytes(), len(known)) for row in able]
        kinds = len(known)
        moments = np.full((self.k, kinds, come.shape[1] + 1), NEVER)
        np.copyto(moments[:, :, :-1], come[:, None, :], where=able[[kind.index(i) for i in range(kinds)]])
        moments.sort(axis=2)
        # One more for those who are later than every row: they stand for plays that are at their end.
        self.next_come = np.append(moments, NEVER)
        rows = np.arange(self.k * kinds).reshape(self.k, kinds, 1) * APART
        self.comings = (np.minimum(moments, END) + rows).reshape(-1)
        self.row_of_play, self.row_of_agent = rows[:, 0, 0], np.array(kind) * APART

    def _times(self) -> None:
        """How long each person takes; when they will have gone, and what calling them then costs."""
        self.service = np.zeros((self.n + 1, self.k))
        self.gone = np.full((self.n + 1, self.k), np.inf)
        self.cost = np.zeros((self.n + 1, self.k))
        drawn = [n for n, c in enumerate(self.columns) if c.service is None and not c.newcomer]
        if drawn:
            self.service[drawn] = self.draws.services([self.columns[n].person.category for n in drawn])
        for n, column in enumerate(self.columns):
            if column.service is not None:
                self.service[n] = column.service
        # Newcomers cost no time and don't give up: each is asked when they would be called.
        present = [n for n in drawn if self.columns[n].wait is not None]
        # Sorted, so that the same seed gives the same draws in every process.
        for standing in sorted({self.columns[n].person.standing for n in present} & set(self.laws.leaving)):
            mine = [n for n in present if self.columns[n].person.standing == standing]
            have = np.array([max(self.now - self.columns[n].person.arrived, 0.0) for n in mine])
            self.gone[mine], self.cost[mine] = self.draws.leaving(standing, have)

    def _breaks(self, posts: list[Post]) -> None:
        """Breaks, by each agent's own clock, which stands still in breaks. Somebody free at `w` by their clock has
        taken every break whose moment is not later than `w`; the time is then `w` and the lengths of those breaks. The
        end of a shift is a break that never ends. All agents' moments stand in one sorted row, far apart."""
        over = self.laws.overrun[0]
        moments, added, begins = [], [0.0], [NEVER]
        for s, post in enumerate(posts):
            taken = 0.0
            # Before everything that this agent's clock may show.
            moments.append((s - 0.5) * APART)
            mine = [(b.start - self.now, max(b.length + over, 0.0)) for b in post.agent.breaks]
            ends = min(post.agent.ends - self.now, END)
            last = -END
            for start, length in [*sorted(b for b in mine if b[0] < ends), (ends, NEVER)]:
                last = max(last, start - taken)
                moments.append(last + s * APART)
                added.append(taken)
                begins.append(last + taken + MOMENT)
                taken += length
            added.append(taken)
            begins.append(NEVER)
        self.moments, self.added, self.begins = np.array(moments), np.array(added), np.array(begins)

    def _free(self, post: Post, speed: float) -> Any:
        if post.back is not None or post.agent.paused:
            return self.draws.break_end(post.back if post.back is not None else self.now)
        if post.serving is None:
            return max(0.0, post.agent.starts - self.now)
        elapsed = self.now - post.since
        if post.silent:
            return max(0.1, self.laws.lost - elapsed)
        return self.draws.remaining(post.serving, elapsed=elapsed, speed=speed)

    def play(self) -> Floats:
        """Every play to the point where everybody asked for is called; when everybody was: (people, plays)."""
        k, n = self.k, self.n
        plays, base_s, base_n = np.arange(k), np.arange(k) * self.s, np.arange(k) * (n + 1)
        free = self.clock + self.added[self._taken(self.clock, np.arange(self.s))]
        free_flat, clock, able, speed = free.reshape(-1), self.clock.reshape(-1), self.able, self.speed
        come, come_flat, called = self.come, self.come.reshape(-1), self.called.reshape(-1)
        service, gone, cost = self.service.reshape(-1), self.gone.reshape(-1), self.cost.reshape(-1)
        may, theirs, now = np.empty((k, n + 1), bool), np.empty((k, n + 1), bool), np.empty((k, 1), np.float32)
        asked = [i for i, column in enumerate(self.columns) if column.wait is not None]
        # Each step serves somebody, or moves an agent to the next moment at which somebody may come.
        for step in range(6 * n + 40 * self.s + 400):
            if step >= len(asked) and step % 4 == 0 and not self._still_to_call(asked, free):
                break
            agent = free.argmin(1)
            at = base_s + agent
            t = free_flat[at]
            now[:, 0] = t
            np.less_equal(come, now, out=may)
            able.take(agent, axis=0, out=theirs, mode="clip")
            np.logical_and(may, theirs, out=may)
            person = may.argmax(1)
            come_flat[base_n + person] = np.inf
            come[:, n] = -np.inf
            nobody = person == n
            person *= k
            person += plays
            called[person] = t
            takes = service[person]
            takes *= speed[agent]
            np.putmask(takes, gone[person] <= t, cost[person])
            takes += clock[at]
            if np.count_nonzero(nobody):
                idle = nobody.nonzero()[0]
                takes[idle] = self._until_somebody_comes(idle, agent[idle], t[idle], takes[idle])
            clock[at] = takes
            takes += self.added[self._taken(takes, agent)]
            free_flat[at] = takes
        return self.called

    def _still_to_call(self, asked: list[int], free: Floats) -> bool:
        """Whether anybody is, in any play; the plays where nobody is are at their end."""
        ended = (self.called[asked] < np.inf).all(0)
        ended |= free.min(1) >= NEVER
        self.clock[ended] = GONE
        free[ended] = NEVER
        return not ended.all()

    def _taken(self, clock: Floats, agent: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where in `added` and `begins` an agent stands by their clock."""
        place: NDArray[np.intp] = self.moments.searchsorted(clock + self.apart[agent], "right")
        return place

    def _until_somebody_comes(self, play: Any, agent: Any, t: Floats, clock: Floats) -> Floats:
        """The next moment, by their clock, at which somebody comes whom this agent may serve, or their break begins
        before; if nobody does, the agent isn't needed any more."""
        if not self.moving:
            return np.full(len(t), GONE)
        place = t + self.row_of_play[play]
        place += self.row_of_agent[agent]
        until = self.next_come[self.comings.searchsorted(place, "right")]
        pause = np.minimum(until, self.begins[self._taken(clock, agent)])
        return np.where(until < NEVER, clock + (pause - t), GONE)
