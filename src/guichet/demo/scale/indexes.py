"""Indexes and foreign keys set aside while many rows are written, and made again over all of them at once.

What is to be made again stands in a table of its own until it is: a load that was cut off leaves a database that the
next one mends first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psycopg

from guichet.lib.database import direct_connection

_MEMORY = "256MB"
# Those of constraints stay: they say what may be written, and most grow at their end.
_FIND = """
SELECT t.relname, format('DROP INDEX %%I', i.relname), pg_get_indexdef(i.oid), 1, a.amname = 'gin'
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid JOIN pg_class AS t ON t.oid = x.indrelid
JOIN pg_am AS a ON a.oid = i.relam
WHERE t.relname = ANY(%(tables)s) AND NOT x.indisunique AND t.relnamespace = 'public'::regnamespace
UNION ALL
SELECT t.relname, format('ALTER TABLE %%I DROP CONSTRAINT %%I', t.relname, c.conname),
    format('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', t.relname, c.conname, pg_get_constraintdef(c.oid)), 2, false
FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid
WHERE t.relname = ANY(%(tables)s) AND c.contype = 'f' AND t.relnamespace = 'public'::regnamespace
"""


@contextmanager
def set_aside(tables: Sequence[str], *, hands: int, tell: Callable[[str], None]) -> Iterator[None]:
    """Without the tables' indexes and foreign keys inside."""
    with direct_connection(application_name="guichet demo") as connection, connection.transaction():
        found = connection.execute(_FIND, {"tables": list(tables)}).fetchall()
        connection.execute("CREATE TABLE demo_set_aside (place int, name text, made text)")
        for name, drop, make, step, slow in found:
            connection.execute("INSERT INTO demo_set_aside VALUES (%s, %s, %s)", [step if not slow else 0, name, make])
            connection.execute(drop)
    try:
        yield
    finally:
        make_again(hands=hands, tell=tell)


def make_again(*, hands: int, tell: Callable[[str], None] = lambda said: None) -> None:
    """What an earlier load set aside, if there is anything: indexes first, the slowest of them first of all."""
    with direct_connection(application_name="guichet demo") as connection:
        if connection.execute("SELECT FROM pg_tables WHERE tablename = 'demo_set_aside'").fetchone() is None:
            return
        rows = connection.execute("SELECT place, name, made FROM demo_set_aside ORDER BY place, name, made").fetchall()
        keys = [(name, made) for place, name, made in rows if place == 2]
        tell("index")
        in_parallel([[made] for place, _, made in rows if place < 2], hands=hands)
        tell("keys")
        for _, made in keys:
            _execute(connection, f"{made} NOT VALID")
        by_table: dict[str, list[str]] = {}
        for name, made in keys:
            by_table.setdefault(name, []).append(f"ALTER TABLE {name} VALIDATE CONSTRAINT {made.split()[5]}")
        in_parallel(list(by_table.values()), hands=hands)
        connection.execute("DROP TABLE demo_set_aside")


def in_parallel(jobs: Sequence[Sequence[str]], *, hands: int) -> None:
    """Each job's statements one after the other, so many jobs at a time."""

    def work(statements: Sequence[str]) -> None:
        with direct_connection(application_name="guichet demo") as connection:
            connection.execute(f"SET maintenance_work_mem = '{_MEMORY}'")
            for statement in statements:
                _execute(connection, statement)

    with ThreadPoolExecutor(max_workers=hands) as pool:
        list(pool.map(work, jobs))


def _execute(connection: psycopg.Connection, statement: str) -> None:
    """What was made already by a load that was cut off is there."""
    with suppress(psycopg.errors.DuplicateTable, psycopg.errors.DuplicateObject):
        connection.execute(statement.encode())
