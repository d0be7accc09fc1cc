"""Guichet served as it is run, in a process of its own, and what the processors of both sides do meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
_PATIENCE = 60.0


@dataclass
class Served:
    """A running server, and a connection to it that stays open."""

    process: subprocess.Popen[bytes]
    port: int
    postmaster: int

    def __post_init__(self) -> None:
        self.door = http.client.HTTPConnection(HOST, self.port, timeout=_PATIENCE)

    def ask(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
        """The body of an answer that is well; AssertionError otherwise."""
        self.door.request(method, path, body=body, headers=dict(headers))
        answer = self.door.getresponse()
        read = answer.read()
        assert answer.status in {200, 201}, (path, answer.status, read[:500])
        return read

    def web(self) -> float:
        """Milliseconds that its processes have worked."""
        return worked({self.process.pid, *children(self.process.pid)})

    def database(self) -> float:
        """Milliseconds that PostgreSQL's processes of this moment have worked, whoever they serve."""
        return worked(children(self.postmaster)) if self.postmaster else 0.0

    def memory(self) -> float:
        """Megabytes that its processes have to themselves, or share among them once."""
        pages = [_proportional(pid) for pid in (self.process.pid, *children(self.process.pid))]
        return sum(pages) / 1024


@contextlib.contextmanager
def served(url: str) -> Iterator[Served]:
    """`guichet run --roles web` on a free port, until the end."""
    port = free_port()
    command = [sys.executable, "-m", "guichet.config.cli", "run", "--no-demo", "--roles", "web", "--port", str(port)]
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": f"{ROOT / 'src'}"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        _wait(port, process)
        yield Served(process, port, postmaster_of(url))
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("Guichet did not start")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def postmaster_of(url: str) -> int:
    """The process of which all of PostgreSQL's are children; 0 where it doesn't run on this machine."""
    host = urlsplit(url).hostname or ""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        if host not in {"", "localhost", HOST} or not Path(f"/proc/{row[0]}/stat").exists():
            return 0
        return parent(row[0])


def parent(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


def children(pid: int) -> list[int]:
    listed: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        listed += [int(child) for child in task.read_text().split()]
    return listed


def worked(pids: Iterable[int]) -> float:
    """Milliseconds of processor of all their threads, as the scheduler counts them."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(thread.read_text().split()[0])
    return total / 1e6


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return 0
