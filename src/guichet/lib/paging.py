"""Keyset pages: the next page begins after the last row seen, so a page costs the same at any depth.

A cursor is the last row's values of the order's fields, opaque and signed: it can't be made to ask anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused

M = TypeVar("M", bound=Model)
_SIGNER = signing.Signer(salt="guichet.paging")


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows in order, and the cursor of the page after them ("" when there is none)."""

    items: list[M]
    next_cursor: str


def page(queryset: QuerySet[M], *, order: tuple[str, ...], cursor: str = "", size: int = 50) -> Page[M]:
    """The rows after `cursor` in `order` ("-field" descends; the last field is unique; none is NULL).

    Refused("bad_cursor") for a cursor that we did not give out for this order.
    """
    return page_of([queryset], order=order, cursor=cursor, size=size)


def page_of(parts: Sequence[QuerySet[M]], *, order: tuple[str, ...], cursor: str = "", size: int = 50) -> Page[M]:
    """The same of several querysets together, for numbers and moments; what is in two of them is there once."""
    start = after(order, unseal(cursor, given_for=",".join(order))) if cursor else Q()
    read = [list(part.filter(start).order_by(*order)[: size + 1]) for part in parts]
    rows = _merged(read, order) if len(read) > 1 else read[0]
    more = len(rows) > size
    next_cursor = seal(_values(rows[size - 1], order), given_for=",".join(order)) if more else ""
    return Page(items=rows[:size], next_cursor=next_cursor)


def _merged(parts: Sequence[list[M]], order: tuple[str, ...]) -> list[M]:
    rows = list({row.pk: row for part in parts for row in part}.values())
    for place in reversed(range(len(order))):
        rows.sort(key=lambda row: _values(row, order)[place], reverse=order[place].startswith("-"))
    return rows


def after(order: tuple[str, ...], values: Sequence[Any]) -> Q:
    """What comes after a row of these values: (a, b, c) > (x, y, z) for mixed directions: a > x, or a = x and b > y, …

    The bound on the first field stands outside the alternatives too, so that an index serves it.
    """
    condition = Q()
    for depth in range(len(order)):
        equal = Q(**{order[i].lstrip("-"): values[i] for i in range(depth)})
        condition |= equal & _beyond(order[depth], values[depth], strict=True)
    return _beyond(order[0], values[0], strict=False) & condition


def _beyond(field: str, value: Any, *, strict: bool) -> Q:
    lookup = ("lt" if field.startswith("-") else "gt") + ("" if strict else "e")
    return Q(**{f"{field.lstrip('-')}__{lookup}": value})


def _values(row: Model, order: tuple[str, ...]) -> list[Any]:
    values: list[Any] = []
    for field in order:
        value: Any = row
        for part in field.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append(value)
    return values


def seal(values: Sequence[Any], *, given_for: str) -> str:
    """A cursor of these values, for this order alone."""
    kept = [{"at": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return _SIGNER.sign_object([given_for, *kept], compress=False)


def unseal(cursor: str, *, given_for: str) -> list[Any]:
    """The values of a cursor. Refused("bad_cursor") for one that we did not give out for this order."""
    try:
        order, *values = _SIGNER.unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        order, values = "", []
    if order != given_for:
        raise Refused(
            _("This page link is no longer valid. Start from the first page."),
            code="bad_cursor",
            field="cursor",
        )
    return [parse_datetime(v["at"]) if isinstance(v, dict) else v for v in values]
