"""Words that were mistyped, and the known words that were probably meant (pure; numpy).

Distances are those of Damerau and Levenshtein with neighbours swapped once at most (optimal string alignment): one
letter too many, too few, another, or two the wrong way round counts one. A slip keeps nearly all letters of a word, so
what shares too few of them is left out by counting letters, all known words at once; only what remains is compared.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from guichet.lib.text import fold

# Shorter words have too many neighbours to guess at; up to seven letters one slip, beyond two.
_SHORTEST, _TWO_SLIPS = 4, 8
LONGEST = 40
"""Letters of a word that may be known or asked about."""
# So many first and last letters are counted by themselves too: a slip changes or moves out one of them at most.
_END = 6
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROWS = len(_LETTERS) + 1


class Dictionary:
    """Known words and how often each is written; some 60,000 take ten megabytes. It never changes: make another."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """Words come folded; what bears a digit, and what is too short or too long, is left out."""
        self._words = sorted(word for word in counts if word.isalpha() and _SHORTEST <= len(word) <= LONGEST)
        self._counts = np.array([counts[word] for word in self._words], dtype=np.int64)
        self._lengths = np.array([len(word) for word in self._words], dtype=np.int16)
        self._letters = _letters_of(self._words)
        self._heads = _letters_of([word[:_END] for word in self._words])
        self._tails = _letters_of([word[-_END:] for word in self._words])

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        at = bisect_left(self._words, word)
        return at < len(self._words) and self._words[at] == word

    def nearest(self, word: str, *, most: int = 3) -> list[str]:
        """The other known words nearest to a typed one, folded: the fewest slips first, then the most written.

        None for what is no word (a code, a number), for a short one, and when nothing is near.
        """
        word = fold(word)
        if not word.isalpha() or not _SHORTEST <= len(word) <= LONGEST:
            return []
        lost = np.maximum(self._lengths, len(word)) - _shared(word, self._letters)
        for slips in range(1, 3 if len(word) >= _TWO_SLIPS else 2):
            like = self._like(word, np.flatnonzero(lost <= slips), slips)
            near = [at for at in like if 0 < distance(word, self._words[at], most=slips) <= slips]
            if near:
                return self._most_written(near, word, most)
        return []

    def _like(self, word: str, places: NDArray[np.intp], slips: int) -> Iterator[int]:
        """Of these places, those of words that begin and end with all letters of either end of `word` but `slips`."""
        for end, table in ((word[:_END], self._heads), (word[-_END:], self._tails)):
            places = places[_shared(end, table[:, places]) >= len(end) - slips]
        return map(int, places)

    def _most_written(self, places: Iterable[int], word: str, most: int) -> list[str]:
        """The first letter is seldom the wrong one: of equals, the words that share it come first."""

        def rank(at: int) -> tuple[bool, int, str]:
            return (self._words[at][0] != word[0], -int(self._counts[at]), self._words[at])

        return [self._words[at] for at in sorted(places, key=rank)[:most]]


def distance(one: str, other: str, *, most: int) -> int:
    """How many slips lie between two words; `most` + 1 as soon as it is more than `most`."""
    beyond = most + 1
    if abs(len(one) - len(other)) > most:
        return beyond
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    one, other = one[same:], other[same:]
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        # Only the cells beside the diagonal can hold a small number.
        low, high = max(1, i - most), min(len(other), i + most)
        row = [beyond] * (len(other) + 1)
        row[0] = i
        for j in range(low, high + 1):
            value = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other[j - 1]))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == other[j - 1]:
                value = min(value, before[j - 2] + 1)
            row[j] = value
        if min(row[low - 1 : high + 1]) > most:
            return beyond
        before, last = last, row
    return min(last[-1], beyond)


def _letters_of(words: list[str]) -> NDArray[np.uint8]:
    """How many of each letter each word has: a row a letter, the last for all that aren't of the Latin alphabet."""
    letters = np.frombuffer("".join(words).encode("latin-1", "replace"), dtype=np.uint8).astype(np.int64) - ord("a")
    letters[(letters < 0) | (letters >= len(_LETTERS))] = len(_LETTERS)
    owners = np.repeat(np.arange(len(words)), [len(word) for word in words])
    counts = np.bincount(letters * len(words) + owners, minlength=_ROWS * len(words))
    return counts.reshape(_ROWS, len(words)).astype(np.uint8)


def _shared(word: str, table: NDArray[np.uint8]) -> NDArray[np.int16]:
    """How many letters each word of a table has in common with `word`."""
    shared = np.zeros(table.shape[1], dtype=np.int16)
    for row, count in enumerate(_letters_of([word])[:, 0]):
        if count:
            shared += np.minimum(table[row], count)
    return shared
