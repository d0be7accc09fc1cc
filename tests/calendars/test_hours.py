"""Working time by example, and what is refused; see test_oracle.py and test_properties.py too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guichet.calendars.hours import OFFICE_HOURS, Hours, Week, week_errors

MONTREAL = ZoneInfo("America/Montreal")
DAY = 24 * 60
ALWAYS: Week = [[[0, DAY]]] * 7
OFFICE = Hours(week=OFFICE_HOURS, zone=MONTREAL)


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
    assert OFFICE.add(local(start), 60 * minutes) == local(due)


def test_the_opening_edge_is_open_and_the_closing_edge_is_not() -> None:
    assert OFFICE.is_open(local("2025-11-18T08:00"))
    assert not OFFICE.is_open(local("2025-11-18T17:00"))
    assert not OFFICE.is_open(local("2025-11-22T10:00"))


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
            Hours(week=week, zone=MONTREAL)


def test_a_calendar_that_is_closed_for_ever_is_refused() -> None:
    with pytest.raises(ValueError, match="working time"):
        Hours(week=OFFICE_HOURS, zone=MONTREAL, closed=lambda day: True)
    # As soon as anybody looks beyond the day on which it closes for good.
    over = Hours(week=OFFICE_HOURS, zone=MONTREAL, closed=lambda day: day.year > 2030)
    with pytest.raises(ValueError, match="working time"):
        over.add(local("2030-12-01T10:00"), 3600 * 1000)
    with pytest.raises(ValueError, match="working time"):
        over.add(local("2031-02-01T10:00"), 0)
    begun = Hours(week=OFFICE_HOURS, zone=MONTREAL, closed=lambda day: day.year < 2020)
    with pytest.raises(ValueError, match="working time"):
        begun.between(local("2011-12-01T10:00"), local("2012-12-01T10:00"))


def test_a_year_without_work_is_passed_over() -> None:
    hours = Hours(week=OFFICE_HOURS, zone=MONTREAL, closed=lambda day: day.year in (2027, 2028))
    assert hours.add(local("2026-12-31T16:30"), 3600) == local("2029-01-01T08:30")
    assert hours.between(local("2027-02-01T00:00"), local("2028-12-01T00:00")) == 0


def test_time_is_added_never_taken_away() -> None:
    with pytest.raises(ValueError, match="taken away"):
        OFFICE.add(local("2025-11-18T10:00"), -1)


def test_holidays_and_days_with_hours_of_their_own() -> None:
    hours = Hours(
        week=OFFICE_HOURS,
        zone="America/Montreal",
        closed=[date(2025, 12, 25), date(2025, 12, 26)],
        exceptions={date(2025, 12, 24): [[480, 720]], date(2025, 12, 26): [[600, 660]], date(2025, 12, 27): [[0, DAY]]},
    )
    assert hours.day(date(2025, 12, 24)) == [(480, 720)]
    assert hours.day(date(2025, 12, 25)) == []
    assert hours.add(local("2025-12-24T11:00"), 3600 * 2) == local("2025-12-26T11:00")
    assert hours.add(local("2025-12-24T11:00"), 3600 * 2 + 1) == local("2025-12-27T00:00:01")
    assert hours.add(local("2025-12-28T10:00"), 0) == local("2025-12-29T08:00")


def test_day_and_night_is_one_stretch() -> None:
    hours = Hours(week=ALWAYS, zone=MONTREAL)
    start, end = local("2025-10-30T10:00"), local("2027-11-04T10:00")
    assert hours.spans(start, end) == [(start, end)]
    assert hours.between(start, end) == int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds())
    assert hours.spans(end, start) == []


def test_there_is_no_horizon() -> None:
    far, long_ago = local("2160-03-03T10:00"), local("1950-03-03T10:00")
    assert OFFICE.between(far, far + timedelta(days=7)) == 45 * 3600
    assert OFFICE.between(long_ago, long_ago + timedelta(days=7)) == 45 * 3600
    assert OFFICE.add(local("2025-11-18T10:00"), 45 * 3600 * 5000) > local("2121-01-01T00:00")
    assert OFFICE.is_open(long_ago)


def test_an_hour_that_is_skipped_is_over_at_once() -> None:
    """On 9 March 2025 clocks went from 2:00 to 3:00; on 2 November 1:00 to 2:00 came twice."""
    nights = Hours(week=[[[60, 150]]] * 7, zone=MONTREAL)
    assert nights.between(local("2025-03-09T00:00"), local("2025-03-10T00:00")) == 3600
    late = Hours(week=[[[150, 240]]] * 7, zone=MONTREAL)
    assert late.spans(local("2025-03-09T00:00"), local("2025-03-10T00:00")) == [
        (local("2025-03-09T03:00"), local("2025-03-09T04:00"))
    ]
    autumn = nights.spans(local("2025-11-02T00:00"), local("2025-11-03T00:00"))
    assert autumn == [(datetime(2025, 11, 2, 5, tzinfo=UTC), datetime(2025, 11, 2, 7, 30, tzinfo=UTC))]


def test_a_day_that_never_was_has_no_hours() -> None:
    hours = Hours(week=OFFICE_HOURS, zone="Pacific/Apia")
    apia = ZoneInfo("Pacific/Apia")
    thursday = datetime(2011, 12, 29, 16, tzinfo=apia)
    # 30 December 2011, a Friday, was skipped: Monday follows.
    assert hours.add(thursday, 2 * 3600) == datetime(2012, 1, 2, 9, tzinfo=apia)


def test_years_come_alike_in_whatever_order_they_are_asked_for() -> None:
    moments = [local(f"{year}-06-03T14:00") for year in (2019, 2040, 2025, 2030, 2021)]
    one, other = Hours(week=OFFICE_HOURS, zone=MONTREAL), Hours(week=OFFICE_HOURS, zone=MONTREAL)
    first = {at: one.worked(int(at.timestamp())) for at in moments}
    assert {at: other.worked(int(at.timestamp())) for at in reversed(moments)} == first
    assert one.moment_of(first[moments[0]]) == int(moments[0].timestamp())
    assert other.moment_of(first[moments[0]] - 365 * 86_400) < int(moments[0].timestamp())
