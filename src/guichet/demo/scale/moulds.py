"""What a story left in every table, taken off as a mould: its rows with holes where another ticket differs.

A ticket's rows are found by what the models say of it: whatever points to a ticket, its events, its entries in the
index. So a new table is part of every mould by itself; a number in an event that nobody can place stops the load.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models

from guichet.activity.models import Event
from guichet.demo.scale.casting import Hole, Mould, Table
from guichet.demo.scale.stories import SIGNS
from guichet.people.models import Person
from guichet.search.models import Entry
from guichet.search.words import stems
from guichet.search.writing import PLACES, number_of
from guichet.tickets.findable import KINDS
from guichet.tickets.models import Attachment, Attempt, HandOver, Hold, Hypothesis, Message, Ticket

# A key of an event's data → whose number stands under it. Numbers under the others are none of a row that differs.
_NAMED: Mapping[str, type[models.Model]] = {
    "message": Message, "hold": Hold, "hand_over": HandOver, "hypothesis": Hypothesis, "attempt": Attempt,
    "solution": Attempt, "attachments": Attachment,
    "to": Person, "requester": Person, "person": Person, "owner": Person,
}  # fmt: skip
_PLAIN = frozenset(
    {"team", "level", "from_team", "to_team", "from_level", "to_level", "rule", "tags", "score", "priority", "from"}
)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\+00(?::00)?|Z)")
_SIGN = re.compile(rf"(?:(?:{'|'.join(SIGNS.values())}) )?zz(\d+)([a-z]+)")
_MARK = re.compile(r"\ue000(\d+)\ue001")
_PART = {"message": Message, "note": Message, "hypothesis": Hypothesis, "attempt": Attempt}


class UnknownNumberError(Exception):
    """A number in an event of which nobody said what it is."""


def tables() -> dict[str, type[models.Model]]:
    """Table → model of everything that belongs to one ticket, the ticket itself first."""
    found: dict[str, type[models.Model]] = {Ticket._meta.db_table: Ticket}
    for relation in Ticket._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.field.name == "ticket":
            model: Any = relation.related_model
            found[model._meta.db_table] = model
    return {**found, Event._meta.db_table: Event, Entry._meta.db_table: Entry}


@dataclass
class Taking:
    """A mould in the making: the holes met so far, and which row of the ticket each number is."""

    ticket: int
    reference: str
    opened: datetime
    asker: int
    peer: int
    language: str
    holes: dict[Hole, int] = field(default_factory=dict)
    rows: dict[str, dict[int, int]] = field(default_factory=dict)
    crew: Mapping[int, int] = field(default_factory=dict)

    def hole(self, *what: Any) -> str:
        """The mark of a hole in a row."""
        number = self.holes.setdefault(tuple(what), len(self.holes))
        return f"\ue000{number}\ue001"

    def person(self, pk: int) -> str:
        if pk == self.asker:
            return self.hole("asker")
        if pk == self.peer:
            return self.hole("peer")
        return self.hole("crew", pk) if pk in self.crew else str(pk)

    def row(self, model: type[models.Model], pk: int) -> str:
        """A number of that table: one of the ticket's own rows, a person, or somebody else's row."""
        if model is Person:
            return self.person(pk)
        own = self.rows.get(model._meta.db_table, {})
        if model is Ticket and pk == self.ticket:
            return self.hole("id", model._meta.db_table, 0)
        return self.hole("id", model._meta.db_table, own[pk]) if pk in own else str(pk)

    def moment(self, found: re.Match[str], *, how: str) -> str:
        at = datetime.fromisoformat(f"{found[1]}T{found[2]}+00:00")
        return self.hole(how, int((at - self.opened).total_seconds()))

    def text(self, value: str) -> str:
        """Texts whose signs and reference become holes."""
        value = value.replace(self.reference, self.hole("reference")) if self.reference in value else value
        return _SIGN.sub(lambda sign: self.hole("text", int(sign[1]), sign[2]), value)


def take(ticket: Ticket, *, asker: Person, peer: Person, language: str, crew: Mapping[int, int]) -> Mould:
    """The mould of a ticket that was told. `crew`: people who treat → their team, whose place a colleague may take."""
    taking = Taking(
        ticket=ticket.pk, reference=ticket.reference, opened=ticket.opened_at, asker=asker.pk, peer=peer.pk,
        language=language, crew=crew,
    )  # fmt: skip
    own = tables()
    read = {name: list(_rows(name, model, ticket.pk)) for name, model in own.items()}
    for name, rows in read.items():
        if isinstance(own[name]._meta.pk, models.AutoField):
            taking.rows[name] = {int(row["id"]): n for n, row in enumerate(rows)}
    made = {
        name: Table(
            columns=tuple(rows[0]),
            rows=tuple(_row(taking, own[name], row) for row in rows),
        )
        for name, rows in read.items()
        if rows and own[name] is not Event
    }
    events = [_event(taking, row) for row in read[Event._meta.db_table]]
    told = read[Event._meta.db_table][0]
    made[Event._meta.db_table] = Table(columns=tuple(told), rows=tuple(line for _, line in events))
    return Mould(
        language=language, desk=ticket.desk_id, site=asker.site_id or 0, tables=made,
        hashed=tuple(hashed for hashed, _ in events), events=Event._meta.db_table, holes=tuple(taking.holes),
        lasts=int((ticket.updated_at - ticket.opened_at).total_seconds()),
    )  # fmt: skip


def _rows(name: str, model: type[models.Model], ticket: int) -> Iterator[dict[str, str]]:
    """A ticket's rows of one table as COPY writes them: column → its text, with COPY's own escapes."""
    if model is Ticket:
        where, order = "id = {0}", "id"
    elif model is Event:
        where, order = "subject_type = 'ticket' AND subject_id = {0}", "number"
    elif model is Entry:
        kinds = ", ".join(f"'{kind}'" for kind in KINDS)
        where, order = f"subject = {{0}} AND kind IN ({kinds})", "kind, part"
    else:
        where, order = "ticket_id = {0}", str(model._meta.pk.column if model._meta.pk else "id")
    columns = [f.column for f in model._meta.concrete_fields if f.column]
    statement = f"SELECT {', '.join(columns)} FROM {name} WHERE {where.format(ticket)} ORDER BY {order}"  # noqa: S608
    with connection.cursor() as cursor, cursor.copy(f"COPY ({statement}) TO STDOUT") as copy:
        for line in b"".join(bytes(part) for part in copy).decode().split("\n")[:-1]:
            yield dict(zip(columns, line.split("\t"), strict=True))


def _row(taking: Taking, model: type[models.Model], row: Mapping[str, str]) -> str:
    if model is Entry:
        return _entry(taking, row)
    fields = {f.column: f for f in model._meta.concrete_fields}
    return "\t".join(_value(taking, model, fields[column], value) for column, value in row.items())


def _value(taking: Taking, model: type[models.Model], column: models.Field[Any, Any], value: str) -> str:
    if value == "\\N":
        return value
    if model is Ticket and column.name == "chain":
        return taking.hole("chain")
    if column.remote_field is not None:
        return taking.row(column.remote_field.model, int(value))
    if column.primary_key:
        return taking.row(model, int(value))
    if isinstance(column, models.DateTimeField):
        at = _MOMENT.fullmatch(value)
        if at is None:
            raise UnknownNumberError(f"{model.__name__}.{column.name} {value}: a story’s moments are whole seconds.")
        return taking.moment(at, how="at")
    return taking.text(value)


def _entry(taking: Taking, row: Mapping[str, str]) -> str:
    """An entry of the index: where it belongs and its words, with holes for those that come with another text."""
    at = _MOMENT.fullmatch(row["at"])
    assert at is not None
    offset = int((datetime.fromisoformat(f"{at[1]}T{at[2]}+00:00") - taking.opened).total_seconds())
    numbers = [int(number) for number in row["words"].strip("{}").split(",")]
    titled = int(row["titled"])
    # A hole brings its own comma: its text may have no words at all.
    words = [_word(taking, number) or f",{number}" for number in numbers[PLACES:]]
    holes = (_hole_of(taking, mark) for mark in words[:titled])
    title = next((hole for hole in holes if hole and hole[0] == "words"), None)
    places = f"{numbers[0]},{numbers[1]},{taking.hole('era', offset)}"
    said = {
        **row,
        "subject": taking.hole("id", Ticket._meta.db_table, 0),
        "part": taking.row(_PART[row["kind"]], int(row["part"])) if row["kind"] in _PART else row["part"],
        "at": taking.hole("at", offset),
        "titled": taking.hole("titled", titled - 1, *title[1:]) if title else row["titled"],
        "words": f"{{{places}{''.join(words)}}}",
    }
    return "\t".join(said.values())


def _hole_of(taking: Taking, mark: str) -> Hole | None:
    found = _MARK.fullmatch(mark)
    return list(taking.holes)[int(found[1])] if found else None


def _word(taking: Taking, number: int) -> str | None:
    """The hole in whose place this word's number stands; None for a word that every such ticket has."""
    known: dict[int, tuple[Any, ...]] = taking.__dict__.get("_words") or {}
    if not known:
        code = stems(taking.reference, language=taking.language)
        known = {number_of("zz0asker"): ("name",), **{number_of(token): ("code", n) for n, token in enumerate(code)}}
        for hole in list(taking.holes):
            if hole[0] == "text":
                known[number_of(f"zz{hole[1]}{hole[2]}")] = ("words", hole[1], hole[2])
        taking.__dict__["_words"] = known
    return taking.hole(*known[number]) if number in known else None


def _event(taking: Taking, row: Mapping[str, str]) -> tuple[str, str]:
    """What of an event is hashed after its predecessor's hash, and its line without the two."""
    at = _MOMENT.fullmatch(row["at"])
    assert at is not None
    moment, actor = taking.moment(at, how="at"), row["actor_id"]
    who = "null" if actor == "\\N" else taking.person(int(actor))
    data = _canonical(taking, json.loads(_unescaped(row["data"])))
    hashed = f'",{row["number"]},"{row["verb"]}",{who},"{moment}",{data}]'
    said = {
        **row,
        "id": taking.row(Event, int(row["id"])),
        "subject_id": taking.hole("id", Ticket._meta.db_table, 0),
        "actor_id": actor if actor == "\\N" else who,
        "at": moment,
        "data": data.replace("\\", "\\\\"),
    }
    # What follows is the chain's: the predecessor's hash and its own.
    del said["previous_hash"], said["hash"]
    return hashed, "\t".join(said.values())


def _canonical(taking: Taking, data: Mapping[str, Any]) -> str:
    """The event's data as `activity.record.digest` writes it, with holes."""
    numbers: list[str] = []

    def put(mark: str) -> str:
        numbers.append(mark)
        return f"\ue002{len(numbers) - 1}\ue003"

    def walk(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: walk(name, inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [walk(key, inner) for inner in value]
        if isinstance(value, int) and not isinstance(value, bool):
            if key in _NAMED:
                return put(taking.row(_NAMED[key], value))
            if key not in _PLAIN:
                raise UnknownNumberError(f"Events tell {key} = {value}: say in demo/scale/moulds.py what it is.")
        if isinstance(value, str) and (at := _MOMENT.fullmatch(value)):
            return put(taking.moment(at, how="told_at"))
        return value

    text = json.dumps(walk("", data), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    plain = re.sub('"\ue002(\\d+)\ue003"', lambda found: _quoted(numbers[int(found[1])], taking), text)
    return _ascii(plain)


def _quoted(mark: str, taking: Taking) -> str:
    hole = _hole_of(taking, mark)
    return f'"{mark}"' if hole and hole[0] == "told_at" else mark


def _ascii(text: str) -> str:
    """As JSON escapes what isn't ASCII; marks stay."""
    return "".join(c if c.isascii() or c in "\ue000\ue001" else json.dumps(c)[1:-1] for c in text)


def _unescaped(value: str) -> str:
    return value.replace("\\\\", "\\")
