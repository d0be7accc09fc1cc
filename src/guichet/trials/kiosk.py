"""`guichet bench kiosk`: our estimate and the usual ones on the same simulated days.

For each seed, twenty days to learn from and forty to be judged on. We learn every evening, as a venue does: laws from
the days before, calibration from the estimates whose waits are known. The usual estimates have their constants and
their ranges (split conformal) from the twenty days. Judged: walk-ins who find no agent free, when they check in.
"""

import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from guichet.trials import simulator
from guichet.trials.scores import Told, around, split_conformal
from guichet.trials.usual import NAMES, Usual
from guichet.walkup.calibration import fell_at, from_levels
from guichet.walkup.dispatcher import Waiting
from guichet.walkup.estimate import SAMPLES, WaitEstimate, estimate, steady
from guichet.walkup.laws import Laws, fit
from guichet.walkup.simulation import State

TRAINING, TEST = 20, 40
# As many days are learnt from, at most; older ones would weigh next to nothing.
REMEMBERED = 60
TICK = 5.0


@dataclass
class Trial:
    """One scenario: what was told by whom, over all seeds."""

    scenario: simulator.Scenario
    ours: Told = field(default_factory=Told)
    usual: dict[str, Told] = field(default_factory=lambda: {name: Told() for name in NAMES})
    # Changes of the shown estimate from tick to tick, beyond the clock: as estimated, and made steady.
    jumps: list[float] = field(default_factory=list)
    steadied: list[float] = field(default_factory=list)
    laws: Laws | None = None


def days_of(module: Any, scenario: simulator.Scenario, seed: int) -> tuple[list[Any], list[Any]]:
    """The days to learn from and those to be judged on; of a cold category, only the last two days tell anything."""
    training = [module.simulate_day(scenario, seed * 10000 + i, test=False) for i in range(TRAINING)]
    cold = scenario.get("cold_cat")
    if cold is not None:
        for day in training[:-2]:
            day["hist"] = [row for row in day["hist"] if row[0] != cold]
    return training, [module.simulate_day(scenario, seed * 10000 + 5000 + i, test=True) for i in range(TEST)]


def check_ins(day: simulator.Day) -> list[tuple[int, Any, int]]:
    """The snapshots at which a walk-in found no agent free and was called later."""
    return [
        (i, snapshot, snapshot["pid"])
        for i, snapshot in enumerate(day["snaps"])
        if snapshot["kind"] == "arr" and day["P"][snapshot["pid"]]["called"] is not None
    ]


def one_seed(trial: Trial, module: Any, seed: int, *, samples: int, ticks: bool) -> None:
    scenario = trial.scenario
    training, test = days_of(module, scenario, seed)
    usual = Usual.learn(training)
    known: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in NAMES}
    added: dict[str, dict[float, float]] = {}
    fell: list[float] = []
    for number, day in enumerate([*training, *test]):
        judged = number >= TRAINING
        if number == TRAINING:
            added = {name: split_conformal(*pairs) for name, pairs in known.items()}
        before = list(enumerate([*training, *test][:number]))[-REMEMBERED:]
        laws = fit(simulator.past(before), today=number, calibration=from_levels(fell))
        trial.laws = laws
        evening = []
        for i, snapshot, who in check_ins(day):
            state = simulator.state(scenario, day, snapshot, number=number)
            told = _of(who, estimate(state, laws, now=snapshot["t"], samples=samples, seed=1 + i))
            wait = float(day["P"][who]["called"] - snapshot["t"])
            evening.append(fell_at(told.quantiles, wait))
            points = usual.at(day, snapshot, who)
            for name, point in points.items():
                if judged:
                    trial.usual[name].add(wait, around(point, added[name]))
                else:
                    known[name][0].append(wait)
                    known[name][1].append(point)
            if judged:
                trial.ours.add(wait, (told.median, told.low80, told.high80, told.low90, told.high90))
        # The first days rest on next to nothing: what they miss says nothing about later ones.
        if number >= 2:
            fell += evening
        if judged and ticks:
            _tick(trial, day, number, laws, samples)


def _of(who: int, estimates: Sequence[WaitEstimate]) -> WaitEstimate:
    return next(e for e in estimates if e.id == who)


def _tick(trial: Trial, day: simulator.Day, number: int, laws: Laws, samples: int) -> None:
    shown: dict[int, tuple[float, WaitEstimate, WaitEstimate]] = {}
    for i, snapshot in enumerate(day["snaps"]):
        if snapshot["kind"] != "tick":
            continue
        now, after = snapshot["t"], {}
        state = simulator.state(trial.scenario, day, snapshot, number=number)
        for new in estimate(state, laws, now=now, samples=samples, seed=1 + i):
            person = day["P"][new.id]
            if person["prio"] != 2 or person["called"] is None:
                continue
            show = new
            if new.id in shown and abs(now - shown[new.id][0] - TICK) < 0.1:
                _, raw, old = shown[new.id]
                show = steady(old, new, elapsed=TICK)
                trial.jumps.append(abs(new.median - max(raw.median - TICK, 0.0)))
                trial.steadied.append(abs(show.median - max(old.median - TICK, 0.0)))
            after[new.id] = (now, new, show)
        shown = after


def fifty(trial: Trial, day: simulator.Day) -> tuple[State, float]:
    """A state of fifty waiting people made from a busy moment of a day."""
    snapshots = day["snaps"]
    snapshot = max(snapshots, key=lambda s: len(s["waiting"]))
    state, now = simulator.state(trial.scenario, day, snapshot, number=TRAINING), float(snapshot["t"])
    draw = random.Random(5)  # noqa: S311 (no secret)
    categories = list(simulator.skills(trial.scenario))
    shares = [float(s) for s in trial.scenario["cats"].get("share", [1.0] * len(categories))]
    waiting = list(state.waiting)[:50]
    while len(waiting) < 50:
        (category,) = draw.choices(categories, shares)
        at = now - draw.uniform(0, 60)
        waiting.append(Waiting(id=10**7 + len(waiting), since=at, arrived=at, category=category, skill=category))
    return replace(state, waiting=waiting), now


def milliseconds(trial: Trial, module: Any, seed: int, *, samples: int, rounds: int = 200) -> dict[str, float]:
    day = module.simulate_day(trial.scenario, seed * 10000 + 5000, test=True)
    state, now = fifty(trial, day)
    assert trial.laws is not None
    wall, busy = [], []
    for i in range(rounds + 10):
        clock, used = time.perf_counter(), time.thread_time()
        estimate(state, trial.laws, now=now, samples=samples, seed=i)
        wall.append(1000 * (time.perf_counter() - clock))
        busy.append(1000 * (time.thread_time() - used))
    return {
        "ms_p50": float(np.quantile(wall[10:], 0.5)),
        "ms_p95": float(np.quantile(wall[10:], 0.95)),
        "cpu_p50": float(np.quantile(busy[10:], 0.5)),
        "cpu_p95": float(np.quantile(busy[10:], 0.95)),
        "min": min(wall),
    }


def summary(trial: Trial, name: str, times: dict[str, float]) -> dict[str, Any]:
    ours = trial.ours.scores()
    usual = {key: told.scores() for key, told in trial.usual.items()}
    best = min(scores["winkler80"] for scores in usual.values())
    return {
        "scenario": name,
        "n": len(trial.ours.waits),
        "mae": round(ours["mae"], 3),
        **{f"mae_over_{key}": round(ours["mae"] / usual[key]["mae"], 4) for key in NAMES},
        "coverage80": round(ours["coverage80"], 4),
        "coverage90": round(ours["coverage90"], 4),
        "winkler80": round(ours["winkler80"], 3),
        "winkler80_over_best_usual": round(ours["winkler80"] / best, 4),
        "ms_p50": round(times["ms_p50"], 3),
        "ms_p95": round(times["ms_p95"], 3),
    }


def run(*, scenario: str, seeds: Sequence[int], folder: Path, samples: int = SAMPLES, ticks: bool = False) -> int:
    """Prints a table, and one JSON object as its last line."""
    module = simulator.load(folder)
    known = module.SCENARIOS
    if scenario not in known:
        raise simulator.NoSimulatorError(f"{scenario}: no such scenario. There are: {', '.join(known)}.")
    trial = Trial(known[scenario])
    for seed in seeds:
        one_seed(trial, module, seed, samples=samples, ticks=ticks)
    times = milliseconds(trial, module, seeds[0], samples=samples)
    print(f"{'':8}{'MAE':>8}{'bias':>8}{'80 %':>8}{'90 %':>8}{'W80':>8}{'W90':>8}")
    for name, told in {"guichet": trial.ours, **trial.usual}.items():
        row = told.scores()
        figures = [row[key] for key in ("mae", "bias", "coverage80", "coverage90", "winkler80", "winkler90")]
        print(f"{name:8}" + "".join(f"{figure:8.2f}" for figure in figures))
    print("ms for 50 people: " + ", ".join(f"{key} {value:.2f}" for key, value in times.items()))
    if ticks:
        print(f"change from tick to tick: {np.mean(trial.jumps):.2f} min; as shown: {np.mean(trial.steadied):.2f} min")
    print(json.dumps(summary(trial, scenario, times)), flush=True)
    return 0
