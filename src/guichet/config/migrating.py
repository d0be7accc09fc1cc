"""Brings the database up to date, once, whatever number of processes start together."""

import importlib.util
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg.errors
from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import OperationalError

from guichet.lib.database import direct_connection, directly

logger = logging.getLogger(__name__)

ADVISORY_LOCK = 0x6775696368  # "guich"
DEMO_COMMAND = "demo_load"
# Whoever waits for a table's lock has everybody else wait behind them: after this long they let the others pass.
LOCK_TIMEOUT = "2s"
TRIES = 30
PAUSE_SECONDS = 2.0


def prepare(*, demo: bool) -> None:
    """Migrate if a migration is missing, and load the demo world into a database without organisation."""
    if not missing() and not (demo and wants_demo()):
        return
    with direct_connection(application_name="guichet migrate") as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        if missing():
            call_command("migrate", interactive=False, verbosity=0)
        if demo and wants_demo():
            call_command(DEMO_COMMAND)


@contextmanager
def careful() -> Iterator[None]:
    """While the database changes under people who work: past a pooler, and never long in their way."""
    with directly():
        _wait_for_locks(LOCK_TIMEOUT)
        try:
            yield
        finally:
            _wait_for_locks("0")


def _wait_for_locks(most: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [most])


def patiently(migrate: Callable[[], object], *, pause: float = PAUSE_SECONDS) -> None:
    """Again, as long as somebody's transaction stands in the way. What was done stays done, the rest begins anew."""
    for left in reversed(range(TRIES)):
        try:
            migrate()
            return
        except OperationalError as error:
            if not left or not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise
            logger.warning("A migration let others pass; it is tried again in %.0f s, %d times at most", pause, left)
        time.sleep(pause)


def missing() -> set[tuple[str, str]]:
    """Migrations on disk that the database has not had. Compares names: a warm start loads no migration."""
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return on_disk()
        cursor.execute("SELECT app, name FROM django_migrations")
        return on_disk() - set(cursor.fetchall())


def on_disk() -> set[tuple[str, str]]:
    found = set()
    for config in apps.get_app_configs():
        module, _ = MigrationLoader.migrations_module(config.label)
        spec = importlib.util.find_spec(module) if module else None
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for path in Path(folder).glob("*.py"):
                if path.stem[0] not in "_~":
                    found.add((config.label, path.stem))
    return found


def wants_demo() -> bool:
    if DEMO_COMMAND not in get_commands():
        return False
    return not apps.get_model("people", "Organisation")._default_manager.exists()
