"""How good guesses are, on texts that were held out (pure, numpy)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Way = TypeVar("Way")

# How right what is spoken has to be, and on how many texts that has to be seen.
RIGHT, SEEN = 0.90, 10
# Before anything is spoken, so many more are counted as answered, and wrong: 45 without an error are the least that
# speaks, and from few answers chance lends no certainty.
DOUBT = 5
BINS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """How well it did on held-out texts.

    `accuracy`: the share of right first guesses; `macro_f1`: the mean over labels of F1; `coverage_at_90`: the largest
    share of texts answered, the surest first, with nine in ten right beyond `DOUBT`, and `threshold` the confidence
    from which that is (None: never, or seen on too few); `ece`: how far confidence and rightness lie
    apart; `usual`: how often the commonest label is right.
    """

    rows: int
    classes: int
    accuracy: float
    macro_f1: float
    coverage_at_90: float
    ece: float
    threshold: float | None
    usual: float


def measure(shares: Floats, which: Whole, *, learnt: Whole, classes: int) -> Measured:
    """`shares`: of each held-out text (row) the confidence in each label; `which`: the right one; `learnt`: of all."""
    guessed, confidence = shares.argmax(axis=1), shares.max(axis=1)
    right = guessed == which
    coverage, threshold = covered(confidence, right, doubt=DOUBT)
    return Measured(
        rows=len(learnt),
        classes=classes,
        accuracy=float(right.mean()),
        macro_f1=macro_f1(guessed, which),
        coverage_at_90=coverage,
        ece=ece(confidence, right),
        threshold=threshold,
        usual=float(np.bincount(learnt).max() / len(learnt)),
    )


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = powers / powers.sum(axis=1, keepdims=True)
    return shares


def best(scores: Mapping[Way, Floats], which: Whole) -> Way:
    """The way whose first guesses are right most often; of nearly equal ones, that which serves small labels better."""

    def worth(way: Way) -> float:
        guessed = scores[way].argmax(axis=1)
        return float((guessed == which).mean()) + macro_f1(guessed, which) / 5

    return max(scores, key=worth)


def temperature(scores: Floats, which: Whole) -> float:
    """By what to divide scores so that their softmax is the likeliest confidence.

    As if one more text had had any label: where all were right, that isn't yet certainty.
    """
    rows = np.arange(len(which))
    grid = np.exp(np.linspace(np.log(0.02), np.log(5.0), 60))
    logs = (np.log(np.maximum(softmax(scores / one), 1e-12)) for one in grid)
    losses = [-float(log[rows, which].sum() + log.mean()) for log in logs]
    return float(grid[int(np.argmin(losses))])


def covered(confidence: Floats, right: Flags, *, least: float = RIGHT, doubt: int = 0) -> tuple[float, float | None]:
    """The largest share of texts answered, the surest first, of which `least` are right, and from which confidence on;
    as if `doubt` more had been answered wrongly.

    Those of equal confidence are answered together or not at all: a threshold can't tell them apart.
    """
    order = np.argsort(-confidence, kind="stable")
    sure, good = confidence[order], np.cumsum(right[order])
    answered = np.arange(1, len(order) + 1)
    ends = np.append(sure[1:] < sure[:-1], True)
    fine = np.flatnonzero(ends & (good >= least * (answered + doubt)) & (answered >= min(SEEN, len(order))))
    if not len(fine):
        return 0.0, None
    return float(answered[fine[-1]] / len(order)), float(sure[fine[-1]])


def ece(confidence: Floats, right: Flags, *, bins: int = BINS) -> float:
    """Expected calibration error over bins of equally many texts (Nguyen & O'Connor 2015)."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), min(bins, len(right)))
    return float(sum(len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts) / len(right))


def macro_f1(guessed: Whole, which: Whole) -> float:
    """The mean of F1 over every label that was guessed or was right."""
    size = int(max(guessed.max(), which.max())) + 1
    hits = np.bincount(which[guessed == which], minlength=size)
    both = np.bincount(guessed, minlength=size) + np.bincount(which, minlength=size)
    return float((2 * hits[both > 0] / both[both > 0]).mean())
