"""How long handling takes: shrunk the way it must be, whatever was seen."""

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from guichet.routing.effort import LONGEST, SHORTEST, learn
from guichet.routing.ordering import MINUTES

minutes = st.floats(1, 2000)
seen = st.dictionaries(st.integers(1, 6), st.lists(minutes, min_size=1, max_size=40), max_size=5)


def test_nothing_seen_is_the_first_guess() -> None:
    assert learn({}).pool.minutes == MINUTES
    assert learn({}).minutes(7) == MINUTES


@given(seen)
def test_all_that_is_told_is_a_length_of_time_and_counts_what_it_rests_on(samples: dict[int, list[float]]) -> None:
    found = learn(samples)
    assert found.pool.count == sum(len(took) for took in samples.values())
    assert {category: told.count for category, told in found.by_category.items()} == {
        category: len(took) for category, took in samples.items()
    }
    for told in (found.pool, *found.by_category.values()):
        assert SHORTEST <= told.minutes <= LONGEST


@given(seen, st.randoms())
def test_the_order_in_which_they_came_says_nothing(samples: dict[int, list[float]], draw: random.Random) -> None:
    mixed = {category: draw.sample(took, len(took)) for category, took in draw.sample([*samples.items()], len(samples))}
    one, other = learn(samples), learn(mixed)
    assert math.isclose(one.pool.minutes, other.pool.minutes, rel_tol=1e-9)
    for category in samples:
        assert math.isclose(one.minutes(category), other.minutes(category), rel_tol=1e-9)


@given(st.integers(1, 6))
def test_the_more_is_known_of_a_category_the_more_it_speaks_for_itself(few: int) -> None:
    """Beside a crowd of short handlings, long ones are believed by as much as there are of them."""
    draw = random.Random(few)
    crowd = [draw.lognormvariate(math.log(10), 0.5) for _ in range(300)]
    one, some, many = (learn({1: crowd, 2: [120.0] * count}).minutes(2) for count in (1, 1 + few, 200))
    short = learn({1: crowd}).minutes(1)
    assert short < one < some < 1.02 * many
    assert 110 < many < 140
    assert learn({1: crowd, 2: [120.0] * few}).minutes(3) == learn({1: crowd, 2: [120.0] * few}).pool.minutes


def test_what_many_took_is_what_is_expected() -> None:
    draw = random.Random(1)
    spread = math.sqrt(math.log(2))
    for mean in (12.0, 45.0, 120.0):
        took = [draw.lognormvariate(math.log(mean) - spread**2 / 2, spread) for _ in range(4000)]
        assert abs(learn({1: took}).minutes(1) / mean - 1) < 0.08
