"""`Hours` beside somebody who watches the clock on the wall: nine zones, with gaps, folds and a day that never was."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from guichet.calendars import vectors
from guichet.calendars.hours import Hours
from guichet.calendars.public_days import days_off
from tests.calendars.wall import Watcher

# Where, whose holidays, and around which days something happens to the clock.
ZONES: dict[str, tuple[str, list[date]]] = {
    "Europe/Brussels": ("BE", [date(2025, 3, 30), date(2025, 10, 26)]),
    "Europe/Paris": ("FR-57", [date(2026, 3, 29), date(2026, 10, 25)]),
    "America/Montreal": ("CA-QC", [date(2025, 3, 9), date(2025, 11, 2)]),
    # Half an hour.
    "Australia/Lord_Howe": ("AU-NSW", [date(2025, 4, 6), date(2025, 10, 5)]),
    # There was no 30 December 2011.
    "Pacific/Apia": ("WS", [date(2011, 12, 30), date(2012, 4, 1)]),
    # One minute after midnight, back into the day before.
    "America/St_Johns": ("CA-NL", [date(2010, 3, 14), date(2010, 11, 7)]),
    # Winter time during Ramadan.
    "Africa/Casablanca": ("MA", [date(2025, 2, 23), date(2025, 4, 6)]),
    "Asia/Kolkata": ("IN-WB", [date(2025, 8, 15), date(2026, 1, 26)]),
    # Midnight itself was skipped.
    "America/Sao_Paulo": ("BR", [date(2017, 10, 15), date(2018, 2, 18)]),
}
DAY = 86_400


@cache
def place(zone: str, which: int, days: int) -> tuple[Watcher, Hours]:
    """A calendar with its watcher for `days` around the zone's changes. Odd ones, from the number `which`."""
    code, changes = ZONES[zone]
    rng = random.Random(f"{zone} {which}")
    around = changes[which % 2]
    first = around - timedelta(days=days // 2)
    near = [around + timedelta(days=n) for n in range(-3, 4)]
    closed = {day for year in (first.year - 1, first.year, first.year + 1) for day in days_off(code, year)}
    closed |= {day for day in near if rng.random() < 0.15}
    exceptions = {day: spans(rng) for day in near if rng.random() < 0.15}
    week = [spans(rng) if day < 5 or rng.random() < 0.5 else [] for day in range(7)]
    for day in (around, around - timedelta(days=1)):
        week[day.weekday()] = nightly(rng)
    if which % 8 == 7:
        week = [[[0, 1440]]] * 7
    said = {"week": week, "zone": zone, "closed": closed, "exceptions": exceptions}
    return Watcher(first=first, days=days, **said), Hours(**said)


def spans(rng: random.Random) -> list[list[int]]:
    """One to three stretches."""
    edges = sorted(rng.sample(range(1441), 2 * rng.randint(1, 3)))
    return [[a, b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def nightly(rng: random.Random) -> list[list[int]]:
    """Opens or closes in the hours in which clocks change."""
    odd = [*range(0, 241, 15), *range(241), *range(1380, 1441)]
    edges = sorted({rng.choice(odd), rng.choice(odd), rng.choice(odd), rng.randrange(300, 1380)})
    return [[a, b] for a, b in zip(edges[::2], edges[1::2], strict=False)] or [[0, 1440]]


def cases(count: int, *, days: int, calendars: int) -> Iterator[tuple[str, Watcher, Hours, random.Random]]:
    zones = list(ZONES)
    for number in range(count):
        rng = random.Random(number)
        zone = zones[number % len(zones)]
        yield f"{zone}, case {number}", *place(zone, rng.randrange(calendars), days), rng


def moment(watcher: Watcher, rng: random.Random) -> int:
    """A second: most of them within two days of the change, some on a whole minute."""
    middle = (watcher.begin + watcher.end) // 2
    at = middle + rng.randrange(-2 * DAY, 2 * DAY)
    if rng.random() < 0.25:
        at = rng.randrange(watcher.begin + 2 * DAY, watcher.end - 8 * DAY)
    return at - at % 60 if rng.random() < 0.3 else at


def pause(start: int, rng: random.Random) -> tuple[int, int | None]:
    begins = start + rng.randrange(-DAY // 4, DAY)
    length = rng.choice([0, 60, 3600, rng.randrange(DAY)])
    return begins, None if rng.random() < 0.03 else begins + length


def differences(count: int, *, days: int, calendars: int) -> list[str]:
    """Compares due times under pauses and lengths of intervals; which differ."""
    wrong = []
    for name, watcher, hours, rng in cases(count, days=days, calendars=calendars):
        start = moment(watcher, rng)
        end = start + rng.randrange(2 * DAY)
        if hours.between_seconds(start, end) != watcher.between(start, end):
            wrong.append(f"{name}: between {start} and {end}")
        pauses = [pause(start, rng) for _ in range(rng.choice([0, 0, 1, 3]))]
        # What can be worked within some four days, so that the watcher stays at the window.
        seconds = min(rng.randrange(12 * 3600), hours.between_seconds(start, start + DAY * 3 // 2))
        expected = watcher.due(start, seconds, pauses)
        if hours.due_second(start, seconds, pauses) != expected:
            wrong.append(f"{name}: {seconds} s from {start} with {pauses}")
        if hours.is_open_second(start) != watcher.is_open(start):
            wrong.append(f"{name}: open at {start}")
    return wrong


def test_no_difference_in_a_sample() -> None:
    assert differences(900, days=24, calendars=8) == []


@pytest.mark.exhaustive
def test_no_difference_in_twenty_thousand() -> None:
    assert differences(20_000, days=24, calendars=32) == []


def test_many_at_once_is_one_after_the_other() -> None:
    for zone in ZONES:
        watcher, hours = place(zone, 0, 24)
        rng = random.Random(zone)
        starts = [moment(watcher, rng) for _ in range(200)]
        budgets = [rng.choice([0, rng.randrange(1, 7_200_000)]) for _ in starts]
        pauses = [[pause(start, rng) for _ in range(3)] for start in starts]
        found = vectors.due(
            hours,
            np.array(starts),
            np.array(budgets),
            np.array([[begins for begins, _ in row] for row in pauses]),
            np.array([[vectors.FOREVER if ends is None else ends for _, ends in row] for row in pauses]),
        )
        one_by_one = [hours.due_second(*row) for row in zip(starts, budgets, pauses, strict=True)]
        assert [None if each == vectors.FOREVER else each for each in found.tolist()] == one_by_one
        ends = [start + rng.randrange(-40 * DAY, 400 * DAY) for start in starts]
        lengths = vectors.between(hours, np.array(starts), np.array(ends)).tolist()
        assert lengths == [hours.between_seconds(a, b) for a, b in zip(starts, ends, strict=True)]
        sums = vectors.add(hours, np.array(starts), np.array(budgets)).tolist()
        assert sums == [hours.add_seconds(a, b) for a, b in zip(starts, budgets, strict=True)]


def test_open_stretches_are_those_that_the_watcher_sees() -> None:
    for zone in ZONES:
        watcher, hours = place(zone, 1, 24)
        seen: list[list[int]] = []
        for number, is_open in enumerate(watcher.open[2 * 1440 :], start=2 * 1440):
            at = watcher.begin + 60 * number
            if is_open and seen and seen[-1][1] == at:
                seen[-1][1] = at + 60
            elif is_open:
                seen.append([at, at + 60])
        assert [list(s) for s in hours.spans_seconds(watcher.begin + 2 * DAY, watcher.end)] == seen
