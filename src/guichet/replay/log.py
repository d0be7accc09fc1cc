"""Reading the Volvo IT incident log of the BPI Challenge 2013 (pure): one row a status change, one case an incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from guichet.replay.table import LogError, rows_of

__all__ = ["COLUMNS", "Case", "LogError", "Row", "level_code", "lines_of", "read"]

COLUMNS = (
    "SR Number", "Change Date+Time", "Status", "Sub Status", "Involved ST", "ST Level", "SR Latest Impact",
    "Product", "Owner Country", "Resource",
)  # fmt: skip


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
    for where, cells in rows_of(path, needed=COLUMNS):
        number, row = _row(cells, where=where)
        cases.setdefault(number, []).append(row)
    if not cases:
        raise LogError(f"{path.name}: no rows")
    ordered = [Case(number, tuple(sorted(rows, key=lambda r: r.at))) for number, rows in cases.items()]
    return sorted(ordered, key=lambda case: case.rows[0].at)


def _row(cells: dict[str, str], *, where: str) -> tuple[str, Row]:
    number = cells["SR Number"]
    if not number:
        raise LogError(f"{where}: no SR Number")
    try:
        at = datetime.fromisoformat(cells["Change Date+Time"])
        if not 1970 <= at.year <= 2200:
            raise ValueError(f"not a likely year: {at.year}")
    except ValueError as error:
        raise LogError(f"{where}: {error}") from error
    return number, Row(
        at=at if at.tzinfo else at.replace(tzinfo=UTC),
        status=cells["Status"],
        sub_status=cells["Sub Status"],
        team=cells["Involved ST"] or "?",
        level=level_code(cells["ST Level"]),
        impact=cells["SR Latest Impact"],
        product=cells["Product"] or "?",
        country=cells["Owner Country"] or "?",
        resource=cells["Resource"] or "?",
    )
