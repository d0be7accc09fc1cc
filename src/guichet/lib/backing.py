"""The whole of an installation in one file, and back: database, stored files, and the secret that reads what is sealed.

The database goes through PostgreSQL's own tools. Beside it stand the number of rows of each table and a checksum over
them, taken in the very snapshot that is dumped: a restored database is compared with what it was, not believed.
Files are written before the rows that name them and never changed, so they are copied after the snapshot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import psycopg
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, default_storage
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from guichet.lib import archive
from guichet.lib.archive import ArchiveError
from guichet.lib.database import direct_url
from guichet.lib.postgres_home import installed_binaries

FORMAT = 1
_DATABASE, _FILES, _SECRET = "database/", "files/", "secret_key"
# What makes loading fast on a machine that nobody uses yet.
_LOADING = "-c maintenance_work_mem=256MB -c max_parallel_maintenance_workers=2 -c synchronous_commit=off"
# A checksum is over what a row says, which no setting may change; nor may waiting for a tool end the moment.
_PLAIN = (
    ("TimeZone", "UTC"), ("DateStyle", "ISO, YMD"), ("IntervalStyle", "postgres"), ("bytea_output", "hex"),
    ("extra_float_digits", "1"), ("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"),
)  # fmt: skip

Tell = Callable[[str], None]
# Of each table: rows, and the sum of their hashes (a number too large for JSON’s).
Sums = dict[str, list[int | str]]


@dataclass(frozen=True)
class Site:
    """What is backed up, or restored into."""

    url: str
    storage: Storage
    secret: str
    # Room for a copy of the database, on this machine: what stands there isn't encrypted.
    workshop: Path
    version: str


def here() -> Site:
    """This installation, as its settings say."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version("guichet-unique")
    except PackageNotFoundError:
        release = "checkout"
    url = direct_url() or os.environ["DATABASE_URL"]
    return Site(url=url, storage=default_storage, secret=settings.SECRET_KEY, workshop=settings.DATA, version=release)


def summary(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a person wants to know of a backup."""
    members = manifest["members"]
    return {
        "guichet": manifest["guichet"],
        "made_at": manifest["made_at"],
        "tables": len(manifest["tables"]),
        "rows": sum(rows for rows, _ in manifest["tables"].values()),
        "files": sum(member["name"].startswith(_FILES) for member in members),
        "content_bytes": sum(member["size"] for member in members),
    }


def back_up(target: Path, *, site: Site, recipients: Iterable[str] = (), tell: Tell) -> dict[str, Any]:
    """Write everything to `target` and read it once more; what the manifest says of it.

    ArchiveError where it can't be written, and where PostgreSQL's tool fails: with what it said.
    """
    keys = list(recipients)
    archive.recipients_of(keys)
    with _workshop(site) as folder:
        plain = folder / "backup.tar" if keys else target
        dump = folder / "database"
        tell("database")
        with _snapshot(site.url) as (connection, snapshot):
            about = {
                "format": FORMAT,
                "guichet": site.version,
                "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
                "postgresql": connection.info.server_version,
            }
            _run(
                _tool("pg_dump", connection.info.server_version), site.url,
                "--format=directory", f"--jobs={_hands()}", "--compress=gzip:1", f"--snapshot={snapshot}",
                "--no-owner", "--no-privileges", f"--file={dump}",
            )  # fmt: skip
            tell("checksums")
            tables = checksums(connection, url=site.url, snapshot=snapshot)
        with archive.writing(plain) as writer:
            for path in sorted(dump.iterdir()):
                with path.open("rb") as content:
                    writer.add(_DATABASE + path.name, content, size=path.stat().st_size)
                path.unlink()
            tell("files")
            for name in _names(site.storage):
                with site.storage.open(name) as content:
                    writer.add(_FILES + name, cast(BinaryIO, content), size=content.size)
            writer.add_bytes(_SECRET, site.secret.encode())
            writer.finish({**about, "tables": tables})
        tell("verify")
        manifest = archive.read(plain, take=_leave)
        if keys:
            tell("encrypt")
            archive.encrypt(plain, target, recipients=keys)
    return manifest


def check(source: Path, *, site: Site, identities: Iterable[str] = (), tell: Tell) -> dict[str, Any]:
    """Read all of it and hold it against its manifest; nothing is restored."""
    with _workshop(site) as folder, _opened(source, folder, identities, tell) as plain:
        tell("verify")
        return _known(archive.read(plain, take=_leave), source)


def restore(source: Path, *, site: Site, identities: Iterable[str] = (), replace: bool, tell: Tell) -> dict[str, Any]:
    """Put everything back and compare it with what it was; the manifest, with the secret of then as `secret`.

    Nothing is touched before the whole archive was read and found sound. ArchiveError where it isn't, where the
    database holds something and `replace` isn't said, where somebody uses it, and where what was restored differs.
    """
    with _workshop(site) as folder:
        _make_sure(site.url, replace=replace)
        with _opened(source, folder, identities, tell) as plain:
            tell("verify")
            manifest = _known(archive.read(plain, take=_into(folder)), source)
        tell("database")
        _load(folder / "database", site.url, manifest)
        tell("files")
        _put_files(folder / "files", site.storage)
        tell("checksums")
        _compare(site.url, manifest)
        return {**manifest, "secret": (folder / _SECRET).read_text(encoding="utf-8")}


def checksums(connection: psycopg.Connection[Any], *, url: str, snapshot: str) -> Sums:
    """For each table its number of rows and the sum of their hashes: the same in any order and on any machine.

    Several tables at a time, the largest first, each hand with a connection that sees the very moment of `connection`.
    """
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " ORDER BY relpages DESC, relname"
    ).fetchall()
    with ThreadPoolExecutor(max_workers=_hands()) as hands:
        found = hands.map(lambda row: _sum(row[0], url=url, snapshot=snapshot), names)
        return dict(sorted(found))


def _sum(name: str, *, url: str, snapshot: str) -> tuple[str, list[int | str]]:
    question = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t")
    with _looking(url) as connection:
        connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(snapshot)))
        _plainly(connection)
        row = connection.execute(question.format(sql.Identifier("public", name))).fetchone()
        assert row is not None
        return name, [int(row[0]), str(row[1])]


# ── the archive ──


@contextmanager
def _workshop(site: Site) -> Iterator[Path]:
    site.workshop.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="backup-", dir=site.workshop) as folder:
        yield Path(folder)


@contextmanager
def _opened(source: Path, folder: Path, identities: Iterable[str], tell: Tell) -> Iterator[Path]:
    """The archive as it can be read."""
    if not source.is_file():
        raise ArchiveError(f"{source}: no such file.")
    if not archive.is_encrypted(source):
        yield source
        return
    keys = list(identities)
    if not keys:
        raise ArchiveError(f"{source} is encrypted: give the file of its key (--key).")
    tell("decrypt")
    plain = folder / "backup.tar"
    archive.decrypt(source, plain, identities=keys)
    yield plain
    plain.unlink()


def _known(manifest: dict[str, Any], source: Path) -> dict[str, Any]:
    if manifest.get("format") != FORMAT:
        raise ArchiveError(f"{source} was made by another version of Guichet ({manifest.get('guichet')}).")
    return manifest


def _leave(name: str, content: BinaryIO) -> None:
    """Only the checksum is wanted."""


def _into(folder: Path) -> Callable[[str, BinaryIO], None]:
    def take(name: str, content: BinaryIO) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as copy:
            shutil.copyfileobj(content, copy, 1 << 20)

    return take


# ── the files ──


def _names(storage: Storage, folder: str = "") -> Iterator[str]:
    """Every stored file, by the storage's own name."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(files):
        yield str(PurePosixPath(folder, name))
    for name in sorted(folders):
        yield from _names(storage, str(PurePosixPath(folder, name)))


def _put_files(folder: Path, storage: Storage) -> None:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        # Files never change: one of that name is that file, or half of it from a restore that was cut off.
        if storage.exists(name):
            storage.delete(name)
        with path.open("rb") as content:
            storage.save(name, File(content))


# ── the database ──


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """One moment of the database, kept open for others to read too, in forms that no setting changes."""
    with _looking(url) as connection:
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        _plainly(connection)
        yield connection, row[0]


@contextmanager
def _looking(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that reads one moment."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def _plainly(connection: psycopg.Connection[Any]) -> None:
    for name, value in _PLAIN:
        connection.execute("SELECT set_config(%s, %s, true)", [name, value])


def _make_sure(url: str, *, replace: bool) -> None:
    """That nothing is lost and nobody disturbed."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT EXISTS (SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace),"
            " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            "  AND backend_type = 'client backend')"
        ).fetchone()
    assert row is not None
    filled, others = row
    if filled and not replace:
        raise ArchiveError(
            "The database isn’t empty. Restore into an empty one, or say --replace to lose what it holds."
        )
    if others:
        raise ArchiveError(f"The database is in use ({others} connections): stop Guichet first.")


def _load(dump: Path, url: str, manifest: Mapping[str, Any]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        version = connection.info.server_version
    _run(
        _tool("pg_restore", max(version, int(manifest["postgresql"]))), url,
        f"--jobs={_hands()}", "--no-owner", "--no-privileges", "--exit-on-error", str(dump), options=_LOADING,
    )  # fmt: skip


def _compare(url: str, manifest: Mapping[str, Any]) -> None:
    with _snapshot(url) as (connection, snapshot):
        found = checksums(connection, url=url, snapshot=snapshot)
    was: Sums = manifest["tables"]
    differ = sorted(name for name in {*found, *was} if found.get(name) != was.get(name))
    if differ:
        raise ArchiveError(f"Restored, but not what was backed up: {', '.join(differ)}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _tool(name: str, version: int) -> str:
    """The one of the oldest PostgreSQL here that knows this version; else whatever the machine has."""
    for major, folder in sorted(installed_binaries().items()):
        if major >= version // 10_000:
            return str(folder / "bin" / name)
    return name


def _run(tool: str, url: str, *arguments: str, options: str = "") -> None:
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    # Command lines are public on a machine; the environment of a process is not.
    secret = {"PGPASSWORD": parts.pop("password")} if "password" in parts else {}
    environment = {**os.environ, **secret, "PGOPTIONS": options}
    done = subprocess.run(
        [tool, *arguments, f"--dbname={make_conninfo('', **parts)}"],
        env=environment, check=False, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ArchiveError(f"{Path(tool).name}: {done.stderr.strip()[-2000:]}")


def _hands() -> int:
    return max(1, min(os.cpu_count() or 1, 8))
