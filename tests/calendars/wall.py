"""The oracle: somebody who stands before the clock on the wall, minute by minute, with the notice of the opening hours.

It knows nothing of `guichet.calendars`. What has been read on the wall once is over: when clocks go back, the furthest
time that was shown counts until it comes again, so a desk that opened or closed does neither twice; when they go
forward, what was skipped is over at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

Notice = Sequence[Sequence[Sequence[int]]]
Pauses = Sequence[tuple[int, int | None]]


@lru_cache(maxsize=64)
def shown(zone: str, first: date, days: int) -> list[tuple[date, int]]:
    """For every minute of so many days (UTC), the furthest that the clock has shown: day, and minute of that day."""
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
    place = ZoneInfo(zone)
    furthest = (date.min, 0)
    found = []
    for second in range(begin, begin + days * 86_400, 60):
        local = datetime.fromtimestamp(second, place)
        furthest = max(furthest, (local.date(), local.hour * 60 + local.minute))
        found.append(furthest)
    return found


class Watcher:
    """Whether it was open, for every minute of so many days. The first two days are there to get used to the clock."""

    def __init__(
        self,
        *,
        zone: str,
        first: date,
        days: int,
        week: Notice,
        closed: Collection[date] = (),
        exceptions: Mapping[date, Sequence[Sequence[int]]] | None = None,
    ) -> None:
        self.begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        self.end = self.begin + days * 86_400
        special = {**dict.fromkeys(closed, ()), **(exceptions or {})}
        self.open = bytearray(
            any(a <= minute < b for a, b in (special[day] if day in special else week[day.weekday()]))
            for day, minute in shown(zone, first, days)
        )

    def is_open(self, at: int) -> bool:
        return bool(self.open[(at - self.begin) // 60])

    def between(self, start: int, end: int) -> int:
        """Walks from one to the other."""
        worked, at = 0, start
        while at < end:
            then = min((at // 60 + 1) * 60, end)
            if self.open[(at - self.begin) // 60]:
                worked += then - at
            at = then
        return worked

    def due(self, start: int, seconds: int, pauses: Pauses = ()) -> int | None:
        """Walks until so many seconds were worked; None where a pause that doesn't end keeps it from that."""
        at = start
        if seconds == 0:
            while not self.is_open(at):
                at = (at // 60 + 1) * 60
            return at
        left = seconds
        while True:
            then, paused = (at // 60 + 1) * 60, False
            for begins, ends in pauses:
                if begins <= at and (ends is None or at < ends):
                    if ends is None:
                        return None
                    paused = True
                if at < begins < then:
                    then = begins
                if ends is not None and at < ends < then:
                    then = ends
            if not paused and self.open[(at - self.begin) // 60]:
                left -= then - at
                if left <= 0:
                    return then + left
            at = then
