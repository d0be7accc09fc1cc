"""What counting working time costs: one due time at any budget, all open clocks at once. `python -m bench.calendars`.

Beside it, in the same run, the usual way: from day to day until the budget is spent. Both must say the same. Seconds of
CPU, so that a busy machine says little else. Exit status 1 where they differ or a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import numpy as np

from guichet.calendars import vectors
from guichet.calendars.hours import Hours, Week
from guichet.calendars.public_days import days_off

WEEK: Week = [[[510, 750], [810, 1050]]] * 5 + [[], []]
ZONE, CODE = "Europe/Paris", "FR"
BUDGETS = (0.25, 4, 40, 400, 2_000)  # hours
DUE_BAR = 5.0  # microseconds for one due time
CLOCKS, CLOCKS_BAR = 100_000, 0.3  # seconds for all of them, with three pauses each
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)


def closed(day: date) -> bool:
    return day in days_off(CODE, day.year)


def day_after_day(hours: Hours, start: datetime, seconds: int) -> datetime:
    """Open stretches of one local day after the other, in UTC, until so many seconds are spent."""
    day, left = start.astimezone(hours.zone).date(), timedelta(seconds=seconds)
    while True:
        for opens, closes in () if closed(day) else WEEK[day.weekday()]:
            a, b = (
                datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=hours.zone).astimezone(UTC)
                for minute in (opens, closes)
            )
            a = max(a, start)
            if b > a:
                if left <= b - a:
                    return a + left
                left -= b - a
        day += timedelta(days=1)


def spent(work: Callable[[], object], *, repeats: int = 1) -> float:
    """The least of so many runs, in seconds of CPU."""
    best = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def one_by_one(*, count: int, slow: int) -> dict[str, dict[str, float]]:
    """Microseconds for one due time: as seconds, as moments, under three pauses, and from day to day."""
    rng = random.Random(1)
    hours = Hours(week=WEEK, zone=ZONE, closed=closed)
    span = int((LAST - FIRST).total_seconds())
    moments = [FIRST + timedelta(seconds=rng.randrange(span)) for _ in range(count)]
    seconds = [int(at.timestamp()) for at in moments]
    found: dict[str, dict[str, float]] = {}
    hours.add(LAST, 3600 * 2_000)
    for budget in BUDGETS:
        length = int(budget * 3600)
        pauses = [[(s + n * 90_000, s + n * 90_000 + 18_000) for n in (0, 1, 2)] for s in seconds]
        if [hours.add(at, length) for at in moments[:slow]] != [
            day_after_day(hours, at, length) for at in moments[:slow]
        ]:
            raise SystemExit(f"due times after {budget} h are not those that one finds from day to day")
        times = {
            "seconds": spent(lambda n=length: [hours.add_seconds(s, n) for s in seconds], repeats=3) / count,
            "moments": spent(lambda n=length: [hours.add(at, n) for at in moments], repeats=3) / count,
            "pauses": spent(
                lambda n=length, p=pauses: [hours.due_second(s, n, q) for s, q in zip(seconds, p, strict=True)],
                repeats=3,
            ) / count,
            "day_loop": spent(lambda n=length: [day_after_day(hours, at, n) for at in moments[:slow]]) / slow,
        }  # fmt: skip
        found[f"{budget:g}"] = {name: round(1e6 * value, 2) for name, value in times.items()}
    return found


def all_at_once(*, count: int) -> float:
    """Seconds for that many open clocks with three pauses each; a sample is compared with one by one."""
    rng = np.random.default_rng(2)
    hours = Hours(week=WEEK, zone=ZONE, closed=closed)
    start = rng.integers(int(FIRST.timestamp()), int(LAST.timestamp()), count)
    budget = rng.integers(900, 400 * 3600, count)
    begins = start[:, None] + rng.integers(0, 40 * 86_400, (count, 3))
    ends = begins + rng.integers(0, 9 * 86_400, (count, 3))
    found = vectors.due(hours, start, budget, begins, ends)
    for row in range(0, count, max(1, count // 2_000)):
        pauses = list(zip(begins[row].tolist(), ends[row].tolist(), strict=True))
        if hours.due_second(int(start[row]), int(budget[row]), pauses) != found[row]:
            raise SystemExit("many at once are not the same as one after the other")
    return spent(lambda: vectors.due(hours, start, budget, begins, ends), repeats=5)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.calendars", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000, help="due times for each budget")
    parser.add_argument("--slow", type=int, default=400, help="of them, how many are also found from day to day")
    options = parser.parse_args()
    table = one_by_one(count=options.count, slow=options.slow)
    print("µs a due time      seconds   moments   3 pauses   day loop")
    for budget, row in table.items():
        figures = "".join(f"{row[name]:10.2f}" for name in ("seconds", "moments", "pauses"))
        print(f"{budget:>8} h      {figures}{row['day_loop']:11.1f}")
    build = spent(lambda: Hours(week=WEEK, zone=ZONE, closed=closed), repeats=5)
    clocks = all_at_once(count=CLOCKS)
    worst = max(row[name] for row in table.values() for name in ("seconds", "moments"))
    print(f"a calendar's first year: {1000 * build:.1f} ms; {CLOCKS:,} clocks with three pauses each: {clocks:.3f} s")
    kept = worst <= DUE_BAR and clocks <= CLOCKS_BAR
    print(json.dumps({
        "due_us": table, "worst_due_us": worst, "due_bar_us": DUE_BAR, "clocks": CLOCKS, "clocks_s": round(clocks, 3),
        "clocks_bar_s": CLOCKS_BAR, "kept": kept,
    }))  # fmt: skip
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
