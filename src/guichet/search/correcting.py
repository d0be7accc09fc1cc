"""Words that nothing bears, and those that were probably meant. One is shown only where it finds something."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from guichet.lib.text import fold
from guichet.search.line import Line, Term, parse
from guichet.search.models import KnownWord, WrittenWords
from guichet.search.spelling import Dictionary
from guichet.search.words import typed

# The words that most entries have; rarer ones are hardly what somebody meant.
_MOST = 60_000
_KEPT_SECONDS = 600.0
_LATELY = 500

_kept: tuple[float, Dictionary] | None = None


def dictionary() -> Dictionary:
    """The known words, read when they are first needed and again after a while."""
    global _kept  # noqa: PLW0603 (one a process)
    now = time.monotonic()
    if _kept is None or now - _kept[0] > _KEPT_SECONDS:
        known = KnownWord.objects.order_by("-entries", "word").values_list("word", "entries")
        _kept = (now, Dictionary(dict(known[:_MOST])))
    return _kept[1]


def forget() -> None:
    """Read the dictionary anew for the next correction."""
    global _kept  # noqa: PLW0603
    _kept = None


def corrections(line: Line, *, growing: str = "") -> dict[str, str]:
    """Each unknown word of the line with the known spelling nearest to it, where there is one.

    A `growing` word is left alone: it goes on some way or other, and would be taken for a shorter one.
    """
    known = dictionary()
    unknown = [word for word in line.words if word != growing and fold(word) not in known]
    lately = _lately(unknown) if unknown else set()
    near = {word: known.nearest(word, most=1) for word in unknown if word not in lately}
    return {word: found[0] for word, found in near.items() if found}


def replaced(line: Line, meant: Mapping[str, str]) -> Line:
    """The line with these words in the place of those that were typed."""
    parts = []
    for part in line.parts:
        if isinstance(part, Term) and not part.exact and not part.excluded:
            own = typed(part.text)
            if any(word in meant for word in own):
                part = replace(part, text=" ".join(meant.get(word, word) for word in own))  # noqa: PLW2901
        parts.append(part)
    return parse(str(Line(parts=tuple(parts))))


def _lately(unknown: Iterable[str]) -> set[str]:
    """Those of the words that something written just now has, in this very form."""
    newest = WrittenWords.objects.order_by("-pk").values_list("words", flat=True)[:_LATELY]
    written = " ".join(f" {words} " for words in newest)
    return {word for word in unknown if f" {fold(word)} " in written}
