"""What a query line asks of the index: for each word the numbers that will do, the last one perhaps still growing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from guichet.lib import references
from guichet.lib.database import prepared
from guichet.lib.text import fold
from guichet.search.line import Line
from guichet.search.words import asked, begun, telephone, typed
from guichet.search.writing import number_of

# A line of more words is a text: those after these add nothing.
_MOST_WORDS = 12
# So many words may a begun one stand for: the commonest.
_COMPLETIONS, _LATELY = 16, 200

_LATELY_TOO = """
ORDER BY entries DESC LIMIT %s) AS known
UNION
SELECT found[1] FROM (
    SELECT words FROM (SELECT words FROM search_writtenwords ORDER BY id DESC LIMIT %s) AS lately WHERE words LIKE %s
) AS begun, regexp_matches(words, %s, 'g') AS found
"""
_BEGUN = "SELECT word FROM (SELECT word, entries FROM search_knownword WHERE"
# An index has the words of each letter by falling frequency; it says `substring`, which PostgreSQL holds for another
# function than `substr`.
_BY_LETTER = f"{_BEGUN} substring(word, 1, 1) = %s {_LATELY_TOO}"
_BY_RANGE = f"{_BEGUN} word >= %s AND word < %s {_LATELY_TOO}"


@dataclass(frozen=True)
class Group:
    """A word that is wanted: an entry that has any of these numbers has it."""

    word: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class Wanted:
    """What must be found, what must stand side by side, what must not be there."""

    groups: tuple[Group, ...] = ()
    phrases: tuple[tuple[Group, ...], ...] = ()
    unwanted: tuple[tuple[Group, ...], ...] = ()
    # The line is nothing but a reference or a telephone number: what bears it as its own comes first.
    exact: frozenset[int] = field(default=frozenset())

    @property
    def all_groups(self) -> tuple[Group, ...]:
        """Every word, those of phrases too, once."""
        return tuple(dict.fromkeys((*self.groups, *(group for phrase in self.phrases for group in phrase))))

    @property
    def never(self) -> list[int]:
        """Numbers that nothing found has. Phrases that are not wanted are for `ranking` to look at."""
        return [number for unwanted in self.unwanted if len(unwanted) == 1 for number in unwanted[0].numbers]

    @property
    def condition(self) -> Q:
        """Over entries, for lists that keep an order of their own: each of the words, none that is unwanted."""
        found = Q()
        for group in self.all_groups:
            found &= Q(words__overlap=list(group.numbers))
        return found & ~Q(words__overlap=self.never) if self.never else found


def wanted(line: Line, *, as_you_type: bool = False) -> Wanted:
    """What the line asks for; with `as_you_type` its last word may go on."""
    growing = line.growing if as_you_type else ""
    groups = [_group(word, growing=word == growing) for word in line.words[:_MOST_WORDS]]
    exact = _exact(line)
    if exact and len(groups) > 1:
        groups = [Group(word=str(line), numbers=tuple(exact))]
    elif exact:
        groups = [replace(group, numbers=(*group.numbers, *exact)) for group in groups]
    phrases = [tuple(_group(word) for word in typed(phrase)) for phrase in line.phrases]
    unwanted = [tuple(_group(word) for word in typed(text)) for text in line.excluded]
    return Wanted(
        groups=tuple(dict.fromkeys(group for group in groups if group.numbers)),
        phrases=tuple(phrase for phrase in phrases if phrase),
        unwanted=tuple(words for words in unwanted if words),
        exact=exact,
    )


def _group(word: str, *, growing: bool = False) -> Group:
    tokens = list(asked(word))
    if growing:
        tokens += begun(word)
        tokens += (token for whole in completions(word) for token in asked(whole))
    return Group(word=word, numbers=tuple(dict.fromkeys(number_of(token) for token in tokens)))


def completions(word: str) -> list[str]:
    """The commonest known words that begin like this one, and those that were written just now.

    For the index alone: they are not to be shown, their entries may be hidden from who asks.
    """
    start = fold(word)
    if not start or not start[0].isalpha():
        return []
    lately: list[Any] = [_COMPLETIONS, _LATELY, f"% {_like(start)}%", f" ({re.escape(start)}[^ ]*)"]
    with prepared() as cursor:
        if len(start) == 1:
            cursor.execute(_BY_LETTER, [start, *lately])
        else:
            cursor.execute(_BY_RANGE, [start, f"{start}\U0010ffff", *lately])
        return sorted(row[0] for row in cursor.fetchall())[: 2 * _COMPLETIONS]


def _like(start: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", start)


def _exact(line: Line) -> frozenset[int]:
    """The number of the reference or telephone number that the line consists of, however it was spelt.

    Some words are a reference by accident (« carte »): they are looked for as both.
    """
    whole = str(line)
    if called := telephone(whole):
        return frozenset({number_of(called)})
    before, hyphen, _ = whole.partition("-")
    prefix = f"{before.upper()}-" if hyphen else references.PREFIX
    found = references.parse(whole, prefix=prefix)
    said = whole[:1].upper() == prefix[0] and not whole[1:2].isalnum()
    if found is None or not (said or len(line.words) == 1 or any(c.isdecimal() for c in whole)):
        return frozenset()
    return frozenset(number_of(token) for token in asked(found))
