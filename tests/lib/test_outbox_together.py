"""Two workers at once, and workers that die: each row leaves once, or again with the same key."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction

from guichet.lib import outbox
from guichet.lib.models import Outgoing
from guichet.lib.outbox import enqueue, register, send_due, waiting
from guichet.lib.sending import Later

NOW = datetime(2025, 11, 18, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def transports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_transports", {})
    yield


def put(key: str) -> None:
    enqueue(kind="test", key=key, payload={}, recipient="a@b.example", about="G-7K4M2", now=NOW)


def work(moment: datetime) -> int:
    try:
        return send_due(clock=lambda: moment)
    finally:
        connections.close_all()


def test_many_workers_send_each_row_once() -> None:
    got: Counter[str] = Counter()
    together = threading.Barrier(4)

    def deliver(outgoing: Outgoing) -> str:
        got[outgoing.key] += 1
        return "250"

    def go(_: int) -> int:
        together.wait(10)
        return work(NOW)

    register("test", deliver)
    for n in range(60):
        put(f"k{n}")
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(go, range(4))) == 60
    assert set(got.values()) == {1}
    assert len(got) == 60


def test_a_row_that_is_being_sent_is_left_alone_however_long_it_takes() -> None:
    """Its next time has come while the first worker still talks to the server."""
    begun, end = threading.Event(), threading.Event()
    got: list[str] = []

    def deliver(outgoing: Outgoing) -> str:
        begun.set()
        assert end.wait(10)
        got.append(outgoing.key)
        return "250"

    register("test", deliver)
    put("slow")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(work, NOW)
        assert begun.wait(10)
        try:
            assert send_due(clock=lambda: NOW + timedelta(hours=2)) == 0
            with transaction.atomic():
                assert waiting(kind="test", about="G-7K4M2", recipient="a@b.example") is None
        finally:
            end.set()
        assert first.result(10) == 1
    assert got == ["slow"]


def test_whoever_comes_to_their_claim_too_late_finds_it_taken() -> None:
    got: list[str] = []
    register("test", lambda outgoing: got.append(outgoing.key) or "250")
    put("a")
    claimed = outbox._claim(outbox._waiting(["test"]), now=NOW)
    assert claimed is not None
    assert send_due(clock=lambda: NOW + timedelta(seconds=10)) == 0
    assert send_due(clock=lambda: NOW + timedelta(seconds=30)) == 1
    assert outbox._send(claimed, now=NOW) is not None
    assert got == ["a"]


def test_one_sender_at_a_time_whoever_else_comes_is_free_for_other_work() -> None:
    begun, end = threading.Event(), threading.Event()

    def deliver(outgoing: Outgoing) -> str:
        begun.set()
        assert end.wait(10)
        return "250"

    def job() -> int:
        try:
            return outbox.send.func()
        finally:
            connections.close_all()

    register("test", deliver)
    put("a")
    put("b")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(job)
        assert begun.wait(10)
        try:
            assert outbox.send.func() == outbox.due.func(0) == 0
        finally:
            end.set()
        assert first.result(10) == 2
    put("c")
    assert outbox.due.func(0) == 1


def test_an_old_claim_sends_nothing_though_the_row_still_waits() -> None:
    tried: list[str] = []

    def deliver(outgoing: Outgoing) -> str:
        tried.append(outgoing.key)
        raise Later("not now")

    register("test", deliver)
    put("a")
    claimed = outbox._claim(outbox._waiting(["test"]), now=NOW)
    assert claimed is not None
    send_due(clock=lambda: NOW + timedelta(seconds=30))
    outbox._send(claimed, now=NOW)
    assert tried == ["a"]


class Killed(BaseException):
    """The process ends here."""


def test_killed_after_the_servers_yes_repeats_with_the_same_key() -> None:
    got: list[str] = []

    def deliver(outgoing: Outgoing) -> str:
        got.append(outgoing.key)
        if len(got) == 1:
            raise Killed
        return "250"

    register("test", deliver)
    put("a")
    with pytest.raises(Killed):
        send_due(clock=lambda: NOW)
    row = Outgoing.objects.get()
    assert (row.attempts, row.is_waiting, row.next_at) == (1, True, NOW + timedelta(seconds=30))
    assert send_due(clock=lambda: NOW + timedelta(seconds=29)) == 0
    assert send_due(clock=lambda: NOW + timedelta(seconds=30)) == 1
    assert got == ["a", "a"]


def test_what_is_being_added_to_is_not_sent_meanwhile() -> None:
    register("test", lambda outgoing: str(outgoing.payload))
    put("a")
    with transaction.atomic():
        row = waiting(kind="test", about="G-7K4M2", recipient="a@b.example")
        assert row is not None
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(work, NOW).result(10) == 0
        row.payload = {"more": 1}
        row.save(update_fields=["payload"])
    assert send_due(clock=lambda: NOW) == 1
    assert Outgoing.objects.get().answer == "{'more': 1}"
