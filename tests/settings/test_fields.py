"""Durations and hours as people write them; the matrix's contradictions against its pure check."""

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from guichet.calendars.hours import week_errors
from guichet.desk.settings.forms.base import HoursField, MinutesField, told_day, told_minutes
from guichet.tickets.settings_actions import contradictions
from guichet.tickets.severity import IMPACTS, SEVERITIES, URGENCIES, matrix_errors

spans = st.lists(st.integers(0, 1440), unique=True, max_size=8).map(
    lambda edges: [list(pair) for pair in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)]
)


@given(st.integers(1, 60 * 24 * 60))
def test_what_is_shown_reads_back(minutes: int) -> None:
    assert MinutesField().clean(told_minutes(minutes)) == minutes


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("90", 90), ("1h30", 90), ("1 H 30 min", 90), ("2 j", 2880), ("1 jour 2 h", 1560), ("45 minutes", 45)],
)
def test_durations(written: str, minutes: int) -> None:
    assert MinutesField().clean(written) == minutes


@pytest.mark.parametrize("written", ["demain", "1,5 h", "-5", "١٥", "h", "5 6 7", "1e9"])
def test_no_durations(written: str) -> None:
    with pytest.raises(forms.ValidationError):
        MinutesField().clean(written)


@given(spans)
def test_a_shown_day_reads_back(day: list[list[int]]) -> None:
    assert HoursField().clean(told_day(day)) == day


@given(st.text(max_size=40))
def test_any_text_is_hours_or_an_error(text: str) -> None:
    """What the field takes, the calendar takes."""
    try:
        day = HoursField().clean(text)
    except forms.ValidationError:
        return
    assert week_errors([day, [[0, 60]], [], [], [], [], []]) == []


cells = st.fixed_dictionaries(
    {impact: st.fixed_dictionaries(dict.fromkeys(URGENCIES, st.sampled_from(SEVERITIES))) for impact in IMPACTS}
)


@given(cells)
def test_each_error_names_its_contradiction(matrix: dict[str, dict[str, str]]) -> None:
    found = contradictions(matrix)
    assert {f"{c.impact}/{c.urgency}" for c in found} == set(matrix_errors(matrix))
    for c in found:
        assert matrix[c.impact][c.urgency] < matrix[c.than_impact][c.than_urgency]
        assert (c.impact == c.than_impact) != (c.urgency == c.than_urgency)
        assert c.sentence
