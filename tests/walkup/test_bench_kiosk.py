"""`guichet bench`: what it prints, on a simulator and a log of our own."""

import gzip
import json
import random
import shutil
from pathlib import Path

import pytest

from guichet.config.cli import main

KEYS = [
    "scenario", "n", "mae", "mae_over_avg30", "mae_over_les", "mae_over_ql", "mae_over_qlm",
    "coverage80", "coverage90", "winkler80", "winkler80_over_best_usual", "ms_p50", "ms_p95",
]  # fmt: skip


@pytest.fixture
def simulator(tmp_path: Path) -> Path:
    shutil.copy(Path(__file__).parent / "tiny.py", tmp_path / "sim.py")
    return tmp_path


def bench(*words: str) -> int:
    return main(["bench", *words])


def test_the_last_line_says_how_right_we_were(simulator: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On a venue unlike the ones the method was tried on: other hours, categories and agents, fewer keys."""
    assert bench("kiosk", "--scenario", "tiny", "--seeds", "3", "--simulator", str(simulator)) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert list(found) == KEYS
    assert found["scenario"] == "tiny"
    assert found["n"] > 400
    assert found["mae_over_avg30"] < 0.6
    assert found["mae_over_ql"] < 0.7
    assert 0.76 <= found["coverage80"] <= 0.84
    assert 0.87 <= found["coverage90"] <= 0.93
    assert found["winkler80_over_best_usual"] < 0.75
    assert 0 < found["ms_p50"] <= found["ms_p95"]


def test_what_is_missing_is_said(tmp_path: Path, simulator: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nowhere = tmp_path / "nowhere"
    assert bench("kiosk", "--scenario", "tiny", "--simulator", str(nowhere)) == 1
    assert str(nowhere) in capsys.readouterr().err
    assert bench("kiosk", "--scenario", "huge", "--simulator", str(simulator)) == 1
    assert "tiny" in capsys.readouterr().err
    assert bench("queue", "--data", str(nowhere)) == 1
    assert str(nowhere) in capsys.readouterr().err


COLUMNS = (
    "vru+line,call_id,customer_id,priority,type,date,vru_entry,vru_exit,vru_time,q_start,q_exit,q_time,"
    "outcome,ser_start,ser_exit,ser_time,server"
)


def clock(minute: float) -> str:
    seconds = round(minute * 60)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def call_centre(days: int) -> str:
    """Two servers, calls of four minutes on average, first come first served."""
    draw, rows = random.Random(4), [COLUMNS]
    for day in range(days):
        free, t = {"ANN": 540.0, "BEA": 540.0}, 540.0
        while t < 1000:
            t += draw.expovariate(0.45)
            server = min(free, key=lambda name: free[name])
            start = max(t, free[server])
            minutes = draw.gammavariate(3, 4 / 3)
            free[server] = start + minutes + 0.1
            wait = round((start - t) * 60)
            queue = (clock(t), clock(start), str(wait)) if wait else ("0:00:00", "0:00:00", "0")
            row = ["A", str(len(rows)), "0", "0", "PS", f"9902{day + 1:02}", clock(t), clock(t), "0", *queue, "AGENT"]
            row += [clock(start), clock(start + minutes), str(round(minutes * 60)), server]
            rows.append(",".join(row))
    return "\n".join(rows)


def test_the_log_of_a_call_centre(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log.csv.gz").write_bytes(gzip.compress(call_centre(6).encode()))
    assert bench("queue", "--data", str(tmp_path)) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert found["n"] > 200
    assert found["mae_over_constant_median"] < 0.6
    assert found["mae_over_queue_length"] < 1
    assert 0.7 <= found["coverage80"] <= 0.9
