"""`guichet bench ordering`: the product's order of work beside the usual ones, on the same simulated days.

Judged are the tickets that arrive after the first ten days and before the last ten. Nothing is taken from a ticket that
a live desk wouldn't know: its type's expected handling, never its own.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from guichet.routing import ordering
from guichet.trials import desk_days
from guichet.trials.desk_days import DAY, DAYS, MEAN, SHARE, WEIGHT, Floats, Load, Outcome, Policy, Queue

# The mean handling of all, as a desk learns it from its past; and how much of it a second pass takes.
PACE, SECOND = float((SHARE * MEAN).sum()), 0.4
_GRADES = ("S1", "S2", "S3", "S4", "S5")
_OLD_AFTER = np.array([ordering.OLD_AFTER[grade] for grade in _GRADES])
_WARM = 10
FIGURES = (
    "response_breach",
    "response_breach_weighted",
    "resolution_breach",
    "s1_response_breach",
    "max_age_hours",
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """How busy the desk is, as `desk_days.load` takes it."""

    share: float
    surge: tuple[int, int, float] | None = None


LOADS = {"heavy": Scenario(0.93), "surge": Scenario(0.85, (25, 30, 1.6))}


def minutes(queue: Queue) -> Floats:
    """What the handling of each is expected to take."""
    answer: Floats = np.where(queue.again, SECOND, 1.0) * MEAN[queue.type]
    return answer


def slack(queue: Queue, now: float) -> Floats:
    """Until the nearest pending promise: a first answer has to be begun, a solution has to be done by then."""
    done = queue.resolution_due - minutes(queue)
    return np.where(queue.again, done, np.minimum(queue.response_due, done)) - now


def fifo(queue: Queue, now: float) -> Floats:
    """First come, first served within the severity."""
    return -1e7 * queue.severity - queue.arrival


def edf(queue: Queue, now: float) -> Floats:
    """The earliest resolution due."""
    return -queue.resolution_due


def least_slack(queue: Queue, now: float) -> Floats:
    return -slack(queue, now)


def work_of(queue: Queue, now: float) -> ordering.Work:
    return ordering.Work(
        weight=WEIGHT[queue.severity],
        minutes=minutes(queue),
        slack=slack(queue, now),
        age=now - queue.arrival,
        old_after=_OLD_AFTER[queue.severity],
    )


def product(queue: Queue, now: float) -> Floats:
    return ordering.scores(work_of(queue, now), pace=PACE)


POLICIES: Mapping[str, Policy] = {"fifo": fifo, "edf": edf, "least_slack": least_slack, "product": product}


def judge(given: Load, outcome: Outcome, *, days: int = DAYS) -> dict[str, float]:
    """Shares of promises broken, and the longest time from opening to end, in business hours."""
    judged = (given.arrival >= _WARM * DAY) & (given.arrival < (days - _WARM) * DAY)
    weight, gravest = WEIGHT[given.severity][judged], (given.severity == 0)[judged]
    late = (outcome.begun > outcome.response_due)[judged]
    return {
        "response_breach": float(late.mean()),
        "response_breach_weighted": float((weight * late).sum() / weight.sum()),
        "resolution_breach": float((outcome.ended > outcome.resolution_due)[judged].mean()),
        "s1_response_breach": float(late[gravest].mean()) if gravest.any() else 0.0,
        "max_age_hours": float((outcome.ended - given.arrival)[judged].max() / 60),
    }


def one(load: str, seed: int, days: int = DAYS) -> dict[str, dict[str, float]]:
    """Every policy on the same days."""
    scenario = LOADS[load]
    given = desk_days.load(seed, share=scenario.share, surge=scenario.surge, days=days)
    return {name: judge(given, desk_days.run(given, policy), days=days) for name, policy in POLICIES.items()}


def together(found: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """The mean over the seeds of each figure; of the longest time, the longest."""
    return {
        name: {
            figure: float((np.max if figure == "max_age_hours" else np.mean)([one[name][figure] for one in found]))
            for figure in FIGURES
        }
        for name in POLICIES
    }


def run(*, loads: Sequence[str], seeds: Iterable[int]) -> int:
    """Prints a table, and one JSON object as its last line."""
    wanted = [(load, seed) for load in loads for seed in seeds]
    found: dict[str, list[dict[str, dict[str, float]]]] = {load: [] for load in loads}
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        running = {pool.submit(one, load, seed): load for load, seed in wanted}
        for number, done in enumerate(as_completed(running), start=1):
            found[running[done]].append(done.result())
            print(f"\r{number} of {len(wanted)} runs", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    result = {load: together(runs) for load, runs in found.items()}
    print(f"{'':20}{'response':>10}{'weighted':>10}{'resolution':>12}{'S1':>9}{'oldest':>10}{'of fifo':>10}")
    for load, policies in result.items():
        base = policies["fifo"]["response_breach_weighted"]
        for name, figures in policies.items():
            shares = [f"{100 * figures[key]:.2f} %" for key in FIGURES[:4]]
            cells = f"{shares[0]:>10}{shares[1]:>10}{shares[2]:>12}{shares[3]:>9}{figures['max_age_hours']:>8.0f} h"
            against = figures["response_breach_weighted"] / base if base else float("nan")
            print(f"{load + ' ' + name:20}{cells}{against:>10.2f}")
    rounded = {
        load: {name: {key: round(value, 6) for key, value in figures.items()} for name, figures in policies.items()}
        for load, policies in result.items()
    }
    print(json.dumps(rounded), flush=True)
    return 0
