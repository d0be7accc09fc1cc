"""Backups that somebody else may have made: nothing leaves its folder, nothing is written before all of it is sound."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from guichet.lib import archive, backing
from guichet.lib.archive import ArchiveError

SOURCE = Path(__file__).resolve().parents[2] / "src" / "guichet"


def made(folder: Path, entry: tarfile.TarInfo, content: bytes = b"") -> Path:
    path = folder / "evil.tar"
    with tarfile.open(path, "w") as tar:
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "files/../../c", "\\..\\x/../y"])
def test_a_member_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    taken: list[str] = []
    with pytest.raises(ArchiveError, match="no place"):
        archive.read(made(tmp_path, tarfile.TarInfo(name), b"x"), take=lambda name, content: taken.append(name))
    assert taken == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_only_files_have_a_place(tmp_path: Path, kind: bytes) -> None:
    entry = tarfile.TarInfo("files")
    entry.type, entry.linkname = kind, "/etc"
    with pytest.raises(ArchiveError, match="no place"):
        archive.read(made(tmp_path, entry), take=lambda name, content: None)


def test_a_member_that_claims_more_than_there_is_fills_nothing(tmp_path: Path) -> None:
    source = made(tmp_path, tarfile.TarInfo("files/bomb"), b"x" * 600)
    raw = bytearray(source.read_bytes())
    claimed = tarfile.TarInfo("files/bomb")
    claimed.size = 8 << 30
    raw[:512] = claimed.tobuf(format=tarfile.GNU_FORMAT)[:512]
    source.write_bytes(raw)
    folder = tmp_path / "restored"
    with pytest.raises(ArchiveError):
        archive.read(source, take=backing._into(folder))
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 20_000


def test_nothing_is_stored_of_an_archive_that_is_not_sound(tmp_path: Path) -> None:
    """Not even what came before the fault; the database is never spoken to with it."""
    target = tmp_path / "all.tar"
    with archive.writing(target) as writer:
        writer.add_bytes("files/first", b"one")
        writer.add_bytes("files/second", b"two")
        writer.finish({"format": backing.FORMAT, "tables": {}, "postgresql": 0})
    raw = bytearray(target.read_bytes())
    raw[raw.index(b"two")] ^= 1
    target.write_bytes(raw)
    storage = FileSystemStorage(location=tmp_path / "files")
    site = backing.Site(url="", storage=storage, secret="", workshop=tmp_path / "work", version="")
    with pytest.raises(ArchiveError, match="checksum"):
        backing.check(target, site=site, tell=lambda step: None)
    assert not (tmp_path / "files").exists()
    assert list((tmp_path / "work").iterdir()) == []


def test_nothing_is_restored_over_the_web() -> None:
    users = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if re.search(r"\b(?:lib\.backing|import .*\bbacking|backing\.(?:restore|back_up))\b", path.read_text("utf-8"))
    ]
    assert sorted(users) == ["lib/management/commands/backup.py", "lib/management/commands/restore.py"]
