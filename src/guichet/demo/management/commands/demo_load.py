"""`guichet demo load`: the two demo worlds, with a history of the last thirty days. Does nothing where they are.

With `--tickets`, a large desk of its own besides, for measuring.
"""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guichet.demo.articles import bring_in_pages
from guichet.demo.loading import load
from guichet.demo.plan import WorldPlan

_WIDTH = 28
_STEPS = {
    "people": "Personnes / people",
    "ways": "Déroulements / ways",
    "tickets": "Tickets",
    "index": "Index / indexes",
    "keys": "Références / keys",
    "vacuum": "Statistiques / statistics",
}


class Command(BaseCommand):
    help = "Load the demo worlds (a college, a service company with three clients), or a large desk with --tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", "--until", default="", help="tell the history up to this moment (ISO 8601)")
        parser.add_argument("--quiet", action="store_true", help="say nothing")
        parser.add_argument(
            "--tickets", type=int, default=0, metavar="N", help="a large desk with so many, and no other"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same for the same seed (with --tickets)")
        parser.add_argument("--processes", type=int, default=min(os.cpu_count() or 1, 8), help="side by side")

    def handle(self, *_args: Any, **options: Any) -> None:
        now = moment(options["now"])
        started = time.monotonic()
        self.quiet = bool(options["quiet"])
        if options["tickets"]:
            self.load_many(options, until=now)
            return
        done = load(now=now, begin=self.begin)
        if done:
            bring_in_pages(now=now)
        self.say("" if done and sys.stdout.isatty() else None)
        if done:
            self.say(f"Mondes de démonstration prêts / demo worlds ready ({time.monotonic() - started:.1f} s)")
        else:
            self.say("Mondes de démonstration déjà là / demo worlds already there")

    def load_many(self, options: dict[str, Any], *, until: datetime) -> None:
        from guichet.demo.scale import loading, plan

        if options["tickets"] < loading.FEWEST or options["processes"] < 1:
            raise CommandError(f"--tickets {loading.FEWEST}…, --processes 1…")
        started, tickets = time.monotonic(), int(options["tickets"])
        try:
            loading.load(
                tickets=tickets, seed=options["seed"], until=until, hands=options["processes"], tell=self.stage()
            )
        except loading.ThereAlreadyError:
            self.say(f"{plan.PLAN.title[0]} : déjà là / already there")
            return
        self.say("" if sys.stdout.isatty() else None)
        took = time.monotonic() - started
        self.say(f"{plan.PLAN.title[0]} / {plan.PLAN.title[1]}: {tickets:,} tickets ({took:.1f} s)")

    def stage(self) -> Callable[[str, int, int], None]:
        """A progress bar on a terminal, a line for each stage elsewhere."""
        on_terminal, last = sys.stdout.isatty() and not self.quiet, ""

        def tell(step: str, done: int, of: int) -> None:
            nonlocal last
            if on_terminal:
                full = _WIDTH * done // max(of, 1)
                self.stdout.write(f"\r  {_STEPS[step]:<34} {'█' * full}{'░' * (_WIDTH - full)}", ending="")
                self.stdout.flush()
            elif step != last:
                self.say(f"{_STEPS[step]}…")
            last = step

        return tell

    def begin(self, plan: WorldPlan, acts: int) -> Callable[[], None]:
        """A progress bar on a terminal, one line elsewhere."""
        count = 0
        on_terminal = sys.stdout.isatty() and not self.quiet
        if not on_terminal:
            self.say(f"Démonstration / demo: {plan.title[0]}…")

        def tick() -> None:
            nonlocal count
            count += 1
            if on_terminal and count % 10 == 0:
                full = min(_WIDTH, _WIDTH * count // max(acts, 1))
                self.stdout.write(f"\r  {plan.title[0]:<34} {'█' * full}{'░' * (_WIDTH - full)}", ending="")
                self.stdout.flush()

        return tick

    def say(self, line: str | None) -> None:
        if line is not None and not self.quiet:
            self.stdout.write(line)


def moment(text: str) -> datetime:
    """An aware moment; without an offset it is taken in UTC. Now when `text` is empty."""
    if not text:
        return datetime.now(UTC)
    try:
        given = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--now {text} : ISO 8601, par exemple / for example 2025-11-18T10:30-05:00") from error
    return given if given.tzinfo else given.replace(tzinfo=UTC)
