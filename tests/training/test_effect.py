"""The effect of a session: its interval covers as often as it says, and it says nothing of too few."""

from __future__ import annotations

import random
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.training.effect import FEWER, LEAST_PEOPLE, TOO_FEW, UNCLEAR, Group, found, quantile

COUNTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=LEAST_PEOPLE, max_size=40)


@pytest.mark.parametrize(
    ("freedom", "table"), [(4, 2.776), (5, 2.571), (8, 2.306), (12, 2.179), (30, 2.042), (1000, 1.962)]
)
def test_students_law(freedom: float, table: float) -> None:
    assert quantile(freedom) == pytest.approx(table, abs=0.0015)


def test_by_hand() -> None:
    came = Group.of([(4, 1), (3, 0), (5, 2), (4, 2), (3, 1), (4, 0)], people=8)
    others = Group.of([(3, 3), (2, 3), (4, 4), (3, 2)], people=20)
    result = found(came=came, others=others, days=90)
    # −17/8 less 0/20, over 90 days of 2.957 months.
    assert result.difference == pytest.approx(-2.125 / (90 * 12 / 365.25))
    assert result.verdict == FEWER


def test_too_few_is_said() -> None:
    many = Group.of([(3, 2)] * 10, people=10)
    assert found(came=Group.of([(9, 0)] * 4, people=4), others=many, days=90).verdict == TOO_FEW
    quiet = Group.of([(1, 0)], people=9)
    assert found(came=quiet, others=quiet, days=90).verdict == TOO_FEW


@given(COUNTS, COUNTS, st.integers(0, 30), st.integers(14, 90))
def test_what_always_holds(came: list[tuple[int, int]], others: list[tuple[int, int]], silent: int, days: int) -> None:
    first, second = Group.of(came, people=len(came) + silent), Group.of(others, people=len(others))
    result, mirrored = found(came=first, others=second, days=days), found(came=second, others=first, days=days)
    if result.verdict == TOO_FEW:
        assert result.difference is None
        return
    assert result.low is not None
    assert result.high is not None
    assert result.difference is not None
    assert result.low < result.difference < result.high
    assert mirrored.difference == pytest.approx(-result.difference)
    # Nobody differs from themselves.
    assert found(came=first, others=first, days=days).verdict in {UNCLEAR, TOO_FEW}


def coverage(*, people: int, rate: float, effect: float, uneven: bool, runs: int) -> float:
    """How often the interval holds the truth, where tickets are Poisson's; `uneven`: people differ in their rates."""
    law = random.Random(7)
    months = 90 * 12 / 365.25

    def count(mean: float) -> int:
        limit, product, n = exp(-mean), law.random(), 0
        while product > limit:
            product *= law.random()
            n += 1
        return n

    def group(size: int, factor: float) -> Group:
        means = [rate * months * (law.gammavariate(1, 1) if uneven else 1) for _ in range(size)]
        return Group.of([(count(mean), count(mean * factor)) for mean in means], people=size)

    inside = said = 0
    for _ in range(runs):
        result = found(came=group(people, effect), others=group(3 * people, 1), days=90)
        if result.low is not None and result.high is not None:
            said += 1
            inside += result.low <= rate * (effect - 1) <= result.high
    return inside / said


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize(("people", "rate", "effect"), [(6, 1.0, 0.5), (12, 0.7, 0.5), (30, 0.5, 1.0)])
def test_it_holds_the_truth_nineteen_times_in_twenty(people: int, rate: float, effect: float, uneven: bool) -> None:
    assert coverage(people=people, rate=rate, effect=effect, uneven=uneven, runs=600) >= 0.925
