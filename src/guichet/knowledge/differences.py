"""What is different between two versions, line by line and word by word (pure).

Lines are matched first; of lines that were replaced, the words. Long texts are compared by whole lines beyond a bound,
so that looking costs little whatever is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW, CHANGED = "same", "gone", "new", "changed"
_WORD = re.compile(r"\s+|\w+|[^\w\s]")
# Comparing costs about the product of the two lengths.
_LINES_MAX, _WORDS_MAX = 2_000, 400
# Below that, two lines have words in common by chance.
_ALIKE = 0.35


@dataclass(frozen=True)
class Piece:
    """Words of a line, and whether the other side lacks them."""

    text: str
    differs: bool


@dataclass(frozen=True)
class Line:
    """A line on both sides: the same, gone, new, or changed; a side that lacks it is empty."""

    kind: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


@dataclass(frozen=True)
class Gap:
    """Lines that are the same on both sides and far from any difference."""

    lines: int


def compare(before: str, after: str) -> list[Line]:
    """Every line of both texts, in order. Joined again, each side is the text that was given."""
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > _LINES_MAX:
        return _whole(old, new)
    lines: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [_same(text) for text in old[a:b]]
        else:
            lines += _replaced(old[a:b], new[c:d])
    return lines


def folded(lines: Sequence[Line], *, around: int = 2) -> list[Line | Gap]:
    """The same without what is far from every difference."""
    near = {m for n, line in enumerate(lines) if line.kind != SAME for m in range(n - around, n + around + 1)}
    shown: list[Line | Gap] = []
    for n, line in enumerate(lines):
        if n in near:
            shown.append(line)
        elif shown and isinstance(last := shown[-1], Gap):
            shown[-1] = Gap(last.lines + 1)
        else:
            shown.append(Gap(1))
    return shown


def counts(lines: Sequence[Line]) -> tuple[int, int]:
    """How many words are new, and how many are gone."""
    new = sum(_words(piece) for line in lines for piece in line.after)
    return new, sum(_words(piece) for line in lines for piece in line.before)


def _words(piece: Piece) -> int:
    return len(re.findall(r"\w+", piece.text)) if piece.differs else 0


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Lines that gave way to others: in pairs where they are alike."""
    pairs = min(len(old), len(new))
    for before, after in zip(old[:pairs], new[:pairs], strict=True):
        yield from _pair(before, after)
    yield from (_gone(text) for text in old[pairs:])
    yield from (_new(text) for text in new[pairs:])


def _pair(before: str, after: str) -> list[Line]:
    a, b = _WORD.findall(before), _WORD.findall(after)
    if max(len(a), len(b)) > _WORDS_MAX:
        return [_gone(before), _new(after)]
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return [_gone(before), _new(after)]
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        differs = kind != "equal"
        left += [Piece("".join(a[i:j]), differs)] if j > i else []
        right += [Piece("".join(b[k:m]), differs)] if m > k else []
    return [Line(CHANGED, tuple(left), tuple(right))]


def _whole(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """What both begin and end with is the same; all between was replaced."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return [
        *(_same(text) for text in old[:start]),
        *(_gone(text) for text in old[start : len(old) - end]),
        *(_new(text) for text in new[start : len(new) - end]),
        *(_same(text) for text in old[len(old) - end :]),
    ]


def _same(text: str) -> Line:
    return Line(SAME, (Piece(text, False),), (Piece(text, False),))


def _gone(text: str) -> Line:
    return Line(GONE, (Piece(text, True),), ())


def _new(text: str) -> Line:
    return Line(NEW, (), (Piece(text, True),))
