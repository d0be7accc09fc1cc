"""`guichet clocks rebuild`: every clock computed anew from the log."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from guichet.tickets.rebuilding import rebuild_all


class Command(BaseCommand):
    help = "Compute the clocks of live tickets anew from the log, in batches; tickets without any get theirs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="tickets that have ended too")

    def handle(self, *_args: Any, **options: Any) -> None:
        began = time.monotonic()
        done = rebuild_all(now=timezone.now(), everything=bool(options["all"]))
        told = {"tickets": done.tickets, "corrected": done.corrected, "given": done.given}
        self.stdout.write(json.dumps({**told, "seconds": round(time.monotonic() - began, 2)}))
