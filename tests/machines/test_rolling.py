"""Three web processes and two workers on one database, each started anew under load: nobody notices."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bench.machines.fleet import Fleet, pooler
from bench.machines.rolling import Outcome, trial
from tests.databases import address_of, template

pytestmark = [pytest.mark.process, pytest.mark.timeout(900)]
PGBOUNCER = os.environ.get("GUICHET_PGBOUNCER") or shutil.which("pgbouncer")


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="guichet-machines-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def url() -> Iterator[str]:
    """A migrated database without people."""
    source, name = template(), f"machines_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(made.format(sql.Identifier(name), sql.Identifier(source)))
        yield address_of(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def nothing_was_noticed(said: Outcome) -> None:
    assert said.failed == []
    assert min(said.done[what] for what in ("create", "list", "ticket")) > 10
    assert said.restarts == 5
    # Each page was cut off at least once, and fetched anew what it may have missed.
    assert said.resyncs >= 2
    assert sum(said.missed) == 0
    assert said.twice == []
    assert said.jobs_failed == 0


def test_straight(url: str, folder: Path) -> None:
    nothing_was_noticed(trial(Fleet(folder=folder, url=url), clients=2, pages=2, rest=1))


@pytest.mark.skipif(not PGBOUNCER, reason="needs PgBouncer 1.21 or later (GUICHET_PGBOUNCER, or on the path)")
def test_through_a_pooler(url: str, folder: Path) -> None:
    assert PGBOUNCER
    with pooler(PGBOUNCER, url=url, folder=folder) as through:
        nothing_was_noticed(trial(Fleet(folder=folder, url=through, direct=url), clients=2, pages=2, rest=1))
