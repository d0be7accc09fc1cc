"""Every system, one after the other, on the same work: lines of JSON, then `docs/peers.md`. `python -m bench.peers`.

What has to be installed first is said in `bench/README.md`. Each holds as many tickets as asked for, or is filled.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.peers.page import page
from bench.peers.places import HOME, PEERS, ROOT

# As the driver's adapters are called.
SYSTEMS = ("guichet", "ru", "dh", "rt", "zn")
PHASES = "start,mem,create,mail,read"
# It reads every open ticket for its list by the API, some seconds each time: measured once, alone.
SLOW = {"dh": "list_api"}
# Of ours, what needs no worker, and what does.
APART, BOTH = ("create", "read"), ("start", "mem", "mail")
ALL = ("list_html", "list_api", "search_ui", "search_api", "open_html")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.peers", description=__doc__)
    parser.add_argument("--label", default="100k", help="what the results are known by")
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--phases", default=PHASES)
    parser.add_argument("--reps", type=int, default=2)
    parser.add_argument("--retries", type=int, default=0, help="repeated so often at most where the machine was busy")
    parser.add_argument("--max-wait", type=int, default=20, help="seconds in all that each waits for a quiet machine")
    parser.add_argument("--out", type=Path, default=HOME / "results.jsonl")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "peers.md")
    parser.add_argument("--only-page", action="store_true", help="write the page from what was measured before")
    options = parser.parse_args()
    failed = [] if options.only_page else [s for s in options.systems.split(",") if not measure(s, options)]
    today = datetime.now(UTC).date()
    lines = options.out.read_text(encoding="utf-8").splitlines()
    options.page.write_text(page(lines, label=options.label, machine=machine(), day=today), encoding="utf-8")
    print(options.page, *(f"NOT measured to the end: {system}" for system in failed), sep="\n")
    return 1 if failed else 0


def measure(system: str, options: argparse.Namespace) -> bool:
    """False where it, or the driver, gave up: the others are measured all the same."""
    print(f"── {system}", flush=True)
    given = ["--label", options.label, "--max-wait", str(options.max_wait), "--out", str(options.out)]
    often = ["--reps", str(options.reps), "--retries", str(options.retries)]
    done = [drive(system, f"load:{options.tickets}")]
    for phases, more, environment in parts(system, options.phases.split(",")):
        done.append(drive(system, ",".join(phases), *given, *often, *more, **environment))
    return all(done)


def parts(system: str, phases: list[str]) -> Iterator[tuple[list[str], list[str], dict[str, str]]]:
    """What is measured by one start of the service, with what else the driver and the service are told."""
    if system == "guichet":
        # The process that does the jobs is there where it has to be; nobody else's periodic work runs either.
        for chosen, roles in ((APART, "web"), (BOTH, "web,worker")):
            if own := [phase for phase in phases if phase in chosen]:
                yield own, [], {"GUICHET_PEERS_ROLES": roles}
    elif system in SLOW:
        yield phases, ["--only", ",".join(name for name in ALL if name != SLOW[system])], {}
        if "read" in phases:
            yield ["read"], ["--only", SLOW[system], "--clients", "1", "--reps", "1", "--retries", "0"], {}
    else:
        yield phases, [], {}


def drive(system: str, phases: str, *given: str, **told: str) -> bool:
    environment = {**os.environ, **told, "PYTHONPATH": str(ROOT), "PEERS_HOME": str(HOME), "PEERS": str(PEERS)}
    environment |= {"GUICHET_PYTHON": sys.executable, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [str(HOME / "drv/bin/python"), "-m", "bench.peers.drive", system, phases, *given]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode == 0


def machine() -> str:
    """What it ran on, in a line."""
    model = next((ln.split(":")[1] for ln in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in ln), "")
    commit = subprocess.run(["git", "describe", "--always"], cwd=ROOT, capture_output=True, text=True, check=False)
    postgres = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=False)
    python = ".".join(map(str, sys.version_info[:3]))
    number = " ".join(postgres.stdout.split()[2:3])
    return (
        f"{os.cpu_count()} cores ({' '.join(model.split())}), PostgreSQL {number}, Python {python},"
        f" Guichet {commit.stdout.strip()}"
    )


if __name__ == "__main__":
    sys.exit(main())
