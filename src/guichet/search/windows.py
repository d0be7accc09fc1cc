"""How far back one has to look: common words are sought among the newest entries alone, by desk and by time.

Nothing is kept for this. The newest entries of the person's desks say how common the words are now; a search that was
promised too much by them looks further back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import log, prod

from django.db import connection

from guichet.search.reaching import Way
from guichet.search.wanted import Group
from guichet.search.writing import DAY, FORTNIGHT, desk_number, kind_number, span_numbers

_LOOKED_AT, _LEAST_LOOKED_AT, _MOST_DESKS = 800, 100, 8
# A word that may become many others takes its time to be compared.
_LONG, _LOOKED_AT_LONG = 12, 250
# Bytes of an entry in the table, about.
_BYTES = 330
# Of the bound, so many are to match in a window: those a little older cost more than they are worth.
_AIM = 0.7
# Up to so many days they are told apart; more fortnights cost more than they spare.
_DAYS, _FORTNIGHTS, _MOST_SPANS = 28, 48, 400
# So much of what there is are most of the entries.
_MOSTLY = 0.5


@dataclass(frozen=True)
class Seen:
    """What the newest entries of a desk say: how many of them have all the words, and each."""

    desk: int
    entries: int
    newest: datetime
    oldest: datetime
    kinds: Counter[str]
    together: int
    each: tuple[int, ...]

    @property
    def share(self) -> float:
        """Of the desk's entries, those with all the words; where too few show, as if words came independently."""
        if self.together >= 5 or not self.each:
            return self.together / self.entries
        return prod((count + 0.5) / (self.entries + 1) for count in self.each)

    def share_of_any(self, words: Iterable[int]) -> float:
        """Of the desk's entries, at most so many have any of these words."""
        return min(1.0, sum((self.each[n] + 0.5) / (self.entries + 1) for n in words))

    @property
    def seconds(self) -> float:
        return max(1.0, (self.newest - self.oldest).total_seconds())


@dataclass(frozen=True)
class Sample:
    """What was seen at some desks, about how many entries there are in all, and how telling each word is."""

    desks: tuple[Seen, ...]
    entries: int
    weights: list[float]

    def rarest(self, words: Iterable[int], *, bound: int) -> list[int]:
        """The rarest words, of which altogether not too many entries have one; one at least."""
        ordered = sorted(words, key=lambda n: -self.weights[n])
        chosen = ordered[:1]
        for n in ordered[1:]:
            if self._most([desk.share_of_any([*chosen, n]) for desk in self.desks]) > bound:
                break
            chosen.append(n)
        return chosen

    def seconds_back(self, way: Way, shares: Sequence[float], *, bound: int) -> float:
        """How far to look back for not quite `bound` that match, if of each desk's entries so many do; 0 where one may
        look everywhere."""
        of_kinds = self._share_of_kinds(way)
        if not way.reach.desks or not of_kinds or self._most(shares) < bound:
            return 0
        each = zip(self.desks, shares, strict=True)
        return self._bounded(_AIM * bound / of_kinds / sum(share * desk.entries / desk.seconds for desk, share in each))

    def further_back(self, seconds: float, *, found: int, wanted: int) -> float:
        """Where less than `wanted` was found in so many seconds; 0 where that is everywhere."""
        return self._bounded(seconds * max(4, 2 * wanted // max(found, 1)))

    def places(self, way: Way, seconds: float) -> list[list[int]]:
        """Where to look in the index of words: at the desks, in those spans of time. What most entries are is left to
        the table to say: its list would be read from end to end."""
        places = []
        if self._share_of_kinds(way) < _MOSTLY:
            places.append([kind_number(kind) for kind in way.findable.kinds])
        if seconds:
            span = DAY if seconds < _DAYS * DAY[1] else FORTNIGHT
            newest = max(desk.newest for desk in self.desks)
            # The present one has only begun.
            back = min(2 + int(seconds / span[1]), max(2, _MOST_SPANS // len(way.reach.desks)))
            spans = (span_numbers(desk, span, until=newest, back=back) for desk in way.reach.desks)
            places.append([number for numbers in spans for number in numbers])
        elif way.reach.desks:
            places.append([desk_number(desk) for desk in way.reach.desks])
        return places

    @staticmethod
    def _bounded(seconds: float) -> float:
        return seconds if seconds < _FORTNIGHTS * FORTNIGHT[1] else 0

    def _share_of_kinds(self, way: Way) -> float:
        of_kinds = sum(desk.kinds[kind] for desk in self.desks for kind in way.findable.kinds)
        return of_kinds / max(1, sum(desk.entries for desk in self.desks))

    def _most(self, shares: Sequence[float]) -> float:
        return max(shares, default=0.0) * self.entries


def sample(desks: Collection[int], groups: Sequence[Group]) -> Sample:
    """Look at the newest entries of some desks. What is dated ahead, as training is, says nothing of today."""
    has = range(len(groups))
    looked = "".join(f", words && %s::int[] AS has{n}" for n in has)
    together = " AND ".join(f"has{n}" for n in has) or "true"
    each = "".join(f", count(*) FILTER (WHERE has{n})" for n in has)
    chosen = sorted(desks)[:_MOST_DESKS]
    looked_at = _LOOKED_AT_LONG if any(len(group.numbers) > _LONG for group in groups) else _LOOKED_AT
    of_each = max(_LEAST_LOOKED_AT, looked_at // max(1, len(chosen)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_relation_size('search_entry'), desk, count(*), max(at), min(at), array_agg(kind){each},"  # noqa: S608
            f" count(*) FILTER (WHERE {together}) FROM unnest(%s::bigint[]) AS desk,"
            f" LATERAL (SELECT kind, at{looked} FROM search_entry WHERE desk_id = desk AND at <= now()"
            " ORDER BY at DESC LIMIT %s) AS newest GROUP BY desk",
            [chosen, *(list(group.numbers) for group in groups), of_each],
        )
        rows = cursor.fetchall()
    seen = tuple(
        Seen(desk, count, newest, oldest, Counter(kinds), both, tuple(others))
        for _, desk, count, newest, oldest, kinds, *others, both in rows
    )
    # Where all of them were looked at their number is known; else the table's size says it, with what was deleted.
    whole = len(chosen) == len(desks) and all(desk.entries < of_each for desk in seen)
    entries = sum(desk.entries for desk in seen) if whole else rows[0][0] // _BYTES
    return Sample(desks=seen, entries=entries, weights=_weights(seen, len(groups)))


def _weights(desks: Sequence[Seen], words: int) -> list[float]:
    """The rarer a word, the more it tells."""
    seen = sum(desk.entries for desk in desks)
    having = [sum(desk.each[n] for desk in desks) for n in range(words)]
    return [log(1 + (seen - count + 0.5) / (count + 0.5)) for count in having]
