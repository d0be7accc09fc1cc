"""What a text probably is (pure): learnt from texts whose label is known, with an honest measure of how well.

A label's score is linear in the text's words, pairs of words and pieces of words (TF-IDF, each kind normalised by
itself), fitted by support vector machines, one against the rest. Some look at pieces of words too; some serve what is
common, some are balanced and serve small labels. Which of them, or the mean of which, is decided on texts that were
held out. On the same texts the scores are turned into confidences (one temperature; Guo et al. 2017), and from them
comes the threshold from which a guess may be spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from guichet.suggestions import fitting, measuring
from guichet.suggestions.learned import Guess, Learned
from guichet.suggestions.measuring import Measured
from guichet.suggestions.texts import same

__all__ = ["Guess", "Learned", "Measured", "TooLittle", "learn", "once"]

Whole = NDArray[np.int64]

# Fewer texts, or fewer of each of two labels, teach nothing that could be measured.
LEAST, LEAST_OF_TWO = 20, 3
# More are not read: a choice of them by lot.
MOST = 150_000


class TooLittle(Exception):
    """There is too little to learn from."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts with the number of their label among `labels`."""

    texts: list[str]
    which: Whole
    labels: tuple[str, ...]


def once(texts: Sequence[str], labels: Sequence[str]) -> list[int]:
    """Rows that have a text and a label; of a text that comes back, the first."""
    seen: set[str] = set()
    rows = []
    for row, (text, label) in enumerate(zip(texts, labels, strict=True)):
        key = same(text)
        if key and label.strip() and key not in seen:
            seen.add(key)
            rows.append(row)
    return rows


def learn(texts: Sequence[str], labels: Sequence[str], *, seed: int = 0) -> tuple[Learned, Measured]:
    """What was learnt, and how well it did on texts that it hadn't seen; the same again for the same texts."""
    examples = _examples(texts, labels, seed=seed)
    bags = fitting.Bags.of(examples.texts)
    held = fitting.held_out(bags, examples.which, len(examples.labels), seed=seed)
    tried = {way: fitting.mean(held.scores, way) for way in fitting.ways(len(examples.texts))}
    way = measuring.best(tried, held.which)
    temperature = measuring.temperature(tried[way], held.which)
    shares = measuring.softmax(tried[way] / temperature)
    measured = measuring.measure(shares, held.which, learnt=examples.which, classes=len(examples.labels))
    fit = fitting.fit(bags, examples.which, len(examples.labels), machines=way)
    return Learned.of(fit, way, labels=examples.labels, temperature=temperature), measured


def _examples(texts: Sequence[str], labels: Sequence[str], *, seed: int) -> Examples:
    rows = once(texts, labels)
    if len(rows) > MOST:
        rows = sorted(np.random.default_rng(seed).choice(rows, MOST, replace=False).tolist())
    names, which, count = np.unique(
        np.array([labels[row].strip() for row in rows], dtype=object), return_inverse=True, return_counts=True
    )
    if len(rows) < LEAST or (count >= LEAST_OF_TWO).sum() < 2:
        raise TooLittle(f"{len(rows)} texts, {len(names)} labels")
    return Examples([texts[row] for row in rows], which.astype(np.int64), tuple(str(name) for name in names))
