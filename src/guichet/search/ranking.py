"""Which entries answer best, in one statement: the newest that match, by way of reaching them, weighed and brought
together by subject.

The weight of a word is that of BM25 (Robertson and Zaragoza, 2009), the text's length held against the mean of what
was found in its kind; a word of the title counts more, and of two equals the newer comes first.
"""

# ruff: noqa: S608 — the statements' pieces are all ours; what comes from outside are their values, passed apart.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from guichet.search.reaching import Way
from guichet.search.wanted import Group, Wanted
from guichet.search.writing import PLACES

# Saturation of repeats, share of the length, what a title adds to a weight, and what being of today does.
_REPEATS, _LENGTH, _TITLE, _NEW, _NEW_DAYS = 1.2, 0.7, 1.5, 0.2, 60
_EXACT = 1000
# In how many more places the next word of a phrase may stand: a name with a hyphen takes several.
_APART = 3
# Of a word with more numbers than this, one that grows, nobody counts how often it stands there.
_COUNTED = 8
_SHORT = 120


@dataclass(frozen=True)
class Place:
    """Where a page begins: after this hit."""

    score: float
    family: str
    subject: int


@dataclass(frozen=True)
class Ranked:
    """A subject that was found: where its words stood, when, how good, and which of the words it has."""

    place: Place
    kind: str
    part: int
    at: datetime
    has: tuple[bool, ...]


def ranked(
    ways: Sequence[Way],
    *,
    wanted: Wanted,
    weights: Sequence[float],
    least: float,
    bound: int,
    moment: datetime,
    after: Place | None,
    size: int,
) -> tuple[list[Ranked], dict[int, int]]:
    """The best `size` subjects after a place, and how many entries each way gave: none or at most `bound`.

    `weights` are those of `wanted.all_groups`; a subject needs `least` of their sum, 1.0 for all the words.
    """
    families = list(dict.fromkeys(way.findable.name for way in ways))
    statement = _Statement(wanted, weights=weights, families=families)
    if not ways:
        return [], {}
    pieces = [
        ("newest", " UNION ALL ".join(statement.newest(way, bound) for way in ways)),
        ("lengths", "SELECT family, avg(cardinality(words)) AS usual FROM newest GROUP BY family"),
        ("weighed", statement.weighed(all_words=least >= 1.0)),
        ("joined", statement.joined()),
        ("chosen", statement.chosen(least=least, moment=moment, after=after, size=size)),
    ]
    named = ", ".join(f"{name} AS MATERIALIZED ({piece})" for name, piece in pieces)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {named} SELECT * FROM ({statement.shown()}) AS shown"
            " UNION ALL SELECT -1, way, count(*), '', 0, NULL, NULL FROM newest GROUP BY way",
            statement.values,
        )
        rows = cursor.fetchall()
    counts: dict[int, int] = {}
    found = []
    for family, subject, score, kind, part, at, has in rows:
        if family < 0:
            counts[subject] = int(score)
        else:
            found.append(Ranked(Place(score, families[family], subject), kind, part, at, tuple(has)))
    found.sort(key=lambda hit: (-hit.place.score, families.index(hit.place.family), -hit.place.subject))
    return found, counts


class _Statement:
    """The pieces of the statement, and their values in the order in which the pieces are made."""

    def __init__(self, wanted: Wanted, *, weights: Sequence[float], families: Sequence[str]) -> None:
        self.wanted, self.groups, self.weights, self.families = wanted, wanted.all_groups, weights, families
        self.values: list[Any] = []

    def newest(self, way: Way, bound: int) -> str:
        """OFFSET 0: the order is for the few that match, no reason to walk the whole table by time."""
        self.values += [*way.source.values, bound]
        family = self.families.index(way.findable.name)
        return (
            f"(SELECT {way.number} AS way, {family} AS family, kind, subject, part, at, titled, words"
            f" FROM ({way.source.statement} OFFSET 0) AS matching ORDER BY at DESC LIMIT %s)"
        )

    def weighed(self, *, all_words: bool) -> str:
        """What each word is worth in each entry. OFFSET 0: a number is worked out once, not where it is used."""
        counted, worth = [], []
        for n, (group, weight) in enumerate(zip(self.groups, self.weights, strict=True), start=1):
            counted.append(f"{self._times(group, sure=all_words)} AS times{n}")
            counted.append(f"(title && %s::int[])::int AS titles{n}")
            self.values += [list(group.numbers)]
            worth.append(
                f"{weight}::float8 * ({_REPEATS + 1}::float8 * times{n} / (times{n} + {_REPEATS}::float8 * length)"
                f" + {_TITLE}::float8 * titles{n}) AS worth{n}"
            )
        self.values += [sorted(self.wanted.exact)]
        columns = "family, kind, subject, part, at"
        return (
            f"SELECT {', '.join([columns, 'exact', *worth])}"
            f" FROM (SELECT {', '.join([columns, 'length', *counted])}, (title && %s::int[])::int AS exact"
            f" FROM (SELECT {columns}, words, words[{PLACES + 1}:{PLACES}+titled] AS title,"
            f" {1 - _LENGTH}::float8 + {_LENGTH}::float8 * cardinality(words) / usual AS length"
            f" FROM newest JOIN lengths USING (family)) AS measured{self._side_by_side()} OFFSET 0) AS counted"
        )

    def _times(self, group: Group, *, sure: bool) -> str:
        """How often a word stands in an entry. In a short text once is as much as twice."""
        numbers = list(group.numbers)
        self.values += [numbers]
        there = "1 + 0 * cardinality(%s::int[])" if sure else "(words && %s::int[])::int"
        if len(numbers) > _COUNTED:
            return there
        self.values += numbers
        positions = " + ".join(["cardinality(array_positions(words, %s))"] * len(numbers))
        return f"CASE WHEN cardinality(words) < {_SHORT} THEN {there} ELSE {positions} END"

    def _side_by_side(self) -> str:
        conditions = [self._phrase(phrase) for phrase in self.wanted.phrases]
        conditions += [f"NOT {self._phrase(phrase)}" for phrase in self.wanted.unwanted if len(phrase) > 1]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _phrase(self, phrase: Sequence[Group]) -> str:
        """Whether its words follow one another somewhere."""
        first, *others = phrase
        follow = ""
        self.values += [list(first.numbers)]
        for n, group in enumerate(others, start=1):
            follow += f" AND words[i+{n}:i+{n + _APART}] && %s::int[]"
            self.values += [list(group.numbers)]
        return (
            f"EXISTS (SELECT FROM generate_series({PLACES + 1}, cardinality(words)) AS i"
            f" WHERE words[i] = ANY(%s::int[]){follow})"
        )

    def joined(self) -> str:
        """By subject: of each word the best of its entries."""
        best = "".join(f", max(worth{n}) AS best{n}" for n in self._numbers)
        return f"SELECT family, subject, max(at) AS at, max(exact) AS exact{best} FROM weighed GROUP BY family, subject"

    def chosen(self, *, least: float, moment: datetime, after: Place | None, size: int) -> str:
        """The best after a place. Where nothing is asked for by word, the newest are the best."""
        whole = sum(self.weights) or 1.0
        shares = [f"{w / whole}::float8 * (best{n} > 0)::int" for n, w in zip(self._numbers, self.weights, strict=True)]
        has = ", ".join(f"best{n} > 0" for n in self._numbers)
        total = " + ".join(f"best{n}" for n in self._numbers) or "1"
        age = f"greatest(0, extract(epoch FROM %s - at)::float8) / {86_400 * _NEW_DAYS}::float8"
        self.values += [moment]
        beyond = "true"
        if after:
            beyond = "(score < %s OR (score = %s AND (family > %s OR (family = %s AND subject < %s))))"
            family = self.families.index(after.family) if after.family in self.families else -1
            self.values += [after.score, after.score, family, family, after.subject]
        self.values += [size]
        return (
            f"SELECT * FROM (SELECT family, subject, at, ARRAY[{has}]::bool[] AS has,"
            f" ({total}) * share * (1 + {_NEW}::float8 / (1 + {age})) + {_EXACT} * exact AS score"
            f" FROM (SELECT *, {' + '.join(shares) or '1'} AS share FROM joined) AS j"
            f" WHERE share >= {least - 1e-6}::float8) AS s"
            f" WHERE {beyond} ORDER BY score DESC, family, subject DESC LIMIT %s"
        )

    def shown(self) -> str:
        """Those that were chosen, each by the entry with the most of the words."""
        total = " + ".join(f"worth{n}" for n in self._numbers) or "0::float8"
        return (
            "SELECT DISTINCT ON (family, subject) family, subject, score, kind, part, chosen.at, has"
            f" FROM chosen JOIN weighed USING (family, subject) ORDER BY family, subject, {total} DESC, part"
        )

    @property
    def _numbers(self) -> range:
        return range(1, len(self.groups) + 1)
