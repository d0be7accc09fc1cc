"""`make bench` runs: what measures is used seldom, and must not be found broken on the day it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.databases import ROOT, address_of, template

pytestmark = pytest.mark.process


@pytest.fixture
def address() -> Iterator[str]:
    name = f"guichet_bench_{os.getpid()}"
    identifier = sql.Identifier(name)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template())))
        yield address_of(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


def test_every_part_says_its_figure(address: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--tickets", "120", "--rounds", "3"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": address}, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = [line[:12].strip() for line in done.stdout.splitlines()[2:]]
    operations = [
        "create",
        "list",
        "list API",
        "search",
        "typing",
        "ticket",
        "work",
        "bell",
        "alerts",
        "mail",
        "check-in",
    ]
    assert said[:2] == ["action", "bare SQL"] and said[4:] == operations
