"""Tickets like this one, found through the search index: solved ones with the attempt that was tested as working, and
those that are open beside it.

The text's words are looked up in the index, rare ones alone and common ones two by two; where most of their weight
comes together, the whole of both texts is compared (`likeness.py`). How rare a word is comes from the statistics that
PostgreSQL keeps of the index anyway.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from guichet.lib import references
from guichet.lib.database import prepared
from guichet.people.models import Person
from guichet.search.models import Entry
from guichet.search.words import stems
from guichet.search.writing import PLACES, number_of
from guichet.suggestions import policies
from guichet.suggestions.likeness import Frequencies, gathered, likenesses, lookups
from guichet.tickets import lifecycle
from guichet.tickets.models import Attempt, Ticket

KIND = "ticket"
# Each lookup gives so many texts at most; so many are compared wholly.
FOUND, COMPARED = 250, 70
# Below this two tickets merely share some words.
LEAST = 0.22
_READ = 4_000
_STATISTICS_LAST = 600.0

# Kind and desk are no ways in here: which words are asked for isn't known when the statement is planned, and for so few
# texts PostgreSQL would rather read through all entries of the desk.
_LOOKUPS = """
SELECT asked.one, asked.other, ARRAY(
    SELECT e.subject FROM search_entry AS e
    WHERE e.words @> ARRAY[asked.one, asked.other] AND e.kind || '' = %s AND e.part + 0 = 0 AND e.desk_id + 0 = %s
    LIMIT %s)
FROM unnest(%s::int[], %s::int[]) AS asked(one, other)
"""
_WHOLE = "SELECT subject, words FROM search_entry WHERE kind = %s AND part = 0 AND subject = ANY(%s)"
_COMMON = """
SELECT (SELECT reltuples FROM pg_class WHERE oid = %s::regclass), most_common_elems::text::int[], most_common_elem_freqs
FROM (SELECT 1) AS one LEFT JOIN pg_stats ON tablename = %s AND attname = 'words' AND schemaname = current_schema()
"""
_known: dict[str, tuple[float, Frequencies]] = {}


@dataclass(frozen=True)
class Like:
    """A ticket that is like the one asked about, how much (0 to 1), and its verified solution where it has one."""

    ticket: Ticket
    score: float
    solution: Attempt | None

    @property
    def percent(self) -> int:
        return round(100 * self.score)


@dataclass(frozen=True)
class Alike:
    """Solved ones whose solution was tested, and those still open."""

    solved: list[Like]
    open: list[Like]

    def __bool__(self) -> bool:
        return bool(self.solved or self.open)


def similar(ticket: Ticket, *, person: Person, most: int = 3) -> Alike:
    """Those of the same desk that the person may treat, the most alike first. Four queries."""
    if not policies.can_see(person, ticket):
        return Alike([], [])
    text = f"{ticket.title}\n{ticket.description[:_READ]}"
    return _with_rows(nearest(text, desk=ticket.desk_id, without=ticket.pk), person=person, most=most)


def similar_to(text: str, *, desk: int, requester: Person, person: Person, most: int = 3) -> Alike:
    """While a ticket is being written for somebody: their own that are open come first. Four queries."""
    if desk not in person.grants.treats_in:
        return Alike([], [])
    return _with_rows(nearest(text[:_READ], desk=desk), person=person, most=most, first=requester.pk)


def known_solution(reference: str, *, ticket: Ticket, person: Person) -> Attempt | None:
    """The verified solution of another ticket of the same desk, however its reference is typed."""
    exact = references.parse(reference) if 0 < len(reference) <= 40 else None
    if exact is None or not policies.can_see(person, ticket):
        return None
    other = Ticket.objects.at_desk_of(person).filter(reference=exact, desk=ticket.desk_id).exclude(pk=ticket.pk)
    found = other.select_related("solution").first()
    return found.solution if found else None


def nearest(text: str, *, desk: int, without: int = 0, most: int = COMPARED) -> list[tuple[int, float]]:
    """Tickets of the desk by number, each with its likeness, the most alike first."""
    frequencies = _frequencies()
    asked = [number_of(token) for token in stems(text)]
    wanted = lookups(asked, frequencies)
    if not wanted:
        return []
    with prepared() as cursor:
        cursor.execute(_LOOKUPS, [KIND, desk, FOUND, [one for one, _ in wanted], [other for _, other in wanted]])
        numbers = gathered(cursor.fetchall(), frequencies, most=most + 1)
        cursor.execute(_WHOLE, [KIND, [number for number in numbers if number != without]])
        rows = cursor.fetchall()
    scores = likenesses(frozenset(asked), (words[PLACES:] for _subject, words in rows), frequencies)
    found = [(subject, score) for (subject, _words), score in zip(rows, scores, strict=True)]
    return sorted(found, key=lambda one: (-one[1], -one[0]))[:most]


def _with_rows(found: Sequence[tuple[int, float]], *, person: Person, most: int, first: int = 0) -> Alike:
    """`first`: the requester whose open ones come before the others'."""
    scores = {number: score for number, score in found if score >= LEAST}
    if not scores:
        return Alike([], [])
    visible = Ticket.objects.at_desk_of(person).filter(pk__in=scores)
    rows = visible.select_related("solution", "organisation").only(
        "reference", "title", "state", "severity", "resolved_at", "opened_at", "organisation__name", "solution__text",
        "solution__kind", "solution__test", "solution__result", "solution__ticket", "desk", "requester",
    )  # fmt: skip
    ordered = sorted(rows, key=lambda row: (-scores[row.pk], -row.pk))
    live = [Like(row, scores[row.pk], None) for row in ordered if row.state in lifecycle.UNSOLVED]
    live.sort(key=lambda like: like.ticket.requester_id != first)
    solved: dict[str, Like] = {}
    for row in ordered:
        if row.solution is not None and row.state not in lifecycle.UNSOLVED:
            # What was solved in the same way time and again is told once.
            solved.setdefault(row.solution.text, Like(row, scores[row.pk], row.solution))
    return Alike(solved=list(solved.values())[:most], open=live[:most])


def _frequencies() -> Frequencies:
    """Of the index's commonest words, as ANALYZE saw them ten minutes ago at most."""
    name, at = str(connection.settings_dict["NAME"]), time.monotonic()
    kept = _known.get(name)
    if kept is None or at - kept[0] > _STATISTICS_LAST:
        kept = _known[name] = at, _read_frequencies()
    return kept[1]


def _read_frequencies() -> Frequencies:
    table = Entry._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [table, table])
        tuples, elements, shares = cursor.fetchone()
    among = max(float(tuples or 0), 100.0)
    if not elements:
        return Frequencies(among=among, known={})
    # The shares end with the least and the greatest of them, and that of empty arrays.
    known = {int(word): share * among for word, share in zip(elements, shares, strict=False)}
    return Frequencies(among=among, known=known, rare=max(min(known.values()) / 2, 1.0))
