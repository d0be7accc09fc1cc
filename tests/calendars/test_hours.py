"""Working time, against an oracle that looks at the wall clock minute by minute."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from guichet.calendars.hours import OFFICE_HOURS, Week, add_working, is_open, week_errors

MONTREAL, BRUSSELS = ZoneInfo("America/Montreal"), ZoneInfo("Europe/Brussels")
zones = st.sampled_from([MONTREAL, BRUSSELS])
DAY = 24 * 60
ALWAYS: Week = [[[0, DAY]]] * 7
# The nights in which the clocks change, and ordinary days; in UTC.
CHANGES = [datetime(2025, 3, 9, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC), datetime(2025, 3, 30, tzinfo=UTC),
           datetime(2025, 10, 26, tzinfo=UTC), datetime(2025, 6, 18, tzinfo=UTC)]  # fmt: skip
starts = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-2 * DAY, DAY)
)
# Between 1:00 and 3:00 a wall-clock minute may exist twice or not at all: edges there are on the hour.
edges = st.integers(0, DAY).filter(lambda m: not 60 < m < 180 or m % 60 == 0)
days = (
    st.lists(edges, max_size=6, unique=True)
    .map(sorted)
    .map(lambda e: [[a, b] for a, b in zip(e[::2], e[1::2], strict=False)])
)
weeks = st.lists(days, min_size=7, max_size=7).filter(lambda w: sum(b - a for d in w for a, b in d) > 240)
quick = settings(deadline=None, max_examples=60)


def open_at(moment: datetime, week: Week, zone: ZoneInfo) -> bool:
    """The oracle: what does the clock on the wall say?"""
    local = moment.astimezone(zone)
    minute = local.hour * 60 + local.minute
    return any(a <= minute < b for a, b in week[local.weekday()])


def oracle(start: datetime, minutes: int, week: Week, zone: ZoneInfo) -> datetime:
    at = start
    while True:
        if open_at(at, week, zone):
            if not minutes:
                return at
            minutes -= 1
            if not minutes:
                return at + timedelta(minutes=1)
        at += timedelta(minutes=1)


@quick
@given(starts, st.integers(0, 900), weeks, zones)
@example(datetime(2025, 3, 9, 5, tzinfo=UTC), 240, ALWAYS, MONTREAL)
@example(datetime(2025, 11, 2, 4, tzinfo=UTC), 240, ALWAYS, MONTREAL)
@example(datetime(2025, 3, 9, 6, 30, tzinfo=UTC), 60, [[[60, 240]]] * 7, MONTREAL)
def test_as_the_clock_on_the_wall_says(start: datetime, minutes: int, week: Week, zone: ZoneInfo) -> None:
    assert add_working(start=start, minutes=minutes, week=week, zone=zone) == oracle(start, minutes, week, zone)


@quick
@given(starts, weeks, zones)
def test_open_as_the_clock_on_the_wall_says(start: datetime, week: Week, zone: ZoneInfo) -> None:
    for minutes in range(0, 3 * 60, 7):
        at = start + timedelta(minutes=minutes)
        assert is_open(at=at, week=week, zone=zone) == open_at(at, week, zone)


@quick
@given(starts, st.integers(0, 3000), st.integers(1, 3000), weeks, zones)
def test_adding_in_two_steps_is_adding_at_once(start: datetime, one: int, two: int, week: Week, zone: ZoneInfo) -> None:
    first = add_working(start=start, minutes=one, week=week, zone=zone)
    at_once = add_working(start=start, minutes=one + two, week=week, zone=zone)
    assert add_working(start=first, minutes=two, week=week, zone=zone) == at_once
    assert start <= first < at_once


# Opening hours that begin or end in the very hour that is lost or doubled.
odd_days = st.lists(st.integers(30, 240), min_size=2, max_size=4, unique=True).map(sorted)
odd_weeks = st.lists(
    odd_days.map(lambda e: [[a, b] for a, b in zip(e[::2], e[1::2], strict=False)]), min_size=7, max_size=7
)


@quick
@given(starts, st.integers(1, 600), st.integers(1, 600), odd_weeks, zones)
def test_edges_in_the_doubled_hour_lose_and_repeat_nothing(
    start: datetime, one: int, two: int, week: Week, zone: ZoneInfo
) -> None:
    first = add_working(start=start, minutes=one, week=week, zone=zone)
    at_once = add_working(start=start, minutes=one + two, week=week, zone=zone)
    assert first < at_once
    assert add_working(start=first, minutes=two, week=week, zone=zone) == at_once
    assert is_open(at=first - timedelta(seconds=1), week=week, zone=zone)


def local(text: str, zone: ZoneInfo = MONTREAL) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2025-11-18T10:00", 0, "2025-11-18T10:00"),
        ("2025-11-18T08:00", 0, "2025-11-18T08:00"),
        ("2025-11-18T07:59", 0, "2025-11-18T08:00"),
        ("2025-11-18T17:00", 0, "2025-11-19T08:00"),
        ("2025-11-18T16:59", 1, "2025-11-18T17:00"),
        ("2025-11-18T16:59", 2, "2025-11-19T08:01"),
        ("2025-11-21T16:00", 120, "2025-11-24T09:00"),
        ("2025-11-22T12:00", 30, "2025-11-24T08:30"),
        ("2025-10-31T16:00", 120, "2025-11-03T09:00"),
    ],
)
def test_office_hours(start: str, minutes: int, due: str) -> None:
    assert add_working(start=local(start), minutes=minutes, week=OFFICE_HOURS, zone=MONTREAL) == local(due)


def test_the_opening_edge_is_open_and_the_closing_edge_is_not() -> None:
    assert is_open(at=local("2025-11-18T08:00"), week=OFFICE_HOURS, zone=MONTREAL)
    assert not is_open(at=local("2025-11-18T17:00"), week=OFFICE_HOURS, zone=MONTREAL)
    assert not is_open(at=local("2025-11-22T10:00"), week=OFFICE_HOURS, zone=MONTREAL)


@pytest.mark.parametrize(
    ("week", "errors"),
    [
        (OFFICE_HOURS, []),
        (ALWAYS, []),
        ([[[480, 720], [720, 1020]]] + [[]] * 6, []),
        (tuple([((480, 720),)] * 7), []),
        ([[]] * 7, ["empty"]),
        ([], ["days"]),
        (None, ["days"]),
        ("abcdefg", ["days"]),
        ([[]] * 6, ["days"]),
        ([[[480, 1441]]] + [[]] * 6, ["day 0"]),
        ([[[-1, 480]]] + [[]] * 6, ["day 0"]),
        ([[], [[600, 600]]] + [[]] * 5, ["day 1"]),
        ([[], [[600, 480]]] + [[]] * 5, ["day 1"]),
        ([[]] * 6 + [[[480, 720], [700, 800]]], ["day 6"]),
        ([[]] * 6 + [[[800, 900], [480, 720]]], ["day 6"]),
        ([[]] * 6 + [[[480]]], ["day 6"]),
        ([[]] * 6 + [[480, 720]], ["day 6"]),
        ([[]] * 6 + [[["480", "720"]]], ["day 6"]),
        ([[]] * 6 + [[[True, 720]]], ["day 6"]),
        ([[]] * 6 + [[[480.0, 720.0]]], ["day 6"]),
        ([[]] * 6 + [None], ["day 6"]),
    ],
)
def test_which_weeks_can_be_used(week: Week, errors: list[str]) -> None:
    assert week_errors(week) == errors
    if errors:
        with pytest.raises(ValueError, match="working time"):
            add_working(start=local("2025-11-18T10:00"), minutes=1, week=week, zone=MONTREAL)
