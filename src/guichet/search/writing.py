"""Writing what can be found: with the action that says it, or many at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import Any

from django.db import connection

from guichet.lib.database import prepared
from guichet.search.models import Entry
from guichet.search.words import spelt, stems

# A statement with its values, as actions pass them to `activity.record`.
Statement = tuple[str, list[Any]]

PLACES = 4
"""So many of an entry's numbers say where it belongs: its kind, its desk, its fortnight and its day at that desk."""
# Nobody searches for the end of a text that is longer.
_LONGEST_TEXT, _LONGEST_TITLE, _MOST_WORDS = 40_000, 300, 4_000
# Spans of history, by the name under which their number is made: of common words a day of a busy desk has enough.
FORTNIGHT, DAY = ("era", 14 * 86_400), ("day", 86_400)
_BATCH = 500

_PUT = """
INSERT INTO search_entry (kind, subject, part, desk_id, organisation_id, inside, at, titled, words)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::int[])
ON CONFLICT (kind, subject, part) DO UPDATE SET
    desk_id = excluded.desk_id, organisation_id = excluded.organisation_id, inside = excluded.inside,
    at = excluded.at, titled = excluded.titled, words = excluded.words
"""
_HEARD = "INSERT INTO search_writtenwords (words) VALUES (%s)"
_KNOWN = """
INSERT INTO search_knownword (word, entries) SELECT * FROM unnest(%s::text[], %s::int[])
ON CONFLICT (word) DO UPDATE SET entries = search_knownword.entries + excluded.entries
"""


@dataclass(frozen=True, kw_only=True)
class Words:
    """A piece that can be found, with its text; the reference or telephone number by which it is known in its title.

    `language` is "fr" or "en", and guessed from the text where it is "".
    """

    kind: str
    subject: int
    part: int = 0
    desk_id: int
    organisation_id: int | None
    inside: bool
    at: datetime
    title: str
    body: str
    language: str = ""


def putting(
    *,
    kind: str,
    subject: int,
    part: int = 0,
    desk_id: int,
    organisation_id: int | None,
    inside: bool,
    at: datetime,
    title: str,
    body: str,
    language: str = "",
) -> list[Statement]:
    """The statements that write or rewrite an entry, to go among an action's `rows`: `rows=[…, *putting(…)]`."""
    words = Words(
        kind=kind, subject=subject, part=part, desk_id=desk_id, organisation_id=organisation_id, inside=inside,
        at=at, title=title, body=body, language=language,
    )  # fmt: skip
    heard = _spellings(words)
    return [(_PUT, _values(words)), *([(_HEARD, ["".join(f" {w}" for w in heard)])] if heard else [])]


def put(
    *,
    kind: str,
    subject: int,
    part: int = 0,
    desk_id: int,
    organisation_id: int | None,
    inside: bool,
    at: datetime,
    title: str,
    body: str,
    language: str = "",
) -> None:
    """Write or rewrite an entry now, where no action has statements of its own to go with it."""
    statements = putting(
        kind=kind, subject=subject, part=part, desk_id=desk_id, organisation_id=organisation_id, inside=inside,
        at=at, title=title, body=body, language=language,
    )  # fmt: skip
    with prepared() as cursor:
        for statement, values in statements:
            cursor.execute(statement, values)


def put_all(many: Iterable[Words]) -> int:
    """Write or rewrite many entries; how many. Their words are known at once."""
    done, waiting = 0, iter(many)
    while chunk := list(islice(waiting, _BATCH)):
        write_all(chunk)
        know(spoken(chunk))
        done += len(chunk)
    return done


def write_all(many: Sequence[Words]) -> None:
    """Write or rewrite entries, and leave what words they have to be known apart."""
    with connection.cursor() as cursor:
        cursor.executemany(_PUT, [_values(words) for words in many])


def spoken(many: Iterable[Words]) -> Counter[str]:
    """In how many of these entries each word stands, as it is written."""
    return Counter(word for words in many for word in _spellings(words))


def drop(kind: str, subject: int, part: int | None = None) -> int:
    """Take the entries of a subject out of the index, or that of one part; how many there were."""
    gone = Entry.objects.filter(kind=kind, subject=subject)
    return (gone if part is None else gone.filter(part=part)).delete()[0]


def know(heard: Counter[str]) -> None:
    """So many more entries have these words. In the order of the words: two writers never wait for each other."""
    if heard:
        words = sorted(heard)
        with connection.cursor() as cursor:
            cursor.execute(_KNOWN, [words, [heard[word] for word in words]])


@lru_cache(maxsize=50_000)
def number_of(token: str) -> int:
    """The number that stands for a token in the index: 32 bits of its hash. Two tokens in 300,000 share one."""
    return int.from_bytes(blake2b(token.encode(), digest_size=4).digest(), signed=True)


def kind_number(kind: str) -> int:
    return number_of(f"=kind {kind}")


def desk_number(desk: int) -> int:
    return number_of(f"=desk {desk}")


def span_numbers(desk: int, span: tuple[str, int], *, until: datetime, back: int = 1) -> list[int]:
    """The span of a desk's history in which a moment lies, and those before it, `back` in all."""
    name, seconds = span
    last = int(until.timestamp() // seconds)
    return [number_of(f"={name} {n} of desk {desk}") for n in range(last - back + 1, last + 1)]


def _values(words: Words) -> list[Any]:
    title = stems(words.title[:_LONGEST_TITLE], language=words.language)
    body = stems(words.body[:_LONGEST_TEXT], language=words.language)
    spans = [number for span in (FORTNIGHT, DAY) for number in span_numbers(words.desk_id, span, until=words.at)]
    places = [kind_number(words.kind), desk_number(words.desk_id), *spans]
    numbers = places + [number_of(token) for token in (title + body)[:_MOST_WORDS]]
    return [
        words.kind, words.subject, words.part, words.desk_id, words.organisation_id, words.inside, words.at,
        min(len(title), _MOST_WORDS), f"{{{','.join(map(str, numbers))}}}",
    ]  # fmt: skip


def _spellings(words: Words) -> list[str]:
    """The entry's words as they are written, each once: what people will begin to type."""
    return spelt(f"{words.title[:_LONGEST_TITLE]} {words.body[:_LONGEST_TEXT]}")[:_MOST_WORDS]
