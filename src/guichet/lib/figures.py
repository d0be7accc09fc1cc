"""Figures of what processes do, for `/metrics`: requests, jobs, open streams.

In memory that the processes of one command share (`guichet run --web-processes 4`): each counts in a place of its own,
so that nobody waits for another; whoever is asked adds them up, and what a process counted outlives it. All labels are
known before the first process is forked: routes, methods, states, jobs. Nothing that somebody typed can become one.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from math import prod

from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other")
STATUSES = (
    "200", "201", "202", "204", "206", "301", "302", "303", "304", "400", "401", "403", "404", "405", "406", "409",
    "412", "413", "415", "422", "429", "500", "502", "503", "other",
)  # fmt: skip
OUTCOMES = ("done", "failed")
# Upper ends in seconds: what a page should take, twice that, and what nobody waits for.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
OTHER = "other"

Labels = dict[str, tuple[str, ...]]


class Family:
    """Numbers of one meaning, one for each combination of its labels."""

    def __init__(self, name: str, *, kind: str, told: str, labels: Callable[[], Labels]) -> None:
        self.name, self.kind, self.told, self._labels = name, kind, told, labels
        self._lock = threading.Lock()
        self._numbers: memoryview[float] | None = None

    def open(self, *, banks: int = 1) -> None:
        self.labels = self._labels()
        self.size = prod(len(values) for values in self.labels.values())
        self._places: list[dict[str, int]] = []
        stride = self.size
        for values in self.labels.values():
            stride //= len(values)
            self._places.append({value: number * stride for number, value in enumerate(values)})
        self._banks = banks
        self._room = mmap.mmap(-1, self.size * banks * 8)
        self._numbers = memoryview(self._room).cast("d")

    def add(self, amount: float, *of: str) -> None:
        with self._lock:
            if self._numbers is None:
                self.open()
            assert self._numbers is not None
            at = _bank * self.size
            for places, value in zip(self._places, of, strict=True):
                at += places.get(value, places.get(OTHER, 0))
            self._numbers[at] += amount

    def forget(self) -> None:
        """What this process's predecessor said of itself is no longer so."""
        if self._numbers is not None:
            for at in range(_bank * self.size, (_bank + 1) * self.size):
                self._numbers[at] = 0

    def sums(self) -> Iterator[tuple[tuple[str, ...], float]]:
        """Over all processes; what never happened is left out."""
        if self._numbers is None:
            return
        first, *others = self.labels.values() or [("",)]
        length = self.size // len(first)
        for number, value in enumerate(first):
            starts = [bank * self.size + number * length for bank in range(self._banks)]
            # Most routes are never asked for: a look at the bytes is quicker than at the numbers.
            starts = [at for at in starts if self._room[at * 8 : (at + length) * 8].strip(b"\0")]
            for offset, rest in enumerate(product(*others) if starts else ()):
                if total := sum(self._numbers[at + offset] for at in starts):
                    yield (value, *rest) if self.labels else (), total

    def head(self) -> Iterator[str]:
        yield f"# HELP {self.name} {self.told}"
        yield f"# TYPE {self.name} {self.kind}"

    def lines(self) -> Iterator[str]:
        yield from self.head()
        for of, total in self.sums():
            named = ",".join(f'{name}="{value}"' for name, value in zip(self.labels, of, strict=True))
            yield f"{self.name}{{{named}}} {total:.10g}" if named else f"{self.name} {total:.10g}"


class Durations(Family):
    """How long something took: counted by upper ends, and in all."""

    def __init__(self, name: str, *, told: str, labels: Callable[[], Labels]) -> None:
        ends = (*(f"{end:g}" for end in BUCKETS), "+Inf", "sum")
        super().__init__(name, kind="histogram", told=told, labels=lambda: {**labels(), "le": ends})

    def observe(self, seconds: float, *of: str) -> None:
        place = bisect_left(BUCKETS, seconds)
        self.add(1, *of, f"{BUCKETS[place]:g}" if place < len(BUCKETS) else "+Inf")
        self.add(seconds, *of, "sum")

    def lines(self) -> Iterator[str]:
        yield from self.head()
        found: dict[tuple[str, ...], dict[str, float]] = {}
        for (*of, end), total in self.sums():
            found.setdefault(tuple(of), {})[end] = total
        for of_all, ends in found.items():
            named = "".join(f'{name}="{value}",' for name, value in zip(self.labels, of_all, strict=False))
            count = 0.0
            for end in self.labels["le"][:-1]:
                count += ends.get(end, 0)
                yield f'{self.name}_bucket{{{named}le="{end}"}} {count:.10g}'
            yield f"{self.name}_sum{{{named[:-1]}}} {ends.get('sum', 0):.10g}"
            yield f"{self.name}_count{{{named[:-1]}}} {count:.10g}"


@cache
def routes() -> tuple[str, ...]:
    """Every route there is, as a request's match names it."""
    return (*dict.fromkeys(_routes(get_resolver(), "")), "static", "none", OTHER)


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = str(pattern.pattern)
        whole = before + (route.removeprefix("^") if before else route)
        if isinstance(pattern, URLPattern):
            yield whole or "/"
        else:
            yield from _routes(pattern, whole)


def _jobs() -> tuple[str, ...]:
    return (*sorted(app.tasks), OTHER)


REQUESTS = Family(
    "guichet_requests_total", kind="counter", told="Requests answered.",
    labels=lambda: {"route": routes(), "method": METHODS, "status": STATUSES},
)  # fmt: skip
SECONDS = Durations(
    "guichet_request_seconds", told="How long answers took, without the way to the client.",
    labels=lambda: {"route": routes()},
)  # fmt: skip
DATABASE = Family(
    "guichet_request_database_seconds_total", kind="counter", told="The database’s part of it.",
    labels=lambda: {"route": routes()},
)  # fmt: skip
QUERIES = Family(
    "guichet_request_queries_total", kind="counter", told="Statements sent for requests.",
    labels=lambda: {"route": routes()},
)  # fmt: skip
JOBS = Family(
    "guichet_jobs_total", kind="counter", told="Jobs run by the processes of this command.",
    labels=lambda: {"job": _jobs(), "outcome": OUTCOMES},
)  # fmt: skip
JOB_SECONDS = Family(
    "guichet_job_seconds_total", kind="counter", told="How long they took.", labels=lambda: {"job": _jobs()}
)
STREAMS = Family("guichet_live_streams", kind="gauge", told="Open pages that are told of news.", labels=dict)
FAMILIES = (REQUESTS, SECONDS, DATABASE, QUERIES, JOBS, JOB_SECONDS, STREAMS)

_bank = 0


def share(processes: int) -> None:
    """Before they are forked, and when all routes and jobs are known."""
    for family in FAMILIES:
        family.open(banks=processes)


def sit(number: int) -> None:
    """This process is that one, in place of one that died perhaps."""
    global _bank  # noqa: PLW0603 (what a process is, it is as a whole)
    _bank = number
    STREAMS.forget()


def requested(*, route: str, method: str, status: int, seconds: float, database: float, queries: int) -> None:
    REQUESTS.add(1, route, method, str(status))
    SECONDS.observe(seconds, route)
    DATABASE.add(database, route)
    QUERIES.add(queries, route)


def worked(*, name: str, outcome: str, seconds: float) -> None:
    JOBS.add(1, name, outcome)
    JOB_SECONDS.add(seconds, name)


def lines() -> Iterator[str]:
    for family in FAMILIES:
        yield from family.lines()
