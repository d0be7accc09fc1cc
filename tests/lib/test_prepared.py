"""Plain statements that are sent often: planned once a connection, counted like all others."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext

from guichet.lib.database import prepared

pytestmark = pytest.mark.django_db
TWO = "SELECT %s::int + %s::int, '100 %'"


def ask(statement: str, *values: Any) -> Any:
    with prepared() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchone()


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [row[0] for row in cursor.fetchall()]


def test_values_stand_where_they_are_named_and_no_other_sign_is_one() -> None:
    assert ask(TWO, 1, 2) == (3, "100 %")
    assert ask("SELECT %s::text", "it's %s; \\ $1") == ("it's %s; \\ $1",)


def test_it_is_planned_from_the_third_time_on_and_nothing_else_is() -> None:
    for n in range(4):
        assert (any("+ $2" in statement for statement in kept())) == (n > 2)
        ask(TWO, n, 1)
    with connection.cursor() as cursor:
        for _ in range(8):
            cursor.execute("SELECT %s, 'of Django'", [1])
    assert not any("of Django" in statement for statement in kept())


def test_what_was_planned_is_planned_anew_after_a_failure() -> None:
    for n in range(4):
        ask(TWO, n, 1)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ask("SELECT %s FROM nowhere_at_all", 1)
    assert ask(TWO, 2, 3) == (5, "100 %")


def test_a_table_that_changed_meanwhile_is_read_as_it_is() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE thing (a int) ON COMMIT DROP")
        for n in range(4):
            ask("INSERT INTO thing (a) VALUES (%s) RETURNING a", n)
        cursor.execute("ALTER TABLE thing ADD b int DEFAULT 7")
        assert ask("INSERT INTO thing (a) VALUES (%s) RETURNING a", 9) == (9,)
        cursor.execute("SELECT sum(a), sum(b) FROM thing")
        assert cursor.fetchone() == (15, 35)


def test_it_is_seen_by_whoever_counts_statements() -> None:
    with CaptureQueriesContext(connection) as seen:
        ask(TWO, 1, 2)
    assert len(seen) == 1
