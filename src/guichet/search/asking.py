"""Asking: a line, who asks, and the page of what answers best. Who may find what is part of every query.

First what has all the words; where that is little, what has some of them; where nothing has them, what has the known
words nearest to them. Of what matches, the newest `BOUND` in each way of reaching it are weighed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils import timezone

from guichet.lib.paging import seal, unseal
from guichet.people.models import Person
from guichet.search.correcting import corrections, replaced
from guichet.search.findable import Findable, Part, Shown, findables
from guichet.search.highlights import Piece, excerpt, marked
from guichet.search.line import Line, parse
from guichet.search.narrowing import narrowed
from guichet.search.ranking import Place, Ranked, ranked
from guichet.search.reaching import Way, ways
from guichet.search.wanted import Wanted, wanted
from guichet.search.windows import Sample, sample
from guichet.search.words import typed

BOUND, BOUND_AS_YOU_TYPE = 1_000, 400
# With fewer hits than this for all the words, what has some of them is of use too.
_FEW = 10
# What a hit must have: all of the words' weight, or so much of it.
_ALL, _SOME = 1.0, 0.3
_EXCERPT = 180
# Of the bound, so large a part is enough from the newest entries for what one may see.
_ENOUGH = 20


@dataclass(frozen=True)
class Hit:
    """A subject that was found, as it may be shown; title and text in pieces, with the words marked."""

    findable: Findable
    subject: int
    part: Part
    score: float
    shown: Shown
    title: list[Piece]
    pieces: list[Piece]


@dataclass(frozen=True)
class Page:
    """Hits in order, and the cursor of those after them ("" when there are none).

    `corrected`: the line that was answered in the place of one that finds nothing. `not_understood`: what looks like
    a filter and is none here.
    """

    hits: list[Hit] = field(default_factory=list)
    next: str = ""
    corrected: str | None = None
    not_understood: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Asker:
    """Who asks, in which ways they reach what the line's filters leave, and how many entries are weighed."""

    person: Person
    ways: Sequence[Way]
    bound: int
    as_you_type: bool
    moment: datetime


@dataclass(frozen=True)
class _Reading:
    """A line read as words of the index."""

    line: Line
    wanted: Wanted
    sample: Sample
    weights: list[float]

    @classmethod
    def of(cls, line: Line, asker: _Asker) -> _Reading:
        asked = wanted(line, as_you_type=asker.as_you_type)
        desks = {desk for way in asker.ways for desk in way.reach.desks} or {asker.person.organisation.desk.pk}
        seen = sample(desks, asked.all_groups)
        return cls(line=line, wanted=asked, sample=seen, weights=seen.weights)

    def needed(self, *, least: float, bound: int) -> tuple[list[tuple[int, ...]], list[float]]:
        """What an entry must have, one number of each; and for each desk that was looked at, how many entries do."""
        if least >= _ALL:
            return [group.numbers for group in self.wanted.all_groups], [desk.share for desk in self.sample.desks]
        # Of the words those that tell the most: an entry that has only the others has too little.
        rarest = self.sample.rarest(range(len(self.wanted.groups)), bound=bound)
        some = tuple(number for n in rarest for number in self.wanted.groups[n].numbers)
        in_phrases = [group.numbers for phrase in self.wanted.phrases for group in phrase]
        return [*in_phrases, some], [desk.share_of_any(rarest) for desk in self.sample.desks]


def ask(
    line: str | Line,
    *,
    person: Person,
    kinds: Collection[str] | None = None,
    after: str = "",
    size: int = 20,
    as_you_type: bool = False,
) -> Page:
    """The hits of a line that this person may find; `kinds` (main ones) narrows what is looked for.

    Refused("bad_cursor") for a cursor that wasn't given out for this line.
    """
    line = parse(line) if isinstance(line, str) else line
    given_for = f"search:{line}"
    where, least, moment, answered = unseal(after, given_for=given_for) if after else (None, _ALL, timezone.now(), "")
    chosen = [findable for findable in findables() if kinds is None or findable.name in kinds]
    left, not_understood = narrowed(line, chosen, person=person)
    if not line or not left:
        return Page(not_understood=not_understood)
    asker = _Asker(
        person=person,
        ways=ways(left, person),
        bound=BOUND_AS_YOU_TYPE if as_you_type else BOUND,
        as_you_type=as_you_type,
        moment=moment,
    )
    if where:
        reading = _Reading.of(parse(answered) if answered else line, asker)
        found = _best(reading, asker, least=least, after=Place(*where), size=size + 1)
    else:
        reading, least, found = _first(line, asker, size=size + 1)
    meant = str(reading.line) if reading.line != line else ""
    more = ""
    if len(found) > size:
        last = found[size - 1].place
        more = seal([[last.score, last.family, last.subject], least, moment, meant], given_for=given_for)
    return Page(
        hits=_shown(found[:size], reading.line, asker),
        next=more,
        corrected=meant or None,
        not_understood=not_understood,
    )


def _first(line: Line, asker: _Asker, *, size: int) -> tuple[_Reading, float, list[Ranked]]:
    """The line in the reading that answers it, how much of its words a hit must have, and the best hits."""
    reading = _Reading.of(line, asker)
    found = _best(reading, asker, least=_ALL, size=size)
    exact = found or reading.wanted.exact
    meant = {} if exact else corrections(line, growing=line.growing if asker.as_you_type else "")
    while meant:
        other = _Reading.of(replaced(line, meant), asker)
        least, instead = _ALL, _best(other, asker, least=_ALL, size=size)
        if not instead:
            least, instead = _SOME, _best(other, asker, least=_SOME, size=size)
        # A word that no hit bears stays as it was typed: perhaps only what is hidden from who asks has it.
        borne = _new_words(instead, other.wanted, than=reading.wanted)
        sure = {word: near for word, near in meant.items() if borne.issuperset(typed(near))}
        if sure == meant:
            return other, least, instead
        meant = sure
    if len(found) >= min(_FEW, size) or len(reading.wanted.groups) < 2:
        return reading, _ALL, found
    return reading, _SOME, _best(reading, asker, least=_SOME, size=size)


def _new_words(found: Iterable[Ranked], wanted: Wanted, *, than: Wanted) -> set[str]:
    """Of the words by which one reading differs from another, those that a hit has."""
    known = set(than.all_groups)
    new = [(n, group.word) for n, group in enumerate(wanted.all_groups) if group not in known]
    return {word for hit in found for n, word in new if hit.has[n]}


def _best(reading: _Reading, asker: _Asker, *, least: float, size: int, after: Place | None = None) -> list[Ranked]:
    """The best hits: among the newest entries where that is enough, then further back, then anywhere."""
    needed, shares = reading.needed(least=least, bound=asker.bound)
    enough = max(1, asker.bound // _ENOUGH)
    back = {way.number: reading.sample.seconds_back(way, shares, bound=asker.bound) for way in asker.ways}
    while True:
        found, counts = ranked(
            [_matching(way, needed, back[way.number], reading) for way in asker.ways],
            wanted=reading.wanted,
            weights=reading.weights,
            least=least,
            bound=asker.bound,
            moment=asker.moment,
            after=after,
            size=size,
        )
        little = {number for number, seconds in back.items() if seconds and counts.get(number, 0) < enough}
        if not little:
            return found
        for number in little:
            back[number] = reading.sample.further_back(back[number], found=counts.get(number, 0), wanted=enough)


def _matching(way: Way, needed: Sequence[Sequence[int]], seconds_back: float, reading: _Reading) -> Way:
    """What matches there. Places stand in the same index as words."""
    places = reading.sample.places(way, seconds_back)
    return replace(way, source=way.source.having([*needed, *places], never=reading.wanted.never))


def _shown(found: Sequence[Ranked], line: Line, asker: _Asker) -> list[Hit]:
    """As rows, those that the subjects' own rules still show."""
    by_name = {way.findable.name: way.findable for way in asker.ways}
    parts: dict[str, dict[int, Part]] = {}
    for hit in found:
        parts.setdefault(hit.place.family, {})[hit.place.subject] = Part(hit.kind, hit.part)
    shown = {name: by_name[name].load(asker.person, own) for name, own in parts.items()}
    words, growing = [*line.words, *line.phrases], line.growing if asker.as_you_type else ""
    hits = []
    for hit in found:
        family, subject = hit.place.family, hit.place.subject
        if row := shown[family].get(subject):
            hits.append(
                Hit(
                    findable=by_name[family],
                    subject=subject,
                    part=parts[family][subject],
                    score=hit.place.score,
                    shown=row,
                    title=marked(row.title, words, growing=growing),
                    pieces=excerpt(row.text, words, length=_EXCERPT, growing=growing),
                )
            )
    return hits
