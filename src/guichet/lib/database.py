"""Connections that Django's pool does not hold: LISTEN, advisory locks, the job worker; and statements that are sent
often, which PostgreSQL reads and plans once a connection."""

from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

# Noticed within a minute or so when the other end vanishes without a word.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def direct_parameters(*, application_name: str) -> dict[str, Any]:
    """psycopg's connection parameters for the database that Django uses."""
    parameters: dict[str, Any] = dict(connection.get_connection_params())
    for own in ("pool", "context", "cursor_factory", "prepare_threshold", "isolation_level", "assume_role"):
        parameters.pop(own, None)
    return {**parameters, **KEEPALIVE, "application_name": application_name}


def direct_connection(*, application_name: str) -> psycopg.Connection:
    return psycopg.connect(**direct_parameters(application_name=application_name), autocommit=True)


async def direct_async_connection(*, application_name: str) -> psycopg.AsyncConnection:
    parameters = direct_parameters(application_name=application_name)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)


def give_back() -> None:
    """Return this thread's connection to the pool, before a wait for something else. Not inside a transaction."""
    if not connection.in_atomic_block:
        connection.close()


# A statement is prepared when it comes for the third time.
_PREPARED_AFTER = 2


class _Prepared(psycopg.RawCursor[Any]):
    """Sends values apart from statements. Elsewhere the connection prepares nothing: what Django's own cursors send has
    its values in it, and would push these statements out of the few that are kept."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        self.connection.prepare_threshold = _PREPARED_AFTER
        try:
            return super().execute(_numbered(query), params, **how)
        finally:
            self.connection.prepare_threshold = None


def prepared() -> CursorWrapper:
    """Django's cursor for plain statements that pass often: `%s` stands for a value, in order; no other % is a sign.

    Columns are to be named: the result of a `*` may not change its shape between two migrations.
    """
    own: Any = connections[DEFAULT_DB_ALIAS]
    own.close_if_health_check_failed()
    own.ensure_connection()
    cursor: CursorWrapper = own._prepare_cursor(_Prepared(own.connection))
    return cursor


def next_id(model: type[Model]) -> int:
    """The number of the next row, for a row whose reference is made of it."""
    with prepared() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])


@lru_cache(maxsize=500)
def _numbered(query: str) -> str:
    first, *others = query.split("%s")
    return first + "".join(f"${n}{part}" for n, part in enumerate(others, start=1))
