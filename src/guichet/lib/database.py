"""Connections that Django's pool does not hold: LISTEN, advisory locks, the job worker."""

from typing import Any

import psycopg
from django.db import connection

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
