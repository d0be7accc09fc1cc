"""Values out of query strings: a value that fits, or the default; never an exception."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.parsing import parse_moment, whole_number

MONTREAL = ZoneInfo("America/Montreal")
anything = st.text(st.characters(exclude_categories=()), max_size=30)


@settings(deadline=None, max_examples=200)
@given(st.one_of(anything, st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:+.Z-]{0,20}", fullmatch=True)))
def test_no_text_is_too_odd(text: str) -> None:
    number = whole_number(text, 7)
    assert number is not None and 0 <= number < 2**63
    moment = parse_moment(text, zone=MONTREAL)
    assert moment is None or moment.tzinfo is not None
    if moment:
        moment.astimezone(UTC)


@given(st.integers(0, 10**18 - 1))
def test_whole_numbers(number: int) -> None:
    assert whole_number(f" {number} ") == number


@pytest.mark.parametrize(
    "text", [None, "", "-1", "+1", "1.0", "1e3", "٣", "²", "1_000", "0x10", "9" * 19, "1 2", "1\x00"]
)
def test_what_is_no_whole_number(text: str | None) -> None:
    assert whole_number(text) is None
    assert whole_number(text, 3) == 3


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-11-18T10:30", datetime(2025, 11, 18, 15, 30, tzinfo=UTC)),
        ("2025-11-18 10:30:05", datetime(2025, 11, 18, 15, 30, 5, tzinfo=UTC)),
        ("2025-11-18T10:30Z", datetime(2025, 11, 18, 10, 30, tzinfo=UTC)),
        (" 2025-11-18T10:30+01:00 ", datetime(2025, 11, 18, 9, 30, tzinfo=UTC)),
        # The clock jumped over this minute; it still means something.
        ("2025-03-09T02:30", datetime(2025, 3, 9, 7, 30, tzinfo=UTC)),
    ],
)
def test_moments(text: str, moment: datetime) -> None:
    found = parse_moment(text, zone=MONTREAL)
    assert found is not None and found.astimezone(UTC) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2025-11-18", "20251118", "10:30", "2025-13-01T00:00", "2025-02-30T00:00", "0001-01-01T00:00",
     "9999-12-31T23:59", "1989-12-31T23:59", "2201-01-01T00:00", "2025-11-18T25:00", "now"],
)  # fmt: skip
def test_what_is_no_moment(text: str) -> None:
    assert parse_moment(text, zone=MONTREAL) is None
