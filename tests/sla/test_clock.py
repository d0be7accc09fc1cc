"""One clock, beside a walk second by second; and what must be true of any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.calendars.hours import OFFICE_HOURS, Hours
from guichet.sla import clock
from guichet.sla.clock import Pause

# Narrow hours, so that a few minutes cross many edges: a minute open, a minute closed, all day long.
NARROW = Hours(week=[[[m, m + 1] for m in range(0, 1440, 2)]] * 7, zone="America/Montreal")
OFFICE = Hours(week=OFFICE_HOURS, zone="America/Montreal")
START = datetime(2026, 3, 3, 15, 0, tzinfo=UTC)

seconds = st.integers(0, 900)
moments = seconds.map(lambda s: START + timedelta(seconds=s))
hours = st.sampled_from([None, NARROW])


@st.composite
def pauses(draw: st.DrawFn, *, open_ended: bool = True) -> list[Pause]:
    made = []
    for _ in range(draw(st.integers(0, 4))):
        begin, last = draw(seconds), draw(st.integers(0, 300))
        ends = None if open_ended and draw(st.integers(0, 7)) == 0 else START + timedelta(seconds=begin + last)
        made.append(Pause(START + timedelta(seconds=begin), ends, draw(st.sampled_from(["requester", "parts"]))))
    return made


def counts(at: datetime, *, hours: Hours | None, pauses: list[Pause]) -> bool:
    """Whether the second that begins at `at` counts."""
    held = any(p.start <= at and (p.end is None or at < p.end) for p in pauses)
    return not held and (hours is None or hours.is_open(at))


def walked(start: datetime, end: datetime, *, hours: Hours | None, pauses: list[Pause]) -> int:
    whole = int((end - start).total_seconds())
    return sum(counts(start + timedelta(seconds=s), hours=hours, pauses=pauses) for s in range(whole))


@given(start=moments, now=moments, budget=st.integers(1, 600), hours=hours, pauses=pauses(), stopped=st.booleans())
def test_a_reading_is_what_a_walk_finds(
    start: datetime, now: datetime, budget: int, hours: Hours | None, pauses: list[Pause], stopped: bool
) -> None:
    stop = now if stopped else None
    reading = clock.read(start=start, budget=budget, hours=hours, now=now, pauses=pauses, stop=stop, spans=True)
    end = max(start, now)
    assert reading.elapsed == walked(start, end, hours=hours, pauses=pauses)
    assert reading.left == budget - reading.elapsed
    assert reading.broken == (reading.elapsed > budget or (reading.due is not None and reading.due < end))
    known = [p for p in pauses if max(p.start, start) < end or (max(p.start, start) == end and not stopped)]
    if reading.due is None:
        assert any(p.end is None for p in known)
        assert reading.elapsed < budget
    else:
        assert walked(start, reading.due, hours=hours, pauses=known) == budget
        assert counts(reading.due - timedelta(seconds=1), hours=hours, pauses=known)
    assert reading.stopped == stopped


@given(start=moments, now=moments, hours=hours, pauses=pauses())
def test_the_account_covers_all_time_once(
    start: datetime, now: datetime, hours: Hours | None, pauses: list[Pause]
) -> None:
    reading = clock.read(start=start, budget=600, hours=hours, now=now, pauses=pauses, spans=True)
    at = start
    for span in reading.spans:
        assert span.start == at < span.end
        assert span.counts == (span.seconds > 0) == (span.why == clock.OPEN)
        at = span.end
    assert at == max(start, now)
    assert sum(span.seconds for span in reading.spans) == reading.elapsed


@given(start=moments, now=moments, budget=st.integers(1, 600), hours=hours, pauses=pauses(open_ended=False))
def test_a_pause_later_than_due_changes_nothing(
    start: datetime, now: datetime, budget: int, hours: Hours | None, pauses: list[Pause]
) -> None:
    now = max(now, start)
    reading = clock.read(start=start, budget=budget, hours=hours, now=now, pauses=pauses)
    assert reading.due is not None
    late = Pause(reading.due, reading.due + timedelta(hours=3), "parts")
    assert clock.read(start=start, budget=budget, hours=hours, now=now, pauses=[*pauses, late]).due == reading.due


@given(
    start=moments, budget=st.integers(1, 600), hours=hours, pauses=pauses(open_ended=False), order=st.randoms()
)  # fmt: skip
def test_pauses_may_come_in_any_order_and_twice(
    start: datetime, budget: int, hours: Hours | None, pauses: list[Pause], order: object
) -> None:
    now = START + timedelta(hours=1)
    first = clock.read(start=start, budget=budget, hours=hours, now=now, pauses=pauses)
    mixed = [*pauses, *pauses]
    order.shuffle(mixed)
    again = clock.read(start=start, budget=budget, hours=hours, now=now, pauses=mixed)
    assert (again.due, again.elapsed, again.state) == (first.due, first.elapsed, first.state)


@given(start=moments, budget=st.integers(1, 600), hours=hours, a=moments, b=moments)
def test_what_is_left_at_a_pause_is_left_at_its_end(
    start: datetime, budget: int, hours: Hours | None, a: datetime, b: datetime
) -> None:
    a, b = max(start, min(a, b)), max(start, a, b)
    before = clock.add(hours, start, budget)
    now = START + timedelta(hours=2)
    whole = clock.read(start=start, budget=budget, hours=hours, now=now, pauses=[Pause(a, b, "parts")]).due
    assert clock.shifted(hours, due=before, start=a, end=b) == whole


@pytest.mark.parametrize(
    ("minutes", "stop", "state"),
    [(29, None, "running"), (30, None, "running"), (31, None, "late"), (60, 30, "kept"), (60, 31, "missed")],
)
def test_states(minutes: int, stop: int | None, state: str) -> None:
    reading = clock.read(
        start=START,
        budget=1800,
        hours=None,
        now=START + timedelta(minutes=minutes),
        stop=None if stop is None else START + timedelta(minutes=stop),
    )
    assert reading.state == state


def test_a_held_clock_has_no_due_time() -> None:
    held = Pause(START + timedelta(minutes=10), None, "requester")
    reading = clock.read(start=START, budget=1800, hours=None, now=START + timedelta(days=3), pauses=[held])
    assert (reading.state, reading.due, reading.elapsed, reading.left) == ("paused", None, 600, 1200)


def test_a_hold_doesnt_save_what_is_late_already() -> None:
    held = Pause(START + timedelta(minutes=40), None, "requester")
    reading = clock.read(start=START, budget=1800, hours=None, now=START + timedelta(days=3), pauses=[held])
    assert (reading.state, reading.due) == ("late", START + timedelta(minutes=30))


def test_a_night_doesnt_count() -> None:
    evening = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)  # 16:30 in Montréal
    reading = clock.read(start=evening, budget=3600, hours=OFFICE, now=evening + timedelta(days=1), spans=True)
    assert reading.due == datetime(2026, 3, 4, 13, 30, tzinfo=UTC)
    assert [(s.why, s.seconds) for s in reading.spans] == [("open", 1800), ("closed", 0), ("open", 8 * 3600 + 1800)]
