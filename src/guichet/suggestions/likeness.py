"""How alike two texts are by their words (pure), where words are the index's numbers.

A word weighs its inverse document frequency, ln(1 + n / df) (Spärck Jones 1972). The likeness of two texts is the
weight of what both say over the geometric mean of what each says (Ochiai 1957, weighted): 1 for the same words, and
less hard than Jaccard's on a short text that says the same as a long one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

# A word that stands in no more texts than this is looked up by itself; of commoner ones so many are paired.
_RARE, _PAIRED = 200, 8
_ALONE = 30


@dataclass(frozen=True)
class Frequencies:
    """In how many of `among` texts a word stands: the commonest are known, any other stands in `rare` of them."""

    among: float
    known: Mapping[int, float]
    rare: float = 1.0

    def of(self, word: int) -> float:
        return max(self.known.get(word, self.rare), 1.0)

    def weight(self, word: int) -> float:
        return math.log1p(self.among / self.of(word))


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
        weight = frequencies.weight(one) + (frequencies.weight(other) if other != one else 0.0)
        for text in texts:
            scores[text] = scores.get(text, 0.0) + weight
    return sorted(scores, key=lambda text: (-scores[text], -text))[:most]


def likeness(one: frozenset[int], other: frozenset[int], frequencies: Frequencies) -> float:
    """0 where they share nothing, 1 where they say the same."""
    both = math.fsum(map(frequencies.weight, one & other))
    if not both:
        return 0.0
    weighs = math.fsum(map(frequencies.weight, one)) * math.fsum(map(frequencies.weight, other))
    return min(both / math.sqrt(weighs), 1.0)
