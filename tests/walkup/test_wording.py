"""How waits are said: outwards, coarsely where they are long, honest where little is known."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.waits import Wait
from guichet.walkup.wording import range_words, rounded, short_words, wait_words

NBSP = "\N{NO-BREAK SPACE}"


def _wait(low: float, high: float, *, little: bool = False) -> Wait:
    return Wait(low=low, high=high, median=(low + high) / 2, ahead=3, little_data=little)


@pytest.mark.parametrize(
    ("low", "high", "french", "english"),
    [
        (12.3, 19.2, "entre 12 et 20 minutes", "between 12 and 20 minutes"),
        (0.0, 3.2, "moins de 5 minutes", "less than 5 minutes"),
        (0.4, 11.5, "moins de 12 minutes", "less than 12 minutes"),
        (22.0, 41.0, "entre 20 et 45 minutes", "between 20 and 45 minutes"),
        (50.0, 80.0, f"entre 45{NBSP}min et 1{NBSP}h{NBSP}30", f"between 45{NBSP}min and 1{NBSP}h{NBSP}30"),
        (65.0, 200.0, "plus d’une heure", "more than an hour"),
        (130.0, 300.0, "plus de deux heures", "more than two hours"),
    ],
)
def test_ranges(low: float, high: float, french: str, english: str) -> None:
    for language, words in (("fr", french), ("en", english)):
        with translation.override(language):
            assert wait_words(_wait(low, high)) == words


def test_little_data_is_said_and_no_figure_with_it() -> None:
    with translation.override("fr"):
        assert wait_words(_wait(3, 9, little=True)) == "nous n’en savons pas encore assez"
        assert wait_words(None) == "nous n’en savons pas encore assez"
    assert short_words(_wait(3, 9, little=True)) == "?"


@given(st.floats(0, 400), st.floats(0, 400))
def test_what_is_said_holds_what_was_meant(one: float, other: float) -> None:
    low, high = sorted((one, other))
    below, above = rounded(low, high)
    assert 0 <= below <= low and above >= high
    # Never sharper than its length allows: the steps stay under a quarter of the upper end, or are single minutes.
    assert above - high < max(1, 15) and (below == int(below))
    assert range_words(low, high)
    assert short_words(_wait(low, high))
