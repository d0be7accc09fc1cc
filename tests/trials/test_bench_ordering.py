"""`guichet bench ordering` and `guichet bench breach`: what they print, and that they hold what is asked of them."""

import json

import numpy as np
import pytest

from guichet.config.cli import main
from guichet.trials import breach, ordering

KEYS = ["response_breach", "response_breach_weighted", "resolution_breach", "s1_response_breach", "max_age_hours"]


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, dict[str, float]]]:
    found: dict[str, dict[str, dict[str, float]]] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return found


def test_the_last_line_of_ordering(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "ordering", "--seeds", "1", "--load", "surge"]) == 0
    found = last_line(capsys)
    assert list(found) == ["surge"]
    assert list(found["surge"]) == ["fifo", "edf", "least_slack", "product"]
    for figures in found["surge"].values():
        assert list(figures) == KEYS
        assert all(0 <= figures[key] <= 1 for key in KEYS[:4])
    fifo, ours = found["surge"]["fifo"], found["surge"]["product"]
    assert fifo["response_breach_weighted"] > 0.02
    assert ours["response_breach_weighted"] <= 0.4 * fifo["response_breach_weighted"]
    assert ours["resolution_breach"] <= fifo["resolution_breach"] + 0.003
    assert ours["s1_response_breach"] <= fifo["s1_response_breach"] + 0.01
    assert ours["max_age_hours"] < 200


def test_a_load_that_is_not_known_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["ordering", "--load", "calm"], ["ordering", "--seeds", "0"], ["breach", "--seeds", "-1"]):
        with pytest.raises(SystemExit):
            main(["bench", *words])
    assert "heavy" in capsys.readouterr().err


@pytest.mark.parametrize(("order", "least"), [("product", 0.9), ("fifo", 0.9)])
def test_the_chance_tells_broken_promises_from_kept_ones(order: str, least: float) -> None:
    """One run with its surge; its seed wasn't looked at when the method was made."""
    told, gone, broken = breach.one(120, order=order)
    found = breach.scores(told, gone, broken)
    assert found["n"] > 5_000
    assert found["auc"] >= least > found["auc_75"]
    assert found["brier"] < 0.9 * found["broken"] * (1 - found["broken"])
    # With as many alerts it finds more of them.
    assert found["recall"] > found["recall_75"]


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    draw = np.random.default_rng(3)
    told, broken = np.round(draw.random(60), 1), draw.random(60) < 0.4
    pairs = [(a > b) + 0.5 * (a == b) for a in told[broken] for b in told[~broken]]
    assert breach.auc(broken, told) == pytest.approx(np.mean(pairs))


def test_the_oldest_is_the_oldest_of_all_seeds_the_rest_are_means() -> None:
    low, high = dict.fromkeys(KEYS, 1.0), dict.fromkeys(KEYS, 3.0)
    found = ordering.together([dict.fromkeys(ordering.POLICIES, low), dict.fromkeys(ordering.POLICIES, high)])
    assert found["product"] == {**dict.fromkeys(KEYS, 2.0), "max_age_hours": 3.0}
