"""`guichet replay volvo FILE`, `guichet replay servicenow FILE`: a real incident log, held against the product."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guichet.replay import servicenow
from guichet.replay.figures import figures
from guichet.replay.log import Case, LogError, read
from guichet.replay.volvo import replay


class Command(BaseCommand):
    help = (
        "volvo: drive a real incident log through the same actions that people use, into an organisation of its own."
        " servicenow: hold a log's priorities and groups against what the product would propose; nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("log", choices=["volvo", "servicenow"], help="the kind of log")
        parser.add_argument("file", type=Path, help="FILE.csv or FILE.csv.gz")
        parser.add_argument(
            "--learn-before",
            type=date.fromisoformat,
            default=date(2016, 4, 1),
            help="servicenow: what was opened before this day is learnt from, the rest is foretold",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["log"] == "servicenow":
                self._hold_against(servicenow.replay(options["file"], before=options["learn_before"]))
            else:
                self._drive(read(options["file"]))
        except (LogError, OSError) as error:
            raise CommandError(str(error)) from error

    def _drive(self, cases: list[Case]) -> None:
        bar = Bar(total=sum(len(case.rows) for case in cases))
        began = time.monotonic()
        driven = replay(cases, progress=bar.step)
        seconds = max(time.monotonic() - began, 1e-6)
        bar.end()
        self.stdout.write(json.dumps(figures(cases, seconds=seconds, driven=driven).as_dict()))

    def _hold_against(self, found: servicenow.Figures) -> None:
        self.stdout.write(f"{found.rows} rows, {found.incidents} incidents")
        self.stdout.write(f"priority other than the log’s: {found.priority_mismatches} rows")
        self.stdout.write(f"groups learnt from {found.learnt_from} incidents opened before {found.learnt_before}")
        if found.top1 is None or found.top3 is None:
            self.stdout.write("nothing was opened on or after that day: nothing to foretell")
        else:
            share = f"first {found.top1:.1%}, among the first three {found.top3:.1%}"
            self.stdout.write(f"the group of {found.tested_on} that follow: {share}")
        self.stdout.write(json.dumps(found.as_dict()))


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
