"""The simulation calls people as the dispatcher does, event by event."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.walkup.dispatcher import (
    APPOINTMENT,
    URGENT,
    WALK_IN,
    Agent,
    Break,
    Rules,
    Waiting,
    callable_from,
    may_serve,
    next_for,
    preference,
)
from guichet.walkup.laws import Influx, Leaving
from guichet.walkup.simulation import Post, State, _Run, play
from tests.walkup.plain import sure

NOW = 600.0
MINUTES = {"a": 7.0, "b": 13.0, "c": 22.0}
# Odd enough that no two agents come free in the same moment.
SPEED = {1: 0.0137, 2: 0.2, 3: -0.3}
LAWS = sure(MINUTES, agents=SPEED)
WHOLE = st.integers(0, 120).map(float)


def one_by_one(state: State, now: float) -> dict[int, float]:
    """When each person is called, if every service takes what it takes: one event after the other."""
    posts = sorted(state.posts, key=lambda post: preference(post.agent))
    agents = [post.agent for post in posts]
    free = [_first_free(post, now) for post in posts]
    waiting = [*state.waiting, *state.expected]
    called: dict[int, float] = {}
    while min(free) < 1e9:
        t = min(free)
        s = free.index(t)
        agent = agents[s]
        if t >= agent.ends:
            free[s] = 1e9
            continue
        due = [pause for pause in agent.breaks if pause.start <= t]
        if due:
            first = min(due, key=lambda pause: pause.start)
            left = list(agent.breaks)
            left.remove(first)
            agents[s] = replace(agent, breaks=tuple(left))
            free[s] = t + first.length
            continue
        person = next_for(agent, waiting, now=t, rules=state.rules)
        if person is None:
            mine = [callable_from(p, rules=state.rules) for p in waiting if may_serve(agent, p)]
            coming = [begin for begin in mine if begin > t]
            free[s] = min([*coming, *(p.start for p in agent.breaks), agent.ends]) if coming else 1e9
            continue
        waiting.remove(person)
        called[person.id] = t
        free[s] = t + MINUTES[person.category] * float(np.exp(SPEED[agent.id]))
    return called


def _first_free(post: Post, now: float) -> float:
    if post.back is not None:
        return max(post.back, now + 0.3)
    if post.serving is not None:
        left = MINUTES[post.serving] * float(np.exp(SPEED[post.agent.id])) - (now - post.since)
        return now + max(left, 0.05)
    return max(now, post.agent.starts)


@st.composite
def states(draw: st.DrawFn) -> State:
    posts = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        agent = Agent(
            id=number,
            skills=draw(st.frozensets(st.sampled_from(sorted(MINUTES)))),
            ends=NOW + draw(st.sampled_from([40.0, 90.0, 500.0])),
            breaks=tuple(Break(NOW + draw(WHOLE), 15.17) for _ in range(draw(st.integers(0, 2)))),
            idle_since=None,
        )
        doing = draw(st.sampled_from(["idle", "coming", "busy", "break"]))
        # A service that is nearly over, so that it surely lasts as long as it does.
        post = {
            "idle": Post(agent=replace(agent, idle_since=NOW - draw(WHOLE))),
            "coming": Post(agent=replace(agent, starts=NOW + draw(st.sampled_from([0.0, 15.23])), idle_since=NOW)),
            "busy": Post(agent=agent, serving="c", since=NOW - draw(st.integers(0, 10)) - 0.29),
            "break": Post(agent=agent, back=NOW + draw(st.integers(1, 30)) + 0.41),
        }[doing]
        posts.append(post)
    people = []
    for number in range(draw(st.integers(1, 14))):
        standing = draw(st.sampled_from([URGENT, APPOINTMENT, WALK_IN, WALK_IN]))
        arrived = NOW - draw(WHOLE)
        slot = NOW + draw(st.integers(-20, 60)) if standing == APPOINTMENT else None
        category = draw(st.sampled_from(sorted(MINUTES)))
        people.append(
            Waiting(
                id=number,
                standing=standing,
                arrived=arrived,
                since=arrived if slot is None else slot,
                slot=slot,
                category=category,
                skill=draw(st.sampled_from([category, category, None])),
                wanted=draw(st.sampled_from([None, None, None, 1])),
            )
        )
    head = draw(st.sampled_from([{URGENT: 2e6, APPOINTMENT: 1e6}, {URGENT: 30.0, APPOINTMENT: 10.0}, {}]))
    booked = draw(st.integers(0, len(people) // 2))
    # Some of those with an appointment have yet to come: they do so in time.
    expected = [p for p in people[:booked] if p.standing == APPOINTMENT and p.slot is not None and p.slot >= NOW + 10]
    return State(
        waiting=[p for p in people if p not in expected],
        posts=posts,
        rules=Rules(head_starts=head, early=5.0),
        expected=[replace(p, arrived=NOW + 1000) for p in expected],
        skills={c: c for c in MINUTES},
    )


@settings(max_examples=300, deadline=None)
@given(state=states())
def test_people_are_called_as_by_the_dispatcher_event_by_event(state: State) -> None:
    waits = play(state, LAWS, now=NOW, samples=3, seed=1)
    truth = one_by_one(state, NOW)
    for n, person in enumerate(state.waiting):
        if person.id in truth:
            # Moments at which somebody comes are kept to a 64th of a minute.
            assert waits[:, n] == pytest.approx(truth[person.id] - NOW, abs=0.25)
        else:
            assert np.isinf(waits[:, n]).all()


def walk_in(number: int, ago: float, category: str = "a") -> Waiting:
    at = NOW - ago
    return Waiting(id=number, since=at, arrived=at, category=category, skill=category)


def desk(*agents: Agent, waiting: list[Waiting], **more: object) -> State:
    posts = [Post(agent=replace(agent, idle_since=NOW)) for agent in agents]
    rules = Rules(head_starts={URGENT: 240, APPOINTMENT: 60})
    return State(waiting=waiting, posts=posts, rules=rules, skills={c: c for c in MINUTES}, **more)


ALL = frozenset(MINUTES)


def test_newcomers_have_their_place_and_take_nobodys() -> None:
    state = desk(Agent(id=1, skills=ALL), waiting=[walk_in(1, 9), walk_in(2, 8)])
    new = [walk_in(-1, 0, "a"), walk_in(-2, 0, "c"), walk_in(-3, 0, "b")]
    waits = play(state, sure(MINUTES), now=NOW, samples=4, seed=1, newcomers=new)
    assert waits[0] == pytest.approx([0, 7, 14, 14, 14])
    assert (play(state, sure(MINUTES), now=NOW, samples=4, seed=1) == waits[:, :2]).all()


def test_who_cannot_be_served_any_more_waits_for_ever() -> None:
    ending = desk(Agent(id=1, skills=ALL, ends=NOW + 10), waiting=[walk_in(i, 10 - i) for i in range(4)])
    assert np.isinf(play(ending, LAWS, now=NOW, samples=2, seed=1)).tolist() == [[False, False, True, True]] * 2
    nobody = desk(waiting=[walk_in(1, 1)])
    assert np.isinf(play(nobody, LAWS, now=NOW, samples=2, seed=1)).all()
    unskilled = desk(Agent(id=1, skills=frozenset({"b"})), waiting=[walk_in(1, 1)])
    assert np.isinf(play(unskilled, LAWS, now=NOW, samples=2, seed=1)).all()


def test_whoever_gives_up_makes_place() -> None:
    state = desk(Agent(id=1, skills=ALL), waiting=[walk_in(i, 10 - i) for i in range(8)])
    stay = play(state, LAWS, now=NOW, samples=400, seed=1)
    say = Leaving(rates=(0.05,) * 10, silent=(0.0,) * 10)
    slip = Leaving(rates=(0.0,) * 10, silent=tuple(0.05 * m for m in (2.5, 7.5, 15, 25, 37, 52, 75, 105, 150, 240)))
    for leaving, cost in ((say, 0.0), (slip, 1.5)):
        waits = play(state, sure(MINUTES, leaving={WALK_IN: leaving}), now=NOW, samples=400, seed=1)
        # The second is called after the first's service, or at once where the first has gone (waited 10 minutes).
        gone = waits[:, 1] < 6.9
        assert waits[gone, 1] == pytest.approx(cost)
        expected = 1 - np.exp(-0.05 * 10) if cost else 0.0
        assert gone.mean() == pytest.approx(expected, abs=0.08)
        assert waits[:, 7].mean() < stay[:, 7].mean() - 5


def test_urgent_visits_to_come_go_before() -> None:
    influx = {URGENT: Influx(per_hour=(6.0,) * 24, mix={"a": 1.0})}
    state = desk(Agent(id=1, skills=ALL), waiting=[walk_in(i, 10 - i) for i in range(6)])
    waits = play(state, sure(MINUTES, influx=influx), now=NOW, samples=2000, seed=1)
    # One in ten minutes: in the 7 minutes of the first service, 0.7 of them come before the second.
    before = (waits[:, 1] - 7) / 7
    assert before.min() == pytest.approx(0, abs=1e-6)
    assert before == pytest.approx(np.round(before), abs=0.02)
    # Each of these services lets others come: 0.7 / (1 - 0.7).
    assert before.mean() == pytest.approx(0.7 / 0.3, rel=0.12)
    # Somebody without what they need isn't held up by them.
    apart = desk(Agent(id=1, skills=frozenset({"b"})), waiting=[walk_in(1, 2, "b"), walk_in(2, 1, "b")])
    calm = play(apart, sure(MINUTES, influx=influx), now=NOW, samples=50, seed=1)
    assert calm[:, 1] == pytest.approx(13.0)


def test_urgent_visits_go_before_those_only_whom_they_outrank() -> None:
    """A head start of 30 minutes overtakes nobody who has waited longer than that."""
    influx = {URGENT: Influx(per_hour=(60.0,) * 24, mix={"a": 1.0})}
    old, new = walk_in(1, 100), walk_in(2, 99)
    posts = [Post(agent=Agent(id=1, skills=ALL, idle_since=NOW))]
    state = State(waiting=[old, new], posts=posts, rules=Rules(head_starts={URGENT: 30}), skills={"a": "a"})
    assert play(state, sure(MINUTES, influx=influx), now=NOW, samples=50, seed=1)[:, 1] == pytest.approx(7.0)
    state = replace(state, rules=Rules(head_starts={URGENT: 104}))
    waits = play(state, sure(MINUTES, influx=influx), now=NOW, samples=500, seed=1)[:, 1]
    # Only those who come in the next five minutes go before the second: a Poisson number with mean 5.
    assert ((waits - 7) / 7).mean() == pytest.approx(5.0, rel=0.1)


def test_an_appointment_that_may_not_come_holds_people_up_as_often_as_it_comes() -> None:
    slot = NOW + 10
    booked = Waiting(id=9, standing=APPOINTMENT, since=slot, arrived=slot, slot=slot, category="c", skill="c")
    state = desk(Agent(id=1, skills=ALL), waiting=[walk_in(1, 9), walk_in(2, 8)], expected=[booked])
    waits = play(state, sure(MINUTES, shows=0.6), now=NOW, samples=1000, seed=3)
    # Callable from five minutes before its slot: when the first is served, after 7, it is there.
    assert set(np.round(waits[:, 1]).tolist()) == {7, 29}
    assert (waits[:, 1] > 20).mean() == pytest.approx(0.6, abs=0.05)


def test_a_service_that_lasts_goes_on_as_those_do_that_lasted() -> None:
    shape = tuple(np.log(np.linspace(2.0, 42.0, 80)) - np.log(10))
    law = replace(LAWS.categories["a"], level=float(np.log(10)), shape=shape)
    state = desk(Agent(id=1, skills=ALL), waiting=[walk_in(1, 5)])
    for elapsed in (0.0, 22.0):
        post = Post(agent=Agent(id=1, skills=ALL), serving="a", since=NOW - elapsed)
        laws = sure(MINUTES)
        laws = replace(laws, categories={**laws.categories, "a": law})
        waits = play(replace(state, posts=[post]), laws, now=NOW, samples=400, seed=2)[:, 0]
        # Even between 2 and 42 minutes; having lasted 22, even between 0 and 20 more.
        assert waits.mean() == pytest.approx(22.0 if elapsed == 0 else 10.0, rel=0.06)


def test_who_cannot_be_served_holds_the_plays_up_for_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []
    taken = _Run._taken

    def counted(run: _Run, clock: Any, agent: Any) -> Any:
        steps.append(1)
        return taken(run, clock, agent)

    monkeypatch.setattr(_Run, "_taken", counted)
    waiting = [walk_in(i, 10 - i, "ab"[i % 2]) for i in range(8)]
    agents = [Agent(id=1, skills=frozenset({"a"}), ends=NOW + 10), Agent(id=2, skills=frozenset({"b"}), ends=NOW + 15)]
    waits = play(desk(*agents, waiting=waiting), sure(MINUTES), now=NOW, samples=3, seed=1)
    assert np.isinf(waits).sum() == 3 * 4
    assert len(steps) < 30
