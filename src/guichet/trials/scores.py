"""How good estimates were: error, coverage, and the score of a range (numpy)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Told:
    """Estimates of one method beside the waits that they were about: (median, low80, high80, low90, high90)."""

    waits: list[float] = field(default_factory=list)
    rows: list[tuple[float, float, float, float, float]] = field(default_factory=list)

    def add(self, wait: float, row: tuple[float, float, float, float, float]) -> None:
        self.waits.append(wait)
        self.rows.append(row)

    def scores(self) -> dict[str, float]:
        y, x = np.array(self.waits), np.array(self.rows)
        return {
            "mae": float(np.abs(y - x[:, 0]).mean()),
            "bias": float((x[:, 0] - y).mean()),
            "coverage80": float(((x[:, 1] <= y) & (y <= x[:, 2])).mean()),
            "coverage90": float(((x[:, 3] <= y) & (y <= x[:, 4])).mean()),
            "winkler80": winkler(y, x[:, 1], x[:, 2], 0.2),
            "winkler90": winkler(y, x[:, 3], x[:, 4], 0.1),
        }


def winkler(y: Floats, low: Floats, high: Floats, miss: float) -> float:
    """Mean width of the ranges, plus 2/miss times as far as each wait lay outside (Winkler 1972); small is good."""
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    return float(np.mean(high - low + 2 / miss * outside))


def split_conformal(waits: Sequence[float], points: Sequence[float]) -> dict[float, float]:
    """What to add to a point estimate to have each level, from estimates whose waits are known."""
    errors = np.array(waits) - np.array(points)
    return {level: float(np.quantile(errors, level)) for level in (0.05, 0.1, 0.9, 0.95)}


def around(point: float, add: Mapping[float, float]) -> tuple[float, float, float, float, float]:
    low80, high80, low90, high90 = (max(point + add[level], 0.0) for level in (0.1, 0.9, 0.05, 0.95))
    return point, low80, high80, low90, high90
