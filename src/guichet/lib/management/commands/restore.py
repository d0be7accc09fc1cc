"""`guichet restore FILE`: a backup put back, and compared with what it was."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from guichet.lib import archive, backing
from guichet.lib.filelock import write_private


class Command(BaseCommand):
    help = "Put a backup back into an empty installation, and compare every table with what it was."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, metavar="KEYFILE", help="the key of an encrypted backup")
        parser.add_argument("--replace", action="store_true", help="lose what the database holds now")

    def handle(self, *_args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            made = backing.restore(
                options["file"],
                site=backing.here(),
                identities=archive.identities_in(options["key"]) if options["key"] else (),
                replace=bool(options["replace"]),
                tell=lambda step: self.stderr.write(f"… {step}"),
            )
        except (archive.ArchiveError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({**backing.summary(made), "seconds": round(time.monotonic() - began, 1)}))
        self._keep_secret(made["secret"])

    def _keep_secret(self, secret: str) -> None:
        """Without it, what it sealed (passwords of mailboxes, links in mails) stays sealed."""
        own = Path(settings.DATA) / "secret_key"
        if secret == settings.SECRET_KEY:
            return
        if own.exists() and own.read_text(encoding="ascii").strip() == settings.SECRET_KEY:
            write_private(own, secret)
            return
        kept = own.with_name("secret_key.restored")
        kept.parent.mkdir(parents=True, exist_ok=True)
        write_private(kept, secret)
        self.stderr.write(f"GUICHET_SECRET_KEY is not the one of this backup: set it to what stands in {kept}.")
