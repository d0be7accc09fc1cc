"""Estimates: what is said of a wait, how sure it is, and how it is shown."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.calibration import LEVELS, Calibration
from guichet.walkup.dispatcher import URGENT, Agent, Rules, Waiting
from guichet.walkup.estimate import WaitEstimate, estimate, newcomer, steady
from guichet.walkup.laws import Served, fit, nothing_known
from guichet.walkup.simulation import Post, State
from tests.walkup.plain import sure

ROOT = Path(__file__).resolve().parents[2]
NOW = 600.0
RULES = Rules(head_starts={URGENT: 240})
LAWS = sure({"a": 7.0, "b": 13.0}, within=0.6, daily=0.1)
SHAPE = tuple(math.log(0.4 + 1.6 * i / 79) for i in range(80))
VARIED = replace(LAWS, categories={c: replace(law, shape=SHAPE) for c, law in LAWS.categories.items()})


def walk_in(number: int, ago: float, category: str = "a") -> Waiting:
    return Waiting(id=number, since=NOW - ago, arrived=NOW - ago, category=category, skill=category)


def queue(people: int, agents: int = 2, **more: object) -> State:
    skills = frozenset({"a", "b"})
    posts = [Post(agent=Agent(id=i, skills=skills, ends=1020.0), serving="a", since=NOW - 2 - i) for i in range(agents)]
    waiting = [walk_in(i, 30 - i, "ab"[i % 2]) for i in range(people)]
    return State(waiting=waiting, posts=posts, rules=RULES, skills={"a": "a", "b": "b"}, **more)


def test_ranges_hold_the_median_and_grow_with_the_place_in_the_queue() -> None:
    found = estimate(queue(9), VARIED, now=NOW)
    assert [e.id for e in found] == list(range(9))
    for e in found:
        assert 0 <= e.low90 <= e.low80 <= e.median <= e.high80 <= e.high90
        assert len(e.quantiles) == len(LEVELS)
        assert list(e.quantiles) == sorted(e.quantiles)
        assert e.unserved == 0
        assert (e.basis, e.little_data) == (1000, False)
    assert found[0].median < found[4].median < found[8].median
    assert found[8].high80 - found[8].low80 > found[1].high80 - found[1].low80


def test_the_same_seed_tells_the_same() -> None:
    state = queue(9)
    assert estimate(state, VARIED, now=NOW, seed=5) == estimate(state, VARIED, now=NOW, seed=5)
    assert estimate(state, VARIED, now=NOW, seed=5) != estimate(state, VARIED, now=NOW, seed=6)


def test_nobody_waits_for_nothing() -> None:
    assert estimate(queue(0), LAWS, now=NOW) == []
    idle = Post(agent=Agent(id=7, skills=frozenset({"a", "b"}), idle_since=NOW - 3))
    (now,) = estimate(replace(queue(0), posts=[idle]), LAWS, now=NOW, newcomers=[walk_in(1, 0)])
    assert (now.median, now.high90) == (0, 0)


def test_if_you_checked_in_now_is_what_you_are_told_when_you_do() -> None:
    state = queue(6)
    new = newcomer(-1, category="b", skill="b", now=NOW)
    *others, mine = estimate(state, VARIED, now=NOW, newcomers=[new])
    assert others == estimate(state, VARIED, now=NOW)
    came = estimate(replace(state, waiting=[*state.waiting, replace(new, id=99)]), VARIED, now=NOW)[-1]
    assert mine.median == pytest.approx(came.median, abs=1.5)


def test_pace_of_today_moves_the_estimates() -> None:
    slow = [Served(day=1, category="a", agent=0, minutes=7 * 1.5) for _ in range(60)]
    usual = estimate(queue(9), VARIED, now=NOW)[-1].median
    late = estimate(queue(9, today=slow), VARIED, now=NOW)[-1].median
    assert 1.2 < late / usual < 1.5


def test_who_may_not_be_called_any_more_is_told_so() -> None:
    late = 1010.0
    state = queue(9)
    state = replace(state, waiting=[replace(p, since=late - 5, arrived=late - 5) for p in state.waiting])
    posts = [replace(p, since=late - 2) for p in state.posts]
    found = estimate(replace(state, posts=posts, closes=1020.0), VARIED, now=late)
    assert found[0].unserved < 0.2
    assert found[-1].unserved > 0.9
    # There is no other figure than the end of the day, and an hour at least.
    assert found[-1].median == pytest.approx(60, abs=1)


def test_little_data_is_said_and_makes_ranges_wide() -> None:
    nothing = nothing_known(guesses={"a": 7.0, "b": 13.0})
    (_, _, guess) = estimate(queue(3), nothing, now=NOW)
    assert guess.little_data
    assert guess.basis == 0
    services = [Served(day=d, category=c, agent=0, minutes=m) for d in range(40) for c, m in (("a", 7.0), ("b", 13.0))]
    learnt = fit(_past(services), today=40)
    (_, _, known) = estimate(queue(3), learnt, now=NOW)
    assert not known.little_data
    assert known.basis == 40
    assert guess.high80 - guess.low80 > 1.5 * (known.high80 - known.low80)
    # One category that hardly anybody came for makes all of a queue's estimates rest on little.
    few = fit(_past([*services, Served(day=39, category="c", agent=0, minutes=9.0)]), today=40)
    mixed = queue(2)
    mixed = replace(mixed, waiting=[*mixed.waiting, walk_in(9, 1, "c")])
    assert {e.basis for e in estimate(mixed, few, now=NOW)} == {1}


def _past(services: list[Served]):
    from guichet.walkup.laws import Past

    return Past(days=sorted({s.day for s in services}), served=services)


def test_calibration_changes_what_is_read_and_not_what_is_kept() -> None:
    wide = Calibration(levels=tuple(0.5 + (level - 0.5) * 0.4 for level in LEVELS), count=600)
    before = estimate(queue(9), VARIED, now=NOW)[-1]
    after = estimate(queue(9), replace(VARIED, calibration=wide), now=NOW)[-1]
    assert after.quantiles == before.quantiles
    assert after.high80 - after.low80 < 0.6 * (before.high80 - before.low80)


def told(median: float, spread: float = 5.0) -> WaitEstimate:
    low, high = max(median - spread, 0), median + spread
    return WaitEstimate(
        id=1, median=median, low80=low, high80=high, low90=low, high90=high + 2, basis=100, little_data=False,
        unserved=0.0, quantiles=(median,) * len(LEVELS),
    )  # fmt: skip


def test_what_is_shown_goes_on_by_the_clock_and_settles() -> None:
    shown = steady(told(20), told(18), elapsed=1.0)
    assert 18 < shown.median < 19
    assert steady(told(20), told(18), elapsed=0.0).median == 20
    assert steady(told(20), told(14), elapsed=60.0).median == told(14).median
    # Halfway within six minutes: 20 goes on to 14 by the clock; the new estimate says 16.
    assert steady(told(20), told(16), elapsed=6.0).median == pytest.approx(15.0)
    assert shown.quantiles == told(18).quantiles


def test_what_the_data_ask_for_is_shown_at_once() -> None:
    assert steady(told(20), told(40), elapsed=1.0) == told(40)
    assert steady(told(40), told(10), elapsed=1.0) == told(10)


@given(
    old=st.floats(0, 200),
    new=st.floats(0, 200),
    spread=st.floats(0, 50),
    elapsed=st.floats(0, 100),
)
def test_what_is_shown_lies_between_and_keeps_its_order(old: float, new: float, spread: float, elapsed: float) -> None:
    shown = steady(told(old, spread), told(new, spread), elapsed=elapsed)
    went_on = max(old - elapsed, 0)
    assert min(went_on, new) - 0.01 <= shown.median <= max(went_on, new) + 0.01
    assert shown.low90 <= shown.low80 + 0.01 <= shown.median + 0.02 <= shown.high80 + 0.03 <= shown.high90 + 0.04


def test_the_modules_are_importable_without_django() -> None:
    code = (
        "import sys, guichet.walkup.dispatcher, guichet.walkup.laws, guichet.walkup.estimate, json;"
        "light = 'numpy' not in sys.modules;"
        "import guichet.walkup.simulation;"
        "print(json.dumps([light, [m for m in sys.modules if m.split('.')[0] == 'django']]))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(result.stdout) == [True, []]


def one_figure() -> float:
    """Of a queue with every class in it, for other processes to find again."""
    from guichet.walkup.dispatcher import APPOINTMENT
    from guichet.walkup.laws import Influx, Leaving

    leaving = {s: Leaving((0.02,) * 10, tuple(0.05 * i for i in range(10))) for s in (URGENT, APPOINTMENT, "walk_in")}
    influx = {s: Influx((4.0,) * 24, {"a": 0.5, "b": 0.5}) for s in (URGENT, "walk_in")}
    state = queue(9)
    others = [replace(walk_in(20 + i, 3, "b"), standing=s) for i, s in enumerate((URGENT, APPOINTMENT))]
    state = replace(state, waiting=[*state.waiting, *others])
    return sum(e.median for e in estimate(state, replace(VARIED, leaving=leaving, influx=influx), now=NOW))


def test_the_same_seed_tells_the_same_in_every_process() -> None:
    code = "from tests.walkup.test_estimate import one_figure; print(repr(one_figure()))"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT / "src")},
        ).stdout
        for seed in range(3)
    }
    assert found == {f"{one_figure()!r}\n"}
