"""References survive being read aloud: every slip of the tongue is noticed, no two tickets share one."""

import random
import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.references import ALPHABET, BASE, PREFIX, parse, reference

SHEET = BASE**4
numbers = st.one_of(
    st.integers(0, SHEET + BASE**5 + BASE**6),
    st.sampled_from([0, SHEET - 1, SHEET, SHEET + BASE**5 - 1, SHEET + BASE**5]),
)
quick = settings(deadline=None, max_examples=60)


@quick
@given(numbers)
def test_every_single_wrong_character_is_noticed(number: int) -> None:
    right = reference(number)
    for place in range(len(PREFIX), len(right)):
        for wrong in set(ALPHABET) - {right[place]}:
            assert parse(right[:place] + wrong + right[place + 1 :]) is None


@quick
@given(numbers)
def test_every_swap_of_neighbours_is_noticed(number: int) -> None:
    right = reference(number)
    for i in range(len(PREFIX), len(right) - 1):
        if right[i] != right[i + 1]:
            assert parse(right[:i] + right[i + 1] + right[i] + right[i + 2 :]) is None


def test_a_whole_sheet_without_a_collision() -> None:
    """All 279,841 numbers of the first sheet, and as many across the edges to the second and third."""
    ranges = [range(SHEET), range(SHEET, SHEET + 3000)]
    edge = SHEET + BASE**5
    ranges += [range(edge - 3000, edge + 3000)]
    made = [reference(n) for numbers in ranges for n in numbers]
    assert len(set(made)) == len(made)
    assert {len(r) for r in made[:SHEET]} == {len(PREFIX) + 5}
    assert len(made[SHEET]) == len(PREFIX) + 6
    assert len(made[-1]) == len(PREFIX) + 7


@quick
@given(st.sets(numbers, min_size=2, max_size=20))
def test_different_numbers_have_different_references(chosen: set[int]) -> None:
    assert len({reference(n) for n in chosen}) == len(chosen)


def test_neighbours_in_time_look_unlike() -> None:
    rows = [reference(n) for n in range(2000)]
    alike = sum(sum(a != b for a, b in zip(x, y, strict=True)) < 3 for x, y in pairwise(rows))
    assert alike < 20


@quick
@given(numbers, st.randoms(use_true_random=False))
def test_sloppy_spelling_is_understood(number: int, chance: random.Random) -> None:
    right = reference(number)
    loose = "".join(
        c.lower() if chance.random() < 0.5 else c + chance.choice(["", " ", "-", ".", " - "]) for c in right
    )
    assert parse(loose) == right
    assert parse(right.removeprefix(PREFIX)) == right
    assert parse(f"  {right}\n") == right
    assert parse(f"« {right} »") == right


@pytest.mark.parametrize(
    "text", ["", "G-", "G", "G-7K4M", "é" * 5, "G-" + "2" * 40, "\x00", "０００００", "٣٣٣٣٣", "G-0O1IL"]
)
def test_what_is_no_reference(text: str) -> None:
    assert parse(text) is None


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=15), st.text(string.ascii_letters + string.digits + "- ", max_size=15)))
def test_parsing_never_fails_and_gives_its_own_spelling(text: str) -> None:
    found = parse(text)
    assert found is None or parse(found) == found
