"""`guichet bench suggest`: what a text probably is, on labelled texts from elsewhere, beside TF-IDF with a LinearSVC.

A text that comes back is taken once, its first row. Five parts with each label spread evenly over them (the seed is
fixed): each is judged by what was learnt from the other four, by ours and by the usual way alike. Everything that ours
chooses (way of fitting, temperature, threshold) it chooses inside those four. With `--train`, what is judged is learnt
from another file, without the texts that the judged one has.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from guichet.suggestions import measuring
from guichet.suggestions.fitting import folds
from guichet.suggestions.learning import Learned, TooLittle, learn
from guichet.trials.tables import Labelled, NoTableError, read

Flags = NDArray[np.bool_]

PARTS, SEED = 5, 20261122
# What the last line has, in this order.
FIGURES = (
    "rows", "classes", "accuracy", "macro_f1", "coverage_at_90", "ece", "ms_per_suggestion", "baseline_accuracy",
    "baseline_macro_f1", "threshold_coverage", "threshold_accuracy", "learned_bytes",
)  # fmt: skip
# How many texts are asked one by one for the time that a suggestion takes.
ASKED = 200


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of the judged texts: the label, how sure, whether surer than the threshold learnt; the usual way's
    label; and what was learnt, as bytes."""

    label: list[str]
    confidence: list[float]
    spoken: list[bool]
    usual: list[str]
    learned: bytes


def judge(past: Labelled, judged: Sequence[str]) -> Told:
    learned, measured = learn(past.texts, past.labels, seed=SEED)
    shares = [learned.shares(text) for text in judged]
    best = [int(one.argmax()) for one in shares]
    sure = [float(one.max()) for one in shares]
    return Told(
        label=[learned.labels[one] for one in best],
        confidence=sure,
        spoken=[measured.threshold is not None and one >= measured.threshold for one in sure],
        usual=_usual(past, judged),
        learned=learned.to_bytes(),
    )


def _usual(past: Labelled, judged: Sequence[str]) -> list[str]:
    """TF-IDF with a linear support vector machine, scikit-learn's defaults."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    machine = make_pipeline(TfidfVectorizer(), LinearSVC(random_state=SEED))
    try:
        return [str(label) for label in machine.fit(past.texts, past.labels).predict(judged)]
    except ValueError:  # Not one word of two letters in all texts.
        return [max(set(past.labels), key=past.labels.count)] * len(judged)


class _Given:
    """What every process judges parts of: handed over once, when it starts."""

    table: Labelled
    part: NDArray[np.int64]

    @classmethod
    def hand(cls, table: Labelled, part: NDArray[np.int64]) -> None:
        cls.table, cls.part = table, part


def _one(number: int) -> Told:
    table, part = _Given.table, _Given.part
    rest = np.flatnonzero(part != number).tolist()
    past = Labelled([table.texts[row] for row in rest], [table.labels[row] for row in rest], [])
    return judge(past, [table.texts[row] for row in np.flatnonzero(part == number).tolist()])


def crossed(table: Labelled) -> Iterator[tuple[list[int], Told]]:
    """The rows of each part, and what was said of them by what the others taught."""
    names = {name: number for number, name in enumerate(sorted(set(table.labels)))}
    part = folds(np.array([names[label] for label in table.labels]), parts=PARTS, seed=SEED)
    workers = min(PARTS, os.cpu_count() or 1)
    with ProcessPoolExecutor(max_workers=workers, initializer=_Given.hand, initargs=(table, part)) as pool:
        for number, told in enumerate(pool.map(_one, range(PARTS)), start=1):
            print(f"\r{number} of {PARTS} parts", end="", file=sys.stderr, flush=True)
            yield np.flatnonzero(part == number - 1).tolist(), told
    print(file=sys.stderr)


def figures(table: Labelled, parts: Sequence[tuple[list[int], Told]]) -> dict[str, Any]:
    """Of all parts together."""
    labels = [table.labels[row] for rows, _told in parts for row in rows]
    told = [label for _rows, one in parts for label in one.label]
    usual = [label for _rows, one in parts for label in one.usual]
    confidence = np.array([sure for _rows, one in parts for sure in one.confidence])
    spoken: Flags = np.array([said for _rows, one in parts for said in one.spoken])
    number = {name: i for i, name in enumerate(sorted({*labels, *told, *usual}))}
    which, ours, theirs = (np.array([number[name] for name in column]) for column in (labels, told, usual))
    right = ours == which
    return {
        "rows": len(labels),
        "classes": len(set(labels)),
        "accuracy": float(right.mean()),
        "macro_f1": measuring.macro_f1(ours, which),
        "coverage_at_90": measuring.covered(confidence, right)[0],
        "ece": measuring.ece(confidence, right),
        "ms_per_suggestion": pace(parts[0][1].learned, [table.texts[row] for row in parts[0][0]]),
        "baseline_accuracy": float((theirs == which).mean()),
        "baseline_macro_f1": measuring.macro_f1(theirs, which),
        "threshold_coverage": float(spoken.mean()),
        "threshold_accuracy": float(right[spoken].mean()) if spoken.any() else None,
        "learned_bytes": len(parts[0][1].learned),
    }


def pace(kept: bytes, texts: Sequence[str]) -> float:
    """Milliseconds for one text, asked alone and with its reasons; the median, so that nothing else is measured."""
    learned = Learned.from_bytes(kept)
    took = []
    for text in texts[:ASKED]:
        began = time.perf_counter()
        learned.guess(text)
        took.append(time.perf_counter() - began)
    return float(np.median(took)) * 1000


def run(*, file: Path, text: Sequence[str], label: str, train: Path | None = None) -> int:
    """Prints a table, and one JSON object as its last line; 2 where there is nothing to judge by: what isn't known is
    null then."""
    table = None
    try:
        table = read(file, text=text, label=label)
        if not table.texts:
            raise NoTableError(f"{file}: no row has a text and a {label}.")
        if train is None:
            parts = list(crossed(table))
        else:
            past = read(train, text=text, label=label, all_of_text=False).without(table)
            parts = [(list(range(len(table.texts))), judge(past, table.texts))]
    except NoTableError as wrong:
        return _refused(str(wrong), table)
    except TooLittle as little:
        return _refused(f"\nToo little to learn from: {little}.", table)
    found = figures(table, parts)
    print(f"{'':26}{'accuracy':>10}{'macro F1':>10}{'≥ 90 % right':>14}")
    print(f"{'guichet':26}{found['accuracy']:>10.4f}{found['macro_f1']:>10.4f}{found['coverage_at_90']:>12.1%}")
    print(f"{'TF-IDF and LinearSVC':26}{found['baseline_accuracy']:>10.4f}{found['baseline_macro_f1']:>10.4f}")
    print(json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in found.items()}))
    return 0


def _refused(why: str, table: Labelled | None) -> int:
    print(why, file=sys.stderr)
    known = {"rows": len(table.texts), "classes": len(set(table.labels))} if table else {}
    print(json.dumps({key: known.get(key) for key in FIGURES}))
    return 2
