"""Runs the parts one after the other and prints a table."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def database() -> Iterator[None]:
    from guichet.lib.postgres import throwaway

    if os.environ.get("DATABASE_URL"):
        yield
        return
    with throwaway() as url:
        os.environ["DATABASE_URL"] = url
        yield


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--tickets", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--log", type=Path, help="an incident log to replay (csv or csv.gz)")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    os.environ.setdefault("GUICHET_SECRET_KEY", "bench-only")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guichet.config.settings")
    os.environ.setdefault("GUICHET_DATA", tempfile.mkdtemp(prefix="guichet-bench-"))
    with database():
        import django

        django.setup()
        from bench import parts
        from bench.operations import measured
        from bench.sizes import machine, table

        print(machine(), flush=True)
        for line in parts.run(tickets=options.tickets, rounds=options.rounds, log=options.log):
            print(line, flush=True)
        for line in table(options.tickets, measured(rounds=options.rounds)):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
