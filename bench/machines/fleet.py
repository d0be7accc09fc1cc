"""The processes: web, workers, and PgBouncer between them and the database if asked."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parents[2]
DRAIN_SECONDS = 1.5
POOLER = """
[databases]
{name} = host={host} port={port} dbname={name} user={user} password={password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
max_prepared_statements = {prepared}
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Member:
    """One place where a process of this role runs, time and again."""

    role: str
    port: int
    process: subprocess.Popen[bytes] | None = None


@dataclass
class Fleet:
    """`url` as the processes get it; `direct` past the pooler, "" where there is none."""

    folder: Path
    url: str
    direct: str = ""
    members: list[Member] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUICHET_", "PYTEST_"))}
        return {
            **kept, "DATABASE_URL": self.url, "GUICHET_DIRECT_DATABASE_URL": self.direct,
            "GUICHET_DATA": str(self.folder / "data"), "GUICHET_SECRET_KEY": "machines-only",
            "GUICHET_DRAIN_SECONDS": str(DRAIN_SECONDS), "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **self.variables,
        }  # fmt: skip

    def start(self, member: Member) -> None:
        words = ["run", "--roles", member.role, "--port", str(member.port), "--no-demo"]
        with self.log.open("ab") as log:
            member.process = subprocess.Popen(
                [sys.executable, "-m", "guichet.config.cli", *words],
                cwd=ROOT, env=self.environment(), stdout=log, stderr=log,
            )  # fmt: skip

    def ask_to_end(self, member: Member) -> subprocess.Popen[bytes]:
        assert member.process is not None
        member.process.send_signal(signal.SIGTERM)
        return member.process

    def of(self, role: str) -> list[Member]:
        return [member for member in self.members if member.role == role]

    def end(self) -> None:
        running = [member.process for member in self.members if member.process and member.process.poll() is None]
        for process in running:
            process.kill()
        for process in running:
            process.wait()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:] if self.log.exists() else ""


@contextlib.contextmanager
def pooler(program: str, *, url: str, folder: Path, prepared: int = 200) -> Iterator[str]:
    """PgBouncer in transaction mode in front of that database: the URL that leads through it."""
    place = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    listen = free_port()
    host = place.get("host", "localhost")
    settings = folder / "pgbouncer.ini"
    settings.write_text(
        POOLER.format(
            name=place["dbname"], host=host, port=place.get("port", 5432), user=place["user"],
            password=place.get("password", ""), listen=listen, folder=folder, prepared=prepared,
        )
    )  # fmt: skip
    # It doesn't run as root: as whom PostgreSQL's socket is open to.
    account = _account(host)
    if account is not None:
        for path in (folder, settings):
            os.chown(path, account, account)
    process = subprocess.Popen([program, "-q", str(settings)], user=account, group=account, stderr=subprocess.DEVNULL)
    try:
        yield f"postgresql://{quote(place['user'])}@127.0.0.1:{listen}/{place['dbname']}"
    finally:
        process.terminate()
        process.wait(timeout=10)


def _account(host: str) -> int | None:
    if os.geteuid() != 0:
        return None
    return Path(host).stat().st_uid if host.startswith("/") else 65534
