"""Small statistics without numpy (pure): weighted quantiles, monotone fits, means drawn towards a first guess."""

import math
from collections.abc import Iterable, Sequence


def weighted_quantiles(pairs: Iterable[tuple[float, float]], *, slices: int) -> list[float]:
    """Quantiles at the middle of each of `slices` equal slices of probability; `pairs` of value and weight (> 0)."""
    ordered = sorted(pairs)
    total = sum(weight for _, weight in ordered)
    found: list[float] = []
    reached, before, previous = 0.0, -1.0, ordered[0][0]
    for value, weight in ordered:
        # Each value stands at the middle of its own weight; between two values, a straight line.
        here = (reached + weight / 2) / total
        while len(found) < slices and (len(found) + 0.5) / slices <= here:
            level = (len(found) + 0.5) / slices
            part = (level - before) / (here - before) if before >= 0 and here > before else 1.0
            found.append(previous + part * (value - previous))
        reached, before, previous = reached + weight, here, value
    return found + [previous] * (slices - len(found))


def monotone(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The nearest sequence that never falls (pool adjacent violators: Barlow et al. 1972)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values, weights, strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value2, weight2, count2 = blocks.pop()
            value1, weight1, count1 = blocks.pop()
            both = weight1 + weight2
            blocks.append([(value1 * weight1 + value2 * weight2) / both, both, count1 + count2])
    return [value for value, _, count in blocks for _ in range(int(count))]


def mean_and_spread(values: Sequence[float], *, prior: tuple[float, float], weight: float) -> tuple[float, float]:
    """Mean and standard deviation, with `prior` weighing like `weight` values."""
    mean = (sum(values) + weight * prior[0]) / (len(values) + weight)
    variance = (sum((v - mean) ** 2 for v in values) + weight * prior[1] ** 2) / (len(values) + weight)
    return round(mean, 4), round(math.sqrt(variance), 4)
