"""What a fault is tried on: a PostgreSQL of its own that outlives being killed, web processes and a worker.

    python -m tests.faults.stand

makes the people in the database of DATABASE_URL and says in a line of JSON what lets a client in.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from bench.crash.keeper import cut_power
from guichet.lib.postgres import PostgresServer

MAILBOX = "aide@faults.example"
ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def until(true: Callable[[], T], *, what: str, seconds: float = 30) -> T:
    """What it answers as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return found


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @classmethod
    def of(cls, response: http.client.HTTPResponse) -> Answer:
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            known = headers.get(name.lower())
            headers[name.lower()] = f"{known}, {value}" if known else value
        return cls(response.status, headers, response.read())

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Process:
    """One `guichet run` with a part of the roles."""

    roles: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=20)
        return time.monotonic() - began


@dataclass
class Stand:
    """Everything that one fault needs. `people` says who may come in, and how."""

    folder: Path
    server: PostgresServer
    url: str
    people: dict[str, Any] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GUICHET_", "PYTEST_"))}
        return {
            **kept, "DATABASE_URL": self.url, "GUICHET_DATA": str(self.folder / "files-and-all"),
            "GUICHET_SECRET_KEY": "faults-only", "GUICHET_MAIL_DELAY": "0", "GUICHET_LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **more,
        }  # fmt: skip

    def run(self, *words: str, **more: str) -> str:
        """A command of the product's, or of this folder's (`-m …`), to its end; what it said."""
        command = [sys.executable, *(words if words[0] == "-m" else ("-m", "guichet.config.cli", *words))]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(**more), capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def start(
        self, roles: str, *, port: int = 0, before: tuple[str, ...] = (), words: tuple[str, ...] = (), **more: str
    ) -> Process:
        """Start it; a web process is there when its port answers. `before`: a command that runs it."""
        port = port or free_port()
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                [*before, sys.executable, "-m", "guichet.config.cli",
                 "run", "--roles", roles, "--port", str(port), "--no-demo", *words],
                cwd=ROOT, env=self.environment(**more), stdout=log, stderr=log,
            )  # fmt: skip
        process = Process(roles, port, started)
        self.processes.append(process)
        if "web" in roles:
            until(lambda: self.asks(process, "/livez"), what=f"{roles} began\n{self.said()}", seconds=120)
        return process

    def asks(self, process: Process, path: str) -> bool:
        assert process.alive, f"it ended by itself:\n{self.said()}"
        with contextlib.suppress(OSError):
            return self.get(path, at=process).status == 200
        return False

    def ask(
        self, method: str, path: str, body: bytes | None = None, *, at: Process | None = None, seconds: float = 20,
        **headers: str,
    ) -> Answer:  # fmt: skip
        """One request. OSError or HTTPException where nothing came back."""
        connection = http.client.HTTPConnection("127.0.0.1", (at or self.web).port, timeout=seconds)
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            return Answer.of(connection.getresponse())

    def get(self, path: str, *, at: Process | None = None, **headers: str) -> Answer:
        return self.ask("GET", path, at=at, **headers)

    def api(self, method: str, path: str, content: Any = None, *, at: Process | None = None, **headers: str) -> Answer:
        body = None if content is None else json.dumps(content).encode()
        asked = {"Content_Type": "application/json"} if body else {}
        token = f"Bearer {self.people['token']}"
        return self.ask(method, f"/api/v1{path}", body, at=at, Authorization=token, **asked, **headers)

    @property
    def web(self) -> Process:
        return next(process for process in self.processes if "web" in process.roles and process.alive)

    def cut(self, how: str = "all") -> None:
        """PostgreSQL dies as by a power cut; `back` starts it."""
        cut_power(self.server, how=how)

    def back(self) -> None:
        assert self.server.start() == self.url

    def rows(self, question: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(question.encode()).fetchall()

    def number(self, question: str) -> int:
        return int(self.rows(question)[0][0])

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:] if self.log.exists() else ""

    def end(self) -> None:
        for process in self.processes:
            if process.alive:
                process.process.send_signal(signal.SIGKILL)
                process.process.wait()
        self.server.stop()


@contextlib.contextmanager
def standing(*, source: str = "", durable: bool = True) -> Iterator[Stand]:
    """A stand with its people in it. Nothing runs yet but PostgreSQL.

    `source` is a migrated database without people whose tables are copied: quicker than to migrate.
    """
    folder = Path(tempfile.mkdtemp(prefix="guichet-faults-"))
    folder.chmod(0o711)
    server = PostgresServer(data=folder / "postgres", durable=durable)
    stand = Stand(folder=folder, server=server, url=server.start())
    try:
        if source:
            copy_tables(source, stand)
        stand.people = json.loads(stand.run("-m", "tests.faults.stand").splitlines()[-1])
        yield stand
    finally:
        stand.end()
        shutil.rmtree(folder, ignore_errors=True)


def copy_tables(source: str, stand: Stand) -> None:
    tools, file = stand.server.binaries, str(stand.folder / "tables")
    for command in (
        [str(tools / "pg_dump"), "--format=custom", f"--file={file}", f"--dbname={source}"],
        [str(tools / "pg_restore"), "--no-owner", "--exit-on-error", f"--dbname={stand.url}", file],
    ):
        subprocess.run(command, check=True)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def main(what: str = "people", *more: str) -> None:
    import django

    django.setup()
    answer = {"people": people, "tickets": tickets, "account": account}[what](*more)
    print(json.dumps(answer))


def people() -> dict[str, str]:
    """An agent and a requester, and what lets them in."""
    from datetime import timedelta

    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from guichet.api import tokens
    from guichet.channels.models import Mailbox
    from tests import builders, cast

    call_command("migrate", verbosity=0)
    desk = builders.desk()
    Mailbox.objects.create(organisation=desk.organisation, address=MAILBOX)
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation, cast.AMELIE)
    now = timezone.now()
    everything = [f"{what}:{how}" for what in ("tickets", "contacts") for how in ("read", "write")]
    _, token = tokens.issue(
        person=nadia, name="faults", scopes=everything, expires_at=now + timedelta(days=1), now=now
    )  # fmt: skip
    sessions = {
        name: builders.client_for(person).cookies[settings.SESSION_COOKIE_NAME].value
        for name, person in (("nadia", nadia), ("amelie", amelie))
    }
    return {"token": token, "organisation": str(desk.organisation.pk), **sessions}


def tickets(count: str) -> list[str]:
    """So many of the requester's own; their references."""
    from django.utils import timezone

    from guichet.people.models import Person
    from tests import builders, cast

    amelie = Person.objects.get(name=cast.AMELIE.name)
    return [builders.ticket(amelie, now=timezone.now()).reference for _ in range(int(count))]


def account() -> dict[str, Any]:
    """What is there of all that was said, and whether it holds together."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    from bench.crash.account import broken_chains
    from guichet.tickets.models import Message, Ticket

    names = [*Ticket.objects.values_list("title", flat=True), *Message.objects.values_list("body", flat=True)]
    failed = ProcrastinateJob.objects.filter(status="failed").values_list("task_name", flat=True)
    return {"names": names, "broken_chains": broken_chains(), "failed_jobs": list(failed)}


if __name__ == "__main__":
    main(*sys.argv[1:])
