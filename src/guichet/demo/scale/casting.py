"""Tickets cast in moulds: the same rows with other numbers, people, moments and words, and a chain of their own.

Everything is text as COPY reads it. A mould's holes are filled once a ticket, then each table's lines are made in one
go; only an event has to know its predecessor's hash.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from guichet.demo.scale.pools import LENGTHS, Piece, Pools
from guichet.lib import references
from guichet.search.words import stems
from guichet.search.writing import DAY, FORTNIGHT, number_of, span_numbers

# What belongs there: ("id", table, 2), ("at", 3600), ("text", 1, "body"), …
Hole = tuple[Any, ...]
_MARK = re.compile("\ue000(\\d+)\ue001")
_DAY_SECONDS, _EPOCH = 86_400, date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Table:
    """The rows of one table, in the order of their numbers."""

    columns: tuple[str, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class Mould:
    """A ticket with holes. It `lasts` so many seconds until its last event; `hashed` is what of each event counts."""

    language: str
    desk: int
    site: int
    tables: Mapping[str, Table]
    hashed: tuple[str, ...]
    events: str
    holes: tuple[Hole, ...]
    lasts: int


@dataclass(frozen=True)
class Asker:
    """Somebody who asks for help: their number, and their name's words in the index."""

    number: str
    name: str


@dataclass(frozen=True)
class Company:
    """Who may stand in whose place: by site and language who asks, by number the colleagues of whoever treats."""

    askers: Mapping[tuple[int, str], Sequence[Asker]]
    colleagues: Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Order:
    """One ticket to be cast: its mould, when it opens (seconds since 1970), and each table's first number."""

    mould: int
    opened: int
    numbers: Mapping[str, int]


Fill = Callable[[Sequence[str]], str]


def _filler(template: str) -> Fill:
    """What fills a template's holes from the list of their fillings."""
    parts = _MARK.split(template)
    text = "%s".join(part.replace("%", "%%") for part in parts[::2])
    indices = [int(number) for number in parts[1::2]]
    if not indices:
        return lambda filled: template
    if len(indices) == 1:
        return lambda filled: text % filled[indices[0]]
    pick = itemgetter(*indices)
    return lambda filled: text % pick(filled)


class Form:
    """A mould made ready to be filled fast."""

    def __init__(self, mould: Mould) -> None:
        self.mould = mould
        self.rows = {
            name: _filler("".join(f"{row}\n" for row in table.rows))
            for name, table in mould.tables.items()
            if name != mould.events
        }
        events = mould.tables[mould.events]
        self.events = [(_filler(h), _filler(line)) for h, line in zip(mould.hashed, events.rows, strict=True)]
        self.by_kind: dict[str, list[tuple[int, Hole]]] = {}
        for index, hole in enumerate(mould.holes):
            self.by_kind.setdefault(hole[0], []).append((index, hole))

    def of(self, kind: str) -> list[tuple[int, Hole]]:
        return self.by_kind.get(kind, [])


def cast(
    orders: Iterable[Order], *, forms: Sequence[Form], company: Company, pools: Pools, draw: Callable[[], int]
) -> dict[str, list[str]]:
    """Lines by table. `draw` gives a number below 2³⁰ by chance."""
    lines: dict[str, list[str]] = {}
    for order in orders:
        form = forms[order.mould]
        filled = _filled(order, form=form, company=company, pools=pools, draw=draw)
        chain, told = "", lines.setdefault(form.mould.events, [])
        for hashed, line in form.events:
            previous = chain
            chain = hashlib.sha256(f'["{previous}{hashed(filled)}'.encode()).hexdigest()
            told.append(f"{line(filled)}\t{previous}\t{chain}\n")
        for index, _ in form.of("chain"):
            filled[index] = chain
        for name, fill in form.rows.items():
            lines.setdefault(name, []).append(fill(filled))
    return lines


def _filled(order: Order, *, form: Form, company: Company, pools: Pools, draw: Callable[[], int]) -> list[str]:
    mould, numbers, opened = form.mould, order.numbers, order.opened
    filled = [""] * len(mould.holes)
    for index, (_, table, n) in form.of("id"):
        filled[index] = str(numbers[table] + n)
    for index, (_, offset) in form.of("at"):
        filled[index] = moment(opened + offset)
    for index, (_, offset) in form.of("told_at"):
        filled[index] = told_moment(opened + offset)
    for index, (_, offset) in form.of("era"):
        filled[index] = where(mould.desk, (opened + offset) // _DAY_SECONDS)
    people, chosen = company.askers[mould.site, mould.language], draw()
    asker, peer = people[chosen % len(people)], people[(chosen + 1) % len(people)]
    for kind, value in (("asker", asker.number), ("peer", peer.number), ("name", asker.name)):
        for index, _ in form.of(kind):
            filled[index] = value
    turn = draw()
    for index, (_, pk) in form.of("crew"):
        team = company.colleagues[pk]
        filled[index] = str(team[(team.index(pk) + turn) % len(team)])
    code = references.reference(numbers["tickets_ticket"])
    for index, _ in form.of("reference"):
        filled[index] = code
    tokens = stems(code, language=mould.language)
    for index, (_, n) in form.of("code"):
        filled[index] = f",{number_of(tokens[n])}"
    _say(filled, form, pools, draw)
    return filled


def _say(filled: list[str], form: Form, pools: Pools, draw: Callable[[], int]) -> None:
    """The texts, with what the index keeps of them."""
    said: dict[int, list[Piece]] = {}
    for index, (_, number, kind) in form.of("text"):
        if number not in said:
            shortest, longest = LENGTHS[kind]
            pool = pools[form.mould.language, kind]
            many = shortest + draw() % (longest - shortest + 1)
            said[number] = [pool[draw() % len(pool)] for _ in range(many)]
        filled[index] = " ".join([piece.text for piece in said[number]])
    for index, (_, number, _kind) in form.of("words"):
        filled[index] = "".join([piece.numbers for piece in said[number]])
    for index, (_, others, number, _kind) in form.of("titled"):
        filled[index] = str(others + sum(piece.count for piece in said[number]))


_CLOCK = [f"T{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(_DAY_SECONDS)]


@cache
def _day(number: int) -> str:
    return date.fromordinal(_EPOCH + number).isoformat()


def moment(second: int) -> str:
    """As an event's hash has it."""
    return f"{_day(second // _DAY_SECONDS)}{_CLOCK[second % _DAY_SECONDS]}.000000+00:00"


def told_moment(second: int) -> str:
    """As JSON has it."""
    return f"{_day(second // _DAY_SECONDS)}{_CLOCK[second % _DAY_SECONDS]}Z"


@cache
def where(desk: int, day: int) -> str:
    """The numbers of an entry's fortnight and day at that desk."""
    at = datetime.fromtimestamp(day * _DAY_SECONDS, tz=UTC)
    return ",".join(str(number) for span in (FORTNIGHT, DAY) for number in span_numbers(desk, span, until=at))
