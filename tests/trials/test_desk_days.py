"""The simulated desk: by hand on a few tickets, and ticket by ticket beside the evaluation's own where there is one."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from guichet.trials import ordering
from guichet.trials.desk_days import SKILLS, Load, load, run

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "evaluation" / "routing"


def days(*tickets: tuple[float, int, int, float, float, float]) -> Load:
    columns = [np.array(column) for column in zip(*tickets, strict=True)]
    return Load(columns[0], columns[1].astype(int), columns[2].astype(int), *columns[3:])


def test_the_least_versatile_who_can_do_it_takes_it_and_nobody_is_interrupted() -> None:
    """Type 5 is for the two of the third level alone: the third such ticket waits for the first to be free."""
    found = run(days(*((float(i), 5, 4, 50.0, 0.0, 0.0) for i in range(3)), (3.0, 0, 4, 5.0, 0.0, 0.0)), ordering.fifo)
    assert found.begun.tolist() == [0.0, 1.0, 50.0, 3.0]
    assert found.ended.tolist() == [50.0, 51.0, 100.0, 8.0]


def test_a_second_pass_waits_its_pause_and_moves_the_due_time() -> None:
    found = run(days((0.0, 0, 0, 10.0, 30.0, 4.0)), ordering.fifo)
    assert found.ended.tolist() == [44.0]
    assert found.resolution_due.tolist() == [270.0]
    assert found.response_due.tolist() == [15.0]


def test_of_what_waits_the_policy_chooses() -> None:
    """Twelve are busy until minute 100; then one is free and the graver of the two that wait goes first."""
    busy = [(0.0, 5 if agent >= 10 else 4 if agent >= 6 else 0, 4, 100.0 + agent, 0.0, 0.0) for agent in range(12)]
    found = run(days(*busy, (1.0, 0, 4, 10.0, 0.0, 0.0), (2.0, 0, 0, 10.0, 0.0, 0.0)), ordering.fifo)
    assert found.begun[-1] < found.begun[-2]
    assert found.begun[-1] == 100.0


def test_nobody_does_two_things_at_once_or_what_they_cannot() -> None:
    given = load(3, share=0.9, days=6)
    found = run(given, ordering.product)
    assert (found.begun >= given.arrival).all()
    assert (found.ended >= found.begun + given.first - 1e-9).all()
    for kind in range(6):
        able = sum(kind in skills for skills in SKILLS)
        mine = given.type == kind
        edges = [(at, 1) for at in found.begun[mine]] + [(at, -1) for at in found.begun[mine] + given.first[mine]]
        at_once = np.cumsum([change for _, change in sorted(edges)])
        assert at_once.max() <= able


@pytest.fixture
def theirs(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The evaluation's simulator, without its compiler."""
    if not (FOLDER / "pol.py").is_file():
        pytest.skip(f"no evaluation at {FOLDER}")
    plain = ModuleType("numba")
    plain.njit = lambda **_: lambda function: function
    monkeypatch.setitem(sys.modules, "numba", plain)
    found = importlib.util.spec_from_file_location("evaluation_of_orders", FOLDER / "pol.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    yield module


@pytest.mark.parametrize(("name", "number"), [("fifo", 1), ("edf", 2), ("least_slack", 3)])
def test_ticket_by_ticket_it_is_the_evaluations(theirs: ModuleType, name: str, number: int) -> None:
    """Four days at once too much for the desk, so that there is something to choose."""
    surge = (1, 3, 1.6)
    ours = load(7, share=0.9, surge=surge, days=4)
    given = theirs.load(7, 0.9, days=4, surge=surge)
    for column, same in zip(("arrival", "type", "severity", "first", "pause", "second"), given, strict=True):
        assert np.array_equal(getattr(ours, column), same)
    found = run(ours, ordering.POLICIES[name])
    begun, ended, due, response = theirs.run(
        number, 0, *given, theirs.TYPES["mean"], theirs.SK, theirs.WGT, theirs.RES, theirs.RSP
    )
    assert np.array_equal(found.begun, begun)
    assert np.array_equal(found.ended, ended)
    assert np.array_equal(found.resolution_due, due)
    assert np.array_equal(found.response_due, response)


def test_five_seeds_fall_where_the_evaluations_twenty_did() -> None:
    """Its own record: shares of promises broken under heavy load, first come first served within the severity."""
    if not (FOLDER / "out.txt").is_file():
        pytest.skip(f"no evaluation at {FOLDER}")
    heavy = (FOLDER / "out.txt").read_text(encoding="utf-8").split("== heavy")[1].split("==")[0]
    said = re.search(r"FIFO within priority .*?resp +([0-9.]+)% \| weighted +[0-9.]+% / +([0-9.]+)%", heavy)
    assert said is not None
    found = []
    for seed in range(5):
        given = load(seed, share=0.93)
        found.append(ordering.judge(given, run(given, ordering.fifo)))
    mean = {key: np.mean([one[key] for one in found]) for key in ("response_breach", "response_breach_weighted")}
    assert mean["response_breach"] == pytest.approx(float(said[1]) / 100, rel=0.6)
    assert mean["response_breach_weighted"] == pytest.approx(float(said[2]) / 100, rel=0.6)
