"""When many clocks are due (pure): `clock.read` for thousands at once, by arrays, grouped by calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from guichet.calendars import vectors
from guichet.calendars.hours import Hours
from guichet.sla.clock import Pause


class Asked(NamedTuple):
    """A clock that began at `start` with so many seconds. Its pauses have ended; `version` None: day and night."""

    start: datetime
    seconds: int
    version: int | None
    pauses: Sequence[Pause]


def dues(asked: Sequence[Asked], *, hours_of: Callable[[int], Hours]) -> list[datetime]:
    """When each of them is due, in the order given."""
    found = np.zeros(len(asked), dtype=np.int64)
    groups: defaultdict[int | None, list[int]] = defaultdict(list)
    for number, one in enumerate(asked):
        groups[one.version].append(number)
    for version, numbers in groups.items():
        found[numbers] = _due(None if version is None else hours_of(version), [asked[number] for number in numbers])
    return [datetime.fromtimestamp(second, UTC) for second in found.tolist()]


def _due(hours: Hours | None, asked: Sequence[Asked]) -> vectors.Seconds:
    starts = np.array([_second(one.start) for one in asked], dtype=np.int64)
    seconds = np.array([one.seconds for one in asked], dtype=np.int64)
    # As wide as the one with the most pauses; an empty place begins and ends with its clock.
    begins = np.repeat(starts[:, None], max(len(one.pauses) for one in asked), axis=1)
    ends = begins.copy()
    for row, one in enumerate(asked):
        for column, pause in enumerate(one.pauses):
            assert pause.end is not None, "no pause without an end"
            begins[row, column], ends[row, column] = _second(pause.start), _second(pause.end)
    return vectors.due(hours, starts, seconds, begins, ends)


def _second(at: datetime) -> int:
    return int(at.timestamp() // 1)
