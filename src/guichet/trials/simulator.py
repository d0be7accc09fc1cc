"""Days of a kiosk simulator as the product sees them: its log of the past, its state at a moment.

The simulator is a file `sim.py` with `SCENARIOS` (by name, a dict each) and `simulate_day(scenario, seed, test=…)`.
Nothing is taken from a scenario that a live venue wouldn't know: who is on duty with which skills until when, their
breaks and the appointments; never service times, patience or rates.
"""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from guichet.walkup.dispatcher import APPOINTMENT, URGENT, WALK_IN, Agent, Break, Rules, Waiting
from guichet.walkup.laws import Booked, Came, Past, Served, Waited
from guichet.walkup.simulation import Post, State

STANDINGS = {0: URGENT, 1: APPOINTMENT, 2: WALK_IN}
# The simulator's law: urgent before appointments before walk-ins, whatever the wait.
STRICT = {URGENT: 2e6, APPOINTMENT: 1e6, WALK_IN: 0.0}

Day = Mapping[str, Any]
Scenario = Mapping[str, Any]


class NoSimulatorError(Exception):
    """There is no simulator to run; the message says where it was looked for."""


def load(folder: Path) -> Any:
    """The module `sim.py` of this folder."""
    file = folder / "sim.py"
    if not file.is_file():
        raise NoSimulatorError(f"No simulator: {file} isn’t there. --simulator FOLDER names the folder with sim.py.")
    found = importlib.util.spec_from_file_location("guichet_trial_simulator", file)
    if found is None or found.loader is None:
        raise NoSimulatorError(f"{file} can’t be read as Python.")
    module = importlib.util.module_from_spec(found)
    # Its neighbours may be imported by it.
    sys.path.insert(0, str(folder))
    try:
        found.loader.exec_module(module)
    finally:
        sys.path.remove(str(folder))
    return module


def rules(scenario: Scenario) -> Rules:
    return Rules(head_starts=STRICT, early=float(scenario.get("early", 5.0)))


def skills(scenario: Scenario) -> dict[str, str | None]:
    """A category is its own skill: whoever lists it serves it."""
    return {str(c): str(c) for c in range(len(scenario["cats"]["mean"]))}


def past(days: Sequence[tuple[int, Day]]) -> Past:
    """The log of some days, each with its number."""
    record = Past(days=[number for number, _ in days], served=[], waited=[], came=[], booked=[], lost=[])
    served, waited, came, booked, lost = [], [], [], [], []
    for number, day in days:
        for category, agent, start, end, silent in day["hist"]:
            if silent:
                lost.append(float(end - start))
            else:
                served.append(Served(day=number, category=str(category), agent=int(agent), minutes=float(end - start)))
        for person in day["P"]:
            standing = STANDINGS[person["prio"]]
            came.append(Came(day=number, standing=standing, category=str(person["cat"]), at=float(person["arr"])))
            ended = person["called"] if person["called"] is not None else person["gone"]
            if ended is not None:
                how = "left" if person["called"] is None else "no_answer" if person.get("noans") else "called"
                minutes = float(ended - person["arr"])
                waited.append(Waited(day=number, standing=standing, minutes=minutes, end=how))
        for slot, _, who in day.get("appts", ()):
            arrived = None if who is None else float(day["P"][who]["arr"])
            booked.append(Booked(day=number, slot=float(slot), arrived=arrived))
    record.served, record.waited, record.came, record.booked, record.lost = served, waited, came, booked, lost
    return record


def waiting(day: Day, number: int) -> Waiting:
    person = day["P"][number]
    standing = STANDINGS[person["prio"]]
    return Waiting(
        id=number,
        standing=standing,
        since=float(person["key"]),
        arrived=float(person["arr"]),
        category=str(person["cat"]),
        skill=str(person["cat"]),
        slot=float(person["slot"]) if standing == APPOINTMENT else None,
    )


def state(scenario: Scenario, day: Day, snapshot: Mapping[str, Any], *, number: int) -> State:
    """What the venue knew at a snapshot."""
    now = snapshot["t"]
    posts = []
    for s, (staff, seen) in enumerate(zip(scenario["staff"], snapshot["agents"], strict=True)):
        post = _post(s, staff, seen, now)
        if post is not None:
            posts.append(post)
    expected = []
    for i, (slot, category, who) in enumerate(day.get("appts", ())):
        if who is not None and day["P"][who]["arr"] <= now:
            continue
        if slot >= now - scenario.get("late_cut", 15.0):
            key = str(category)
            expected.append(
                Waiting(
                    id=10**6 + i, standing=APPOINTMENT, since=slot, arrived=slot, category=key, skill=key, slot=slot
                )
            )
    done = [
        Served(day=number, category=str(c), agent=int(a), minutes=float(end - start))
        for c, a, start, end, silent in day["hist"][: snapshot["nhist"]]
        if not silent
    ]
    return State(
        waiting=[waiting(day, i) for i in snapshot["waiting"]],
        posts=posts,
        rules=rules(scenario),
        expected=expected,
        today=done,
        skills=skills(scenario),
    )


def _post(number: int, staff: Sequence[Any], seen: Sequence[Any], now: float) -> Post | None:
    doing, category, start, until, breaks, ends, starts, absent, *rest = seen
    if absent or (doing == "off" and now >= starts):
        return None
    agent = Agent(
        id=number,
        skills=frozenset(str(c) for c in staff[0]),
        starts=float(starts),
        ends=float(ends),
        breaks=tuple(Break(float(b[0]), float(b[1])) for b in breaks),
        idle_since=float(start) if doing == "idle" else None,
    )
    if doing == "busy":
        return Post(agent=agent, serving=str(category), since=float(start), silent=bool(rest and rest[0]))
    return Post(agent=agent, back=float(until) if doing == "break" else None)
