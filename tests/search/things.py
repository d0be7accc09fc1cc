"""A findable of the tests' own: things with a title and a text, at a desk, whose readers are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from guichet.people.models import Organisation, Person
from guichet.search.findable import Findable, Part, Reach, Shown
from guichet.search.writing import Words, put
from tests.builders import NOW


@dataclass
class Things:
    """What there is, by subject; `put` writes it into the index too."""

    kind: str = "thing"
    desk: Organisation | None = None
    known: dict[int, list[Words]] = field(default_factory=dict)
    # Subjects that a person may find; None: all of the desk's.
    readers: dict[int, set[int]] = field(default_factory=dict)
    busy: bool = False

    def put(self, subject: int, title: str, body: str = "", **other: Any) -> None:
        assert self.desk
        values: dict[str, Any] = {
            "kind": self.kind, "subject": subject, "part": 0, "desk_id": self.desk.pk, "organisation_id": None,
            "inside": False, "at": NOW - timedelta(days=subject), "title": title, "body": body, "language": "", **other,
        }  # fmt: skip
        self.known.setdefault(subject, []).append(Words(**values))
        put(**values)

    def findable(self) -> Findable:
        return Findable(
            kinds=(self.kind, f"{self.kind}-note"),
            visible=self._visible,
            load=self._load,
            everything=self._everything,
            filters={"state": lambda _person, value: Q(subject__lt=10) if value == "open" else None},
        )

    def _visible(self, person: Person) -> list[Reach]:
        own = self.readers.get(person.pk)
        if own is not None:
            return [Reach(where=Q(subject__in=own, inside=False))]
        desks = person.grants.treats_in
        return [Reach(where=Q(desk__in=desks), desks=desks if self.busy else ())] if desks else []

    def _load(self, person: Person, found: Mapping[int, Part]) -> dict[int, Shown]:
        shown = {}
        for subject, part in found.items():
            rows = [words for words in self.known.get(subject, []) if (words.kind, words.part) == part]
            if rows:
                shown[subject] = Shown(title=self.known[subject][0].title, text=rows[-1].body)
        return shown

    def _everything(self, after: int) -> Iterator[Words]:
        for subject in sorted(self.known):
            if subject > after:
                yield from self.known[subject]


def at(days: int) -> datetime:
    return NOW - timedelta(days=days)
