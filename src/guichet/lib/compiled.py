"""Querysets whose SQL is written once: later only the values change.

Django writes the SQL of a queryset anew each time, and PostgreSQL reads and plans it anew. Where a row is looked up by
its key that costs more than the looking up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models.query import QuerySet
from psycopg.sql import Literal
from psycopg.types.numeric import Int2, Int4, Int8

from guichet.lib.database import prepared

R = TypeVar("R")

# How Django tells PostgreSQL the type of a number.
_WRAPPED = frozenset({Int2, Int4, Int8})

# Two values for each kind and place: where the parameters of two compilations differ, a value belongs.
_STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 30_000 + number,
    str: lambda number: f"stand-in {number}",
    datetime: lambda number: datetime(1900, 1, 1, 0, 0, number, tzinfo=UTC),
    list: lambda number: [30_000 + number],
}


class Compiled(Generic[R]):
    """`Compiled(lambda key: Person.objects.filter(pk=key), key=int)`: called with `key=7` it gives the rows as a list.

    The shape must not depend on the values: no None, and a list only for the lookup `any`. Values that are always the
    same stand in the SQL, so that partial indexes are found. What `prefetch_related` would fetch is not.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, R]], **kinds: type) -> None:
        self._build = build
        self._kinds = kinds
        self._plan: _Plan | None = None

    def __call__(self, **values: Any) -> list[R]:
        plan = self._plan
        if plan is None:
            plan = self._plan = self._compile()
        return list(plan.rows(values))

    def first(self, **values: Any) -> R | None:
        """The only row, or the first of them."""
        return next(iter(self(**values)), None)

    def _compile(self) -> _Plan:
        one, other = (self._compiled(offset) for offset in (1, 1 + len(self._kinds)))
        text: list[str] = []
        order: list[tuple[str, type]] = []
        pieces = one.sql.split("%s")
        for piece, first, second in zip(pieces, one.params, other.params, strict=False):
            text.append(piece.replace("%%", "%"))
            if first == second:
                text.append(Literal(first).as_string(None))
            else:
                order.append((self._name(first, second), type(first)))
                text.append("%s")
        text.append(pieces[-1].replace("%%", "%"))
        sql = "".join(text)
        if sql.count("%s") != len(order) or len(pieces) != len(one.params) + 1:
            raise ValueError(f"This queryset can't be compiled once: {one.sql}")
        return _Plan(queryset=one.queryset, compiler=one.compiler, sql=sql, order=tuple(order))

    def _name(self, first: Any, second: Any) -> str:
        for number, (name, kind) in enumerate(self._kinds.items(), start=1):
            if (first, second) == (_STAND_INS[kind](number), _STAND_INS[kind](number + len(self._kinds))):
                return name
        raise ValueError(f"Not a value as it was given: {first}")

    def _compiled(self, offset: int) -> _Compilation:
        values = {
            name: _STAND_INS[kind](number) for number, (name, kind) in enumerate(self._kinds.items(), start=offset)
        }
        queryset = self._build(**values)
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, params = compiler.as_sql()
        return _Compilation(queryset, compiler, sql, tuple(params))


@dataclass(frozen=True)
class _Compilation:
    queryset: Any
    compiler: Any
    sql: str
    params: tuple[Any, ...]


class _Plan:
    """What Django found out about a queryset, kept."""

    def __init__(self, *, queryset: Any, compiler: Any, sql: str, order: tuple[tuple[str, type], ...]) -> None:
        self.sql, self.order = sql, order
        self.queryset, self.compiler = queryset, compiler
        self.select, self.klass_info = compiler.select, compiler.klass_info
        self.annotation_col_map = compiler.annotation_col_map
        self.converters = compiler.get_converters([column[0] for column in self.select[: compiler.col_count]])

    def rows(self, values: dict[str, Any]) -> Iterator[Any]:
        run = _Run(self, [kind(values[name]) if kind in _WRAPPED else values[name] for name, kind in self.order])
        return iter(self.queryset._iterable_class(_Asked(self.queryset, run)))


class _Asked:
    """What Django's iterables ask of a queryset, and of its query."""

    def __init__(self, queryset: Any, run: _Run) -> None:
        self.db, self.model = queryset.db, queryset.model
        self._fields, self._hints = queryset._fields, queryset._hints
        self._known_related_objects = queryset._known_related_objects
        self._query, self._run = queryset.query, run

    @property
    def query(self) -> _Asked:
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)

    def get_compiler(self, *_args: Any, **_how: Any) -> _Run:
        return self._run


class _Run:
    def __init__(self, plan: _Plan, params: list[Any]) -> None:
        self.plan, self.params = plan, params
        self.select, self.klass_info = plan.select, plan.klass_info
        self.annotation_col_map = plan.annotation_col_map

    def execute_sql(self, *_args: Any, **_how: Any) -> list[list[tuple[Any, ...]]]:
        with prepared() as cursor:
            cursor.execute(self.plan.sql, self.params)
            return [cursor.fetchall()]

    def results_iter(self, results: Any = None, **_how: Any) -> Iterator[Any]:
        rows = chain.from_iterable(self.execute_sql() if results is None else results)
        if not self.plan.converters:
            return rows
        return map(tuple, self.plan.compiler.apply_converters(rows, self.plan.converters))

    def has_composite_fields(self, _fields: Any) -> bool:
        return False


@models.ForeignObject.register_lookup
@models.Field.register_lookup
class AnyOf(models.Lookup):
    """`id__any=[…]`: what `in` does, with one parameter however many values."""

    lookup_name = "any"

    def get_prep_lookup(self) -> list[Any]:
        return [self.lhs.output_field.get_prep_value(value) for value in self.rhs]

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_params, *right_params]
