"""How alike two texts are by their words (pure), where words are the index's numbers.

A word weighs its inverse document frequency, ln(1 + n / df) (Spärck Jones 1972). The likeness of two texts is the
weight of what both say over the geometric mean of what each says (Ochiai 1957, weighted): 1 for the same words, and
less hard than Jaccard's on a short text that says the same as a long one.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


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


def rarest(words: Collection[int], frequencies: Frequencies, *, most: int) -> list[int]:
    """The words that say most, the rarest first; of equally rare ones those that come first."""
    return sorted(dict.fromkeys(words), key=frequencies.of)[:most]


def gathered(postings: Mapping[int, Sequence[int]], frequencies: Frequencies, *, most: int) -> list[int]:
    """The texts where most weight of the words asked for comes together. `postings`: word → the texts that say it."""
    scores: dict[int, float] = {}
    for word, texts in postings.items():
        weight = frequencies.weight(word)
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
