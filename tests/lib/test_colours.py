"""Colours: how they are written, and what can be read on them."""

import pytest

from guichet.lib.colours import contrast, hexadecimal


@pytest.mark.parametrize(("text", "colour"), [
    ("#0E604D", "#0e604d"), (" 0e604d ", "#0e604d"), ("#abc", "#aabbcc"), ("", ""), ("#", ""), ("#12345", ""),
    ("#1234567", ""), ("red", ""), ("#0e604g", ""), ("#0e604d;x:y", ""), ('#0e604d"', ""), ("#٠٠٠٠٠٠", ""),
])  # fmt: skip
def test_only_what_is_a_colour_is_one(text: str, colour: str) -> None:
    assert hexadecimal(text) == colour


def test_contrast_as_the_guidelines_have_it() -> None:
    assert contrast("#000000", "#ffffff") == contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#0e604d", "#0e604d") == 1
