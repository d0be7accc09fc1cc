"""Two counters that face each other: each is a requester of the other's, and neither keeps the other awake."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.databases import ROOT, address_of, template

pytestmark = pytest.mark.process


@dataclass
class Counter:
    name: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def do(self, *words: str) -> str:
        command = [sys.executable, "-m", "tests.channels.instance", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def told(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.do("told"))
        return answer

    def until(self, reached: str, wanted: int) -> dict[str, Any]:
        """Wait for so many of what came and was read, or went."""
        end = time.monotonic() + 60
        while True:
            said = self.told()
            count = len(said[reached]) if isinstance(said[reached], list) else said[reached]
            if count >= wanted or time.monotonic() > end:
                assert count == wanted, said
                return said
            time.sleep(0.3)


@contextmanager
def running(*counters: Counter) -> Iterator[None]:
    command = [sys.executable, "-m", "guichet.config.cli", "run", "--no-demo", "--roles", "mail,worker"]
    for counter in counters:
        counter.process = subprocess.Popen(command, cwd=ROOT, env=counter.environment)
    try:
        yield
    finally:
        for counter in counters:
            assert counter.process is not None
            counter.process.send_signal(signal.SIGTERM)
            counter.process.wait(timeout=20)


@pytest.fixture
def counters(tmp_path: Path) -> Iterator[tuple[Counter, Counter]]:
    mould = template()
    ports = [_free_port(), _free_port()]
    made = []
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for index, name in enumerate(("amont", "aval")):
            database = f"test_{name}_{os.getpid()}"
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(create.format(sql.Identifier(database), sql.Identifier(mould)))
            environment = {
                **os.environ, "DATABASE_URL": address_of(database), "GUICHET_DATA": str(tmp_path / name),
                "DJANGO_SETTINGS_MODULE": "guichet.config.settings", "GUICHET_SECRET_KEY": f"secret of {name}",
                "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "GUICHET_MAIL_DELAY": "1",
                "GUICHET_SMTP_LISTEN": f"127.0.0.1:{ports[index]}",
                "GUICHET_SMTP_URL": f"smtp://127.0.0.1:{ports[1 - index]}",
            }  # fmt: skip
            made.append((database, Counter(name, environment)))
        try:
            first, second = (counter for _, counter in made)
            first.do("seed", "amont", "aval")
            second.do("seed", "aval", "amont")
            yield first, second
        finally:
            for database, _ in made:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def test_a_conversation_between_two_counters_comes_to_rest(counters: tuple[Counter, Counter]) -> None:
    amont, aval = counters
    with running(amont, aval):
        # What we say by ourselves is recorded there, and not answered.
        amont.do("open")
        said = aval.until("came", 1)
        assert (said["came"][0][0], said["tickets"]) == ("automatic", 0)
        # What somebody wrote is a request there; its acknowledgement is recorded here.
        amont.do("reply")
        said = aval.until("came", 2)
        assert (said["came"][1][0], said["tickets"]) == ("ticket", 1)
        assert amont.until("came", 1)["came"][0][0] == "automatic"
        # What somebody answers there joins our ticket: it names what we wrote.
        aval.do("reply")
        said = amont.until("came", 2)
        assert (said["came"][1][0], said["tickets"], said["public"]) == ("reply", 1, 2)
        time.sleep(4)
        ends = [counter.told() for counter in counters]
    assert [len(end["came"]) for end in ends] == [2, 2]
    assert [end["went"] for end in ends] == [2, 2]
    assert [(end["waits"], end["unread"]) for end in ends] == [(0, 0), (0, 0)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
