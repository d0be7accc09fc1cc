"""PostgreSQL's own `french` configuration over the same documents: what one would get without a search of one's own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

_MAKE = """
CREATE TEMPORARY TABLE judged_document (
    name text NOT NULL, place text NOT NULL, at timestamptz NOT NULL,
    words tsvector NOT NULL)
"""
_FILL = """
INSERT INTO judged_document (name, place, at, words)
VALUES (%s, %s, %s, setweight(to_tsvector('french', %s), 'A') || setweight(to_tsvector('french', %s), 'D'))
"""
# All the words where something has them, else any of them; by the usual ranking, a document's length counted.
_ASK = """
SELECT name FROM judged_document, (SELECT {query}) AS query (asked)
WHERE place = %(place)s AND words @@ asked ORDER BY ts_rank(words, asked, 1) DESC, at DESC LIMIT 10
"""
_ALL = "plainto_tsquery('french', %(text)s)"
_ANY = "replace(plainto_tsquery('french', %(text)s)::text, '&', '|')::tsquery"


@dataclass(frozen=True)
class Document:
    """What can be found: its name among the judgements, where it lies, when it is from, and what it says."""

    name: str
    place: str
    at: datetime
    title: str
    body: str


def fill(documents: Iterable[Document]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.executemany(_FILL, [[d.name, d.place, d.at, d.title, d.body] for d in documents])


def ask(text: str, *, place: str, otherwise_any: bool) -> list[str]:
    """The ten best names; with `otherwise_any`, what has some of the words where nothing has all of them."""
    for query in (_ALL, _ANY) if otherwise_any else (_ALL,):
        with connection.cursor() as cursor:
            cursor.execute(_ASK.format(query=query), {"text": text, "place": place})
            found = [name for (name,) in cursor.fetchall()]
        if found:
            return found
    return []
