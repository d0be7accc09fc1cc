"""Reading a log's file (pure): a table with named columns, as CSV, gzipped or not."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path


class LogError(ValueError):
    """The file is not such a log; the message says where and why."""


def rows_of(path: Path, *, needed: Collection[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each row stands, and its cells on one line each, "" where one is missing. LogError when it isn't a table
    that has the columns `needed`."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if zipped else raw
        reader = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""))
        try:
            missing = [name for name in needed if name not in (reader.fieldnames or ())]
            if missing:
                raise LogError(f"{path.name}: these columns are missing: {', '.join(missing)}")
            for line, cells in enumerate(reader, start=2):
                yield f"{path.name}, line {line}", {name: _cell(cells.get(name)) for name in needed}
        except (csv.Error, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise LogError(f"{path.name}: {error}") from error


def _cell(value: str | None) -> str:
    return " ".join((value or "").replace("\x00", "").split())
