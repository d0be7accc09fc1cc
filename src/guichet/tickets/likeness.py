"""Which texts speak of the same thing (pure): the words that they share, a rare word counting for more.

A word's weight is its inverse document frequency, ln((n + 1) / (df + 1)) + 1, over the texts that are compared (Spärck
Jones 1972, smoothed so that a word of every text still counts a little); the likeness of two texts is the weight of
what they share over the weight of what either says (a weighted Jaccard index): 0 nothing shared, 1 the same words.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from guichet.lib.text import fold

_SHORTEST = 4
# What people say whatever they write about.
_EMPTY_WORDS = """
alors apres aucun aucune aussi autre autres avec avant avez avoir bonjour cela celle celui ceux chaque comme comment
dans depuis deux dois donc elle elles encore entre est etait etre etes faire fait faut ici jour leur leurs mais mais
matin merci meme mes moins mon nos notre nous ont parce pas pendant personne peut plus plusieurs pour pourquoi quand
que quel quelle qui quoi rien sans ses seulement sont sous suis sur tous tout toute toutes tres une vers voir votre
vous about after again also been before could does doesn doing don every from have hello into just like more most
nothing only other our over please same since some still such than thank thanks that the their them then there these
they this those very was what when where which while will with would you your
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())


@dataclass(frozen=True)
class Match:
    """A text that is like the one asked about: which, how much (0 to 1), and the words that both say, rarest first."""

    key: int
    score: float
    shared: tuple[str, ...]


def words(text: str) -> frozenset[str]:
    """The folded words of `text` that say something."""
    spaced = "".join(c if c.isalnum() else " " for c in fold(text))
    return frozenset(w for w in spaced.split() if len(w) >= _SHORTEST and w not in _EMPTY)


def alike(about: str, texts: Mapping[int, str], *, most: int, least: float = 0.0) -> list[Match]:
    """The texts that share a word with `about`, the most alike first; at most `most`, each of more than `least`."""
    asked = words(about)
    said = {key: words(text) for key, text in texts.items()}
    frequency = Counter(word for of_one in said.values() for word in of_one)
    count = len(said)

    def weight(word: str) -> float:
        return math.log((count + 1) / (frequency[word] + 1)) + 1

    found = []
    for key, of_one in said.items():
        both = asked & of_one
        if not both:
            continue
        score = math.fsum(map(weight, both)) / math.fsum(map(weight, asked | of_one))
        if score > least:
            shared = tuple(sorted(both, key=lambda word: (-weight(word), word)))
            found.append(Match(key=key, score=score, shared=shared))
    return sorted(found, key=lambda match: (-match.score, match.key))[:most]
