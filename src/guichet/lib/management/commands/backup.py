"""`guichet backup FILE`: everything in one file, verified, encrypted if asked."""

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
    help = "Write the database, the stored files and the secret key to one file, and read it once more."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup; with --new-key the key")
        parser.add_argument(
            "--for", dest="recipients", action="append", metavar="age1…",
            help="encrypt for whoever holds this key, more than once for several (GUICHET_BACKUP_FOR)",
        )  # fmt: skip
        parser.add_argument(
            "--check", action="store_true", help="only read an existing backup and hold it against itself"
        )
        parser.add_argument("--key", type=Path, metavar="KEYFILE", help="with --check: the key of an encrypted backup")
        parser.add_argument("--new-key", action="store_true", help="make a key, print what to encrypt for")

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        began = time.monotonic()
        try:
            if options["check"]:
                keys = archive.identities_in(options["key"]) if options["key"] else ()
                made = backing.check(file, site=backing.here(), identities=keys, tell=self._tell)
            elif file.exists():
                raise CommandError(f"{file} is there already.")
            elif options["new_key"]:
                self._make_key(file)
                return
            else:
                recipients = options["recipients"] or settings.BACKUP_FOR
                made = backing.back_up(file, site=backing.here(), recipients=recipients, tell=self._tell)
        except (archive.ArchiveError, OSError) as error:
            raise CommandError(str(error)) from error
        told = {"bytes": file.stat().st_size, "seconds": round(time.monotonic() - began, 1)}
        self.stdout.write(json.dumps({**backing.summary(made), **told}))

    def _make_key(self, file: Path) -> None:
        secret, public = archive.new_key()
        write_private(file, f"# {public}\n{secret}")
        self.stdout.write(public)

    def _tell(self, step: str) -> None:
        self.stderr.write(f"… {step}")
