"""Reading the Volvo IT incident log of the BPI Challenge 2013 (pure): one row a status change, one case an incident."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

COLUMNS = (
    "SR Number", "Change Date+Time", "Status", "Sub Status", "Involved ST", "ST Level", "SR Latest Impact",
    "Product", "Owner Country", "Resource",
)  # fmt: skip


class LogError(ValueError):
    """The file is not such a log; the message says where and why."""


@dataclass(frozen=True)
class Row:
    """One status change: when, to what, at which support team and line, by whom."""

    at: datetime
    status: str
    sub_status: str
    team: str
    level: str
    impact: str
    product: str
    country: str
    resource: str


@dataclass(frozen=True)
class Case:
    """One incident with its rows in the order of time; rows of one moment keep the file's order."""

    number: str
    rows: tuple[Row, ...]


def level_code(level: str) -> str:
    """The log's "L2" is our "N2", its "L2/L3" our "N2/N3"."""
    return "/".join("N" + part.strip().lstrip("Ll") for part in level.split("/"))[:8]


def lines_of(code: str) -> frozenset[int]:
    """The lines that a level code names: {2, 3} for "N2/N3"."""
    return frozenset(int(c) for c in code if c.isdigit())


def read(path: Path) -> list[Case]:
    """The cases of a CSV file, gzipped or not, by their first moment. LogError when it isn't such a file."""
    cases: dict[str, list[Row]] = {}
    for number, row in _rows(path):
        cases.setdefault(number, []).append(row)
    if not cases:
        raise LogError(f"{path.name}: no rows")
    ordered = [Case(number, tuple(sorted(rows, key=lambda r: r.at))) for number, rows in cases.items()]
    return sorted(ordered, key=lambda case: case.rows[0].at)


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream = gzip.GzipFile(fileobj=raw) if zipped else raw
        reader = csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline=""))
        try:
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise LogError(f"{path.name}: these columns are missing: {', '.join(missing)}")
            for line, cells in enumerate(reader, start=2):
                yield _row(cells, where=f"{path.name}, line {line}")
        except (csv.Error, EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise LogError(f"{path.name}: {error}") from error


def _row(cells: dict[str, str | None], *, where: str) -> tuple[str, Row]:
    def cell(name: str) -> str:
        return " ".join((cells.get(name) or "").replace("\x00", "").split())

    number = cell("SR Number")
    if not number:
        raise LogError(f"{where}: no SR Number")
    try:
        at = datetime.fromisoformat(cell("Change Date+Time"))
        if not 1970 <= at.year <= 2200:
            raise ValueError(f"not a likely year: {at.year}")
    except ValueError as error:
        raise LogError(f"{where}: {error}") from error
    return number, Row(
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        status=cell("Status"),
        sub_status=cell("Sub Status"),
        team=cell("Involved ST") or "?",
        level=level_code(cell("ST Level")),
        impact=cell("SR Latest Impact"),
        product=cell("Product") or "?",
        country=cell("Owner Country") or "?",
        resource=cell("Resource") or "?",
    )
