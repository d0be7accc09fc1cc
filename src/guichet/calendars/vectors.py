"""`Hours` for many moments at once (pure): arrays of epoch seconds in, arrays of epoch seconds out.

All rows share one calendar; around 10 ns a row and look-up. Group by calendar before. All clocks that are rebuilt by
night and held against the log every ten minutes are counted here (`sla/many.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from guichet.calendars.hours import Hours, Table

Seconds = NDArray[np.int64]
# The end of a pause that has none; the due time of what may never be due.
FOREVER = int(np.iinfo(np.int64).max)


def worked(hours: Hours, at: Seconds) -> Seconds:
    """W at each moment; only differences mean something."""
    if not at.size:
        return np.zeros(at.shape, dtype=np.int64)
    hours.reaching(int(at.min()))
    return _worked(_arrays(hours.reaching(int(at.max()))), at)


def between(hours: Hours, start: Seconds, end: Seconds) -> Seconds:
    """Open seconds from each start to its end; negative when the end comes first."""
    found: Seconds = worked(hours, end) - worked(hours, start)
    return found


def add(hours: Hours, start: Seconds, seconds: Seconds) -> Seconds:
    """As `Hours.add_seconds`, row by row."""
    nothing = np.zeros((*np.shape(start), 0), dtype=np.int64)
    return due(hours, start, seconds, nothing, nothing)


def due(hours: Hours | None, start: Seconds, seconds: Seconds, begins: Seconds, ends: Seconds) -> Seconds:
    """As `Hours.due_second`, row by row; without hours all time counts.

    Pauses are two arrays of one row for each start and any number of columns. An empty place has an end that is not
    after its beginning; FOREVER ends never. FOREVER is the answer where a pause without an end comes before the due
    time.
    """
    if not start.size:
        return np.zeros(0, dtype=np.int64)
    if int(seconds.min()) < 0:
        raise ValueError("working time is added, not taken away")
    arrays = None if hours is None else _spanning(hours, start, begins, ends[ends != FOREVER])
    goal = _worked(arrays, start) + seconds
    never = np.zeros(start.shape, dtype=bool)
    order = np.argsort(begins, axis=1, kind="stable")
    over = start
    for column in range(begins.shape[1]):
        which = order[:, column : column + 1]
        since = np.maximum(np.take_along_axis(begins, which, axis=1)[:, 0], over)
        until = np.take_along_axis(ends, which, axis=1)[:, 0]
        opens = _worked(arrays, since)
        stands = (until > since) & (opens < goal) & ~never
        endless = until == FOREVER
        never |= stands & endless
        stands &= ~endless
        until = np.where(stands, until, since)
        goal += np.where(stands, _worked(arrays, until) - opens, 0)
        over = np.maximum(over, until)
    if hours is None:
        found = goal
    else:
        found = _moments(hours, goal, wanted=~never & (seconds > 0))
        for row in np.flatnonzero(seconds == 0):
            found[row] = hours.next_open_second(int(start[row]))
    found[never] = FOREVER
    return found


_Arrays = tuple[Seconds, Seconds, Seconds]


def _arrays(table: Table) -> _Arrays:
    return (
        np.array(table.starts, dtype=np.int64),
        np.array(table.stops, dtype=np.int64),
        np.array(table.sums, dtype=np.int64),
    )


def _spanning(hours: Hours, *edges: Seconds) -> _Arrays:
    """The table, with all of these moments inside it."""
    hours.reaching(min(int(e.min()) for e in edges if e.size))
    return _arrays(hours.reaching(max(int(e.max()) for e in edges if e.size)))


def _worked(arrays: _Arrays | None, at: Seconds) -> Seconds:
    if arrays is None:
        return at
    starts, stops, sums = arrays
    number = np.searchsorted(starts, at, "right") - 1
    known = np.maximum(number, 0)
    found: Seconds = np.where(number < 0, sums[0], sums[known] + np.minimum(at, stops[known]) - starts[known])
    return found


def _moments(hours: Hours, goal: Seconds, *, wanted: NDArray[np.bool_]) -> Seconds:
    """The least t with W(t) ≥ `goal`, where `wanted`; any number elsewhere."""
    if not wanted.any():
        return np.zeros(goal.shape, dtype=np.int64)
    hours.moment_of(int(goal[wanted].max()))
    starts, _, sums = _arrays(hours.table)
    number = np.clip(np.searchsorted(sums, goal, "left") - 1, 0, len(starts) - 1)
    found: Seconds = starts[number] + goal - sums[number]
    return found
