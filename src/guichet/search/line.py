"""The query line (pure): what a person typed into the one field, read without ever refusing it.

    imprimante "message exact" -toner état:ouvert site:"Saint-Lô" après:2026-11-01

Words must all be found, in any of their forms; what stands between quotes as it stands; what follows a minus not at
all; `key:value` narrows. Whatever looks like a filter and is none is searched as text and said (`not_understood`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from guichet.lib.text import one_line
from guichet.search import vocabulary
from guichet.search.words import stems, typed

LONGEST = 200
"""Characters of a line; what comes after is left out."""
_MOST = 32

_PIECE = re.compile(
    r"(?P<minus>[-\u2212](?=\S))?"
    # Not what begins an address or a path: https://…, C:\…; nor a name in a program, std::list.
    r"(?:(?P<key>[^\W\d_]+(?:-[^\W\d_]+)?):(?![/\\:]))?"
    r"(?:(?P<quoted>\"[^\"]*\"?|«[^»]*»?|“[^”]*”?)|(?P<bare>\S*))"
)
# Typed before a colon without any thought of filters: addresses, subjects of mails.
_USUAL_BEFORE_COLON = frozenset(
    {"ftp", "http", "https", "mailto", "sip", "sms", "tel", "urn", "fwd", "objet", "subject"}
)
_SHORTEST_KEY = 3


@dataclass(frozen=True)
class Term:
    """Something to be found, or not to be: a run of characters, or a phrase that stands as it is (`exact`)."""

    text: str
    exact: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        return ("-" if self.excluded else "") + (f'"{self.text}"' if self.exact else self.text)


@dataclass(frozen=True)
class Filter:
    """What narrows: a key of `vocabulary.KEYS` and a value, in the code's words; and as it was `typed`."""

    key: str
    value: str
    excluded: bool = False
    typed: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.typed


@dataclass(frozen=True)
class Unknown:
    """What looks like a filter and is none; `text` is searched in its stead, "" when that would make no sense."""

    typed: str
    text: str = ""

    def __str__(self) -> str:
        return self.typed


Part = Term | Filter | Unknown


@dataclass(frozen=True)
class Line:
    """A line that was read: its parts in the order they were typed. `cut`: it was longer than we read."""

    parts: tuple[Part, ...] = ()
    cut: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))

    def __bool__(self) -> bool:
        """Whether it asks for anything."""
        return bool(self.words or self.phrases or self.excluded or self.filters)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """What must be found, word by word (`words.asked` says as what); small words only when there is no other."""
        return tuple(dict.fromkeys(typed(self._free)))

    @cached_property
    def growing(self) -> str:
        """The last of `words` when it ends the line, so that one may still be typing it; "" otherwise."""
        last = self.parts[-1] if self.parts else None
        if not isinstance(last, Term) or last.exact or last.excluded:
            return ""
        ending = typed(last.text)[-1:]
        return ending[0] if ending and ending[0] in self.words else ""

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(part.text for part in self._terms(exact=True, excluded=False))

    @property
    def excluded(self) -> tuple[str, ...]:
        """Words and phrases that what is found doesn't have."""
        return tuple(part.text for part in self.parts if isinstance(part, Term) and part.excluded)

    @property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(part for part in self.parts if isinstance(part, Filter))

    @property
    def not_understood(self) -> tuple[str, ...]:
        return tuple(part.typed for part in self.parts if isinstance(part, Unknown))

    @property
    def as_words(self) -> tuple[str, ...]:
        """Of what wasn't understood, what is searched for as words instead."""
        return tuple(part.typed for part in self.parts if isinstance(part, Unknown) and part.text)

    def without(self, part: Part) -> Line:
        """The line with this part taken away, wherever it stands."""
        return Line(parts=tuple(other for other in self.parts if other != part))

    def having(self, part: Part) -> Line:
        """The line with this part at its end, once."""
        return Line(parts=(*self.without(part).parts, part))

    @property
    def _free(self) -> str:
        plain = (
            part.text
            for part in self.parts
            if isinstance(part, Unknown) or (isinstance(part, Term) and not part.exact and not part.excluded)
        )
        return " ".join(plain)

    def _terms(self, *, exact: bool, excluded: bool) -> list[Term]:
        terms = (part for part in self.parts if isinstance(part, Term))
        return [term for term in terms if term.exact == exact and term.excluded == excluded]


def parse(line: str) -> Line:
    """Read what was typed. Never raises; `str()` of what comes out reads the same again."""
    text = one_line(line)
    parts: list[Part] = []
    at, end = 0, min(len(text), LONGEST)
    while at < end and len(parts) < _MOST:
        if text[at].isspace():
            at += 1
            continue
        found = _PIECE.match(text, at, end)
        assert found is not None  # every part of the pattern may be empty
        at = max(found.end(), at + 1)
        parts += _read(found)
    return Line(parts=tuple(parts[:_MOST]), cut=at < len(text))


def _read(found: re.Match[str]) -> list[Part]:
    """The part that a piece of the line is; none for a dash by itself or an empty pair of quotes."""
    excluded, key, quoted = bool(found["minus"]), found["key"], found["quoted"]
    text = found["bare"] if quoted is None else " ".join(quoted.replace('"', " ").split())
    text = text.strip('"«»“” ')
    if key is None:
        return _terms(text, exact=quoted is not None, excluded=excluded)
    shown = f'"{text}"' if quoted is not None else text
    as_typed = f"{'-' if excluded else ''}{key}:{shown}"
    if known := vocabulary.key_of(key):
        value = vocabulary.value_of(known, text.rstrip(",;"))
        return [Filter(known, value, excluded, as_typed) if value else Unknown(as_typed)]
    if excluded or not text or len(key) < _SHORTEST_KEY or key.lower() in _USUAL_BEFORE_COLON or text.isdecimal():
        return _terms(f"{key}:{text}", exact=False, excluded=excluded)
    return [Unknown(as_typed, f"{key} {text}")]


def _terms(text: str, *, exact: bool, excluded: bool) -> list[Part]:
    if exact and not stems(text):
        # Of such a phrase the index keeps nothing: its words are looked for as they are.
        return [Term(word, excluded=excluded) for word in typed(text)]
    return [Term(text, exact, excluded)] if any(c.isalnum() for c in text) else []
