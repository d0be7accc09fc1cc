"""Brings the database up to date, once, whatever number of processes start together."""

import importlib.util
from pathlib import Path

from django.apps import apps
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from guichet.lib.database import direct_connection

ADVISORY_LOCK = 0x6775696368  # "guich"
DEMO_COMMAND = "demo_load"


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
