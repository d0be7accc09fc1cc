"""A log in the form of UCI 498: its priorities by the product's matrix, and groups foretold from the past."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from guichet.replay import servicenow
from guichet.replay.table import LogError
from guichet.tickets.severity import matrix_errors

COLUMNS = (
    "number", "incident_state", "opened_at", "impact", "urgency", "priority", "assignment_group", "location",
    "category", "subcategory", "u_symptom", "caller_id",
)  # fmt: skip
CUT = date(2016, 4, 1)
REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "log_uci_servicenow"


def row(number: str, day: str, group: str, **cells: str) -> dict[str, str]:
    usual = {
        "number": number, "incident_state": "New", "opened_at": f"{day} 10:30", "impact": "2", "urgency": "2",
        "priority": "3", "assignment_group": group, "location": "1", "category": "5", "subcategory": "7",
        "u_symptom": "?", "caller_id": "1",
    }  # fmt: skip
    return {**usual, **cells}


def written(tmp_path: Path, rows: list[dict[str, str]], *, zipped: bool = False) -> Path:
    path = tmp_path / ("log.csv.gz" if zipped else "log.csv")
    opened: Any = gzip.open if zipped else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


LOG = [
    row("1", "1/3/2016", "A"),
    row("1", "1/3/2016", "B", incident_state="Resolved"),
    row("2", "2/3/2016", "A"),
    row("3", "2/3/2016", "C", category="6"),
    row("4", "2/3/2016", "?"),
    row("5", "1/4/2016", "A"),
    row("6", "2/4/2016", "C", category="6"),
    row("7", "2/4/2016", "D"),
    row("8", "2/4/2016", "?"),
]


def test_the_first_row_is_what_is_learnt_and_foretold(tmp_path: Path) -> None:
    found = servicenow.replay(written(tmp_path, LOG, zipped=True), before=CUT)
    assert (found.rows, found.incidents, found.learnt_from, found.tested_on) == (9, 8, 3, 3)
    assert found.priority_mismatches == 0
    assert (found.top1, found.top3) == (0.6667, 0.6667)


def test_a_priority_that_is_not_the_matrix_s_is_counted(tmp_path: Path) -> None:
    rows = [
        row("1", "1/3/2016", "A", impact="1 - High", urgency="1 - High", priority="1"),
        row("2", "1/3/2016", "A", impact="3", urgency="3", priority="5"),
        row("3", "1/3/2016", "A", impact="?", priority="3"),
    ]
    assert servicenow.replay(written(tmp_path, rows), before=CUT).priority_mismatches == 2


def test_what_is_opened_that_day_is_not_learnt_from(tmp_path: Path) -> None:
    found = servicenow.replay(written(tmp_path, LOG), before=date(2016, 3, 2))
    assert (found.learnt_from, found.tested_on) == (1, 5)


def test_nothing_follows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("replay", "servicenow", str(written(tmp_path, LOG[:4])))
    lines = capsys.readouterr().out.splitlines()
    assert json.loads(lines[-1])["top1"] is None
    assert "nothing was opened on or after that day" in lines[-2]


@pytest.mark.parametrize(
    ("rows", "words"), [([row("1", "yesterday", "A")], "no moment"), ([row("1", "31/2/2016", "A")], "line 2")]
)
def test_what_is_no_such_log_is_said(tmp_path: Path, rows: list[dict[str, str]], words: str) -> None:
    with pytest.raises(LogError, match=words):
        servicenow.replay(written(tmp_path, rows), before=CUT)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CommandError, match="columns are missing"):
        call_command("replay", "servicenow", str(path))


def test_its_matrix_is_one_that_an_organisation_could_have() -> None:
    assert matrix_errors(servicenow.MATRIX) == []


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the real log is not here: {REAL}")
def test_on_the_real_log() -> None:
    found = servicenow.replay(next(REAL.glob("*.csv.gz")), before=date(2016, 3, 28))
    assert found.priority_mismatches == 0
    assert found.rows > 50_000
    assert found.top1 is not None and found.top1 >= 0.77
    assert found.top3 is not None and found.top3 >= 0.85
