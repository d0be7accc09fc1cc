"""What can be found, as the rooms above say it: who may find it, how a hit is shown, which filters it knows.

Each room registers its own in a `findable.py` of its own; `config/wiring.py` calls that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from guichet.people.models import Person
from guichet.search.writing import Words


class Part(NamedTuple):
    """Where the words stood: an entry's kind and its part, ("ticket", 0) or ("message", 77)."""

    kind: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A hit as a row says it. `text` is what the excerpt is taken from, of the part that was found."""

    title: str
    text: str = ""
    reference: str = ""
    detail: str = ""
    at: datetime | None = None
    # In which it is written, where that is known.
    language: str = ""
    # Whose thing it is, where it may be read outside of that desk too.
    desk: int = 0


@dataclass(frozen=True, kw_only=True)
class Reach:
    """One way in which a person may find entries: those of some desks, or such as fulfil a condition over `Entry`, or
    both; nothing where neither is said.

    `desks` are to be said where it may be a great many, which are then read by desk and by time. Tell rows apart by
    `Exists(… pk=OuterRef("subject"))` where they are many, by a list of subjects where they are few: a subquery under
    `subject__in` is worked out wholly for each search.
    """

    where: Q = field(default_factory=Q)
    desks: Collection[int] = ()


Visible = Callable[[Person], Q | Sequence[Reach]]


@dataclass(frozen=True, kw_only=True)
class Findable:
    """Kinds of entries that are shown as one thing: a ticket with its messages and notes, an article."""

    kinds: tuple[str, ...]
    # Which entries this person may find: always inside the query. Several ways are asked one by one; as one condition
    # with `|` they would make the database read the whole table.
    visible: Visible
    # Subject → the part of it that was found. What the person may not see, by the subjects' own rules, is left out.
    load: Callable[[Person, Mapping[int, Part]], Mapping[int, Shown]]
    # For rebuilding: the words of all subjects after the given one, by ascending subject, read in bounded batches.
    everything: Callable[[int], Iterator[Words]]
    # Whether `visible` asks for nothing but who they are, their organisation, roles and teams: its statement, which
    # takes Django milliseconds, is then made once for each standing.
    by_standing: bool = False
    # A key of the query line → the entries that it leaves; None where the value means nothing.
    filters: Mapping[str, Callable[[Person, str], Q | None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The kind of its main entries."""
        return self.kinds[0]


_registered: dict[str, Findable] = {}


def register(findable: Findable) -> None:
    """Make it findable. A second one of the same main kind takes the place of the first."""
    _registered[findable.name] = findable


def forget(name: str) -> None:
    _registered.pop(name, None)


def findables() -> tuple[Findable, ...]:
    """In the order in which they were registered."""
    return tuple(_registered.values())
