"""What is read once for many, and forgotten afterwards."""

from __future__ import annotations

import pytest

from guichet.lib.batches import batch, read_once

asked: list[tuple[int, str]] = []


@read_once
def setting(number: int, *, of: str = "a") -> str:
    asked.append((number, of))
    if number < 0:
        raise ValueError(number)
    return f"{of}{number}"


@pytest.fixture(autouse=True)
def _nothing_asked() -> None:
    asked.clear()


def test_outside_a_batch_each_call_asks() -> None:
    assert [setting(1), setting(1)] == ["a1", "a1"]
    assert len(asked) == 2


def test_a_batch_asks_once_for_each_set_of_arguments() -> None:
    with batch():
        assert [setting(1), setting(1), setting(2), setting(1, of="b"), setting(1, of="b")] == [
            "a1", "a1", "a2", "b1", "b1",
        ]  # fmt: skip
    assert asked == [(1, "a"), (2, "a"), (1, "b")]


def test_the_next_batch_asks_anew_and_a_batch_inside_is_part_of_it() -> None:
    for _ in range(2):
        with batch():
            setting(1)
            with batch():
                setting(1)
            setting(1)
    assert len(asked) == 2


def test_what_failed_is_asked_again() -> None:
    with batch():
        for _ in range(2):
            with pytest.raises(ValueError, match="-1"):
                setting(-1)
    assert len(asked) == 2
