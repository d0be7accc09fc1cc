"""Phrases with what the index keeps of them, so that a text and its entry are put together of the same pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guichet.demo.scale.vocabulary import LANGUAGES, assets, phrases
from guichet.search.words import spelt, stems
from guichet.search.writing import number_of

# How many phrases make a text of each kind, and how many different ones there are in each language at most.
LENGTHS = {"title": (1, 1), "body": (2, 4), "reply": (1, 3), "note": (1, 2), "short": (1, 1), "asset": (1, 1)}
_MANY = {"title": 20_000, "body": 30_000, "reply": 15_000, "note": 6_000, "short": 6_000, "asset": 6_000}
_FEWEST = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, its words' numbers as they stand in an entry (",12,-7"), and how many these are."""

    text: str
    numbers: str
    count: int


# By language and kind.
Pools = Mapping[tuple[str, str], list[Piece]]


def piece(text: str, *, language: str) -> Piece:
    numbers = [number_of(token) for token in stems(text, language=language)]
    return Piece(text, "".join(f",{number}" for number in numbers), len(numbers))


def pools(*, tickets: int, seed: int) -> Pools:
    """A small world needs few of them."""
    made = {}
    for language in LANGUAGES:
        for kind, most in _MANY.items():
            many = max(_FEWEST, min(most, tickets))
            texts = assets(many=many, seed=seed) if kind == "asset" else phrases(language, kind, many=many, seed=seed)
            made[language, kind] = [piece(text, language=language) for text in texts]
    return made


def heard(pool: Iterable[Piece], *, times: float) -> Counter[str]:
    """In about how many entries each word stands, as it is written, where each piece is used so many times."""
    counter = Counter(word for one in pool for word in spelt(one.text))
    return Counter({word: max(1, round(count * times)) for word, count in counter.items()})
