"""One file that holds many, each with its checksum; encrypted if asked.

A tar that ends with a manifest of every member, its size and SHA-256, and with the manifest's own: a file that was cut
short or changed is known before anything in it is used. Encrypted in the age format (age-encryption.org/v1) for the
holders of keys, so that the machine that writes archives holds nothing that reads them.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyrage

MANIFEST = "manifest.json"
# Of the manifest itself; the last of all.
SEAL = "manifest.sha256"
_AGE = b"age-encryption.org/v1\n"
_CHUNK = 1 << 20


class ArchiveError(Exception):
    """The archive cannot be written or read; the message says why."""


class Writer:
    """Adds members to an archive; `finish` gives it its manifest."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members: list[dict[str, Any]] = []

    def add(self, name: str, content: BinaryIO, *, size: int) -> None:
        """Exactly `size` bytes are taken; OSError where there are fewer."""
        hashing = _Hashing(content)
        self._tar.addfile(_entry(name, size), cast("IO[bytes]", hashing))
        self._members.append({"name": name, "size": size, "sha256": hashing.digest.hexdigest()})

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content), size=len(content))

    def finish(self, about: Mapping[str, Any]) -> None:
        content = json.dumps({**about, "members": self._members}, indent=1).encode()
        self.add_bytes(MANIFEST, content)
        self.add_bytes(SEAL, hashlib.sha256(content).hexdigest().encode())


@contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """A new archive, which stands at `target` only when it is whole and on disk."""
    with _drafted(target) as draft, draft.open("xb") as raw:
        draft.chmod(0o600)
        with tarfile.open(fileobj=raw, mode="w|", bufsize=_CHUNK) as tar:
            yield Writer(tar)
        raw.flush()
        os.fsync(raw.fileno())


def read(source: Path, *, take: Callable[[str, BinaryIO], None]) -> dict[str, Any]:
    """Hand every member to `take`, then hold what was read against the manifest, which is returned.

    ArchiveError where it is no archive, was cut short or changed: what `take` was handed is to be trusted only after
    this has returned.
    """
    found: dict[str, tuple[int, str]] = {}
    told: dict[str, bytes] = {}
    try:
        with source.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|", bufsize=_CHUNK) as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isfile() else None
                if content is None or entry.name in {*found, *told} or not _stays_inside(entry.name):
                    raise ArchiveError(f"{source}: {entry.name!r} has no place in a backup.")
                if entry.name in {MANIFEST, SEAL}:
                    told[entry.name] = content.read()
                    continue
                hashing = _Hashing(cast(BinaryIO, content))
                take(entry.name, cast(BinaryIO, hashing))
                hashing.drain()
                found[entry.name] = (hashing.size, hashing.digest.hexdigest())
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise ArchiveError(f"{source}: not a backup, or one that was changed or cut short ({error}).") from error
    if SEAL not in told:
        raise ArchiveError(f"{source}: cut short; its manifest is missing.")
    if hashlib.sha256(told.get(MANIFEST, b"")).hexdigest().encode() != told[SEAL]:
        raise ArchiveError(f"{source}: not what was written; the manifest’s checksum differs.")
    manifest: dict[str, Any] = json.loads(told[MANIFEST])
    if found != {member["name"]: (member["size"], member["sha256"]) for member in manifest["members"]}:
        raise ArchiveError(f"{source}: not what was written; a checksum differs.")
    return manifest


def new_key() -> tuple[str, str]:
    """What reads archives, to be kept elsewhere than they are; and what they are encrypted for."""
    made = pyrage.x25519.Identity.generate()
    return str(made), str(made.to_public())


def identities_in(path: Path) -> list[str]:
    """The keys of a file: one a line, `#` begins a remark."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_encrypted(source: Path) -> bool:
    with source.open("rb") as raw:
        return raw.read(len(_AGE)) == _AGE


def encrypt(source: Path, target: Path, *, recipients: Iterable[str]) -> None:
    """ArchiveError for a recipient that is none."""
    keys = recipients_of(recipients)
    with _drafted(target) as draft:
        pyrage.encrypt_file(str(source), str(draft), keys)
        draft.chmod(0o600)


def decrypt(source: Path, target: Path, *, identities: Iterable[str]) -> None:
    """ArchiveError where none of the keys reads it, and where it was changed or cut short."""
    try:
        keys = [pyrage.x25519.Identity.from_str(text) for text in identities]
        pyrage.decrypt_file(str(source), str(target), keys)
    except pyrage.IdentityError as error:
        raise ArchiveError(f"Not a key that reads backups: {error}") from error
    except (pyrage.DecryptError, OSError) as error:
        raise ArchiveError(f"{source} could not be decrypted: {error}") from error


def recipients_of(texts: Iterable[str]) -> list[pyrage.x25519.Recipient]:
    try:
        return [pyrage.x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError as error:
        raise ArchiveError(f"Not the public half of a key (age1…): {error}") from error


class _Hashing:
    """Bytes on their way, counted and hashed."""

    def __init__(self, content: BinaryIO) -> None:
        self.content = content
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self.content.read(size)
        self.digest.update(piece)
        self.size += len(piece)
        return piece

    def drain(self) -> None:
        while self.read(_CHUNK):
            pass


@contextmanager
def _drafted(target: Path) -> Iterator[Path]:
    """A name beside the target that becomes it at the end, and goes when anything fails."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
        draft.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink(missing_ok=True)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _stays_inside(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")
