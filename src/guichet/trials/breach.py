"""`guichet bench breach`: the predicted chance that a first answer comes too late, beside "75 % of the time is gone".

Every hour of the judged days each ticket that waits for its first answer is asked after; known then is what a live desk
knows: what waits, who works there, and what came in the last four hours. Two orders of work: the product's own, and
first come first served within the severity, as the evaluation had it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from guichet.routing.prediction import UNDER_WAY, Line, Prospect, ahead, chances
from guichet.trials import desk_days
from guichet.trials.desk_days import DAY, DAYS, MEAN, RESPONSE, SKILLS, WEIGHT, Floats, Load, Whole
from guichet.trials.ordering import PACE, fifo, product

Flags = NDArray[np.bool_]

SHARE, SURGE = 0.90, (25, 30, 1.5)
ORDERS = {"product": product, "fifo": fifo}
_HOUR, _RECENT = 60.0, 240.0
_CAN = np.array([[kind in skills for kind in range(len(MEAN))] for skills in SKILLS], dtype=float)
# How many can do a type; of those who can do the one (column), how many can do the other (row).
_AGENTS = _CAN.sum(axis=0)
_SHARED = (_CAN.T @ _CAN) / _AGENTS[None, :]
_PRESS = np.log(WEIGHT[:, None] / MEAN[None, :])


@dataclass(frozen=True, slots=True)
class _Moment:
    """What a live desk knows at a moment: rows of what waits, and of what came lately."""

    now: float
    given: Load
    response_due: Floats
    waiting: Whole
    recent: Whole


def one(seed: int, *, order: str, days: int = DAYS) -> tuple[Floats, Floats, Flags]:
    """The chance told, the share of the time gone, and whether the promise was broken, of each ticket each hour."""
    given = desk_days.load(seed, share=SHARE, surge=SURGE, days=days)
    outcome = desk_days.run(given, ORDERS[order])
    due, arrival = outcome.response_due, given.arrival
    told, gone, broken = [], [], []
    for now in np.arange(10 * DAY, (days - 10) * DAY, _HOUR):
        waiting = np.flatnonzero((arrival <= now) & (outcome.begun > now))
        asked = waiting[due[waiting] > now]
        if len(asked):
            recent = np.flatnonzero((arrival > now - _RECENT) & (arrival <= now))
            moment = _Moment(float(now), given, due, waiting, recent)
            told.append(_told(moment, asked, order=order))
            gone.append((now - arrival[asked]) / RESPONSE[given.severity[asked]])
            broken.append(outcome.begun[asked] > due[asked])
    return np.concatenate(told), np.concatenate(gone), np.concatenate(broken)


def _told(moment: _Moment, asked: Whole, *, order: str) -> Floats:
    given, recent = moment.given, moment.recent
    work, coming = np.zeros(len(asked)), np.zeros(len(asked))
    for kind in range(len(MEAN)):
        mine = given.type[asked] == kind
        ones, share = asked[mine], _SHARED[kind]
        if order == "product":
            line = partial(_line, moment, share=share)
            arrivals = line(recent, slack=RESPONSE[given.severity[recent]])
            work[mine] = ahead(line(ones), line(moment.waiting), pace=PACE)
            coming[mine] = ahead(line(ones), arrivals, pace=PACE, passed=0.5) / _RECENT
        else:
            graver = given.severity[recent][None, :] < given.severity[ones][:, None]
            work[mine] = _before(moment, ones, share)
            coming[mine] = graver @ (MEAN[given.type[recent]] * share[given.type[recent]]) / _RECENT
    left = moment.response_due[asked] - moment.now
    return chances(Prospect(left, work + UNDER_WAY * PACE, _AGENTS[given.type[asked]], coming), pace=PACE)


def _line(moment: _Moment, rows: Whole, *, share: Floats, slack: Floats | None = None) -> Line:
    kind = moment.given.type[rows]
    left = moment.response_due[rows] - moment.now if slack is None else slack
    return Line(press=_PRESS[moment.given.severity[rows], kind], slack=left, minutes=MEAN[kind] * share[kind])


def _before(moment: _Moment, asked: Whole, share: Floats) -> Floats:
    """Minutes that stand before each first come first served: that order doesn't change while they wait."""
    severity, arrival = moment.given.severity, moment.given.arrival
    waiting = moment.waiting
    minutes = MEAN[moment.given.type[waiting]] * share[moment.given.type[waiting]]
    graver = severity[waiting][None, :] < severity[asked][:, None]
    older = (severity[waiting][None, :] == severity[asked][:, None]) & (
        arrival[waiting][None, :] < arrival[asked][:, None]
    )
    answer: Floats = (graver | older) @ minutes
    return answer


def auc(broken: Flags, told: Floats) -> float:
    """The chance that of one that was broken and one that was kept the first was told the greater chance."""
    _, where, count = np.unique(told, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[where]
    n = int(broken.sum())
    return float((rank[broken].sum() - n * (n + 1) / 2) / (n * (len(broken) - n)))


def run(*, seeds: Iterable[int]) -> int:
    """Prints a table, and one JSON object as its last line."""
    summary = {}
    wanted = list(seeds)
    print(f"{'':10}{'n':>9}{'broken':>9}{'AUC':>8}{'Brier':>8}{'75 %: AUC':>12}{'recall':>9}{'precision':>11}")
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        for order in ORDERS:
            parts = []
            for part in pool.map(partial(one, order=order), wanted):
                parts.append(part)
                print(f"\r{order}: {len(parts)} of {len(wanted)} runs", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            summary[order] = scores(*(np.concatenate(column) for column in zip(*parts, strict=True)))
            row = summary[order]
            print(
                f"{order:10}{row['n']:>9.0f}{row['broken']:>9.3f}{row['auc']:>8.3f}{row['brier']:>8.4f}"
                f"{row['auc_75']:>12.3f}{row['recall_75']:>9.3f}{row['precision_75']:>11.3f}"
            )
    print(json.dumps(summary), flush=True)
    return 0


def scores(told: Floats, gone: Floats, broken: Flags) -> dict[str, float]:
    """How well it told the two apart (AUC), how right the chances were (Brier), and what "75 % gone" finds.

    `recall` and `precision` are ours where we alert as often as that rule does.
    """
    alerted = gone >= 0.75
    ours = np.zeros(len(told), np.bool_)
    ours[np.argsort(-told, kind="stable")[: int(alerted.sum())]] = True
    return {
        "n": len(told),
        "broken": round(float(broken.mean()), 4),
        "auc": round(auc(broken, told), 4),
        "brier": round(float(((told - broken) ** 2).mean()), 4),
        "recall": round(float(broken[ours].sum() / broken.sum()), 4),
        "precision": round(float(broken[ours].mean()), 4),
        "auc_75": round(auc(broken, gone), 4),
        "recall_75": round(float(broken[alerted].sum() / broken.sum()), 4),
        "precision_75": round(float(broken[alerted].mean()), 4),
    }
