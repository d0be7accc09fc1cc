"""All clocks at once are what they are one by one, and what is rebuilt by night is counted so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.calendars import vectors
from guichet.tickets import clocks, commitments
from guichet.tickets.clocks import Slim
from guichet.tickets.rebuilding import rebuild_all
from guichet.watchdog import rounds
from tests.builders import NOW
from tests.tickets.stage import Stage, later
from tests.tickets.test_clocks import NARROW, Play, caches, steps
from tests.tickets.test_commitments import opened, usual


@given(told=st.lists(st.tuples(steps, st.integers(0, 999_999)), max_size=6))
@settings(max_examples=150, deadline=None)
def test_all_at_once_is_one_by_one(told: list[tuple[list[tuple[str, int]], int]]) -> None:
    with patch.object(clocks, "hours_of", lambda _: NARROW), patch.object(commitments, "hours_of", lambda _: NARROW):
        plays = []
        for happened, parts in told:
            play, at = Play(), NOW + timedelta(microseconds=parts)
            for what, seconds in happened:
                at += timedelta(seconds=seconds)
                play.do(what, at)
            clocks.settled(play.rows, play.story())
            plays.append(play)
        slim = [[_slim(row) for row in play.rows] for play in plays]
        clocks.settle_all((own, play.story()) for own, play in zip(slim, plays, strict=True))
        assert [caches(own) for own in slim] == [caches(play.rows) for play in plays]


def _slim(row: Any) -> Slim:
    return Slim(
        row.pk, 1, row.measure, row.minutes, row.calendar_version_id, row.pauses, row.started_at,
        due_at=None, paused_at=None, stopped_at=None,
    )  # fmt: skip


@pytest.mark.django_db
def test_what_is_rebuilt_and_watched_is_counted_by_arrays(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    usual(stage)
    ticket = opened(stage)
    clocks_before = list(ticket.commitments.order_by("id").values_list("due_at", "paused_at", "stopped_at"))
    commitments.Commitment.objects.update(due_at=later(5000))
    counted: list[int] = []
    whole = vectors.due

    def count(hours: Any, start: Any, *more: Any) -> Any:
        counted.append(len(start))
        return whole(hours, start, *more)

    monkeypatch.setattr(vectors, "due", count)
    assert rounds.go(now=later(1)).found["clock"] == 1
    looked = sum(counted)
    assert looked >= len(clocks_before)
    assert rebuild_all(now=later(2)).corrected == len(clocks_before)
    assert sum(counted) == looked + len(clocks_before)
    assert list(ticket.commitments.order_by("id").values_list("due_at", "paused_at", "stopped_at")) == clocks_before
    assert rounds.go(now=later(3)).found.get("clock", 0) == 0
