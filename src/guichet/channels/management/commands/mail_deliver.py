"""`guichet mail deliver`: one message on standard input, as a mail server's pipe hands it over."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from guichet.channels import ledger


class Command(BaseCommand):
    help = "Store the message on standard input. Ends with 75 (try again later) when it can't be stored now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", default="", help="the address it was delivered to")
        parser.add_argument("--from", dest="sender", default="", help="the envelope’s sender")

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read()
        ledger.receive(
            raw=raw,
            source_key=ledger.key_of("pipe", raw, recipient=options["to"]),
            now=timezone.now(),
            mailbox=ledger.mailbox_for(options["to"]) if options["to"] else None,
            envelope_from=options["sender"],
            envelope_to=options["to"],
        )
