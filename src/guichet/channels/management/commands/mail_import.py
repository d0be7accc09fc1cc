"""`guichet mail import`: a folder of messages, a file each. The files stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guichet.channels import ledger


class Command(BaseCommand):
    help = "Store every file of a folder (and of those in it) as a message. A second run adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--to", default="", help="the mailbox’s address, where the messages don’t say")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder}: not a folder")
        mailbox = ledger.mailbox_for(options["to"]) if options["to"] else None
        if options["to"] and mailbox is None:
            raise CommandError(f"{options['to']}: no such mailbox")
        new = known = 0
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            raw = path.read_bytes()
            key = ledger.key_of("file", raw, recipient=options["to"])
            stored = ledger.receive(
                raw=raw, source_key=key, now=timezone.now(), mailbox=mailbox, envelope_to=options["to"]
            )
            new, known = new + (stored is not None), known + (stored is None)
        self.stdout.write(f"{new} stored, {known} known already")
