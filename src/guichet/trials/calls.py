"""`guichet bench queue`: our estimate on the log of a real call centre, beside a constant and the usual formula.

The folder holds a CSV file (gzipped or not) in the layout of the Technion's Anonymous Bank data: a row for each call,
with when it began to wait, how that ended, and which server answered from when to when. Learnt from the first half of
the days (laws, calibration, the constants of the others); judged on the second: callers who waited and were answered,
at the moment they began to wait. Callers of the high priority are put ahead by a minute and a half, as that centre did.

The log doesn't say who was on duty. A server who is between two calls while somebody waits is away, for a moment or for
lunch: how long that lasts is learnt like a service, and goes on like one that has lasted so long.
"""

import csv
import gzip
import json
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from typing import Any

from guichet.trials.scores import Told
from guichet.walkup.calibration import fell_at, from_levels
from guichet.walkup.dispatcher import URGENT, WALK_IN, Agent, Rules, Waiting
from guichet.walkup.estimate import SAMPLES, estimate
from guichet.walkup.laws import Came, Laws, Past, Served, Waited, fit
from guichet.walkup.simulation import Post, State

RULES = Rules(head_starts={URGENT: 1.5, WALK_IN: 0.0})
# Being away, as a category of services; whoever hung up longer ago than GONE minutes has gone home.
AWAY, GONE = "away", 60.0
# The usual formula counts those who are on a call or were in the last ten minutes.
RECENT = 10.0
# A server takes calls of the types that are at least this share of what they took.
SHARE = 0.01


class NoLogError(Exception):
    """There is no log to read; the message says where it was looked for."""


@dataclass(slots=True)
class Call:
    """A call, in minutes of its day. `queued`: from when it waited; None: answered at once."""

    number: int
    day: int
    kind: str
    standing: str
    queued: float | None
    left_queue: float
    answered: bool
    server: str
    start: float
    end: float

    @property
    def wait(self) -> float:
        return 0.0 if self.queued is None else self.left_queue - self.queued


def began(call: Call) -> float:
    """When it began to wait, or was answered at once."""
    return call.queued if call.queued is not None else call.start


@dataclass(slots=True)
class Day:
    """The calls of one day, by when they came, and each server's by when they began."""

    number: int
    calls: list[Call]
    by_server: dict[str, list[Call]] = field(default_factory=dict)


def read(folder: Path) -> list[Day]:
    files = sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")]) if folder.is_dir() else []
    if not files:
        raise NoLogError(f"No log: there is no CSV file in {folder}. --data FOLDER names the folder with one.")
    dates: dict[str, list[Call]] = defaultdict(list)
    text = files[0].read_bytes()
    lines = (gzip.decompress(text) if files[0].suffix == ".gz" else text).decode().splitlines()
    for number, row in enumerate(csv.DictReader(lines)):
        # Phantom calls are the machine's own.
        if row["outcome"] in {"AGENT", "HANG"}:
            dates[row["date"]].append(_call(number, row))
    days = []
    for number, date in enumerate(sorted(dates)):
        calls = sorted(dates[date], key=lambda c: (began(c), c.number))
        for call in calls:
            call.day = number
        day = Day(number, calls)
        for server in {c.server for c in calls if c.answered}:
            day.by_server[server] = sorted(
                (c for c in calls if c.server == server and c.answered), key=lambda c: c.start
            )
        days.append(day)
    return days


def _call(number: int, row: dict[str, str]) -> Call:
    waited = float(row["q_time"]) > 0
    answered = row["outcome"] == "AGENT" and row["server"] != "NO_SERVER"
    queued = _minute(row["q_start"]) if waited else None
    return Call(
        number=number,
        day=0,
        kind=row["type"].strip(),
        standing=URGENT if row["priority"].strip() == "2" else WALK_IN,
        queued=queued,
        left_queue=queued + float(row["q_time"]) / 60 if queued is not None else _minute(row["vru_exit"]),
        answered=answered,
        server=row["server"].strip(),
        start=_minute(row["ser_start"]),
        end=_minute(row["ser_start"]) + float(row["ser_time"]) / 60,
    )


def _minute(clock: str) -> float:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return hours * 60 + minutes + seconds / 60


class Servers:
    """Numbers and skills of servers, out of some days."""

    def __init__(self, days: Sequence[Day]) -> None:
        taken: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for day in days:
            for call in day.calls:
                if call.answered:
                    taken[call.server][call.kind] += 1
        self.kinds = {kind for kinds in taken.values() for kind in kinds}
        self.skills = {
            server: frozenset(kind for kind, count in kinds.items() if count >= SHARE * sum(kinds.values()))
            for server, kinds in taken.items()
        }
        self.number = {server: i for i, server in enumerate(sorted(self.skills))}

    def agent(self, server: str, kinds: frozenset[str], idle_since: float | None) -> Agent:
        """Who was never seen before takes every type."""
        number = self.number.setdefault(server, len(self.number))
        return Agent(id=number, skills=self.skills.get(server, frozenset(self.kinds | kinds)), idle_since=idle_since)


def cycles(day: Day) -> Iterator[tuple[Call, float]]:
    """How long each call kept its server: until the next one, where somebody was waiting for it meanwhile; else as long
    as the call and a usual pause."""
    pauses, alone = [], []
    for calls in day.by_server.values():
        for call, after in pairwise(calls):
            pause = after.start - call.end
            if after.queued is not None and after.queued <= call.end and 0 <= pause < 5:
                pauses.append(pause)
                yield call, call.end - call.start + pause
            else:
                alone.append(call)
        alone += calls[-1:]
    usual = median(pauses) if pauses else 0.1
    for call in alone:
        yield call, call.end - call.start + usual


def absences(day: Day) -> Iterator[float]:
    """How long servers were between two calls while somebody began to wait."""
    begins = sorted(c.queued for c in day.calls if c.queued is not None)
    for calls in day.by_server.values():
        for call, after in pairwise(calls):
            meanwhile = bisect_right(begins, call.end)
            if meanwhile < len(begins) and begins[meanwhile] < after.start:
                yield after.start - call.end


def past(days: Sequence[Day], servers: Servers) -> Past:
    waited = []
    for day in days:
        for call in day.calls:
            end = "called" if call.answered else "left"
            waited.append(Waited(day=day.number, standing=call.standing, minutes=call.wait, end=end))
    served = [
        Served(day=day.number, category=call.kind, agent=servers.number[call.server], minutes=minutes)
        for day in days
        for call, minutes in cycles(day)
        if minutes > 0
    ]
    served += [
        Served(day=day.number, category=AWAY, agent=-1, minutes=minutes) for day in days for minutes in absences(day)
    ]
    return Past(
        days=[day.number for day in days],
        served=served,
        waited=waited,
        came=[
            Came(day=day.number, standing=c.standing, category=c.kind, at=began(c)) for day in days for c in day.calls
        ],
    )


def state(day: Day, call: Call, servers: Servers, waiting: Sequence[Call]) -> State:
    """What a live system would know when this call begins to wait; `waiting`: those that wait, it among them."""
    now = began(call)
    posts, done = [], []
    kinds = frozenset(c.kind for c in waiting)
    for server, calls in day.by_server.items():
        begun = bisect_right(calls, now, key=lambda c: c.start)
        if not begun:
            continue
        last = calls[begun - 1]
        done += [
            Served(
                day=day.number, category=c.kind, agent=servers.agent(server, kinds, None).id, minutes=c.end - c.start
            )
            for c in calls[max(begun - 6, 0) : begun]
            if c.end <= now and c.end > c.start
        ]
        if last.end > now:
            posts.append(Post(agent=servers.agent(server, kinds, None), serving=last.kind, since=last.start))
        elif now - last.end <= GONE:
            posts.append(Post(agent=servers.agent(server, kinds, None), serving=AWAY, since=last.end))
    # What nobody there takes is taken by whoever is there.
    taken = {kind for post in posts for kind in post.agent.skills}
    return State(
        waiting=[_waiting(c, taken) for c in waiting],
        posts=posts,
        rules=RULES,
        today=done,
        skills={kind: kind for kind in servers.kinds},
        closes=now + 30,
    )


def _waiting(call: Call, taken: set[str]) -> Waiting:
    since = began(call)
    skill = call.kind if call.kind in taken else None
    return Waiting(id=call.number, standing=call.standing, since=since, arrived=since, category=call.kind, skill=skill)


def judged(day: Day) -> Iterator[tuple[Call, list[Call]]]:
    """Every caller who waited and was answered, with all who were waiting when they began to."""
    queue = [c for c in day.calls if c.queued is not None]
    begins = [c.queued or 0.0 for c in queue]
    longest = max((c.wait for c in queue), default=0.0)
    for i, call in enumerate(queue):
        if call.answered:
            first = bisect_left(begins, begins[i] - longest)
            yield call, [c for c in queue[first : i + 1] if c is call or c.left_queue > begins[i]]


def run(*, folder: Path, samples: int = SAMPLES) -> int:
    """Prints one JSON object as its last line."""
    days = read(folder)
    half = len(days) // 2
    first, second = days[:half], days[half:]
    servers = Servers(first)
    laws = fit(past(first, servers), today=half)
    fell = [fell_at(told.quantiles, call.wait) for call, _, told in _estimates(first, laws, servers, samples)]
    laws = replace(laws, calibration=from_levels(fell))
    waits = [call.wait for day in first for call, _ in judged(day)]
    service = mean(c.end - c.start for day in first for c in day.calls if c.answered)
    ours, constant, formula = Told(), Told(), Told()
    for call, at, told in _estimates(second, laws, servers, samples):
        ours.add(call.wait, (told.median, told.low80, told.high80, told.low90, told.high90))
        constant.add(call.wait, (median(waits),) * 5)
        there = sum(post.serving != AWAY or began(call) - post.since <= RECENT for post in at.posts)
        usual = len(at.waiting) * service / max(there, 1)
        formula.add(call.wait, (usual,) * 5)
    scores = {"guichet": ours.scores(), "constant": constant.scores(), "formula": formula.scores()}
    for name, row in scores.items():
        print(f"{name:10}{row['mae']:8.3f} min")
    found: dict[str, Any] = {
        "n": len(ours.waits),
        "mae": round(scores["guichet"]["mae"], 4),
        "mae_constant_median": round(scores["constant"]["mae"], 4),
        "mae_queue_length": round(scores["formula"]["mae"], 4),
        "mae_over_constant_median": round(scores["guichet"]["mae"] / scores["constant"]["mae"], 4),
        "mae_over_queue_length": round(scores["guichet"]["mae"] / scores["formula"]["mae"], 4),
        "coverage80": round(scores["guichet"]["coverage80"], 4),
        "coverage90": round(scores["guichet"]["coverage90"], 4),
    }
    print(json.dumps(found), flush=True)
    return 0


def _estimates(days: Sequence[Day], laws: Laws, servers: Servers, samples: int) -> Iterator[tuple[Call, State, Any]]:
    for day in days:
        for call, waiting in judged(day):
            at = state(day, call, servers, waiting)
            (told,) = (
                e for e in estimate(at, laws, now=began(call), samples=samples, seed=call.number) if e.id == call.number
            )
            yield call, at, told
