"""Rows of Django's models, written by COPY."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models


class Copies:
    """Unsaved rows by their model, written together; those without a number get the table's next."""

    def __init__(self) -> None:
        self._rows: dict[type[models.Model], list[models.Model]] = defaultdict(list)

    def add(self, row: models.Model) -> None:
        self._rows[type(row)].append(row)

    def write(self) -> None:
        """In the order of the foreign keys: as the models came first."""
        for model, rows in self._rows.items():
            fields = [f for f in model._meta.concrete_fields if rows[0].pk is not None or not f.primary_key]
            names = ", ".join(f.column for f in fields)
            with (
                connection.cursor() as cursor,
                cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row([_value(row, field) for field in fields])
            rows.clear()


def catch_up(model: type[models.Model]) -> None:
    """The sequence goes on after the numbers that were given here."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def last(model: type[models.Model]) -> int:
    found: int | None = model._default_manager.aggregate(last=models.Max("pk"))["last"]
    return found or 0


def _value(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    return json.dumps(value, cls=DjangoJSONEncoder) if isinstance(field, models.JSONField) else value
