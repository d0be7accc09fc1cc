"""What holds of working time whatever the calendar: hypothesis looks for one of which it doesn't."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.calendars.hours import Hours, PauseSeconds

ZONES = ("Europe/Brussels", "America/Montreal", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "UTC")
DAY = 86_400
# Around a night in which the clock changes in Europe, in America, on Lord Howe, in Apia, in São Paulo; and in January.
NIGHTS = (date(2025, 3, 30), date(2025, 11, 2), date(2025, 4, 6), date(2011, 12, 30), date(2017, 10, 15),
          date(2026, 1, 1))  # fmt: skip
minutes = st.integers(0, 1440)


def pairs(edges: set[int]) -> list[list[int]]:
    ordered = sorted(edges)
    return [[a, b] for a, b in zip(ordered[::2], ordered[1::2], strict=False)]


days = st.sets(minutes, max_size=6).map(pairs)
weeks = st.lists(days, min_size=7, max_size=7).filter(lambda week: sum(b - a for day in week for a, b in day) > 600)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Hours, int, date]:
    """A calendar, a second near a night of its own, and that night."""
    night = draw(st.sampled_from(NIGHTS))
    near = st.integers(-9, 9).map(lambda n: night + timedelta(days=n))
    hours = Hours(
        week=draw(weeks),
        zone=draw(st.sampled_from(ZONES)),
        closed=draw(st.sets(near, max_size=4)),
        exceptions=draw(st.dictionaries(near, days, max_size=3)),
    )
    noon = int(datetime(night.year, night.month, night.day, 12, tzinfo=UTC).timestamp())
    return hours, noon + draw(st.integers(-4 * DAY, 4 * DAY)), night


budgets = st.one_of(st.integers(1, 3 * 3600), st.integers(1, 2_000 * 3600))
offsets = st.integers(-3 * DAY, 20 * DAY)
lengths = st.one_of(st.integers(0, 3600), st.integers(0, 9 * DAY))
pauses = st.lists(st.tuples(offsets, lengths), max_size=4)
often = settings(max_examples=60)


def laid(start: int, given_pauses: list[tuple[int, int]]) -> list[PauseSeconds]:
    return [(start + after, start + after + length) for after, length in given_pauses]


@often
@given(calendars(), budgets)
def test_adding_is_undone_by_measuring(made: tuple[Hours, int, date], budget: int) -> None:
    hours, start, _ = made
    due = hours.add_seconds(start, budget)
    assert hours.between_seconds(start, due) == budget
    # The very first moment: a second earlier it isn't.
    assert hours.between_seconds(start, due - 1) == budget - 1
    assert hours.is_open_second(due - 1)


@often
@given(calendars(), st.integers(0, 400 * DAY))
def test_measuring_is_undone_by_adding(made: tuple[Hours, int, date], length: int) -> None:
    hours, start, _ = made
    end = start + length
    worked = hours.between_seconds(start, end)
    assert worked >= 0
    assert hours.between_seconds(end, start) == -worked
    if worked:
        back = hours.add_seconds(start, worked)
        assert back <= end
        assert not any(a < b for a, b in hours.spans_seconds(back, end))


@often
@given(calendars(), budgets, st.integers(0, 30 * DAY), st.integers(0, 3600))
def test_later_or_longer_is_never_earlier(made: tuple[Hours, int, date], budget: int, later: int, more: int) -> None:
    hours, start, _ = made
    due = hours.add_seconds(start, budget)
    assert start < due <= hours.add_seconds(start + later, budget)
    assert due + more <= hours.add_seconds(start, budget + more)


@often
@given(calendars(), budgets, budgets, st.integers(0, 90 * DAY), st.integers(0, 90 * DAY))
def test_parts_make_the_whole(made: tuple[Hours, int, date], one: int, two: int, a: int, b: int) -> None:
    hours, start, _ = made
    assert hours.add_seconds(hours.add_seconds(start, one), two) == hours.add_seconds(start, one + two)
    middle, end = start + a, start + a + b
    assert hours.between_seconds(start, middle) + hours.between_seconds(middle, end) == hours.between_seconds(
        start, end
    )
    assert sum(y - x for x, y in hours.spans_seconds(start, end)) == hours.between_seconds(start, end)


@often
@given(calendars(), budgets, pauses, st.randoms(use_true_random=False))
def test_pauses_in_any_order_and_as_often_as_you_like(
    made: tuple[Hours, int, date], budget: int, given_pauses: list[tuple[int, int]], rng: object
) -> None:
    hours, start, _ = made
    stood = laid(start, given_pauses)
    due = hours.due_second(start, budget, stood)
    shuffled = [*stood]
    rng.shuffle(shuffled)
    assert hours.due_second(start, budget, shuffled) == due
    assert hours.due_second(start, budget, [*stood, *stood]) == due
    # One that is cut in two is the same pause.
    cut = [part for a, b in stood if b is not None for part in ((a, (a + b) // 2), ((a + b) // 2, b))]
    assert hours.due_second(start, budget, cut) == due


@often
@given(calendars(), budgets, pauses, st.tuples(offsets, lengths))
def test_pauses_only_ever_put_off(
    made: tuple[Hours, int, date], budget: int, given_pauses: list[tuple[int, int]], another: tuple[int, int]
) -> None:
    hours, start, _ = made
    stood = laid(start, given_pauses)
    due = hours.due_second(start, budget, stood)
    assert due is not None
    assert hours.add_seconds(start, budget) <= due
    more = laid(start, [another])
    longer = hours.due_second(start, budget, [*stood, *more])
    assert longer is not None
    assert due <= longer
    # One without an end holds it for ever, or comes too late to.
    begins = more[0][0]
    endless = hours.due_second(start, budget, [*stood, (begins, None)])
    assert endless == (None if hours.between_seconds(begins, due) > 0 else due)


@often
@given(calendars(), budgets, pauses, st.integers(-9, 400))
def test_another_holiday_never_makes_it_earlier(
    made: tuple[Hours, int, date], budget: int, given_pauses: list[tuple[int, int]], which: int
) -> None:
    hours, start, night = made
    holiday = night + timedelta(days=which)
    # Days of the calendar's own keep their hours: an exception says more than a holiday.
    fewer = Hours(
        week=hours.week,
        zone=hours.zone,
        closed=lambda day: day == holiday or hours.closed(day),
        exceptions=hours.exceptions,
    )
    stood = laid(start, given_pauses)
    due, put_off = hours.due_second(start, budget, stood), fewer.due_second(start, budget, stood)
    assert due is not None
    assert put_off is not None
    assert due <= put_off


@often
@given(calendars(), st.integers(-40 * DAY, 40 * DAY))
def test_the_next_open_moment(made: tuple[Hours, int, date], away: int) -> None:
    hours, start, _ = made
    at = start + away
    opens = hours.next_open_second(at)
    assert opens >= at
    assert hours.is_open_second(opens)
    assert hours.between_seconds(at, opens) == 0
    assert (opens == at) == hours.is_open_second(at)
    assert hours.add_seconds(at, 0) == opens
    assert hours.add_seconds(at, 1) == opens + 1


@often
@given(calendars(), budgets, pauses)
def test_moments_are_the_same_as_seconds(
    made: tuple[Hours, int, date], budget: int, given_pauses: list[tuple[int, int]]
) -> None:
    hours, start, _ = made
    at = datetime.fromtimestamp(start, UTC).astimezone(hours.zone)
    assert hours.add(at, budget).timestamp() == hours.add_seconds(start, budget)
    assert hours.add(at, 0).timestamp() == hours.next_open_second(start)
    assert hours.is_open(at) == hours.is_open_second(start)
    end = at + timedelta(days=3)
    assert hours.between(at, end) == hours.between_seconds(start, int(end.timestamp()))
    stood = [
        (datetime.fromtimestamp(a, UTC), b and datetime.fromtimestamp(b, UTC)) for a, b in laid(start, given_pauses)
    ]
    due = hours.due(at, budget, stood)
    assert due is not None
    assert due.timestamp() == hours.due_second(start, budget, laid(start, given_pauses))
