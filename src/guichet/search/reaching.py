"""In which ways somebody reaches entries, each as a statement. Who may find what is part of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from guichet.people.models import Person
from guichet.search.findable import Findable, Reach, Visible
from guichet.search.models import Entry

_COLUMNS = ("kind", "subject", "part", "at", "titled", "words")
_PLAIN = f"SELECT {', '.join(_COLUMNS)} FROM search_entry WHERE kind = ANY(%s::varchar[])"  # noqa: S608


@dataclass(frozen=True)
class Source:
    """A statement that reaches entries, and its values."""

    statement: str
    values: tuple[Any, ...]

    @classmethod
    def of(cls, kinds: Sequence[str], reach: Reach, narrow: Q) -> Source | None:
        """What is within reach and left by the line's filters; None where that is nothing.

        Most reaches say their desks alone. Those are said plainly: Django takes a millisecond to say it.
        """
        if not (reach.where or reach.desks):
            return None
        statement: str = _PLAIN
        values: tuple[Any, ...] = ([*kinds],)
        if where := reach.where & narrow:
            try:
                statement, values = (
                    Entry.objects.filter(where, kind__in=kinds).values(*_COLUMNS).query.sql_with_params()
                )
            except EmptyResultSet:
                return None
        if reach.desks:
            # + 0: looked up in what the index of words finds, no reason to read all of a desk from the other index.
            statement += " AND search_entry.desk_id + 0 = ANY(%s::bigint[])"
            values += ([*reach.desks],)
        return cls(statement, values)

    def having(self, numbers: Iterable[Sequence[int]], *, never: Sequence[int]) -> Source:
        """Those entries that have one of the numbers of each sort, and none of others."""
        each = [list(some) for some in numbers]
        texts = [" AND search_entry.words && %s::int[]"] * len(each)
        if never:
            texts.append(" AND NOT search_entry.words && %s::int[]")
            each.append(list(never))
        return Source(self.statement + "".join(texts), (*self.values, *each))


@dataclass(frozen=True)
class Way:
    """A way of reaching entries of one findable, by its number among all of a search."""

    number: int
    findable: Findable
    reach: Reach
    source: Source


@dataclass(frozen=True)
class _Standing:
    """Who asks, and all that roles and places give them: of two who are alike in it nothing tells apart."""

    key: tuple[Any, ...]
    person: Person = field(compare=False)

    @classmethod
    def of(cls, person: Person) -> _Standing:
        roles = frozenset(person.grants.roles.items())
        organisation = person.organisation
        return cls((person.pk, organisation.pk, organisation.served_by_id, roles, person.grants.teams), person)


def ways(left: Iterable[tuple[Findable, Q]], person: Person) -> list[Way]:
    """All ways to what the filters of a line leave."""
    standing, found = _Standing.of(person), list[Way]()
    for findable, narrow in left:
        if findable.by_standing and not narrow:
            reached = _kept(findable.kinds, findable.visible, standing)
        else:
            reached = _reached(findable.kinds, findable.visible, person, narrow)
        found += [Way(len(found) + n, findable, reach, source) for n, (reach, source) in enumerate(reached)]
    return found


def _reached(kinds: Sequence[str], visible: Visible, person: Person, narrow: Q) -> list[tuple[Reach, Source]]:
    said = visible(person)
    reaches = [Reach(where=said)] if isinstance(said, Q) else said
    return [(reach, source) for reach in reaches if (source := Source.of(kinds, reach, narrow))]


@lru_cache(maxsize=1_000)
def _kept(kinds: tuple[str, ...], visible: Visible, standing: _Standing) -> list[tuple[Reach, Source]]:
    return _reached(kinds, visible, standing.person, Q())
