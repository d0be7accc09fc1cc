"""From each version to the next, with people's data: the old code works on the new tables until it is replaced.

The versions stand in `versions.txt`; their code comes from git. Without its history the tests are skipped, and say so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.databases import address_of

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
DESK, AGENT = "riviere-aux-pins", "n.benali@riviere-aux-pins.example"
pytestmark = [pytest.mark.process, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Version:
    """`commit` is "" for the code that stands here."""

    number: str
    commit: str = ""


def released() -> list[Version]:
    lines = (HERE / "versions.txt").read_text(encoding="utf-8").splitlines()
    return [Version(*line.split()) for line in lines if line and not line.startswith("#")]


STEPS = list(pairwise([*released(), Version("here")]))


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def is_known(commit: str) -> bool:
    asked = subprocess.run(
        ["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, check=False, capture_output=True
    )
    return asked.returncode == 0


@dataclass(frozen=True)
class Code:
    """The code of one version, run on a database."""

    source: Path
    url: str
    data: Path

    def run(self, *words: str) -> str:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("GUICHET_", "PYTEST_"))},
            "DATABASE_URL": self.url, "GUICHET_DATA": str(self.data), "GUICHET_SECRET_KEY": "upgrades-only",
            "GUICHET_HOSTS": "testserver", "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
            "PYTHONPATH": str(self.source / "src"),
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, *words], cwd=self.data, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{words}\n{done.stdout[-1000:]}\n{done.stderr[-4000:]}"
        return done.stdout

    def guichet(self, *words: str) -> str:
        return self.run("-m", "guichet.config.cli", *words)

    def smoke(self, mark: str) -> str:
        said: dict[str, Any] = json.loads(self.run(str(HERE / "smoke.py"), DESK, AGENT, mark).splitlines()[-1])
        return str(said["reference"])

    def integrity(self, *references: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.run(str(HERE / "integrity.py"), *references).splitlines()[-1])
        return said


def unpacked(version: Version, folder: Path) -> Path:
    if not version.commit:
        return ROOT
    if not is_known(version.commit):
        pytest.skip(f"the history of {version.number} ({version.commit[:9]}) is not in this clone")
    with tarfile.open(fileobj=BytesIO(git("archive", version.commit))) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def database() -> Iterator[str]:
    name = f"upgrades_{os.getpid()}"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield address_of(name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize(("old", "new"), STEPS, ids=lambda version: version.number)
def test_people_work_on_while_it_is_upgraded(old: Version, new: Version, database: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    before = Code(unpacked(old, tmp_path / "old"), database, data)
    after = Code(unpacked(new, tmp_path / "new"), database, data)
    before.guichet("manage", "migrate", "--verbosity=0")
    before.guichet("demo", "load", "--quiet")
    first = before.smoke("avant")
    after.guichet("manage", "migrate", "--verbosity=0")
    # A rolling upgrade: for a while both serve, on the tables of the new one.
    second = before.smoke("pendant")
    third = after.smoke("après")
    # Whoever has to go back finds the old code working on what the new one wrote.
    fourth = before.smoke("retour")
    said = after.integrity(first, second, third, fourth)
    assert said["wrong"] == []
    assert said["lost"] == []


def test_each_version_is_named_once_and_tags_agree() -> None:
    versions = released()
    assert len({version.number for version in versions}) == len(versions)
    assert all(re.fullmatch(r"[0-9a-f]{40}", version.commit) for version in versions)
    for version in versions:
        tag = f"refs/tags/v{version.number}^{{commit}}"
        found = subprocess.run(["git", "rev-parse", "-q", "--verify", tag], cwd=ROOT, check=False, capture_output=True)
        if found.returncode == 0:
            assert found.stdout.decode().strip() == version.commit


def test_released_migrations_stay_as_they_were() -> None:
    """Who has had one is not given it again."""
    last = released()[-1]
    if not is_known(last.commit):
        pytest.skip(f"the history of {last.number} is not in this clone")
    changed = git("diff", "--name-only", last.commit, "--", "src/guichet/*/migrations/0*.py").decode().split()
    was = set(git("ls-tree", "-r", "--name-only", last.commit, "--", "src/guichet").decode().split())
    assert [path for path in changed if path in was] == []
