"""When the tickets of the large desk come, and which of them go on still (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]

DAYS = 730
_HOUR = 3_600
# Arrivals in each hour of a day, in UTC for a desk five hours west of it; a week-end has a sixth of them.
_HOURS = np.array([3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 12, 9, 13, 14, 12, 9, 6, 4], dtype=float)
_WEEK_END = 1 / 6
# A year later the desk has a third more to do.
_GROWTH = 1.33
# The last one came a minute ago. Of the newest nine in ten are live; of what is so many days older, e times fewer.
LATEST = 60
_NEWEST, _FADES = 0.9, 120.0


def opened(*, tickets: int, until: datetime, chance: np.random.Generator) -> Whole:
    """Seconds since 1970 at which each opens, in order."""
    end = int(until.timestamp()) - LATEST
    hours = end // _HOUR - np.arange(DAYS * 24)[::-1]
    weights = _HOURS[hours % 24] * np.where((hours // 24 + 3) % 7 >= 5, _WEEK_END, 1.0)
    weights *= _GROWTH ** ((hours - hours[-1]) / (365 * 24))
    law = np.cumsum(weights)
    at = np.searchsorted(law / law[-1], chance.random(tickets)).clip(0, len(hours) - 1)
    seconds = hours[at] * _HOUR + chance.integers(_HOUR, size=tickets)
    return np.sort(np.minimum(seconds, end)).astype(np.int64)


def chosen(ages: Whole, *, ended: Sequence[int], live: Sequence[int], chance: np.random.Generator) -> Whole:
    """For tickets of these ages the number of a mould: `ended` say how long they last, `live` how old they are.

    Ended ones come first in the numbering. One that isn't over is told at its age or a little after, so what it
    promises lies ahead; one that is over lasted no longer than there was time.
    """
    lasting, order = np.sort(np.array(ended)), np.argsort(np.array(ended), kind="stable")
    fitting = np.searchsorted(lasting, ages, side="right")
    going_on = (chance.random(len(ages)) < _NEWEST * np.exp(-ages / (_FADES * 86_400))) | (fitting == 0)
    over = order[(chance.random(len(ages)) * np.maximum(fitting, 1)).astype(np.int64)]
    rungs, first, many = np.unique(np.array(live), return_index=True, return_counts=True)
    rung = (np.searchsorted(rungs, ages, side="right") - 1).clip(0)
    still = len(ended) + first[rung] + (chance.random(len(ages)) * many[rung]).astype(np.int64)
    return np.where(going_on, still, over).astype(np.int64)
