"""A database for each process that tests, copied from one that was migrated once: the migrations take seconds each."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "guichet_template_"
# Whoever comes second waits, and finds it made.
LOCK = 0x74706C


def template() -> str:
    """The name of a migrated database in the cluster of DATABASE_URL; made where it isn't there."""
    name = PREFIX + _state()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            making = f"{name}_{os.getpid()}"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(making)))
            _migrate(making)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            try:
                connection.execute(rename.format(sql.Identifier(making), sql.Identifier(name)))
            except psycopg.errors.DuplicateDatabase:
                # The lock is the database's own: tests that were begun in another one were quicker.
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(making)))
    return name


def address_of(name: str) -> str:
    """The URL of another database of the same cluster."""
    url, mark, options = os.environ["DATABASE_URL"].partition("?")
    return f"{url.rpartition('/')[0]}/{name}{mark}{options}"


def _migrate(name: str) -> None:
    environment = {**os.environ, "DATABASE_URL": address_of(name), "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, "-m", "django", "migrate", "--verbosity=0", "--settings", settings.SETTINGS_MODULE]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)


def _state() -> str:
    """Of all that makes the tables: our migrations, and the versions of those of others."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "src").rglob("migrations/*.py")):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update(repr(sorted((d.name, d.version) for d in distributions())).encode())
    return digest.hexdigest()[:16]
