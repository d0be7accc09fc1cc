"""One file of many: what was written comes back, and whatever happened to the file is noticed."""

from __future__ import annotations

import os
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib import archive
from guichet.lib.archive import ArchiveError

names = st.lists(
    st.text("abcdéè 0-_.", min_size=1, max_size=20).filter(lambda name: name.strip(". ")), min_size=1, max_size=3
).map("/".join)
contents = st.dictionaries(names, st.binary(max_size=3000), max_size=6)


def write(target: Path, members: dict[str, bytes]) -> None:
    with archive.writing(target) as writer:
        for name, content in members.items():
            writer.add_bytes(name, content)
        writer.finish({"format": 1})


def read(source: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}

    def take(name: str, content: BinaryIO) -> None:
        found[name] = content.read()

    archive.read(source, take=take)
    return found


@given(members=contents)
@settings(max_examples=40)
def test_what_was_written_comes_back(members: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "all.tar")
        write(target, members)
        assert read(target) == members
        assert target.stat().st_mode & 0o777 == 0o600


@given(members=contents, where=st.floats(0, 1, exclude_max=True))
@settings(max_examples=60)
def test_a_file_that_was_cut_short_is_refused(members: dict[str, bytes], where: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "all.tar")
        write(target, members)
        # What follows the manifest is only what fills a tar's last block up.
        whole = _used(target)
        os.truncate(target, int(whole * where))
        with pytest.raises(ArchiveError):
            read(target)


@given(members=contents, where=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=150)
def test_a_changed_bit_is_refused_or_changes_nothing(members: dict[str, bytes], where: float, bit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "all.tar")
        write(target, members)
        raw = bytearray(target.read_bytes())
        raw[int(_used(target) * where)] ^= 1 << bit
        target.write_bytes(raw)
        with suppress(ArchiveError):
            # A tar's own fields (dates, rights) are nobody's data.
            assert read(target) == members


def test_nothing_stands_there_before_it_is_whole(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), archive.writing(tmp_path / "all.tar") as writer:
        writer.add_bytes("a", b"1")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_whose_key_it_is_reads_it_and_nobody_else(tmp_path: Path) -> None:
    (mine, for_me), (theirs, _) = archive.new_key(), archive.new_key()
    write(tmp_path / "plain.tar", {"secret": b"tulipe"})
    archive.encrypt(tmp_path / "plain.tar", tmp_path / "sealed", recipients=[for_me])
    assert archive.is_encrypted(tmp_path / "sealed")
    assert not archive.is_encrypted(tmp_path / "plain.tar")
    assert b"tulipe" not in (tmp_path / "sealed").read_bytes()

    archive.decrypt(tmp_path / "sealed", tmp_path / "again.tar", identities=[mine])
    assert read(tmp_path / "again.tar") == {"secret": b"tulipe"}
    with pytest.raises(ArchiveError, match="decrypted"):
        archive.decrypt(tmp_path / "sealed", tmp_path / "no.tar", identities=[theirs])


def test_a_sealed_file_that_was_changed_is_refused(tmp_path: Path) -> None:
    secret, public = archive.new_key()
    write(tmp_path / "plain.tar", {"a": os.urandom(200_000)})
    archive.encrypt(tmp_path / "plain.tar", tmp_path / "sealed", recipients=[public])
    raw = bytearray((tmp_path / "sealed").read_bytes())
    raw[len(raw) // 2] ^= 1
    (tmp_path / "sealed").write_bytes(raw)
    with pytest.raises(ArchiveError, match="decrypted"):
        archive.decrypt(tmp_path / "sealed", tmp_path / "no.tar", identities=[secret])


def test_what_is_no_key_is_said(tmp_path: Path) -> None:
    write(tmp_path / "plain.tar", {})
    with pytest.raises(ArchiveError, match="age1"):
        archive.encrypt(tmp_path / "plain.tar", tmp_path / "sealed", recipients=["hello"])
    with pytest.raises(ArchiveError, match="Not a key"):
        archive.decrypt(tmp_path / "plain.tar", tmp_path / "no", identities=["AGE-SECRET-KEY-hello"])


def test_a_key_file_has_remarks(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("# age1abc\n\nAGE-SECRET-KEY-1\n")
    assert archive.identities_in(tmp_path / "key") == ["AGE-SECRET-KEY-1"]


def _used(path: Path) -> int:
    """How far the manifest reaches."""
    with tarfile.open(path) as tar:
        last = tar.getmembers()[-1]
        return last.offset_data + last.size
