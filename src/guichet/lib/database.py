"""Connections that Django's pool does not hold: LISTEN, advisory locks, the job worker; and statements that are sent
often, which PostgreSQL reads and plans once a connection.

Where DATABASE_URL leads to a pooler that gives each transaction another session (PgBouncer in transaction mode),
GUICHET_DIRECT_DATABASE_URL leads past it: whatever lives longer than a transaction goes that way.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from psycopg.conninfo import conninfo_to_dict

# Noticed within a minute or so when the other end vanishes without a word.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def direct_url() -> str:
    """The way past a pooler; "" where there is none between."""
    return os.environ.get("GUICHET_DIRECT_DATABASE_URL", "")


def direct_parameters(*, application_name: str) -> dict[str, Any]:
    """psycopg's connection parameters for a session of one's own in the database that Django uses."""
    if not direct_url():
        return usual_parameters(application_name=application_name)
    return {**conninfo_to_dict(direct_url()), **KEEPALIVE, "application_name": application_name}


def usual_parameters(*, application_name: str) -> dict[str, Any]:
    """The same for the way that pages take."""
    parameters: dict[str, Any] = dict(connection.get_connection_params())
    for own in ("pool", "context", "cursor_factory", "prepare_threshold", "isolation_level", "assume_role"):
        parameters.pop(own, None)
    return {**parameters, **KEEPALIVE, "application_name": application_name}


def direct_connection(*, application_name: str) -> psycopg.Connection:
    return psycopg.connect(**direct_parameters(application_name=application_name), autocommit=True)


async def direct_async_connection(*, application_name: str) -> psycopg.AsyncConnection:
    parameters = direct_parameters(application_name=application_name)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)


async def usual_async_connection(*, application_name: str) -> psycopg.AsyncConnection:
    parameters = usual_parameters(application_name=application_name)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True, prepare_threshold=None)


@contextmanager
def directly() -> Iterator[None]:
    """This thread's connection goes past a pooler until the end, and is one session. Not inside a transaction."""
    if not direct_url():
        yield
        return
    own: Any = connections[DEFAULT_DB_ALIAS]
    usual = own.settings_dict
    options = conninfo_to_dict(direct_url())
    place = {name.upper(): options.pop(name, "") for name in ("user", "password", "host", "port")}
    own.close()
    own.settings_dict = {**usual, **place, "NAME": options.pop("dbname", ""), "OPTIONS": options}
    try:
        yield
    finally:
        own.close()
        own.settings_dict = usual


@contextmanager
def alone(lock: int, *, application_name: str) -> Iterator[bool]:
    """Whether nobody else holds this number; held until the end. PostgreSQL forgets those who die."""
    # Django's own connection where it is one session anyway: another one costs as much as what is done under it.
    apart = direct_connection(application_name=application_name) if direct_url() else None
    session = apart or connection
    try:
        held = _said(session, "SELECT pg_try_advisory_lock(%s)", lock)
        try:
            yield held
        finally:
            if held:
                _said(session, "SELECT pg_advisory_unlock(%s)", lock)
    finally:
        if apart is not None:
            apart.close()


def _said(session: Any, question: str, number: int) -> bool:
    with session.cursor() as cursor:
        cursor.execute(question, [number])
        return bool(cursor.fetchone()[0])


def give_back() -> None:
    """Return this thread's connection to the pool, before a wait for something else. Not inside a transaction."""
    if not connection.in_atomic_block:
        connection.close()


# A statement is prepared when it comes for the third time. A pooler that doesn't know of prepared ones needs that off.
_PREPARED_AFTER = None if os.environ.get("GUICHET_PREPARED_STATEMENTS", "1").lower() in {"0", "false", "no"} else 2


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
