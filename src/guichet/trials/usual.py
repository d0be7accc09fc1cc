"""The usual estimates of a wait, from the same log, for comparison (formulas: Ibrahim & Whitt 2009; Whitt 1999)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Day = Mapping[str, Any]
NAMES = ("avg30", "les", "ql", "qlm")


@dataclass(frozen=True, slots=True)
class Usual:
    """What they take from past days: mean wait, mean service, and how fast people give up, per minute of waiting."""

    wait: float
    service: float
    giving_up: float

    @classmethod
    def learn(cls, days: Sequence[Day]) -> "Usual":
        services = [end - start for day in days for _, _, start, end, silent in day["hist"] if not silent]
        people = [p for day in days for p in day["P"] if p["prio"] == 2]
        called = [p["called"] - p["arr"] for p in people if p["called"] is not None]
        gone = [p["gone"] - p["arr"] for p in people if p["called"] is None and p["gone"] is not None]
        given_up = len(gone) + sum(bool(p.get("noans")) for p in people if p["called"] is not None)
        return cls(
            wait=float(sum(called) / max(len(called), 1)),
            service=float(sum(services) / max(len(services), 1)),
            giving_up=given_up / max(sum(called) + sum(gone), 1.0),
        )

    def at(self, day: Day, snapshot: Mapping[str, Any], number: int) -> dict[str, float]:
        """Of a walk-in who has just checked in: the average of the last thirty called within four hours; the wait of
        the last who was called (LES); people ahead × mean service ÷ agents at work (QL); the same where each of those
        ahead may give up (QLm)."""
        people, now = day["P"], snapshot["t"]
        me = people[number]
        calls = [(t, people[i]) for t, i in day["calls"][: snapshot["ncalls"]] if people[i]["prio"] == me["prio"]]
        recent = [t - p["arr"] for t, p in calls if t > now - 240][-30:]
        mine = (me["prio"], me["key"])
        ahead = sum((people[i]["prio"], people[i]["key"]) < mine for i in snapshot["waiting"] if i != number)
        agents = max(sum(a[0] in ("busy", "idle") for a in snapshot["agents"]), 1)
        speed = agents / self.service if self.service else 1.0
        return {
            "avg30": float(sum(recent) / len(recent)) if recent else self.wait,
            "les": float(calls[-1][0] - calls[-1][1]["arr"]) if calls else self.wait,
            "ql": (ahead + 1) / speed,
            "qlm": sum(1.0 / (speed + i * self.giving_up) for i in range(ahead + 1)),
        }
