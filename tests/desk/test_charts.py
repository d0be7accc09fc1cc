"""Pictures are plain numbers: what is there at all is seen, and nothing sticks out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guichet.desk import charts

counts = st.dictionaries(st.sampled_from(["kept", "broken", "open"]), st.integers(0, 1_000_000), max_size=3)


@given(values=counts)
def test_a_stacked_bar_is_filled_by_what_there_is(values: dict[str, int]) -> None:
    parts = charts.stacked(values)
    assert [part.name for part in parts] == [name for name, value in values.items() if value]
    end = 0.0
    for part in parts:
        assert abs(float(part.x) - end) < 0.02
        assert float(part.width) >= 0.9 * charts.NARROWEST
        end = float(part.x) + float(part.width)
    assert not parts or abs(end - 100) < 0.02


@given(values=counts)
def test_more_is_never_narrower(values: dict[str, int]) -> None:
    width = {part.name: float(part.width) for part in charts.stacked(values)}
    ordered = sorted(width, key=lambda name: values[name])
    assert [width[name] for name in ordered] == sorted(width.values())
