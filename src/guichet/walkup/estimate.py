"""How long each person still waits, as a range, and how sure that is (pure; numpy comes with the first estimate).

`estimate` plays the queue forward (`simulation.py`) from its state, with the venue's own laws, and reads the simulated
waits at levels that past outcomes have corrected (`calibration.py`). All times are minutes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guichet.walkup.calibration import LEVELS
from guichet.walkup.dispatcher import Waiting
from guichet.walkup.laws import LITTLE, Laws

if TYPE_CHECKING:
    from guichet.walkup.simulation import Floats, State

SAMPLES = 56
# The levels of what is shown: the median, and the ends of the ranges that hold four in five and nine in ten.
MEDIAN, EIGHTY, NINETY = 0.5, (0.1, 0.9), (0.05, 0.95)
# A newer estimate takes the place of the shown one by half within this many minutes.
SETTLES = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitEstimate:
    """Minutes until somebody is called, from now on.

    `id`: the person's. `low80`–`high80` holds the true wait four times in five, `low90`–`high90` nine in ten.
    `basis`: how many past services of what they and those before them come for it rests on, at least; `little_data`:
    so few that the range is to be shown as a guess. `unserved`: the share of plays in which nobody calls them before
    the agents' day ends. `quantiles`: the simulated waits at `calibration.LEVELS`, before calibration: kept beside
    the outcome, they teach the next calibration.
    """

    id: int
    median: float
    low80: float
    high80: float
    low90: float
    high90: float
    basis: int
    little_data: bool
    unserved: float
    quantiles: tuple[float, ...]


def estimate(
    state: "State",
    laws: Laws,
    *,
    now: float,
    samples: int = SAMPLES,
    seed: int = 1,
    newcomers: Sequence[Waiting] = (),
) -> list[WaitEstimate]:
    """One estimate for each of `state.waiting`, then one for each of `newcomers` (see `newcomer`), in their order.

    The same state, laws, `now`, `samples` and `seed` give the same estimates.
    """
    import numpy as np

    from guichet.walkup.simulation import play

    waits = play(state, laws, now=now, samples=samples, seed=seed, newcomers=newcomers)
    people = [*state.waiting, *newcomers]
    if not people:
        return []
    never = np.isinf(waits)
    unserved = never.mean(0)
    # Whoever isn't called any more waits until the end of the day, and an hour at least: there is no other figure.
    end = max([post.agent.ends for post in state.posts if math.isfinite(post.agent.ends)], default=now)
    waits[never] = max((state.closes or end) - now, end - now, 60.0)
    waits.sort(axis=0)
    read = laws.calibration.read
    shown = [MEDIAN, *EIGHTY, *NINETY]
    table = np.maximum(_read(waits, [*LEVELS, *(read(level) for level in shown)]), 0.0)
    rows = np.round(table, 3).T.tolist()
    count = _basis(state, laws)
    return [
        WaitEstimate(
            id=person.id,
            median=row[-5],
            low80=row[-4],
            high80=row[-3],
            low90=row[-2],
            high90=row[-1],
            basis=count,
            little_data=count < LITTLE,
            unserved=missed,
            quantiles=tuple(row[: len(LEVELS)]),
        )
        for person, row, missed in zip(people, rows, unserved.tolist(), strict=True)
    ]


def _read(ordered: "Floats", levels: Sequence[float]) -> "Floats":
    """The quantiles of each column of sorted samples: (levels, people)."""
    import numpy as np

    count = len(ordered)
    x = np.clip(np.array(levels) * count - 0.5, 0.0, count - 1.0)
    low = x.astype(int)
    high = np.minimum(low + 1, count - 1)
    part = (x - low)[:, None]
    found: Floats = ordered[low] * (1 - part) + ordered[high] * part
    return found


def _basis(state: "State", laws: Laws) -> int:
    """The fewest past services among the categories that are being served or waited for."""
    before = {post.serving for post in state.posts if post.serving is not None and not post.silent}
    before |= {person.category for person in state.waiting}
    return min([*(laws.of(category).count for category in before), laws.services], default=0)


def newcomer(number: int, *, category: str, skill: str | None, now: float, standing: str = "walk_in") -> Waiting:
    """Somebody who would check in now, for `newcomers`. Each number gives a person of their own."""
    return Waiting(id=number, standing=standing, since=now, arrived=now, category=category, skill=skill)


def steady(previous: WaitEstimate, new: WaitEstimate, *, elapsed: float) -> WaitEstimate:
    """What the screen shows instead of `new`, `elapsed` minutes after it showed `previous`.

    What was shown goes on by the clock, and moves towards the new estimate by half in SETTLES minutes: the play of
    chance between two estimates doesn't make it jump. Where the new range no longer holds what was shown, the queue
    has changed (an agent left, a crowd came), and the new estimate is shown at once.
    """
    went_on = max(previous.median - elapsed, 0.0)
    if not new.low80 <= went_on <= new.high80:
        return new
    share = 1 - 0.5 ** (max(elapsed, 0.0) / SETTLES)

    def between(old: float, fresh: float) -> float:
        kept = max(old - elapsed, 0.0)
        return float(round(kept + share * (fresh - kept), 3))

    return replace(
        new,
        median=between(previous.median, new.median),
        low80=between(previous.low80, new.low80),
        high80=between(previous.high80, new.high80),
        low90=between(previous.low90, new.low90),
        high90=between(previous.high90, new.high90),
    )
