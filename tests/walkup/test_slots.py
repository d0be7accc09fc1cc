"""Slots: inside the opening, never in a break, never more than agents can serve, and right when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from guichet.walkup.slots import House, Shift, Slot, Taken, bookable_of, moment, places_left, present, slots_of

MONTREAL = ZoneInfo("America/Montreal")
MONDAY = date(2026, 11, 23)
NINE_TO_FIVE = [[[540, 1020]]] * 7
HOUSE = House(zone=MONTREAL, opening=NINE_TO_FIVE, closed_on=frozenset(), slot_minutes=30, walk_ins=False)
SKILLS = {1: frozenset({7}), 2: frozenset({7, 8}), 3: frozenset[int]()}

stretches = st.tuples(st.integers(0, 1430), st.integers(10, 700)).map(lambda p: (p[0], min(1440, p[0] + p[1])))
pauses = st.lists(st.tuples(st.integers(0, 1439), st.integers(1, 120)), max_size=3).map(tuple)


@st.composite
def shifts(draw: st.DrawFn, agent: int | None = None) -> Shift:
    starts, ends = draw(stretches)
    dated = draw(st.booleans())
    return Shift(
        agent=draw(st.integers(1, 5)) if agent is None else agent,
        starts=starts,
        ends=ends,
        weekday=None if dated else MONDAY.weekday(),
        date=MONDAY if dated else None,
        breaks=draw(pauses),
    )


@st.composite
def houses(draw: st.DrawFn) -> House:
    cuts = sorted(set(draw(st.lists(st.integers(0, 1440), max_size=6))))
    spans = [[a, b] for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    return replace(
        HOUSE, opening=[spans] * 7, slot_minutes=draw(st.sampled_from([10, 15, 30, 45])), walk_ins=draw(st.booleans())
    )


teams = st.lists(shifts(), max_size=8)
skills = st.dictionaries(st.integers(1, 6), st.frozensets(st.integers(1, 3)), max_size=6)
wants = st.one_of(st.none(), st.integers(1, 3))


def minutes_of(slot: Slot) -> tuple[int, int]:
    local = slot.starts_at.astimezone(MONTREAL)
    start = local.hour * 60 + local.minute
    return start, start + slot.minutes


@given(houses(), teams)
def test_a_slot_is_inside_the_opening_and_no_two_overlap(house: House, team: list[Shift]) -> None:
    slots = slots_of(MONDAY, house=house, shifts=team)
    for slot in slots:
        start, end = minutes_of(slot)
        assert any(opens <= start and end <= closes for opens, closes in house.opening[0])
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(slots))


@given(houses(), teams)
def test_nobody_is_booked_in_a_break_or_outside_their_duty(house: House, team: list[Shift]) -> None:
    for slot in slots_of(MONDAY, house=house, shifts=team):
        start, end = minutes_of(slot)
        for agent in slot.agents:
            theirs = [s for s in team if s.agent == agent]
            theirs = [s for s in theirs if s.date] or theirs
            for minute in range(start, end):
                assert any(s.starts <= minute < s.ends for s in theirs)
                assert not any(b <= minute < b + length for s in theirs for b, length in s.breaks)


@given(houses(), teams, skills, st.lists(wants, max_size=8))
def test_never_more_than_can_be_served(
    house: House, team: list[Shift], known: dict[int, frozenset[int]], asked: list[int | None]
) -> None:
    """Whatever is asked in whatever order, those who were let in can all be served at once, each by somebody able."""
    for slot in slots_of(MONDAY, house=house, shifts=team):
        taken: list[Taken] = []
        for need in asked:
            if places_left(slot, needs=need, skills=known, taken=taken):
                taken.append(Taken(slot.starts_at, slot.minutes, need))
        assert len(taken) <= slot.bookable == bookable_of(len(slot.agents), walk_ins=house.walk_ins)
        assert _can_all_be_served([t.skill for t in taken], sorted(slot.agents), known)


def _can_all_be_served(needs: list[int | None], agents: list[int], known: dict[int, frozenset[int]]) -> bool:
    """By trying everything, so that it shares nothing with what it checks."""
    if not needs:
        return True
    first, rest = needs[0], needs[1:]
    return any(
        _can_all_be_served(rest, [a for a in agents if a != agent], known)
        for agent in agents
        if first is None or first in known.get(agent, ())
    )


@given(houses(), teams, skills, wants, st.lists(wants, max_size=4), shifts(agent=9), st.frozensets(st.integers(1, 3)))
def test_one_more_agent_never_takes_a_place_away(
    house: House,
    team: list[Shift],
    known: dict[int, frozenset[int]],
    need: int | None,
    booked: list[int | None],
    more: Shift,
    theirs: frozenset[int],
) -> None:
    before = slots_of(MONDAY, house=house, shifts=team)
    after = slots_of(MONDAY, house=house, shifts=[*team, more])
    for old, new in zip(before, after, strict=True):
        taken = [Taken(old.starts_at, old.minutes, skill) for skill in booked]
        fewer = places_left(old, needs=need, skills=known, taken=taken)
        assert places_left(new, needs=need, skills={**known, 9: theirs}, taken=taken) >= fewer


def test_a_place_needs_somebody_who_can() -> None:
    slot = Slot(datetime(2026, 11, 23, 15, tzinfo=UTC), 30, frozenset({1, 2, 3}), bookable=3)
    assert places_left(slot, needs=None, skills=SKILLS, taken=[]) == 3
    assert places_left(slot, needs=7, skills=SKILLS, taken=[]) == 2
    assert places_left(slot, needs=8, skills=SKILLS, taken=[]) == 1
    assert places_left(slot, needs=9, skills=SKILLS, taken=[]) == 0
    # The one who knows 8 is wanted for it; whoever asks for 7 gets the other one, also when they came first.
    first = [Taken(slot.starts_at, 30, 7)]
    assert places_left(slot, needs=8, skills=SKILLS, taken=first) == 1
    assert places_left(slot, needs=7, skills=SKILLS, taken=[*first, Taken(slot.starts_at, 30, 8)]) == 0
    assert places_left(slot, needs=None, skills=SKILLS, taken=[*first, Taken(slot.starts_at, 30, 8)]) == 1


def test_half_is_kept_for_those_who_simply_come() -> None:
    assert [bookable_of(n, walk_ins=True) for n in range(6)] == [0, 1, 1, 2, 2, 3]
    assert [bookable_of(n, walk_ins=False) for n in range(4)] == [0, 1, 2, 3]


def test_a_booking_of_another_grid_takes_its_agent_too() -> None:
    slot = Slot(datetime(2026, 11, 23, 15, tzinfo=UTC), 30, frozenset({1}), bookable=1)
    for begins, left in ((-30, 1), (-15, 0), (15, 0), (30, 1)):
        taken = [Taken(slot.starts_at + timedelta(minutes=begins), 30)]
        assert places_left(slot, needs=None, skills={}, taken=taken) == left


def test_a_date_stands_in_place_of_the_week() -> None:
    week = Shift(agent=1, starts=540, ends=1020, weekday=0, breaks=((720, 60),))
    assert present(MONDAY, [week]) == {1: [(540, 720), (780, 1020)]}
    assert present(MONDAY, [week, Shift(agent=1, starts=600, ends=660, date=MONDAY)]) == {1: [(600, 660)]}
    assert present(MONDAY, [week, Shift(agent=1, starts=0, ends=0, date=MONDAY)]) == {}
    assert present(MONDAY + timedelta(days=1), [week]) == {}


def test_shifts_that_touch_are_one() -> None:
    halves = [Shift(agent=1, starts=540, ends=735, weekday=0), Shift(agent=1, starts=735, ends=1020, weekday=0)]
    slots = slots_of(MONDAY, house=HOUSE, shifts=halves)
    assert len(slots) == 16
    assert all(slot.agents == {1} for slot in slots)


def test_closed_days_and_unset_openings_have_no_slots() -> None:
    assert slots_of(MONDAY, house=replace(HOUSE, closed_on=frozenset({MONDAY})), shifts=[]) == []
    assert slots_of(MONDAY, house=replace(HOUSE, opening=[]), shifts=[]) == []


def test_when_clocks_change_no_slot_is_told_by_an_hour_that_is_there_twice_or_never() -> None:
    night = replace(HOUSE, opening=[[[0, 300]]] * 7)
    forward = [s.starts_at.astimezone(MONTREAL) for s in slots_of(date(2026, 3, 8), house=night, shifts=[])]
    assert [f"{at:%H:%M}" for at in forward] == ["00:00", "00:30", "01:00", "03:00", "03:30", "04:00", "04:30"]
    back = slots_of(date(2026, 11, 1), house=night, shifts=[])
    told = [f"{s.starts_at.astimezone(MONTREAL):%H:%M}" for s in back]
    assert len(told) == len(set(told))
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(back))
    # The same hour of the clock on both sides, though not of the world.
    eves = [slots_of(day, house=HOUSE, shifts=[])[0].starts_at for day in (date(2026, 10, 31), date(2026, 11, 1))]
    assert eves[1] - eves[0] == timedelta(hours=25)


def test_a_minute_of_a_day_is_a_moment_or_none() -> None:
    assert moment(date(2026, 3, 8), 150, zone=MONTREAL) is None
    assert moment(MONDAY, 1440, zone=MONTREAL) == moment(MONDAY + timedelta(days=1), 0, zone=MONTREAL)
