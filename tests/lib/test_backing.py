"""A backup is the database of one moment with its files; restored, it is the same or it says that it isn't."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from psycopg import sql

from guichet.lib import archive, backing
from guichet.lib.archive import ArchiveError
from guichet.lib.backing import Site
from tests.databases import address_of

pytestmark = pytest.mark.process

EVERYTHING = """
CREATE TYPE mood AS ENUM ('calm', 'busy');
CREATE TABLE place (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE thing (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, place bigint REFERENCES place, data jsonb, raw bytea,
  at timestamptz, for_long interval, share double precision, words int[], state mood, about text COLLATE "C",
  day daterange
);
CREATE INDEX thing_words ON thing USING gin (words);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never changed'; END $$;
CREATE TRIGGER kept BEFORE UPDATE ON thing FOR EACH ROW EXECUTE FUNCTION refuse();
INSERT INTO place (name) SELECT 'Salle ' || n FROM generate_series(1, 50) n;
INSERT INTO thing (place, data, raw, at, for_long, share, words, state, about, day)
  SELECT 1 + n % 50, jsonb_build_object('é', n), decode(md5(n::text), 'hex'),
         timestamptz '2026-03-29 01:30+01' + n * interval '1 hour', n * interval '1 day 3 hours', n / 7.0,
         ARRAY[n, -n], (ARRAY['calm', 'busy'])[1 + n % 2]::mood, repeat('ü', n % 9),
         daterange('2026-01-01', date '2026-01-02' + n)
  FROM generate_series(1, 2000) n;
"""


class Place:
    """A database, a folder of files and a secret."""

    def __init__(self, folder: Path, name: str) -> None:
        self.url, self.folder = address_of(name), folder / name
        self.storage = FileSystemStorage(location=self.folder / "files")
        self.site = Site(
            url=self.url, storage=self.storage, secret=f"secret of {name}", workshop=self.folder, version="1.0"
        )

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    made = [f"guichet_backup_{os.getpid()}_{which}" for which in ("one", "two")]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield Place(tmp_path, made[0]), Place(tmp_path, made[1])
        for name in made:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def full(places: tuple[Place, Place]) -> Place:
    places[0].run(EVERYTHING)
    places[0].storage.save("2026/11/écran.png", ContentFile(b"\x89PNG" + os.urandom(5000)))
    places[0].storage.save("note.txt", ContentFile(b"bonjour"))
    return places[0]


def back_up(place: Place, target: Path, **options: Any) -> dict[str, Any]:
    return backing.back_up(target, site=place.site, tell=lambda step: None, **options)


def restore(place: Place, source: Path, *, replace: bool = False, **options: Any) -> dict[str, Any]:
    return backing.restore(source, site=place.site, replace=replace, tell=lambda step: None, **options)


def test_everything_comes_back(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    target, empty = tmp_path / "all.tar", places[1]
    made = back_up(full, target)
    back = restore(empty, target)
    for question in ("SELECT * FROM thing ORDER BY id", "SELECT * FROM place ORDER BY id"):
        assert empty.run(question) == full.run(question) != []
    assert made["tables"] == back["tables"]
    assert made["tables"]["thing"][0] == 2000
    assert back["secret"] == full.site.secret
    assert empty.storage.open("2026/11/écran.png").read() == full.storage.open("2026/11/écran.png").read()
    assert empty.storage.open("note.txt").read() == b"bonjour"
    # Numbers go on where they were, and rules hold.
    assert empty.run("INSERT INTO place (name) VALUES ('new') RETURNING id") == [(51,)]
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        empty.run("UPDATE thing SET about = 'x' WHERE id = 1")
    assert [path.name for path in empty.folder.iterdir()] == ["files"]
    assert [path.name for path in full.folder.iterdir()] == ["files"]


def test_it_is_one_moment_while_people_write(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with psycopg.connect(full.url, autocommit=True) as connection:
            while not stop.is_set():
                # Each place with its thing, in one transaction.
                connection.execute(
                    "WITH made AS (INSERT INTO place (name) VALUES (gen_random_uuid()::text) RETURNING id)"
                    " INSERT INTO thing (place) SELECT id FROM made"
                )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        back_up(full, tmp_path / "all.tar")
    finally:
        stop.set()
        writer.join()
    restore(places[1], tmp_path / "all.tar")
    then = places[1].run("SELECT (SELECT count(*) FROM place) - 50, (SELECT count(*) FROM thing) - 2000")[0]
    now = full.run("SELECT (SELECT count(*) FROM place) - 50, (SELECT count(*) FROM thing) - 2000")[0]
    assert then[0] == then[1] <= now[0]


def test_what_is_not_empty_is_kept(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    back_up(full, tmp_path / "all.tar")
    other = places[1]
    other.run("CREATE TABLE mine (n int); INSERT INTO mine VALUES (7)")
    with pytest.raises(ArchiveError, match="isn’t empty"):
        restore(other, tmp_path / "all.tar")
    assert other.run("SELECT n FROM mine") == [(7,)]
    restore(other, tmp_path / "all.tar", replace=True)
    assert other.run("SELECT to_regclass('mine')") == [(None,)]


def test_nobody_is_disturbed(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    back_up(full, tmp_path / "all.tar")
    with psycopg.connect(places[1].url), pytest.raises(ArchiveError, match="in use"):
        restore(places[1], tmp_path / "all.tar")


def test_a_damaged_backup_touches_nothing(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    target, other = tmp_path / "all.tar", places[1]
    back_up(full, target)
    raw = bytearray(target.read_bytes())
    raw[raw.index(b"bonjour")] ^= 1
    target.write_bytes(raw)
    other.run("CREATE TABLE mine (n int); INSERT INTO mine VALUES (7)")
    with pytest.raises(ArchiveError, match="checksum"):
        restore(other, target, replace=True)
    with pytest.raises(ArchiveError, match="checksum"):
        backing.check(target, site=other.site, tell=lambda step: None)
    assert other.run("SELECT n FROM mine") == [(7,)]
    assert not other.storage.exists("note.txt")


def test_a_row_that_came_back_otherwise_is_told(
    full: Place, places: tuple[Place, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    back_up(full, tmp_path / "all.tar")
    load = backing._load

    def careless(*given: Any) -> None:
        load(*given)
        places[1].run("UPDATE place SET name = 'other' WHERE id = 3")

    monkeypatch.setattr(backing, "_load", careless)
    with pytest.raises(ArchiveError, match=r"not what was backed up: place$"):
        restore(places[1], tmp_path / "all.tar")


def test_encrypted_for_two(full: Place, places: tuple[Place, Place], tmp_path: Path) -> None:
    (one, for_one), (two, for_two) = archive.new_key(), archive.new_key()
    back_up(full, tmp_path / "sealed", recipients=[for_one, for_two])
    assert b"bonjour" not in (tmp_path / "sealed").read_bytes()
    with pytest.raises(ArchiveError, match="--key"):
        restore(places[1], tmp_path / "sealed")
    backing.check(tmp_path / "sealed", site=places[1].site, identities=[one], tell=lambda step: None)
    restore(places[1], tmp_path / "sealed", identities=[two])
    assert places[1].run("SELECT count(*) FROM thing") == [(2000,)]


def test_the_commands(
    full: Place, places: tuple[Place, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DATA = tmp_path / "not there yet"
    key, target = tmp_path / "key", tmp_path / "backup"
    monkeypatch.setattr(backing, "here", lambda: full.site)
    public = command("backup", str(key), "--new-key").strip()
    assert key.stat().st_mode & 0o777 == 0o600
    told = json.loads(command("backup", str(target), "--for", public))
    assert (told["rows"], told["files"], told["tables"]) == (2050, 2, 2)
    with pytest.raises(CommandError, match="there already"):
        command("backup", str(target))
    with pytest.raises(CommandError, match="age1"):
        command("backup", str(tmp_path / "other"), "--for", "nobody")
    assert json.loads(command("backup", str(target), "--check", "--key", str(key)))["rows"] == 2050

    monkeypatch.setattr(backing, "here", lambda: places[1].site)
    with pytest.raises(CommandError, match="--key"):
        command("restore", str(target))
    with pytest.raises(CommandError, match="no such file"):
        command("restore", str(tmp_path / "nothing"))
    assert json.loads(command("restore", str(target), "--key", str(key)))["rows"] == 2050


def test_the_secret_of_then_is_kept(
    full: Place, places: tuple[Place, Place], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    back_up(full, tmp_path / "all.tar")
    monkeypatch.setattr(backing, "here", lambda: places[1].site)
    command("restore", str(tmp_path / "all.tar"))
    # The environment's own can't be changed from here.
    assert (settings.DATA / "secret_key.restored").read_text().strip() == full.site.secret
    assert not (settings.DATA / "secret_key").exists()

    (settings.DATA / "secret_key").write_text(settings.SECRET_KEY)
    command("restore", str(tmp_path / "all.tar"), "--replace")
    assert (settings.DATA / "secret_key").read_text().strip() == full.site.secret


def command(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out, stderr=StringIO())
    return out.getvalue()
