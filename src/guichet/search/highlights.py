"""The part of a text that answers a search, with the words that were found marked (pure).

Marks go by stem, as the search itself does: « imprimantes » is marked for « imprimante ». What comes out is pieces of
plain text, never HTML; whoever shows them escapes each.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guichet.lib.text import fold, one_line
from guichet.search.words import asked, begun, spans, typed

# Characters of a text that are looked at; what is found only beyond is shown by the text's beginning.
_LOOKED_AT = 20_000
_SENTENCE_ENDS = ".!?…"


@dataclass(frozen=True)
class Piece:
    """Some characters of a text; `hit`: they are what was searched for."""

    text: str
    hit: bool = False


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    words: frozenset[int]


def marked(text: str, words: Iterable[str], *, growing: str = "") -> list[Piece]:
    """The whole of a short text, a title for one. `growing`: the word that is still being typed."""
    line = _line(text)
    return _pieces(line, 0, len(line), _hits(line, words, growing))


def excerpt(text: str, words: Iterable[str], *, length: int = 180, growing: str = "") -> list[Piece]:
    """At most `length` characters (≥ 20) of `text` on one line, where the most of `words` stand closest together.

    It begins and ends at a word, with an ellipsis where something was left out. Where nothing is found it is the
    text's beginning.
    """
    line = _line(text)
    hits = _hits(line[:_LOOKED_AT], words, growing)
    if len(line) <= length:
        return _pieces(line, 0, len(line), hits)
    # An ellipsis at either end, at most.
    room = max(length, 20) - 2
    best = _closest(hits, room)
    start = _begin(line, best, room) if best else 0
    end = _end(line, start, room)
    shown = _pieces(line, start, end, hits)
    return [
        *([Piece("…")] if start else []),
        *shown,
        *([Piece("…")] if end < len(line) else []),
    ]


def _line(text: str) -> str:
    return unicodedata.normalize("NFC", one_line(text))


def _wanted(words: Iterable[str]) -> Mapping[str, int]:
    """Each token that is looked for, and which word it stands for."""
    each = [word for line in words for word in typed(line)]
    return {token: number for number, word in enumerate(each) for token in asked(word)}


def _hits(line: str, words: Iterable[str], growing: str) -> list[_Hit]:
    wanted = _wanted(words)
    start, ends = fold(growing), frozenset(begun(growing)) if growing else frozenset()
    found = []
    for begin, end, tokens in spans(line):
        which = set() if tokens.isdisjoint(wanted) else {wanted[token] for token in tokens if token in wanted}
        if start and (tokens & ends or any(token.startswith(start) for token in tokens)):
            which.add(-1)
        if which:
            found.append(_Hit(begin, end, frozenset(which)))
    return found


def _closest(hits: Sequence[_Hit], room: int) -> Sequence[_Hit]:
    """The run of hits that fits into `room` with the most different words, then the most hits; the first of equals."""
    best: tuple[int, int] = (0, 0)
    chosen: Sequence[_Hit] = ()
    first = 0
    for last, hit in enumerate(hits):
        while hit.end - hits[first].start > room and first < last:
            first += 1
        inside = hits[first : last + 1]
        value = (len(frozenset().union(*(h.words for h in inside))), len(inside))
        if value > best:
            best, chosen = value, inside
    return chosen


def _begin(line: str, hits: Sequence[_Hit], room: int) -> int:
    """Where to begin so that the hits stand in the middle: at a sentence if one begins there, else at a word."""
    start, end = hits[0].start, hits[-1].end
    before = max(0, start - max(0, room - (end - start)) // 2)
    if end <= room:
        return 0
    before = min(before, len(line) - room)
    for at in range(before, start):
        if line[at] == " " and line[at - 1] in _SENTENCE_ENDS:
            return at + 1
    space = line.find(" ", before, start)
    return before if before == 0 or line[before - 1] == " " else (space + 1 if space >= 0 else start)


def _end(line: str, start: int, room: int) -> int:
    """Where to end: before a word that doesn't fit whole, unless it is the only one."""
    if len(line) - start <= room:
        return len(line)
    space = line.rfind(" ", start, start + room + 1)
    return space if space > start else start + room


def _pieces(line: str, start: int, end: int, hits: Iterable[_Hit]) -> list[Piece]:
    pieces, done = [], start
    for hit in hits:
        if hit.start < done or hit.start >= end:
            continue
        pieces += [Piece(line[done : hit.start]), Piece(line[hit.start : min(hit.end, end)], hit=True)]
        done = min(hit.end, end)
    pieces.append(Piece(line[done:end]))
    return [piece for piece in pieces if piece.text]
