"""`guichet bench`: kiosk, queue, ordering, breach, suggest. Neither a database nor Django is needed."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

# Beside the repository, where it is checked out for evaluation.
BESIDE = Path(__file__).resolve().parents[4] / "shared"


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="guichet bench", description="The estimate of the wait, the order of work and suggestions, measured."
    )
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
    order = trials.add_parser("ordering", help="the order of work beside the usual ones, on simulated days")
    order.add_argument("--load", action="append", choices=["heavy", "surge"], help="both where left out")
    order.add_argument("--seeds", default=20, type=_some, metavar="N", help="how many runs each (%(default)s)")
    chance = trials.add_parser("breach", help="the chance of a broken promise beside “75 %% gone”, on simulated days")
    chance.add_argument("--seeds", default=8, type=_some, metavar="N", help="how many runs (%(default)s)")
    guess = trials.add_parser("suggest", help="what a text probably is, on labelled texts in a CSV file")
    guess.add_argument("file", type=Path, metavar="FILE", help="CSV, gzipped or not, with a header")
    guess.add_argument("--text", required=True, type=_names, metavar="COLUMNS", help="such as title,body")
    guess.add_argument("--label", required=True, metavar="COLUMN", help="what is to be guessed")
    guess.add_argument("--train", type=Path, metavar="FILE", help="learn from this file instead of parts of the other")
    options = parser.parse_args(words)

    # Only now: they bring numpy along.
    from guichet.trials import breach, calls, ordering, simulator, suggest
    from guichet.trials import kiosk as days

    if options.trial == "ordering":
        return ordering.run(loads=options.load or list(ordering.LOADS), seeds=range(options.seeds))
    if options.trial == "breach":
        return breach.run(seeds=range(50, 50 + options.seeds))
    if options.trial == "suggest":
        return suggest.run(file=options.file, text=options.text, label=options.label, train=options.train)

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


def _names(text: str) -> list[str]:
    names = [part.strip() for part in text.split(",") if part.strip()]
    if not names:
        raise argparse.ArgumentTypeError("at least one column")
    return names


def _some(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one run")
    return number
