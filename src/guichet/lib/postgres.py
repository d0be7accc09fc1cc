"""The embedded PostgreSQL: made, started, shared between our processes, and stopped by the last one.

Two locks keep it whole. `start.lock` is held while the server is started or stopped. `users.lock` is held
shared by every process that uses the server: whoever can take it alone is the last one and stops it. Both
vanish with their process, so a kill -9 leaves at worst a server without users, which the next start adopts.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from guichet.lib.filelock import FileLock, write_private
from guichet.lib.postgres_home import (
    SYSTEM_HOME,
    Identity,
    PostgresError,
    account_for_initdb,
    binaries_for,
    home_for,
    identity_for,
    private_folder,
)

__all__ = ["PostgresError", "PostgresServer", "throwaway"]

NAME = "guichet"
# sockaddr_un holds 108 bytes with its final zero (104 on macOS); the file is "/.s.PGSQL.5432".
SOCKET_LIMIT = 103 - len("/.s.PGSQL.5432")
START_SECONDS = 60.0  # crash recovery of a large database may take a while
STOP_SECONDS = 10.0
LOG_BYTES = 5_000_000
TLS_QUESTION = (8).to_bytes(4) + (80877103).to_bytes(4)

SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_buffers": "1MB",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "1",
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "idle_in_transaction_session_timeout": "10min",
    "lc_messages": "C",
}
SETTINGS_BY_VERSION = {18: {"io_method": "sync", "autovacuum_worker_slots": "1"}}
# For clusters that are thrown away: nothing survives a power cut, everything is faster.
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


MEGABYTE = 1024 * 1024


def memory_settings(memory: int) -> dict[str, str]:
    """What PostgreSQL keeps of its tables, on a machine of so many bytes: a thirty-second part, 32 to 512 MB.

    It takes what it has read, so a small database stays small; a large one is not left to the system’s own cache alone,
    which gives way to whatever else runs.
    """
    kept = min(max(memory // 32 // MEGABYTE, 32), 512)
    cached = max(memory // 4 // MEGABYTE, 256)
    return {"shared_buffers": f"{kept}MB", "effective_cache_size": f"{cached}MB"}


def machine_memory() -> int:
    """Bytes of memory that we may use: the machine’s, or what the container is given."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        memory = min(memory, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return memory


@dataclass
class PostgresServer:
    """One cluster under one data folder. `durable=False` is for clusters that are thrown away."""

    data: Path
    durable: bool = True
    system_home: Path = SYSTEM_HOME
    _home: Path = field(init=False)
    _users: FileLock = field(init=False)
    _process: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        # As root the server's uid must be able to walk through the data folder, never to list it.
        self.data.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
        try:
            with FileLock(self.data / "start.lock"):
                self._home = home_for(data=self.data, system_home=self.system_home)
        except PermissionError as error:
            raise PostgresError(f"{error.filename} belongs to another user; start as that user.") from error
        self._users = FileLock(self.data / "users.lock")

    # ── what callers use ──

    def start(self) -> str:
        """Make the cluster if need be, start it or join the one that runs; the URL to reach it."""
        with FileLock(self.data / "start.lock"):
            self._users.acquire(shared=True)
            try:
                if not (self._cluster / "PG_VERSION").exists():
                    self._create()
                self._ensure_running()
                self._finish_creation()
            except BaseException:
                self._users.release()
                raise
        return self.url()

    def leave(self) -> bool:
        """Stop using the server; the last one out stops it, unless `keep` was asked. True if it stopped."""
        with FileLock(self.data / "start.lock"):
            self._users.release()
            if self.keep_path.exists() or not self.idle():
                return False
            return self._stop()

    def stop(self) -> bool:
        """Stop the server whoever uses it. False if it was not running."""
        with FileLock(self.data / "start.lock"):
            self._users.release()
            return self._stop()

    def idle(self) -> bool:
        """Whether no process of ours uses the server."""
        probe = FileLock(self.data / "users.lock")
        try:
            return probe.acquire(wait=False)
        finally:
            probe.release()

    @property
    def keep_path(self) -> Path:
        """While this file exists, the server outlives its users (`guichet db start`)."""
        return self.data / "postgres.keep"

    @property
    def binaries(self) -> Path:
        """The folder of pg_dump, pg_restore and psql, for the current user."""
        return binaries_for(cluster=self._cluster, identity=Identity(uid=None), system_home=self.system_home)

    def url(self, *, database: str = NAME) -> str:
        password = (self._home / "password").read_text(encoding="ascii").strip()
        folder = quote(self._socket_folder(), safe="")
        return f"postgresql://{NAME}:{password}@/{database}?host={folder}&port=5432"

    def running_pid(self) -> int | None:
        """The postmaster of this cluster if it is alive, whoever started it."""
        lines = self._pid_lines()
        if not lines or not lines[0].isdigit():
            return None
        pid = int(lines[0])
        if self._process is not None and self._process.pid == pid and self._process.poll() is not None:
            return None
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            pass
        return pid if self._is_postmaster(pid) else None

    # ── inside ──

    @property
    def _cluster(self) -> Path:
        return self._home / "cluster"

    @property
    def _log(self) -> Path:
        return self._home / "postgres.log"

    @property
    def _identity(self) -> Identity:
        return identity_for(self._home)

    def _pid_lines(self) -> list[str]:
        try:
            return (self._cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _is_postmaster(self, pid: int) -> bool:
        """A pid may have been given to another program since; a postmaster works in its data folder."""
        proc = Path("/proc") / str(pid)
        if not proc.exists():
            return not Path("/proc/self").exists()
        try:
            return (proc / "cwd").samefile(self._cluster) and "postgres" in (proc / "comm").read_text()
        except OSError:
            return False

    def _create(self) -> None:
        """initdb into a draft folder, renamed at the end: an interrupted start leaves no half cluster."""
        identity = self._identity
        borrowed = account_for_initdb(identity)
        draft = self._home / "cluster.draft"
        shutil.rmtree(draft, ignore_errors=True)
        private_folder(self._home, borrowed)
        private_folder(draft, borrowed)
        password_file = self._home / "administrator"
        write_private(password_file, secrets.token_hex(24))
        borrowed.own(password_file)
        binaries = binaries_for(cluster=self._cluster, identity=borrowed, system_home=self.system_home)
        command = [
            str(binaries / "initdb"),
            f"--pgdata={draft}",
            "--username=postgres",
            f"--pwfile={password_file}",
            "--auth-local=scram-sha-256",
            "--auth-host=reject",
            "--encoding=UTF8",
            # The builtin provider sorts the same whatever C library the machine has, before and after upgrades.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]
        if not self.durable:
            command.append("--no-sync")
        result = subprocess.run(  # type: ignore[call-overload]
            command, cwd=draft, env=_environment(), capture_output=True, text=True, check=False,
            **borrowed.popen,
        )  # fmt: skip
        if "could not look up effective user ID" in result.stderr:
            raise PostgresError(
                f"PostgreSQL needs an account for user id {os.geteuid()}, and /etc/passwd has none. "
                "Start as root or as a user with an account, or set DATABASE_URL."
            )
        if result.returncode != 0:
            raise PostgresError(f"initdb failed:\n{result.stderr.strip() or result.stdout.strip()}")
        identity.own_all(self._home)
        draft.rename(self._cluster)

    def _finish_creation(self) -> None:
        """The application's own role and database; it is no superuser, so a hole in it stays in its database."""
        password_file = self._home / "password"
        if password_file.exists():
            return
        password = secrets.token_hex(24)
        administrator = (self._home / "administrator").read_text(encoding="ascii").strip()
        with psycopg.connect(
            host=self._socket_folder(), port=5432, user="postgres", password=administrator, dbname="postgres",
            autocommit=True,
        ) as connection:  # fmt: skip
            role, name = sql.Identifier(NAME), sql.Literal(password)
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {}").format(role))
            connection.execute(sql.SQL("ALTER ROLE {} LOGIN CREATEDB PASSWORD {}").format(role, name))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
        # Written last: its presence says that everything above is done.
        write_private(password_file, password)
        self._identity.own(password_file)

    def _launch(self) -> None:
        identity = self._identity
        # running_pid() found nobody behind these; PostgreSQL itself only asks whether such a pid exists.
        for stale in (self._cluster / "postmaster.pid", *(self._home / "socket").glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)
        binaries = binaries_for(cluster=self._cluster, identity=identity, system_home=self.system_home)
        version = int((self._cluster / "PG_VERSION").read_text(encoding="ascii"))
        settings = SETTINGS | memory_settings(machine_memory()) | SETTINGS_BY_VERSION.get(version, {})
        settings |= {} if self.durable else FLEETING
        settings["unix_socket_directories"] = self._make_socket_folder(identity)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._log.touch(mode=0o600)
            with self._log.open("ab") as log:
                position = log.tell()
                self._process = subprocess.Popen(  # type: ignore[call-overload]
                    [str(binaries / "postgres"), "-D", str(self._cluster), *options],
                    cwd=self._cluster, env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True, **identity.popen,
                )  # fmt: skip
            if self._came_up(deadline):
                return
            said = self._log.read_bytes()[position:].decode(errors="replace").strip()
            # After kill -9 of the postmaster its children need a moment to notice and go.
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise PostgresError(f"PostgreSQL did not start:\n{said}")
            time.sleep(0.1)

    def _came_up(self, deadline: float) -> bool:
        assert self._process is not None
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                return False
            if self._is_ready():
                return True
            time.sleep(0.01)
        return False

    def _is_ready(self) -> bool:
        lines = self._pid_lines()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _ensure_running(self) -> None:
        """Launch it, or adopt one that runs; which may be recovering still, or just be dying."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.running_pid() is None:
                self._launch()
            if self._is_ready() and self._accepts():
                return
            time.sleep(0.02)
        raise PostgresError(f"PostgreSQL is not answering; see {self._log}")

    def _accepts(self) -> bool:
        """Whether it answers the shortest question of its protocol ("TLS?"); an open socket proves little."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(f"{self._socket_folder()}/.s.PGSQL.5432")
                probe.sendall(TLS_QUESTION)
                return bool(probe.recv(1))
            except OSError:
                return False

    def _stop(self) -> bool:
        pid = self.running_pid()
        if pid is None:
            return False
        socket_folder = Path(self._socket_folder())
        os.kill(pid, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
        deadline = time.monotonic() + STOP_SECONDS
        while self.running_pid() is not None:
            if time.monotonic() > deadline:
                # "immediate": loses nothing committed, recovers at the next start
                os.kill(pid, signal.SIGQUIT)
                deadline = time.monotonic() + STOP_SECONDS
            time.sleep(0.01)
        if self._process is not None:
            self._process.wait()
            self._process = None
        if socket_folder.parent == Path(tempfile.gettempdir()):
            shutil.rmtree(socket_folder, ignore_errors=True)
        return True

    def _make_socket_folder(self, identity: Identity) -> str:
        folder = self._home / "socket"
        if len(os.fsencode(folder)) > SOCKET_LIMIT:
            # Its name is random, so nobody can have prepared it; postmaster.pid remembers it.
            folder = Path(tempfile.mkdtemp(prefix="guichet-"))
        return str(private_folder(folder, identity))

    def _socket_folder(self) -> str:
        lines = self._pid_lines()
        return lines[4].strip() if len(lines) > 4 else str(self._home / "socket")


def _environment() -> dict[str, str]:
    """No PG* variable of the caller may reach the server."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "SYSTEMROOT"}}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def throwaway() -> Iterator[str]:
    """The URL of a cluster that is gone afterwards: for tests and benchmarks."""
    folder = Path(tempfile.mkdtemp(prefix="guichet-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)
    server = PostgresServer(data=folder, durable=False)
    try:
        yield server.start()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
