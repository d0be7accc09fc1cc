"""Starts the processes, kills them, starts them again; and stops the database as a power cut would."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bench.crash.processes import points
from guichet.lib.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL


@dataclass
class Seat:
    """One place at which a process of this role runs, time and again."""

    role: str
    place: str
    # Where the next ones die by themselves.
    points: list[str]
    process: subprocess.Popen[str] | None = None
    point: str = "none"
    doomed: bool = False
    ready: threading.Event = field(default_factory=threading.Event)


@dataclass
class Keeper:
    """All seats. A thread of its own sees who has ended, notes why, and starts the next."""

    seats: list[Seat]
    work: Path
    chance: random.Random
    killed: Counter[str] = field(default_factory=Counter)
    died_at: Counter[str] = field(default_factory=Counter)
    # Ended without being killed, such as when the database went away under them.
    left: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        for seat in self.seats:
            self._launch(seat, armed=False)
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()

    def kill(self, seat: Seat) -> None:
        """kill -9; whoever is dead already is not counted."""
        with self._lock:
            if seat.process is not None and seat.process.poll() is None and not seat.doomed:
                seat.doomed = True
                seat.process.kill()
                self.killed[seat.role] += 1

    def pending(self) -> int:
        """How many points nobody has died at yet."""
        return sum(len(seat.points) + (seat.point != "none") for seat in self.seats)

    def stop(self) -> None:
        self._stop.set()
        self._watch.join()
        for seat in self.seats:
            assert seat.process is not None
            seat.process.kill()
            seat.process.wait()

    def _launch(self, seat: Seat, *, armed: bool) -> None:
        seat.point = seat.points.pop(0) if armed and seat.points else "none"
        seat.doomed = False
        seat.ready = threading.Event()
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        with (self.work / f"{seat.role}.log").open("a", encoding="utf-8") as log:
            seat.process = subprocess.Popen(
                [sys.executable, "-m", "bench.crash.processes", seat.role, seat.point, str(self.chance.random()),
                 seat.place],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        threading.Thread(target=_await_ready, args=[seat.process.stdout, seat.ready], daemon=True).start()

    def _watching(self) -> None:
        while not self._stop.wait(0.02):
            for seat in self.seats:
                with self._lock:
                    status = seat.process.poll() if seat.process else None
                    if status is None:
                        continue
                    if not seat.doomed and status == KILLED:
                        self.died_at[f"{seat.role}: {seat.point}"] += 1
                    elif seat.point != "none":
                        # It was not there long enough to get to its point: the next one goes there.
                        seat.points.insert(0, seat.point)
                    if status != KILLED:
                        self.left[seat.role] += 1
                    # Not one death after the other at the same place: that would be a program that never works.
                    self._launch(seat, armed=seat.doomed)


def _await_ready(output: IO[str] | None, ready: threading.Event) -> None:
    if output is not None and output.readline():
        ready.set()


def seats(*, port: int, folder: Path, rounds: int) -> list[Seat]:
    """The two doors and two workers, who share the points at which they die between them."""
    ends = points("work") * rounds
    return [
        Seat("door", str(port), points("door") * rounds),
        Seat("folder", str(folder), points("folder") * rounds),
        Seat("work", "1", ends[0::2]),
        Seat("work", "2", ends[1::2]),
    ]


def cut_power(server: PostgresServer, *, how: str) -> None:
    """`immediate` as an administrator would, `postmaster` alone, or `all` of its processes: kill -9."""
    pid = server.running_pid()
    assert pid is not None, "PostgreSQL does not run"
    children = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    if how == "immediate":
        os.kill(pid, signal.SIGQUIT)
    else:
        for victim in [pid, *(children if how == "all" else [])]:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
    deadline = time.monotonic() + 20
    while server.running_pid() is not None:
        assert time.monotonic() < deadline, "PostgreSQL did not go"
        time.sleep(0.02)
