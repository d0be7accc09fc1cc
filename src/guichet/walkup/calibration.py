"""How past estimates compared with what happened, and what that makes of new ones (pure).

The simulated waits of an estimate are kept as quantiles at LEVELS. Once the true wait is known, the level at which it
fell is known too (the probability integral transform); over many estimates these levels should be uniform. Where they
are not, the level to read for "nine in ten" is the one below which nine in ten fell (split conformal prediction on the
transform: Chernozhukov, Wüthrich & Zhu 2021, "Distributional conformal prediction").
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# The levels at which an estimate's simulated waits are kept.
LEVELS = (0.005, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.995)
# As many of the newest outcomes are looked at; the identity weighs like PRIOR of them.
WINDOW, PRIOR = 600, 40


@dataclass(frozen=True, slots=True)
class Calibration:
    """For each of LEVELS, the level to read instead; and the number of outcomes that this rests on."""

    levels: tuple[float, ...] = LEVELS
    count: int = 0

    def read(self, level: float) -> float:
        """The level to read in the simulated waits so that the promise of `level` holds."""
        return interpolate(level, LEVELS, self.levels)


def fell_at(quantiles: Sequence[float], waited: float) -> float:
    """The level, 0 to 1, at which a wait fell among the quantiles (at LEVELS) that were foretold."""
    if waited <= quantiles[0]:
        return LEVELS[0] * (0.5 if quantiles[0] <= 0 else max(waited, 0.0) / quantiles[0])
    if waited >= quantiles[-1]:
        return 1 - LEVELS[0] / 2
    return interpolate(waited, quantiles, LEVELS)


def recalibrate(outcomes: Iterable[tuple[Sequence[float], float]]) -> Calibration:
    """`outcomes`: quantiles foretold (at LEVELS, before calibration) and the wait that it was, oldest first."""
    return from_levels([fell_at(quantiles, waited) for quantiles, waited in outcomes])


def from_levels(levels: Sequence[float]) -> Calibration:
    """The same from levels at which waits fell (`fell_at`), oldest first."""
    recent = sorted([*levels[-WINDOW:], *((i + 0.5) / PRIOR for i in range(PRIOR))])
    places = [(i + 0.5) / len(recent) for i in range(len(recent))]
    read = [round(interpolate(level, places, recent), 4) for level in LEVELS]
    return Calibration(levels=tuple(read), count=min(len(levels), WINDOW))


def interpolate(x: float, xs: Sequence[float], ys: Sequence[float]) -> float:
    """Straight lines between the points; level outside them. `xs` never falls."""
    i = bisect_left(xs, x)
    if i == 0:
        return ys[0]
    if i == len(xs):
        return ys[-1]
    x0, x1 = xs[i - 1], xs[i]
    return ys[i - 1] + (ys[i] - ys[i - 1]) * ((x - x0) / (x1 - x0) if x1 > x0 else 1.0)
