"""Runs the trial on a cluster of its own, or on an empty database of yours (DATABASE_URL)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.__main__ import database
from bench.machines.fleet import Fleet, pooler
from bench.machines.rolling import trial

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.machines", description=__doc__)
    parser.add_argument("--webs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rest", type=float, default=10, help="seconds between two restarts")
    parser.add_argument("--pgbouncer", default="", help="the program, 1.21 or later: once more through it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guichet-machines-") as name, database():
        import os

        from guichet.config.cli import main as guichet

        folder = Path(name)
        folder.chmod(0o755)
        os.environ.setdefault("GUICHET_DATA", str(folder / "data"))
        guichet(["migrate", "--verbosity=0"])
        url = os.environ["DATABASE_URL"]
        sizes = {"webs": options.webs, "workers": options.workers, "clients": options.clients, "pages": options.pages}
        said = trial(Fleet(folder=folder, url=url), rest=options.rest, **sizes)
        print("straight:", *said.lines(), sep="\n  ")
        failed = len(said.failed) + sum(said.missed) + len(said.twice)
        if options.pgbouncer:
            with pooler(options.pgbouncer, url=url, folder=folder) as through:
                said = trial(Fleet(folder=folder, url=through, direct=url), rest=options.rest, **sizes)
            print("through PgBouncer in transaction mode:", *said.lines(), sep="\n  ")
            failed += len(said.failed) + sum(said.missed) + len(said.twice)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
