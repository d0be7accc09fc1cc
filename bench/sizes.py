"""What each operation costs at 20,000, 100,000 and 1,000,000 tickets. `python -m bench.sizes [--tickets 20000,…]`.

`guichet demo load --tickets` makes each world in a database of its own; a second run with the same `DATABASE_URL` finds
it there. Operations go through HTTP to `guichet run --roles web` in its own process, one after the other; mail and the
counter's check-in, which no page takes in alone, run here. Beside the clock's time stands what the processors of the
web process and of PostgreSQL worked for one operation, which hardly changes when others use the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.served import ROOT

SIZES = (20_000, 100_000, 1_000_000)
# Milliseconds at the 95th percentile, at any size.
BARS = {"list": 60.0, "ticket": 50.0, "search": 80.0, "typing": 80.0, "work": 50.0, "bell": 50.0, "alerts": 50.0}
# No operation costs more than so many times as much on the largest as on the smallest.
GROWS = 2.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.sizes", description=__doc__)
    parser.add_argument("--tickets", default=",".join(map(str, SIZES)), help="sizes, the smallest first")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = [int(size) for size in options.tickets.split(",")]
    if options.one:
        import django

        django.setup()
        from bench.operations import measured

        print(json.dumps(measured(rounds=options.rounds)))
        return 0
    print(machine(), flush=True)
    told: dict[int, dict[str, Any]] = {}
    with server() as url:
        for size in sizes:
            told[size] = at(size, url=url, rounds=options.rounds)
            print(f"\nready after {told[size]['load_s']:.0f} s")
            for line in table(size, told[size]):
                print(line, flush=True)
    failed = missed(told)
    print(json.dumps({"sizes": told, "missed": failed}))
    return 1 if failed else 0


@contextmanager
def server() -> Iterator[str]:
    """The one of `DATABASE_URL`, whose worlds stay; or one of ours, durable as the embedded one is."""
    if os.environ.get("DATABASE_URL"):
        yield os.environ["DATABASE_URL"]
        return
    from guichet.lib.postgres import PostgresServer

    with tempfile.TemporaryDirectory(prefix="guichet-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        own = PostgresServer(data=Path(folder))
        yield own.start()
        own.stop()


def at(size: int, *, url: str, rounds: int) -> dict[str, Any]:
    """The figures of one size, in processes of their own."""
    name = f"bench_{size}"
    parts = urlsplit(url)
    own = urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(url, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory(prefix="guichet-bench-", ignore_cleanup_errors=True) as data:
        environment = {
            **os.environ,
            "DATABASE_URL": own,
            "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
            "GUICHET_DATA": data,
            "GUICHET_SECRET_KEY": "bench-only",
            "PYTHONPATH": f"{ROOT / 'src'}",
        }
        guichet = [sys.executable, "-m", "guichet.config.cli"]
        began = time.perf_counter()
        for command in (["manage", "migrate", "-v0"], ["demo", "load", "--tickets", str(size), "--quiet"]):
            subprocess.run([*guichet, *command], env=environment, check=True, cwd=ROOT)
        loaded = time.perf_counter() - began
        one = [sys.executable, "-m", "bench.sizes", "--one", "--rounds", str(rounds)]
        done = subprocess.run(one, env=environment, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**figures, "load_s": round(loaded, 1)}


def machine() -> str:
    """What was measured on; `calibration` is the milliseconds of a fixed piece of work, for comparing machines."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    cpu = next((line.partition(":")[2].strip() for line in lines if "model name" in line), platform.processor())
    began = time.process_time()
    sum(hash(str(n)) for n in range(1_000_000))
    calibration = 1000 * (time.process_time() - began)
    guichet = subprocess.run(
        [sys.executable, "-m", "guichet.config.cli", "version"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ).stdout.strip()  # fmt: skip
    return (
        f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, calibration {calibration:.0f} ms;"
        f" Python {platform.python_version()}, Guichet {guichet}"
    )


def table(size: int, told: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{size:,} tickets, PostgreSQL {told['postgresql']}, {told['database_mb']:,.0f} MB; web process"
        f" {told['memory_mb']:.0f} MB"
    )
    yield f"{'':<12}{'p50 ms':>9}{'p95 ms':>9}{'web CPU':>9}{'db CPU':>9}{'queries':>9}"
    for name, one in told["operations"].items():
        queries = "" if one["queries"] is None else one["queries"]
        yield f"{name:<12}{one['p50']:9.1f}{one['p95']:9.1f}{one['web']:9.1f}{one['db']:9.1f}{queries:>9}"


def missed(told: dict[int, dict[str, Any]]) -> list[str]:
    """The bars that aren't kept, in words."""
    found = []
    for size, one in told.items():
        for name, bar in BARS.items():
            p95 = one["operations"][name]["p95"]
            if p95 > bar:
                found.append(f"{name} at {size:,}: {p95} ms, bar {bar:.0f}")
    smallest, largest = min(told), max(told)
    for name, one in told[largest]["operations"].items():
        before = told[smallest]["operations"][name]
        # What is quicker than a millisecond is not told from chance.
        if smallest != largest and one["p95"] > GROWS * max(before["p95"], 1.0):
            found.append(f"{name}: {one['p95']} ms at {largest:,}, {before['p95']} at {smallest:,}")
    return found


if __name__ == "__main__":
    sys.exit(main())
