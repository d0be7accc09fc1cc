"""Keyset pages: the next page begins after the last row seen, so a page costs the same at any depth.

A cursor is the last row's values of the order's fields, opaque and signed: it can't be made to ask anything else.
"""

from __future__ import annotations

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
    if cursor:
        queryset = queryset.filter(_after(order, _open(cursor, order)))
    rows = list(queryset.order_by(*order)[: size + 1])
    more = len(rows) > size
    return Page(items=rows[:size], next_cursor=_seal(rows[size - 1], order) if more else "")


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    """(a, b, c) > (x, y, z) for mixed directions: a > x, or a = x and b > y, …

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


def _seal(row: Model, order: tuple[str, ...]) -> str:
    values: list[Any] = [",".join(order)]
    for field in order:
        value: Any = row
        for part in field.lstrip("-").split("__"):
            value = getattr(value, part)
        values.append({"at": value.isoformat()} if isinstance(value, datetime) else value)
    return _SIGNER.sign_object(values, compress=False)


def _open(cursor: str, order: tuple[str, ...]) -> list[Any]:
    try:
        given_for, *values = _SIGNER.unsign_object(cursor)
    except (signing.BadSignature, ValueError, TypeError):
        given_for, values = "", []
    if given_for != ",".join(order):
        raise Refused(
            _("This page link is no longer valid. Start from the first page."),
            code="bad_cursor",
            field="cursor",
        )
    return [parse_datetime(v["at"]) if isinstance(v, dict) else v for v in values]
