"""A step of a decision tree as it is put to somebody: the same at the desk, in the portal and when one tries it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe

from guichet.knowledge import walking
from guichet.knowledge.running import answer_words
from guichet.knowledge.walking import Node
from guichet.lib.bilingual import other_language, pick
from guichet.lib.parsing import whole_number
from guichet.lib.text import to_html


@dataclass(frozen=True)
class Way:
    """An answer to choose; `number` is the key of the keyboard that gives it, "" where none does."""

    key: str
    words: str
    number: str


@dataclass(frozen=True)
class Shown:
    """What is asked or told, in the reader's language (`lang` where it is another), with the ways on."""

    text: str
    lang: str
    help: SafeString
    kind: str
    ways: tuple[Way, ...]


def shown(node: Node) -> Shown:
    """That none of the answers fits can be said to every step that asks."""
    keys = [answer.key for answer in node.answers] if node.asks else []
    ways = [Way(key, answer_words(node, key), str(number)) for number, key in enumerate(keys, start=1)]
    if node.asks:
        ways.append(Way(walking.NONE, answer_words(node, walking.NONE), "0"))
    more = to_html(pick(node.help_fr, node.help_en)) if node.help_fr or node.help_en else ""
    return Shown(
        text=pick(node.fr, node.en),
        lang=other_language(node.fr, node.en),
        help=mark_safe(more),  # noqa: S308  (`to_html` gives safe HTML)
        kind=node.kind,
        ways=tuple(ways),
    )


def key_of(text: str) -> uuid.UUID | None:
    """The key of a run out of an address or a form; None where it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def move_of(form: QueryDict) -> int:
    """The number of the move that was sent; -1, which no run has, where none was."""
    move = whole_number(form.get("move"))
    return -1 if move is None else move


def query(answers: list[str]) -> str:
    """The answers so far, for an address that keeps them: "" where none was given."""
    return f"?{urlencode([('a', key) for key in answers])}" if answers else ""
