"""`guichet knowledge import`: a folder of Markdown. The files stay where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from guichet.knowledge import importing
from guichet.knowledge.importing import How, Report
from guichet.knowledge.models import Audience
from guichet.knowledge.policies import can_write
from guichet.people.models import Organisation, Person

_BAR = 30
# So many of a kind are named; the others are counted.
_NAMED = 20


class Command(BaseCommand):
    help = "Bring the articles of a desk up to date with a folder of Markdown. A second run adds nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--desk", required=True, help="slug of the organisation whose desk it is")
        parser.add_argument("--owner", required=True, help="e-mail of whoever sees to it that they stay true")
        parser.add_argument("--source", default="", help="what the folder is known by; its name unless said otherwise")
        parser.add_argument("--audience", choices=Audience.values, default=Audience.AGENTS.value)
        parser.add_argument("--publish", action="store_true", help="what is new is read at once")
        parser.add_argument("--language", choices=["fr", "en"], default="", help="guessed for each page otherwise")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, tell what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder}: not a folder")
        desk = Organisation.objects.filter(slug=options["desk"], served_by=None).first()
        if desk is None:
            raise CommandError(f"{options['desk']}: no such desk")
        owner = Person.objects.filter(email__iexact=options["owner"]).order_by("pk").first()
        if owner is None or not can_write(owner, desk_id=desk.pk):
            raise CommandError(f"{options['owner']}: nobody of that desk")
        how = How(
            desk=desk,
            actor=owner,
            now=timezone.now(),
            source=options["source"] or folder.resolve().name,
            audience=options["audience"],
            publish=options["publish"],
            language=options["language"],
        )
        report = importing.import_folder(folder, how=how, dry_run=options["dry_run"], progress=self._progress)
        self._tell(report)

    def _progress(self, done: int, every: int) -> None:
        if self.stderr.isatty():
            bar = "#" * (_BAR * done // every)
            self.stderr.write(f"\r[{bar:<{_BAR}}] {done}/{every}", ending="\n" if done == every else "")

    def _tell(self, report: Report) -> None:
        words = {
            "new": importing.NEW,
            "changed": importing.CHANGED,
            "the same": importing.SAME,
            "changed here too, to be looked at": importing.TO_LOOK_AT,
            "waiting for whoever is writing on it": importing.WAITING,
            "refused": importing.REFUSED,
        }
        counts = [f"{report.count(word)} {said}" for said, word in words.items() if report.count(word)]
        self.stdout.write(", ".join(counts) or "nothing to read")
        self._list("not read", [f"{skipped.key}: {skipped.reason}" for skipped in report.skipped])
        self._list("links that lead nowhere", [f"{page}: {target}" for page, target in report.broken_links])
        self._list("pictures that are not there", [f"{page}: {target}" for page, target in report.missing_pictures])
        self._list("no longer in the folder", report.gone)

    def _list(self, title: str, lines: list[str]) -> None:
        if lines:
            self.stdout.write(f"{title}: {len(lines)}")
            for line in lines[:_NAMED]:
                self.stdout.write(f"  {line}")
            if len(lines) > _NAMED:
                self.stdout.write("  …")
