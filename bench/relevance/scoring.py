"""nDCG@10 of what was found (pure).

Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR techniques, ACM TOIS 20 (2002), with the gain 2^grade − 1
and the discount log2(rank + 1); the ideal order is that of all that was judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

DEPTH = 10


def ndcg(found: Sequence[str], *, grades: Mapping[str, int], copies: Mapping[str, int] | None = None) -> float:
    """From 0 to 1. `copies`: how many documents bear a name (one, unless said); each found one counts once."""
    there = {name: (copies or {}).get(name, 1) for name in grades}
    left, gained = dict(there), 0.0
    for rank, name in enumerate(found[:DEPTH], start=1):
        if left.get(name, 0) > 0:
            left[name] -= 1
            gained += _gain(grades[name]) / math.log2(rank + 1)
    ideal = sorted((grades[name] for name, number in there.items() for _ in range(number)), reverse=True)[:DEPTH]
    best = sum(_gain(grade) / math.log2(rank + 1) for rank, grade in enumerate(ideal, start=1))
    return gained / best if best else 0.0


def _gain(grade: int) -> float:
    return 2.0**grade - 1
