"""Working time (pure): which seconds of the clock count, and sums of them over any stretch of time.

`Hours` is a sorted table of disjoint open stretches in UTC seconds with running totals W(t), the open seconds before t.
The time between two moments is W(b) − W(a); the moment when n seconds have passed since t is the least u with
W(u) ≥ W(t) + n. Both are one bisection, whatever the length. Years are added to the table, forwards and backwards, when
somebody asks for them. `vectors.py` does the same for many at once.

A local time that doesn't exist (clocks go forward) is the end of the gap; one that comes twice is the first of the two,
whether the desk opens or closes then.
"""

from __future__ import annotations

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

# Seven lists of [from, to) minutes after midnight, Monday first, local time.
Week = Sequence[Sequence[Sequence[int]]]
OFFICE_HOURS: Week = [[[8 * 60, 17 * 60]]] * 5 + [[], []]
# A stretch in which a clock stands still; None: it has not ended.
Pause = tuple[datetime, datetime | None]
PauseSeconds = tuple[int, int | None]

_DAY = 24 * 60
# Totals count from the first second of this year, local time; earlier ones are negative.
_ORIGIN = 2025
_EPOCH = date(1970, 1, 1).toordinal()
# As many years without a single open second: nobody works here again.
_BARREN = 30


def spans_ok(spans: object) -> bool:
    """Whether this is a day: [from, to) in minutes, running forward, apart from each other, over by midnight."""
    last = 0
    if not isinstance(spans, list | tuple):
        return False
    for span in spans:
        if not isinstance(span, list | tuple) or len(span) != 2 or not all(type(m) is int for m in span):
            return False
        start, end = span
        if not last <= start < end <= _DAY:
            return False
        last = end
    return True


def week_errors(week: object) -> list[str]:
    """Why `week` can't be used; [] when it can. A week without any working time is refused."""
    if not isinstance(week, list | tuple) or len(week) != 7:
        return ["days"]
    wrong = [f"day {number}" for number, day in enumerate(week) if not spans_ok(day)]
    if wrong:
        return wrong[:1]
    return [] if any(week) else ["empty"]


class Table(NamedTuple):
    """Open stretches of whole local years [first, last), from `begins` to `ends`, and W at the start of each.

    `sums` has one total more than there are stretches: W at the end.
    """

    first: int
    last: int
    begins: int
    ends: int
    starts: list[int]
    stops: list[int]
    sums: list[int]


class Hours:
    """When work is done. Methods in datetimes (aware; answers in UTC, whole seconds) have a twin in epoch seconds.

    ValueError where there is no working time at all. Safe to share between threads: a table is replaced, never changed.
    """

    def __init__(
        self,
        *,
        week: Week,
        zone: str | ZoneInfo,
        closed: Callable[[date], bool] | Collection[date] = (),
        exceptions: Mapping[date, Sequence[Sequence[int]]] | None = None,
    ) -> None:
        """`closed` days have no hours; `exceptions` are the hours of a day, whatever the week and `closed` say."""
        if week_errors(week):
            raise ValueError("a week needs some working time")
        self.week = [[(int(a), int(b)) for a, b in day] for day in week]
        self.zone = ZoneInfo(zone) if isinstance(zone, str) else zone
        self.closed = closed if callable(closed) else frozenset(closed).__contains__
        self.exceptions = {day: [(int(a), int(b)) for a, b in spans] for day, spans in (exceptions or {}).items()}
        begins = self._instant(date(_ORIGIN, 1, 1), 0)
        self.table = Table(_ORIGIN, _ORIGIN, begins, begins, [], [], [0])
        self._forwards()

    def day(self, day: date) -> list[tuple[int, int]]:
        """The hours of a local day, in minutes after its midnight."""
        if day in self.exceptions:
            return self.exceptions[day]
        return [] if self.closed(day) else self.week[day.weekday()]

    # In moments.

    def add(self, start: datetime, seconds: int) -> datetime:
        """The moment when so many open seconds (≥ 0) have passed since `start`; for none, the next open moment."""
        return _moment(self.add_seconds(_second(start), seconds))

    def between(self, start: datetime, end: datetime) -> int:
        """Open seconds from `start` to `end`; negative when `end` comes first."""
        return self.between_seconds(_second(start), _second(end))

    def is_open(self, at: datetime) -> bool:
        return self.is_open_second(_second(at))

    def due(self, start: datetime, seconds: int, pauses: Collection[Pause] = ()) -> datetime | None:
        """As `add`, but what is open during `pauses` (any order, overlapping or not) doesn't count.

        None while a pause without an end keeps it from ever being due.
        """
        found = self.due_second(
            _second(start), seconds, [(_second(a), None if b is None else _second(b)) for a, b in pauses]
        )
        return None if found is None else _moment(found)

    def spans(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The open stretches of [start, end), in order, apart from each other."""
        found = self.spans_seconds(_second(start), _second(end))
        return [(_moment(a), _moment(b)) for a, b in found]

    # In seconds since 1970.

    def add_seconds(self, start: int, seconds: int) -> int:
        if seconds <= 0:
            if seconds < 0:
                raise ValueError("working time is added, not taken away")
            return self.next_open_second(start)
        return self.moment_of(self.worked(start) + seconds)

    def between_seconds(self, start: int, end: int) -> int:
        return self.worked(end) - self.worked(start)

    def is_open_second(self, at: int) -> bool:
        table = self.reaching(at)
        number = bisect_right(table.starts, at) - 1
        return number >= 0 and at < table.stops[number]

    def next_open_second(self, at: int) -> int:
        table = self.reaching(at)
        number = bisect_right(table.starts, at) - 1
        if number >= 0 and at < table.stops[number]:
            return at
        while number + 1 == len(table.starts):
            table = self._forwards()
            number = bisect_right(table.starts, at) - 1
        return table.starts[number + 1]

    def due_second(self, start: int, seconds: int, pauses: Collection[PauseSeconds] = ()) -> int | None:
        if not pauses or seconds <= 0:
            return self.add_seconds(start, seconds)
        goal = self.worked(start) + seconds
        over = start
        for begins, ends in sorted(pauses, key=operator.itemgetter(0)):
            since = max(begins, over)
            if ends is not None and ends <= since:
                continue
            opens = self.worked(since)
            if opens >= goal:
                break
            if ends is None:
                return None
            goal += self.worked(ends) - opens
            over = ends
        return self.moment_of(goal)

    def spans_seconds(self, start: int, end: int) -> list[tuple[int, int]]:
        if start >= end:
            return []
        self.reaching(start)
        table = self.reaching(end)
        found: list[tuple[int, int]] = []
        for number in range(max(bisect_right(table.starts, start) - 1, 0), bisect_left(table.starts, end)):
            opens, closes = max(table.starts[number], start), min(table.stops[number], end)
            if opens >= closes:
                continue
            if found and found[-1][1] == opens:
                opens = found.pop()[0]
            found.append((opens, closes))
        return found

    def worked(self, at: int) -> int:
        """W: open seconds from the origin to `at`. Only differences mean something."""
        _, _, begins, ends, starts, stops, sums = self.table
        if not begins <= at < ends:
            _, _, begins, ends, starts, stops, sums = self.reaching(at)
        number = bisect_right(starts, at) - 1
        if number < 0:
            return sums[0]
        closes = stops[number]
        return sums[number] + (at if at < closes else closes) - starts[number]

    def moment_of(self, worked: int) -> int:
        """The least t with W(t) ≥ `worked`."""
        _, _, _, _, starts, _, sums = self.table
        while worked > sums[-1]:
            _, _, _, _, starts, _, sums = self._forwards()
        while worked <= sums[0]:
            _, _, _, _, starts, _, sums = self._backwards()
        number = bisect_left(sums, worked) - 1
        return starts[number] + worked - sums[number]

    def reaching(self, at: int) -> Table:
        """The table, with `at` inside it."""
        table = self.table
        while at < table.begins:
            table = self._backwards()
        while at >= table.ends:
            table = self._forwards()
        return table

    # How the table grows. Two threads that do it at once do it twice, and alike: totals have one origin.

    def _forwards(self) -> Table:
        """One year more at the end, or several where the next have no working time."""
        table = self.table
        last, found = table.last, list[tuple[int, int]]()
        while not found:
            if last >= table.last + _BARREN:
                raise ValueError("a calendar needs some working time")
            found = list(self._year(last))
            last += 1
        total, sums = table.sums[-1], []
        for opens, closes in found:
            total += closes - opens
            sums.append(total)
        self.table = table._replace(
            last=last,
            ends=self._instant(date(last, 1, 1), 0),
            starts=[*table.starts, *(opens for opens, _ in found)],
            stops=[*table.stops, *(closes for _, closes in found)],
            sums=[*table.sums, *sums],
        )
        return self.table

    def _backwards(self) -> Table:
        table = self.table
        first, found = table.first, list[tuple[int, int]]()
        while not found:
            if first <= table.first - _BARREN:
                raise ValueError("a calendar needs some working time")
            first -= 1
            found = list(self._year(first))
        total, sums = table.sums[0], []
        for opens, closes in reversed(found):
            total -= closes - opens
            sums.append(total)
        self.table = table._replace(
            first=first,
            begins=self._instant(date(first, 1, 1), 0),
            starts=[*(opens for opens, _ in found), *table.starts],
            stops=[*(closes for _, closes in found), *table.stops],
            sums=[*reversed(sums), *table.sums],
        )
        return self.table

    def _year(self, year: int) -> Iterator[tuple[int, int]]:
        """The open stretches of a local year, in order; one may end where the next begins."""
        day, end = date(year, 1, 1), date(year + 1, 1, 1)
        before, plain = self._offset(day)
        while day < end:
            after, next_plain = self._offset(day + timedelta(days=1))
            if plain and next_plain and before == after:
                midnight = (day.toordinal() - _EPOCH) * 86_400 - before
                for opens, closes in self.day(day):
                    yield midnight + opens * 60, midnight + closes * 60
            else:
                for opens, closes in self.day(day):
                    a, b = self._instant(day, opens), self._instant(day, closes)
                    if a < b:
                        yield a, b
            day += timedelta(days=1)
            before, plain = after, next_plain

    def _offset(self, day: date) -> tuple[int, bool]:
        """Seconds from UTC at a local midnight, and whether that midnight comes exactly once."""
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.zone)
        offset = _utcoffset(midnight)
        return offset, offset == _utcoffset(midnight.replace(fold=1))

    def _instant(self, day: date, minutes: int) -> int:
        """The second at which the wall clock first shows `minutes` after the midnight of `day`, or goes past it."""
        days, minute = divmod(minutes, _DAY)
        day += timedelta(days=days)
        local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=self.zone)
        wall = (day.toordinal() - _EPOCH) * 86_400 + minute * 60
        before, after = _utcoffset(local), _utcoffset(local.replace(fold=1))
        if before >= after:
            return wall - before
        # In a gap: it ends at the one change of the clock after wall − after and by wall − before.
        low, high = wall - after, wall - before
        while high - low > 1:
            middle = (low + high) // 2
            if _utcoffset(datetime.fromtimestamp(middle, self.zone)) == before:
                low = middle
            else:
                high = middle
        return high


def _utcoffset(at: datetime) -> int:
    offset = at.utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _second(at: datetime) -> int:
    return int(at.timestamp() // 1)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
