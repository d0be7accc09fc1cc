"""`guichet search rebuild`: the index of everything findable, written anew while people search in it."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from guichet.search.models import Entry
from guichet.search.rebuilding import rebuild

_WIDTH = 30


class Command(BaseCommand):
    help = "Write the search index anew, in batches that nobody has to wait for; goes on where it was interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-the-start", action="store_true", help="forget how far an interrupted rebuild came")

    def handle(self, *_args: Any, **options: Any) -> None:
        began, written, before = time.monotonic(), 0, Entry.objects.count()

        def tell(kind: str, count: int) -> None:
            nonlocal written
            written += count
            # The index of before tells how much there is, about.
            full = _WIDTH * written // max(before, written, 1)
            if self.stderr.isatty():
                self.stderr.write(f"\r{'█' * full}{'░' * (_WIDTH - full)} {written:>9,} {kind:<12}", ending="")
                self.stderr.flush()

        done = rebuild(from_the_start=bool(options["from_the_start"]), progress=tell)
        if self.stderr.isatty():
            self.stderr.write("")
        told = {"entries": done.entries, "dropped": done.dropped}
        self.stdout.write(json.dumps({**told, "seconds": round(time.monotonic() - began, 2)}))
