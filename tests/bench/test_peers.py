"""Guichet under the load driver of the peers: every kind of work once, each answer looked at by the adapter."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from bench.peers.places import HOME, PEERS
from tests.databases import ROOT, address_of, template

DRIVER = HOME / "drv/bin/python"
TICKETS = 200

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not (PEERS / "driver.py").exists(), reason=f"no load driver in {PEERS}"),
    pytest.mark.skipif(not DRIVER.exists(), reason=f"the load driver’s environment isn’t installed: {DRIVER}"),
]


@pytest.fixture
def address() -> Iterator[str]:
    name = f"guichet_peers_{os.getpid()}"
    identifier = sql.Identifier(name)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, sql.Identifier(template())))
        yield address_of(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(identifier))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where the driver finds its tickets and its environment, and leaves what it found."""
    corpus = subprocess.run(
        [sys.executable, "-B", "corpus.py", str(TICKETS)], cwd=PEERS, capture_output=True, check=True
    )
    (tmp_path / "corpus.jsonl").write_bytes(corpus.stdout)
    (tmp_path / "drv").symlink_to(HOME / "drv")
    tmp_path.chmod(0o711)
    return tmp_path


def free_port() -> int:
    """With the next one free too, or so one hopes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_kind_of_work_is_done_without_an_error(address: str, home: Path) -> None:
    environment = {
        **os.environ, "PEERS": str(PEERS), "PEERS_HOME": str(home), "GUICHET_PEERS_URL": address,
        "GUICHET_PEERS_PORT": str(free_port()), "GUICHET_PYTHON": sys.executable, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    few = ["--reps", "1", "--retries", "0", "--max-wait", "0", "--clients", "1", "--out", str(home / "out.jsonl")]
    done = subprocess.run(
        [DRIVER, "-m", "bench.peers.drive", "guichet", f"load:{TICKETS},mem,create,mail,read", *few],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    lines = [json.loads(line) for line in (home / "out.jsonl").read_text().splitlines()]
    found = {line["measure"]: line["reps"][0] for line in lines}
    assert {name: of["err"] for name, of in found.items() if of.get("errors")} == {}
    assert found["mail"]["made"] == found["mail"]["sent"]
    assert all(found[name]["n"] > 0 for name in ("create", "list_html.c1", "search_api.c1", "open_html.c1"))
    assert found["mem.idle"]["service_pss_mb"] > 0
