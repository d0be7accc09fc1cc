"""The order of calling: what holds whoever waits and whoever works."""

import random

from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.dispatcher import (
    APPOINTMENT,
    URGENT,
    WALK_IN,
    Agent,
    Break,
    Rules,
    Waiting,
    agent_for,
    asking,
    at_work,
    callable_from,
    may_serve,
    next_for,
    order,
    rank,
)

DAY = st.integers(480, 1080).map(float)
SKILLS = st.sampled_from(["mac", "phones", "badges"])
RULES = st.builds(
    Rules,
    head_starts=st.fixed_dictionaries(
        {URGENT: st.integers(0, 300), APPOINTMENT: st.integers(0, 120), WALK_IN: st.integers(0, 15)}
    ),
    early=st.integers(0, 20).map(float),
)


@st.composite
def people(draw: st.DrawFn) -> list[Waiting]:
    made = []
    for number in range(draw(st.integers(0, 12))):
        standing = draw(st.sampled_from([URGENT, APPOINTMENT, WALK_IN]))
        arrived = draw(DAY)
        slot = draw(DAY) if standing == APPOINTMENT else None
        wanted = draw(st.sampled_from([None, None, None, 1, 2]))
        skill = draw(st.none() | SKILLS)
        since = arrived if slot is None else slot
        made.append(
            Waiting(id=number, standing=standing, since=since, arrived=arrived, slot=slot, skill=skill, wanted=wanted)
        )
    return made


BREAKS = st.lists(st.builds(Break, DAY, st.integers(5, 60).map(float)), max_size=3).map(tuple)
AGENTS = st.builds(
    Agent,
    id=st.integers(1, 3),
    skills=st.frozensets(SKILLS),
    starts=st.integers(480, 700).map(float),
    ends=st.integers(800, 1080).map(float),
    breaks=BREAKS,
    paused=st.booleans(),
    idle_since=st.none() | DAY,
)


@given(agent=AGENTS, waiting=people(), now=DAY, rules=RULES)
def test_nobody_is_overtaken_without_a_reason(agent: Agent, waiting: list[Waiting], now: float, rules: Rules) -> None:
    called = next_for(agent, waiting, now=now, rules=rules)
    for other in waiting:
        if called is None:
            assert not at_work(agent, now=now) or not may_serve(agent, other) or callable_from(other, rules=rules) > now
        elif other.standing == called.standing and other.since < called.since:
            assert not may_serve(agent, other) or callable_from(other, rules=rules) > now


@given(agent=AGENTS, waiting=people(), now=DAY, rules=RULES)
def test_nobody_starves(agent: Agent, waiting: list[Waiting], now: float, rules: Rules) -> None:
    """Whoever counts from the largest head start before another goes before them, whatever their classes."""
    called = next_for(agent, waiting, now=now, rules=rules)
    if called is None:
        return
    most = max(rules.head_starts.values())
    for other in waiting:
        if may_serve(agent, other) and callable_from(other, rules=rules) <= now:
            assert other.since + most >= called.since


@given(agent=AGENTS, waiting=people(), now=DAY, rules=RULES)
def test_skills_slots_and_wishes_are_honoured(agent: Agent, waiting: list[Waiting], now: float, rules: Rules) -> None:
    called = next_for(agent, waiting, now=now, rules=rules)
    if called is not None:
        assert called.skill is None or called.skill in agent.skills or called.wanted == agent.id
        assert called.wanted in (None, agent.id)
        assert called.standing != APPOINTMENT or called.slot is None or now >= called.slot - rules.early


@given(agent=AGENTS, waiting=people(), now=DAY, rules=RULES)
def test_nobody_on_a_break_or_off_duty_is_given_anybody(
    agent: Agent, waiting: list[Waiting], now: float, rules: Rules
) -> None:
    off = agent.paused or now < agent.starts or now >= agent.ends or any(b.start <= now for b in agent.breaks)
    assert at_work(agent, now=now) is not off
    if off:
        assert next_for(agent, waiting, now=now, rules=rules) is None
        for person in waiting:
            assert agent_for(person, [agent], now=now, rules=rules) is None


@given(agent=AGENTS, waiting=people(), now=DAY, rules=RULES, seed=st.integers())
def test_the_order_they_are_given_in_does_not_matter(
    agent: Agent, waiting: list[Waiting], now: float, rules: Rules, seed: int
) -> None:
    shuffled = random.Random(seed).sample(waiting, len(waiting))
    assert next_for(agent, waiting, now=now, rules=rules) == next_for(agent, shuffled, now=now, rules=rules)


@given(agents=st.lists(AGENTS, max_size=5), waiting=people(), now=DAY, rules=RULES, seed=st.integers())
def test_the_idle_agent_with_the_fewest_skills_serves(
    agents: list[Agent], waiting: list[Waiting], now: float, rules: Rules, seed: int
) -> None:
    shuffled = random.Random(seed).sample(agents, len(agents))
    for person in waiting:
        chosen = agent_for(person, agents, now=now, rules=rules)
        other = agent_for(person, shuffled, now=now, rules=rules)
        free = [
            a
            for a in agents
            if a.idle_since is not None
            and at_work(a, now=now)
            and may_serve(a, person)
            and callable_from(person, rules=rules) <= now
        ]
        assert (chosen is None) == (not free)
        if chosen is not None and other is not None:
            assert len(chosen.skills) == min(len(a.skills) for a in free)
            alike = [a.idle_since or 0.0 for a in free if len(a.skills) == len(chosen.skills)]
            assert chosen.idle_since == min(alike)
            assert (chosen.id, chosen.idle_since) == (other.id, other.idle_since)


def test_whoever_was_sent_to_an_agent_is_theirs_whatever_they_know() -> None:
    sent = Waiting(id=1, since=0.0, arrived=0.0, skill="mac", wanted=2)
    assert may_serve(Agent(id=2), sent)
    assert not may_serve(Agent(id=1, skills=frozenset({"mac"})), sent)


def person(number: int, standing: str, since: float, **more: float) -> Waiting:
    return Waiting(id=number, standing=standing, since=since, arrived=more.get("arrived", since), slot=more.get("slot"))


def test_a_head_start_is_priority_until_it_has_passed() -> None:
    rules = Rules(head_starts={URGENT: 240, APPOINTMENT: 60, WALK_IN: 0})
    agent = Agent(id=1)
    walk_in, appointment = person(1, WALK_IN, 540.0), person(2, APPOINTMENT, 570.0, arrived=565.0, slot=570.0)
    assert next_for(agent, [walk_in, appointment], now=566.0, rules=rules) == appointment
    later = person(3, APPOINTMENT, 630.0, arrived=625.0, slot=630.0)
    assert next_for(agent, [walk_in, later], now=630.0, rules=rules) == walk_in
    assert rank(later, rules=rules) == 570.0


def test_a_very_large_head_start_is_strict_priority() -> None:
    rules = Rules(head_starts={URGENT: 2e6, APPOINTMENT: 1e6})
    waiting = [person(1, WALK_IN, 100.0), person(2, APPOINTMENT, 900.0, slot=900.0), person(3, URGENT, 905.0)]
    agent = Agent(id=1)
    called = []
    while (nobody := next_for(agent, waiting, now=910.0, rules=rules)) is not None:
        called.append(nobody.id)
        waiting.remove(nobody)
    assert called == [3, 2, 1]


def test_ties_go_to_who_came_first_then_to_the_smaller_number() -> None:
    rules = Rules(head_starts={APPOINTMENT: 30})
    a = person(7, WALK_IN, 600.0)
    b = person(5, APPOINTMENT, 630.0, arrived=610.0, slot=630.0)
    c = person(6, WALK_IN, 600.0)
    assert sorted([a, b, c], key=lambda p: order(p, rules=rules)) == [c, a, b]


def test_whoever_asks_is_at_work() -> None:
    agent = Agent(id=1, ends=720.0, breaks=(Break(700.0, 20.0), Break(900.0, 15.0)), paused=True)
    assert not at_work(agent, now=730.0)
    assert at_work(asking(agent, now=730.0), now=730.0)
    assert asking(agent, now=730.0).breaks == (Break(900.0, 15.0),)
