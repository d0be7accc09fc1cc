"""How alike two texts are by their words (pure), where words are the index's numbers.

A word weighs its inverse document frequency, ln(1 + n / df) (Spärck Jones 1972). The likeness of two texts is the
weight of what both say over the geometric mean of what each says (Ochiai 1957, weighted): 1 for the same words, and
less hard than Jaccard's on a short text that says the same as a long one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

# A word that stands in no more texts than this is looked up by itself; of commoner ones so many are paired.
_RARE, _PAIRED = 200, 7
_ALONE = 30


class _Weights(dict[int, float]):
    """What each word weighs: known ones are looked up, millions of times a day; any other weighs the same."""

    def __init__(self, known: Mapping[int, float], *, other: float) -> None:
        super().__init__(known)
        self.other = other

    def __missing__(self, word: int) -> float:
        return self.other


@dataclass(frozen=True)
class Frequencies:
    """In how many of `among` texts a word stands: the commonest are known, any other stands in `rare` of them."""

    among: float
    known: Mapping[int, float]
    rare: float = 1.0

    def of(self, word: int) -> float:
        return max(self.known.get(word, self.rare), 1.0)

    @cached_property
    def weights(self) -> Mapping[int, float]:
        known = {word: math.log1p(self.among / max(count, 1.0)) for word, count in self.known.items()}
        return _Weights(known, other=math.log1p(self.among / max(self.rare, 1.0)))

    def weigh(self, words: Iterable[int]) -> float:
        """All of them together."""
        return math.fsum(map(self.weights.__getitem__, words))


def lookups(words: Collection[int], frequencies: Frequencies) -> list[tuple[int, int]]:
    """What to look up: each rare word by itself (a pair of it with itself), common ones two by two, so that each lookup
    finds few texts. Words that the frequencies don't know may be nobody else's, or typing errors: they cost little."""
    once = dict.fromkeys(words)
    unknown = [word for word in once if word not in frequencies.known]
    known = sorted((word for word in once if word in frequencies.known), key=frequencies.of)
    rare = [word for word in known if frequencies.of(word) <= _RARE]
    common = known[len(rare) : len(rare) + _PAIRED]
    return [*((word, word) for word in (*unknown, *rare)[:_ALONE]), *combinations(common, 2)]


def gathered(found: Iterable[tuple[int, int, Sequence[int]]], frequencies: Frequencies, *, most: int) -> list[int]:
    """The texts where most weight comes together. `found`: for each pair of words, the texts that say both."""
    scores: dict[int, float] = {}
    for one, other, texts in found:
        weight = frequencies.weigh({one, other})
        for text in texts:
            scores[text] = scores.get(text, 0.0) + weight
    # Of equal ones the newest first: sorting keeps the order of what it finds equal.
    return sorted(sorted(scores, reverse=True), key=scores.__getitem__, reverse=True)[:most]


def likenesses(one: frozenset[int], others: Iterable[Collection[int]], frequencies: Frequencies) -> Iterator[float]:
    """How alike each of the others is to the one: 0 where they share nothing, 1 where they say the same."""
    weighs = frequencies.weigh(one)
    for words in others:
        other = frozenset(words)
        both = frequencies.weigh(one & other)
        yield min(both / math.sqrt(weighs * frequencies.weigh(other)), 1.0) if both else 0.0
