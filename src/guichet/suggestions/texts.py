"""What of a text is learnt from (pure): folded words, pairs of words, pieces of words; nobody’s address or number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from itertools import chain, pairwise

from guichet.lib.text import fold, words_in

# Beyond this a text says nothing new of what it is: quoted mails, logs.
LENGTH = 8_000
# Whose it is, not what it is: addresses, telephone numbers, and words with a long run of digits (accounts, badges).
_PRIVATE = re.compile(
    r"[^\s@<>]{1,64}@[^\s@<>]{1,255}"
    r"|(?<!\w)\+?\(?\d(?:[ .\-/()\u00a0\u202f]{0,2}\d){6,}"
    r"|\w{0,20}\d{5,}\w{0,20}"
)
_WORD = re.compile(r"[^\W_]+")
_LONGEST = 30
_PIECES = range(3, 6)
# What stands before a piece of a word, and between the two of a pair: neither is in a word.
_PIECE, _PAIR = "~", " "


class Kind(Enum):
    """Kinds of features; each is weighed by itself, so that the many don't drown the few."""

    WORD = "word"
    PAIR = "pair"
    PIECE = "piece"


def kind(feature: str) -> Kind:
    if feature.startswith(_PIECE):
        return Kind.PIECE
    return Kind.PAIR if _PAIR in feature else Kind.WORD


def bare(text: str) -> str:
    """The text without what is somebody's."""
    return _PRIVATE.sub(" ", text[:LENGTH])


def words(text: str) -> list[str]:
    """The folded words in their order, without what is somebody's."""
    return [word for word in words_in(bare(text)).split() if len(word) <= _LONGEST]


def same(text: str) -> str:
    """Two texts with the same key are one text twice."""
    return " ".join(words_in(text).split())


@lru_cache(maxsize=50_000)
def pieces(word: str) -> tuple[str, ...]:
    """Runs of three to five letters, edges marked by a space: what stays of a word whose ending or spelling varies."""
    edged = f" {word} "
    return tuple(
        _PIECE + edged[start : start + length] for length in _PIECES for start in range(len(edged) - length + 1)
    )


def pairs(found: list[str]) -> list[str]:
    return [one + _PAIR + other for one, other in pairwise(found)]


def features(text: str, kinds: Iterable[Kind]) -> Counter[str]:
    """What a text is judged by, and how often each occurs."""
    found = words(text)
    counted = Counter(found)
    if Kind.PAIR in kinds:
        counted.update(pairs(found))
    if Kind.PIECE in kinds:
        counted.update(chain.from_iterable(map(pieces, found)))
    return counted


def written(text: str) -> dict[str, str]:
    """Each folded word as it is first written in the text."""
    found: dict[str, str] = {}
    for word in _WORD.findall(bare(text)):
        found.setdefault(fold(word), word)
    return found
