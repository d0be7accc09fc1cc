"""What is read once for many, and forgotten afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from guichet.lib.batches import at_end, batch, read_once

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


done: list[datetime] = []
NOON, LATER = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 5, 13, tzinfo=UTC)


def call(*, at: datetime) -> None:
    done.append(at)


def fail(*, at: datetime) -> None:
    raise ValueError(at)


def test_what_is_left_to_the_end_is_done_once_for_the_earliest_moment() -> None:
    done.clear()
    with batch():
        assert at_end(fail, at=NOON)
        assert at_end(call, at=LATER)
        with batch():
            assert at_end(call, at=NOON)
        assert at_end(call, at=LATER)
        assert done == []
    assert done == [NOON]
    assert not at_end(call, at=NOON)


def test_what_is_left_to_the_end_is_done_when_the_batch_breaks_too() -> None:
    done.clear()
    with pytest.raises(KeyError), batch():
        at_end(call, at=NOON)
        raise KeyError
    assert done == [NOON]
