"""How alike two texts are by their words: what is looked up, what is gathered, what it weighs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.suggestions.likeness import Frequencies, gathered, likenesses, lookups

# Word 1 stands in half of all texts, 9 in few; others are unknown.
FREQUENCIES = Frequencies(among=10_000, known={word: 5_000 / word**2 for word in range(1, 10)}, rare=20)
WORDS = st.frozensets(st.integers(1, 15), max_size=12)


@given(WORDS, WORDS)
def test_it_is_the_same_both_ways_and_whole_for_the_same_words(one: frozenset[int], other: frozenset[int]) -> None:
    there, back = next(likenesses(one, [other], FREQUENCIES)), next(likenesses(other, [one], FREQUENCIES))
    assert there == pytest.approx(back)
    assert 0 <= there <= 1
    assert (there == 0) == (not one & other)
    if one:
        assert next(likenesses(one, [list(one) * 2], FREQUENCIES)) == pytest.approx(1)


def test_a_rare_word_weighs_more_and_all_unknown_ones_the_same() -> None:
    weights = FREQUENCIES.weights
    assert weights[1] == pytest.approx(math.log1p(2))
    assert weights[1] < weights[5] < weights[99] == weights[100] == pytest.approx(math.log1p(500))
    assert FREQUENCIES.weigh([1, 99]) == pytest.approx(weights[1] + weights[99])
    rare, common = likenesses(frozenset({1, 99}), [[99, 2], [1, 2]], FREQUENCIES)
    assert rare > common
    assert 100 not in weights


@given(WORDS)
def test_common_words_are_looked_up_two_by_two(words: frozenset[int]) -> None:
    for one, other in lookups(words, FREQUENCIES):
        assert {one, other} <= words
        assert (one == other) == (FREQUENCIES.of(one) <= 200)


def test_where_more_weight_comes_together_is_first_and_of_equal_ones_the_newest() -> None:
    assert gathered([(9, 9, [1, 2]), (2, 3, [2, 7, 8])], FREQUENCIES, most=1) == [2]
    assert gathered([(9, 9, [4, 6, 5]), (1, 2, [])], FREQUENCIES, most=2) == [6, 5]
