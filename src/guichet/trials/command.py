"""`guichet bench kiosk` and `guichet bench queue`: neither a database nor Django is needed."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

# Beside the repository, where it is checked out for evaluation.
BESIDE = Path(__file__).resolve().parents[4] / "shared"


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="guichet bench", description="The estimate of the wait, measured.")
    trials = parser.add_subparsers(dest="trial", required=True, metavar="trial")
    kiosk = trials.add_parser("kiosk", help="on simulated days, beside the usual estimates")
    kiosk.add_argument("--scenario", required=True, help="a name in the simulator’s SCENARIOS")
    kiosk.add_argument("--seeds", default="11,22,33", type=_numbers, help="20 days to learn from, 40 to judge, each")
    folder = BESIDE / "evaluation" / "kiosk"
    kiosk.add_argument("--simulator", type=Path, default=folder, metavar="FOLDER", help="with sim.py (%(default)s)")
    kiosk.add_argument("--ticks", action="store_true", help="how steady the shown estimates are, too")
    queue = trials.add_parser("queue", help="on the log of a call centre")
    folder = BESIDE / "data" / "queue_anonymous_bank"
    queue.add_argument("--data", type=Path, default=folder, metavar="FOLDER", help="with a CSV file (%(default)s)")
    options = parser.parse_args(words)

    # Only now: they bring numpy along.
    from guichet.trials import calls, simulator
    from guichet.trials import kiosk as days

    try:
        if options.trial == "kiosk":
            return days.run(
                scenario=options.scenario, seeds=options.seeds, folder=options.simulator, ticks=options.ticks
            )
        return calls.run(folder=options.data)
    except (simulator.NoSimulatorError, calls.NoLogError) as missing:
        print(missing, file=sys.stderr)
        return 1


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part.strip()]
