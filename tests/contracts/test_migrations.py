"""Migrations since 0.1.0 can be run while people work, with the version before still serving."""

from __future__ import annotations

import re
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, NotInTransactionMixin
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    RemoveField,
    RenameField,
    RunPython,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from tests.contracts.migrations import ALLOWED, SINCE, Migration, Phase, faults, phases

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(
    (path.parent.parent.name, path.stem)
    for path in (ROOT / "src" / "guichet").glob("*/migrations/0*.py")
    if int(path.stem[:4]) > SINCE.get(path.parent.parent.name, 0)
)


def read(room: str, name: str) -> Migration:
    """As `sqlmigrate` says it, without the remarks."""
    loader = MigrationLoader(connection)
    label = next(label for label, found in loader.graph.nodes if found == name and label.endswith(room))
    return _read(loader.graph.nodes[label, name], loader.project_state((label, name), at_end=False))


def _read(migration: migrations.Migration, state: ProjectState) -> Migration:
    # A test is a transaction, and nothing is done here.
    anywhere = mock.patch.object(NotInTransactionMixin, "_ensure_not_in_transaction")
    with anywhere, connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    said = [re.sub(r"^--.*$", "", line, flags=re.M).strip() for line in editor.collected_sql]
    python = sum(isinstance(operation, RunPython) for operation in migration.operations)
    name = f"{migration.app_label}.{migration.name}"
    return Migration(name, tuple(line for line in said if line), atomic=migration.atomic, python=python)


@pytest.mark.django_db
@pytest.mark.parametrize(("room", "name"), NAMES, ids=lambda part: part)
def test_it_holds_nobody_up_and_old_code_lives_with_it(room: str, name: str) -> None:
    found = [] if f"{room}.{name}" in ALLOWED else list(faults(read(room, name)))
    assert found == [], "\n".join(found)


def test_what_is_allowed_exists_and_says_why() -> None:
    assert set(ALLOWED) <= {f"{room}.{name}" for room, name in NAMES}
    assert all(len(why) > 20 for why in ALLOWED.values())


TABLE = 'CREATE TABLE "big" ("id" bigint NOT NULL PRIMARY KEY)'
COLUMN = 'ALTER TABLE "big" ADD COLUMN "x" varchar(9)'


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ((f"{COLUMN} NULL",), ""),
        ((f"{COLUMN} DEFAULT '' NOT NULL",), ""),
        ((f"{COLUMN} NOT NULL",), "has no default of the database"),
        ((f"{COLUMN} DEFAULT '' NOT NULL", 'ALTER TABLE "big" ALTER COLUMN "x" DROP DEFAULT'), "old code can’t insert"),
        ((TABLE, f"{COLUMN} NOT NULL", 'CREATE INDEX "i" ON "big" ("x")'), ""),
        (('CREATE INDEX "i" ON "big" ("x")',), "AddIndexConcurrently"),
        (('CREATE UNIQUE INDEX "i" ON "big" ("x") WHERE "x" > 0',), "AddIndexConcurrently"),
        (('CREATE INDEX CONCURRENTLY "i" ON "big" ("x")',), ""),
        (('CREATE INDEX "i" ON "people_team" ("x")',), ""),
        (('ALTER TABLE "big" ALTER COLUMN "x" TYPE bigint USING "x"::bigint',), "written anew"),
        (('ALTER TABLE "big" ALTER COLUMN "x" SET NOT NULL',), "read whole"),
        (('ALTER TABLE "big" RENAME COLUMN "x" TO "y"',), "old name"),
        (('ALTER TABLE "big" RENAME TO "huge"',), "old name"),
        (('ALTER TABLE "big" ADD CONSTRAINT "c" CHECK ("x" > 0)',), "NOT VALID first"),
        (('ALTER TABLE "big" ADD CONSTRAINT "c" CHECK ("x" > 0) NOT VALID',), ""),
        (('ALTER TABLE "big" VALIDATE CONSTRAINT "c"',), ""),
        (('ALTER TABLE "big" ADD CONSTRAINT "c" FOREIGN KEY ("x") REFERENCES "y" ("id")',), "FOREIGN KEY"),
        (('ALTER TABLE "big" ADD CONSTRAINT "c" UNIQUE ("x")',), "UNIQUE"),
        (('ALTER TABLE "big" ADD CONSTRAINT "c" UNIQUE USING INDEX "i"',), ""),
        (('ALTER TABLE "big" DROP COLUMN "x" CASCADE',), ""),
        ((f"{COLUMN} NULL", 'ALTER TABLE "big" DROP COLUMN "y"'), "contract and expand at once"),
        ((f"{COLUMN} NULL", 'UPDATE "big" SET "x" = \'\''), "expand and migrate at once"),
        (("UPDATE \"big\" SET \"x\" = ''",), "in one transaction"),
        ((TABLE, 'INSERT INTO "big" SELECT 1'), ""),
    ],
)  # fmt: skip
def test_what_it_sees(statements: tuple[str, ...], told: str) -> None:
    found = list(faults(Migration("room.0001_x", statements)))
    assert any(told in fault for fault in found) if told else found == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (AddField("ticket", "new", models.CharField(default="", max_length=9)), "has no default of the database"),
        (AddField("ticket", "new", models.CharField(db_default="", max_length=9)), ""),
        (AddField("ticket", "new", models.CharField(max_length=9, null=True)), ""),
        (
            AddField("ticket", "new", models.ForeignKey("people.Person", models.PROTECT, null=True)),
            "AddIndexConcurrently",
        ),
        (AddIndex("ticket", models.Index(fields=["title"], name="new")), "AddIndexConcurrently"),
        (AddIndexConcurrently("ticket", models.Index(fields=["title"], name="new")), ""),
        (RenameField("ticket", "title", "heading"), "old name"),
        (AlterField("ticket", "title", models.JSONField()), "written anew"),
        (AddConstraint("ticket", models.CheckConstraint(condition=models.Q(pk__gt=0), name="new")), "NOT VALID first"),
        (AddConstraintNotValid("ticket", models.CheckConstraint(condition=models.Q(pk__gt=0), name="new")), ""),
        (RemoveField("ticket", "title"), ""),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_it_sees_of_djangos_operations(operation: Operation, told: str) -> None:
    loader = MigrationLoader(connection)
    made = migrations.Migration("9999_new", "tickets")
    made.operations, made.atomic = [operation], not isinstance(operation, AddIndexConcurrently)
    found = list(faults(_read(made, loader.project_state(loader.graph.leaf_nodes("tickets")))))
    assert any(told in fault for fault in found) if told else found == []


def test_python_goes_by_pieces() -> None:
    assert "few thousand rows" in " ".join(faults(Migration("room.0001_x", (), python=1)))
    assert list(faults(Migration("room.0001_x", (), atomic=False, python=1))) == []


def test_each_is_of_one_kind() -> None:
    assert phases(Migration("m", (COLUMN,))) == {Phase.EXPAND}
    assert phases(Migration("m", ("UPDATE big SET x = 1",))) == {Phase.MIGRATE}
    assert phases(Migration("m", (), python=1)) == {Phase.MIGRATE}
    assert phases(Migration("m", ('DROP TABLE "big" CASCADE',))) == {Phase.CONTRACT}
    assert phases(Migration("m", (TABLE, 'ALTER TABLE "big" ALTER COLUMN "x" SET NOT NULL'))) == {Phase.EXPAND}
