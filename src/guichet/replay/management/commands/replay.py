"""`guichet replay volvo FILE`: a real incident log, driven through the product."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guichet.replay.figures import figures
from guichet.replay.log import LogError, read
from guichet.replay.volvo import replay


class Command(BaseCommand):
    help = "Drive a real incident log through the same actions that people use, into an organisation of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("log", choices=["volvo"], help="the kind of log")
        parser.add_argument("file", type=Path, help="FILE.csv or FILE.csv.gz")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            cases = read(options["file"])
        except (LogError, OSError) as error:
            raise CommandError(str(error)) from error
        bar = Bar(total=sum(len(case.rows) for case in cases))
        began = time.monotonic()
        driven = replay(cases, progress=bar.step)
        seconds = max(time.monotonic() - began, 1e-6)
        bar.end()
        self.stdout.write(json.dumps(figures(cases, seconds=seconds, driven=driven).as_dict()))


class Bar:
    """A progress bar on the error stream; on a terminal it moves, elsewhere it writes each tenth."""

    def __init__(self, *, total: int) -> None:
        self.total, self.done, self.shown = total, 0, -1

    def step(self, count: int) -> None:
        self.done += count
        share = 100 * self.done // self.total
        moves = sys.stderr.isatty()
        if share == self.shown or (not moves and share % 10):
            return
        self.shown = share
        filled = "█" * (share // 4)
        sys.stderr.write(f"{chr(13) if moves else ''}{filled:<25} {share:3d} %{'' if moves else chr(10)}")
        sys.stderr.flush()

    def end(self) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\n")
