"""The name and place that Django asks of a backend."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from django.utils.asyncio import async_unsafe
from psycopg.types.datetime import TimestamptzLoader

from guichet.lib.away import Gate

# Seconds; less than the patience of whoever waits at the other end.
CONNECT_TIMEOUT = 2
_gate = Gate()


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Of a statement that PostgreSQL has prepared psycopg keeps no text."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """Connections of the pool, or none at once."""

    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """Moments are read by psycopg's own loader, compiled: Django's costs eight times as much, to say UTC where the
        session's zone is UTC already."""
        params: dict[str, Any] = super().get_connection_params()
        params["context"].adapters.register_loader("timestamptz", TimestamptzLoader)
        return params

    @async_unsafe
    def create_cursor(self, name: str | None = None) -> Any:
        """Django's, without asking each time for its own loader of moments."""
        if name is None:
            return self.connection.cursor()
        return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        with _gate.passing(ask=lambda: self._ask(conn_params)), self.wrap_database_errors:
            return super().get_new_connection(conn_params)

    def _ask(self, parameters: dict[str, Any]) -> None:
        """One question on a connection of its own; where it is answered, the pool's dead ones are replaced."""
        with psycopg.connect(**{"connect_timeout": CONNECT_TIMEOUT, **parameters}) as asking:
            asking.execute("SELECT 1")
        if self.pool is not None and not self.pool.closed:
            self.pool.check()
