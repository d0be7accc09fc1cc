"""Staffing advice: the same days with one more person. They help, or change nothing; the figure says how sure it is."""

from __future__ import annotations

from statistics import mean

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.walkup.advice import EXTRA, Day, advise, blocks, days, ninth, waits
from guichet.walkup.dispatcher import Agent, Break, Rules
from guichet.walkup.laws import Came, Laws, Past, Served, Waited, fit

SKILLS = {"mot-de-passe": None, "portable": "materiel"}


def _laws(*, per_hour: int, minutes: float) -> Laws:
    past = Past(
        days=[1, 2, 3],
        served=[
            Served(day=d, category=c, agent=1, minutes=minutes * (0.6 + 0.2 * (n % 5)))
            for d in (1, 2, 3)
            for c in SKILLS
            for n in range(40)
        ],
        came=[
            Came(day=d, standing="walk_in", category=list(SKILLS)[n % 2], at=h * 60 + 60 * n / per_hour)
            for d in (1, 2, 3)
            for h in range(9, 13)
            for n in range(per_hour)
        ],
        waited=[Waited(day=1, standing="walk_in", minutes=8, end="called") for _ in range(50)],
    )
    return fit(past, today=4)


def _day(*agents: Agent) -> Day:
    return Day(opens=540, closes=780, agents=agents, rules=Rules(), skills=SKILLS)


def _agent(number: int, *skills: str, breaks: tuple[Break, ...] = ()) -> Agent:
    return Agent(id=number, skills=frozenset(skills), starts=540, ends=780, breaks=breaks)


def test_the_same_days_for_every_staffing() -> None:
    laws = _laws(per_hour=8, minutes=9)
    day = _day(_agent(1, "materiel"))
    assert days(day, laws, runs=3, seed=7) == days(day, laws, runs=3, seed=7)
    assert days(day, laws, runs=3, seed=7) != days(day, laws, runs=3, seed=8)


@settings(max_examples=15)
@given(
    per_hour=st.integers(2, 14),
    minutes=st.floats(3, 20),
    staff=st.integers(1, 3),
    skilled=st.booleans(),
    start=st.sampled_from([540.0, 600.0, 660.0]),
    seed=st.integers(0, 10_000),
)
def test_one_more_is_never_worse_beyond_noise(
    per_hour: int, minutes: float, staff: int, skilled: bool, start: float, seed: int
) -> None:
    laws = _laws(per_hour=per_hour, minutes=minutes)
    day = _day(*(_agent(n, "materiel") for n in range(1, staff + 1)))
    people = days(day, laws, runs=6, seed=seed)
    extra = Agent(id=EXTRA, skills=frozenset({"materiel"} if skilled else ()), starts=start, ends=start + 120)
    before = [w for one in people for w in waits(one, day, laws)]
    after = [w for one in people for w in waits(one, day, laws, extra=extra)]
    if before:
        assert mean(after) <= mean(before) + 1.0
        assert ninth(after) <= ninth(before) + 5.0


def test_a_break_is_taken_and_nobody_is_called_in_it() -> None:
    laws = _laws(per_hour=6, minutes=4)
    with_break = _day(_agent(1, "materiel", breaks=(Break(600, 60),)))
    without = _day(_agent(1, "materiel"))
    people = days(with_break, laws, runs=4, seed=1)
    during = [
        (one.at, wait)
        for run in people
        for one, wait in zip(run, waits(run, with_break, laws), strict=True)
        if 610 <= one.at < 650 and wait < one.patience
    ]
    assert during
    assert all(at + wait >= 660 for at, wait in during)
    assert mean(wait for _at, wait in during) > 20
    assert sum(map(sum, (waits(run, without, laws) for run in people))) < sum(
        map(sum, (waits(run, with_break, laws) for run in people))
    )


def test_advice_names_the_skill_and_the_hours_that_matter() -> None:
    laws = _laws(per_hour=9, minutes=11)
    # Two know nothing of equipment; whoever needs it waits for the third.
    day = _day(_agent(1), _agent(2), _agent(3, "materiel"))
    usual, found = advise(day, laws, skills=[None, "materiel"], runs=16)
    assert usual > 10
    assert found[0].skill == "materiel"
    assert all(one.low <= one.after <= one.high and one.after < one.before for one in found)
    assert all((one.starts, one.ends) in blocks(day) for one in found)


def test_nothing_is_advised_where_nobody_waits_long() -> None:
    laws = _laws(per_hour=2, minutes=3)
    assert advise(_day(*(_agent(n, "materiel") for n in range(4))), laws, skills=[None, "materiel"], runs=8)[1] == []
