"""The chance of a broken promise: a chance, that moves the way it must, and that is right where it can be reckoned."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.routing.ordering import AHEAD
from guichet.routing.prediction import VARIATION, Line, Prospect, ahead, chances, not_reached

left, work, agents, coming = st.floats(0.5, 5000), st.floats(0.1, 5000), st.integers(1, 40), st.floats(0, 30)


def chance(left: float, work: float, agents: float, coming: float, pace: float = 30.0) -> float:
    columns = (np.array([value], dtype=float) for value in (left, work, agents, coming))
    return float(chances(Prospect(*columns), pace=pace)[0])


@given(st.floats(-1e6, 1e6), work, agents, coming, st.floats(1, 300))
def test_it_is_a_chance(left: float, work: float, agents: int, coming: float, pace: float) -> None:
    found = chance(left, work, agents, coming, pace)
    assert 0 <= found <= 1
    assert left > 0 or found == 1


@given(left, work, agents, coming, st.floats(0.01, 500))
def test_it_moves_the_way_it_must(left: float, work: float, agents: int, coming: float, more: float) -> None:
    plain = chance(left, work, agents, coming)
    assert chance(left + more, work, agents, coming) <= plain + 1e-9
    assert chance(left, work + more, agents, coming) >= plain - 1e-9


@given(st.floats(1, 5000), st.floats(-10, 10), st.floats(0, 10), st.floats(1, 3000), st.floats(0.5, 5000))
def test_the_faster_the_work_shrinks_the_smaller(
    start: float, drift: float, more: float, variance: float, within: float
) -> None:
    def found(drift: float) -> float:
        return not_reached(start=start, drift=drift, variance=variance, within=within)

    assert found(drift + more) <= found(drift) + 1e-9


@pytest.mark.parametrize(("start", "drift", "within"), [(40, 1.0, 30), (100, 2.0, 60), (30, -0.2, 90), (60, 0.0, 45)])
def test_it_is_what_walks_drawn_at_random_do(start: float, drift: float, within: float) -> None:
    """Played, not reckoned: small steps, with Brownian bridges between them so that no passage is overlooked."""
    draw, steps, walks = np.random.default_rng(1), 200, 20000
    step, variance = within / steps, 30 * VARIATION
    at, alive = np.full(walks, float(start)), np.ones(walks)
    for _ in range(steps):
        then = at - drift * step + draw.normal(0, math.sqrt(variance * step), walks)
        crossed = np.exp(-2 * np.maximum(at, 0) * np.maximum(then, 0) / (variance * step))
        alive *= np.where((at > 0) & (then > 0), 1 - crossed, 0.0)
        at = then
    assert abs(not_reached(start=start, drift=drift, variance=variance, within=within) - alive.mean()) < 0.012


def test_far_tails_neither_overflow_nor_lie() -> None:
    assert not_reached(start=10, drift=5, variance=1, within=1000) == pytest.approx(0, abs=1e-12)
    assert not_reached(start=1e6, drift=5, variance=1, within=10) == 1
    assert not_reached(start=1e-3, drift=-1e3, variance=1e-3, within=1e6) > 0.99


# Few values of what presses: equals have to be told apart.
line = st.lists(
    st.tuples(st.sampled_from([-3.0, -1.0, 0.5]) | st.floats(-6, 3), st.floats(-500, 5000), st.floats(1, 200)),
    min_size=1,
    max_size=30,
)


@given(line, st.floats(5, 120), st.sampled_from([0.0, 0.5, 1.0]))
def test_the_work_ahead_is_what_a_slow_reading_says(
    rows: list[tuple[float, float, float]], pace: float, passed: float
) -> None:
    columns = Line(*(np.array(column) for column in zip(*rows, strict=True)))
    expected = []
    for own_press, own_slack, _ in rows:
        then = max(own_slack, 0.0) * passed
        before = []
        for press, slack, minutes in rows:
            score = press - max(slack - then, 0.0) / (AHEAD * pace)
            if score > own_press or (score == own_press and slack < own_slack):
                before.append(minutes)
        expected.append(sum(before))
    assert np.allclose(ahead(columns, columns, pace=pace, passed=passed), expected)


def test_many_are_reckoned_as_few_are() -> None:
    draw = np.random.default_rng(2)
    many = Line(draw.uniform(-5, 1, 700), draw.uniform(-100, 900, 700), draw.uniform(5, 90, 700))
    some = Line(many.press[600:610], many.slack[600:610], many.minutes[600:610])
    assert np.allclose(ahead(many, many, pace=30.0)[600:610], ahead(some, many, pace=30.0))
