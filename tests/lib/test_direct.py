"""Past a pooler: what lives longer than a transaction has a session of its own; migrations let others pass."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from django.db.utils import OperationalError
from psycopg.conninfo import make_conninfo

from guichet.config.migrating import LOCK_TIMEOUT, TRIES, careful, patiently
from guichet.lib.database import alone, direct_connection, direct_parameters, directly, usual_parameters

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if DATABASE_URL led to a pooler: the same database, told by another URL."""
    parts = {
        name: value
        for name, value in usual_parameters(application_name="x").items()
        if name in {"dbname", "user", "password", "host", "port"}
    }
    monkeypatch.setenv("GUICHET_DIRECT_DATABASE_URL", make_conninfo("", **parts, options="-c work_mem=7MB"))
    yield
    connection.close()


def asked(question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])


def test_without_a_pooler_there_is_one_way() -> None:
    assert direct_parameters(application_name="x") == usual_parameters(application_name="x")
    before = asked("SELECT pg_backend_pid()")
    with directly():
        assert asked("SELECT pg_backend_pid()") == before


def test_a_threads_connection_goes_past_it_and_comes_back(direct: None) -> None:
    with directly():
        assert asked("SHOW work_mem") == "7MB"
        assert "pool" not in connection.settings_dict["OPTIONS"]
    assert asked("SHOW work_mem") != "7MB"
    with direct_connection(application_name="x") as apart:
        assert (apart.execute("SHOW work_mem").fetchone() or [""])[0] == "7MB"


@pytest.mark.parametrize("through", [False, True], ids=["straight", "past a pooler"])
def test_one_holds_a_number_at_a_time(through: bool, request: pytest.FixtureRequest) -> None:
    if through:
        request.getfixturevalue("direct")
    with direct_connection(application_name="other") as other:
        with alone(4711, application_name="x") as held:
            assert held
            assert other.execute("SELECT pg_try_advisory_lock(4711)").fetchone() == (False,)
        assert other.execute("SELECT pg_try_advisory_lock(4711)").fetchone() == (True,)
        with alone(4711, application_name="x") as held:
            assert not held


def test_a_migration_waits_two_seconds_at_most_and_leaves_no_haste() -> None:
    with careful():
        assert asked("SHOW lock_timeout") == LOCK_TIMEOUT
    assert asked("SHOW lock_timeout") == "0"


def test_it_is_tried_again_while_somebody_stands_in_the_way() -> None:
    tries = []

    def migrate() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError from psycopg.errors.LockNotAvailable()

    patiently(migrate, pause=0)
    assert len(tries) == 3


def test_it_gives_up_in_the_end_and_at_once_when_it_is_something_else() -> None:
    for cause, times in ((psycopg.errors.LockNotAvailable(), TRIES), (psycopg.errors.DiskFull(), 1)):
        tries = []

        def migrate(cause: psycopg.Error = cause, tries: list[int] = tries) -> None:
            tries.append(1)
            raise OperationalError from cause

        with pytest.raises(OperationalError):
            patiently(migrate, pause=0)
        assert len(tries) == times
