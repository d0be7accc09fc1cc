"""The outbox: written with the action, sent once, tried for five days; two workers never send the same row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.lib import outbox
from guichet.lib.models import Outgoing
from guichet.lib.outbox import again, enqueue, register, send_due, standing, waiting
from guichet.lib.sending import Down, Later, Never, Unneeded

NOW = datetime(2025, 11, 18, 15, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Other:
    """The other side: what it got, and what it says."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.tried = 0
        self.given_up: list[str] = []
        self.raises: Exception | None = None

    def deliver(self, outgoing: Outgoing) -> str:
        self.tried += 1
        outgoing.payload["tried"] = True
        if self.raises:
            raise self.raises
        self.got.append(outgoing.key)
        return "250 OK\x00 taken"

    def give_up(self, outgoing: Outgoing) -> None:
        self.given_up.append(outgoing.key)


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[Other]:
    monkeypatch.setattr(outbox, "_transports", {})
    made = Other()
    register("test", made.deliver, on_given_up=made.give_up)
    yield made


def put(key: str = "a", *, now: datetime = NOW, **more: Any) -> bool:
    values = {"kind": "test", "payload": {"n": 1}, "recipient": "a@b.example", "about": "G-7K4M2", **more}
    return enqueue(key=key, now=now, **values)


def at(**after: float) -> Any:
    return lambda: NOW + timedelta(**after)


def row(key: str = "a") -> Outgoing:
    return Outgoing.objects.get(key=key)


def test_what_is_put_in_goes_out_once(other: Other) -> None:
    assert put()
    assert not put(payload={"n": 2})
    assert send_due(clock=at()) == 1
    assert send_due(clock=at(hours=9)) == 0
    assert other.got == ["a"]
    sent = row()
    assert (sent.answer, sent.delivered_at, sent.attempts) == ("250 OK taken", NOW, 1)
    assert sent.payload == {"n": 1, "tried": True}
    assert not sent.is_waiting


def jobs() -> list[datetime | None]:
    return list(
        ProcrastinateJob.objects.filter(task_name="outbox.send", status="todo").values_list("scheduled_at", flat=True)
    )


def test_somebody_comes_for_it(other: Other, django_capture_on_commit_callbacks: Any) -> None:
    """One sender waits for all that is put in; it comes back for what is due soon after."""
    first = timezone.now() + timedelta(seconds=20)
    with django_capture_on_commit_callbacks(execute=True):
        put("a", now=first, not_before=first)
    with django_capture_on_commit_callbacks(execute=True):
        put("b", now=first, not_before=first + timedelta(seconds=10))
    assert jobs() == [first]
    ProcrastinateJob.objects.all().delete()
    Outgoing.objects.filter(key="a").update(next_at=NOW)
    assert outbox.send.func() == 1
    assert jobs() == [first + timedelta(seconds=10)]
    assert other.got == ["a"]


@pytest.mark.parametrize("failure", [Down("no route"), Later("greylisted")])
def test_nobody_comes_back_at_once_for_what_did_not_get_through(other: Other, failure: Later) -> None:
    other.raises = failure
    put("a")
    put("b")
    assert outbox.send.func() == 0
    if isinstance(failure, Down):
        assert jobs() == []
    else:
        assert all(at and at > timezone.now() + timedelta(seconds=20) for at in jobs())


def test_what_was_undone_is_not_sent(other: Other, django_capture_on_commit_callbacks: Any) -> None:
    with (
        django_capture_on_commit_callbacks(execute=True) as callbacks,
        pytest.raises(RuntimeError),
        transaction.atomic(),
    ):
        put()
        raise RuntimeError
    assert send_due(clock=at()) == 0
    assert callbacks == []
    assert jobs() == []


def test_pauses_grow_to_an_hour(other: Other) -> None:
    other.raises = Later("450 not now")
    put()
    pauses, moment = [], NOW
    for _ in range(11):
        assert send_due(clock=lambda moment=moment: moment) == 0
        pauses.append((row().next_at - moment).total_seconds())
        assert send_due(clock=lambda: row().next_at - timedelta(seconds=1)) == 0
        moment = row().next_at
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600]
    assert other.tried == 11
    assert row().answer == "450 not now"
    # What a failed try changed in the row is not kept.
    assert row().payload == {"n": 1}


def test_given_up_after_five_days_and_said(other: Other) -> None:
    other.raises = Down("no route")
    put()
    hours = 0
    while row().is_waiting:
        assert other.given_up == []
        send_due(clock=at(hours=hours))
        hours += 1
    assert row().given_up_at == NOW + timedelta(days=5)
    assert other.given_up == ["a"]
    tried = other.tried
    send_due(clock=at(days=9))
    assert other.tried == tried


def test_seventy_two_hours_without_a_server(other: Other) -> None:
    """Thirty things put in over three days all go out once, within the hour after the server is back."""
    other.raises = Down("connection refused")
    for minute in range(0, 72 * 60, 12):
        if minute % 144 == 0:
            put(f"k{minute:05}", now=NOW + timedelta(minutes=minute))
        send_due(clock=at(minutes=minute))
    assert other.got == []
    assert other.tried > 300
    other.raises = None
    for minute in range(72 * 60, 73 * 60 + 1, 2):
        send_due(clock=at(minutes=minute))
    assert sorted(other.got) == [f"k{minute:05}" for minute in range(0, 72 * 60, 144)]
    assert not Outgoing.objects.filter(delivered_at=None).exists()
    assert other.given_up == []


def test_refused_for_good(other: Other) -> None:
    other.raises = Never("550 5.1.1 No such user")
    put()
    send_due(clock=at())
    assert (row().given_up_at, row().answer, other.given_up) == (NOW, "550 5.1.1 No such user", ["a"])


def test_no_longer_needed_is_nobodys_trouble(other: Other) -> None:
    other.raises = Unneeded("the ticket is gone")
    put()
    send_due(clock=at())
    assert (row().given_up_at, other.given_up) == (NOW, [])


def test_a_fault_of_ours_holds_up_nobody(other: Other, caplog: pytest.LogCaptureFixture) -> None:
    def broken(outgoing: Outgoing) -> str:
        if outgoing.key == "poison":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return other.deliver(outgoing)

    register("test", broken, on_given_up=other.give_up)
    for key in ("poison", "b", "c"):
        put(key)
    assert send_due(clock=at()) == 2
    assert other.got == ["b", "c"]
    assert row("poison").answer.startswith("DataError: division by zero")
    assert row("poison").is_waiting
    assert "poison could not be sent" in caplog.text


def test_nobody_to_tell_is_no_reason_to_try_for_ever(other: Other) -> None:
    def fail(outgoing: Outgoing) -> None:
        Outgoing.objects.create(key=outgoing.key)

    register("test", other.deliver, on_given_up=fail)
    other.raises = Never("no")
    put()
    send_due(clock=at())
    assert row().given_up_at == NOW


def test_one_probe_while_nothing_gets_through(other: Other) -> None:
    other.raises = Down("no route")
    for key in "abcd":
        put(key)
    send_due(clock=at())
    assert other.tried == 1
    assert [r.attempts for r in Outgoing.objects.order_by("key")] == [1, 0, 0, 0]
    send_due(clock=at(seconds=10))
    assert [r.attempts for r in Outgoing.objects.order_by("key")] == [1, 1, 0, 0]
    other.raises = Later("greylisted")
    send_due(clock=at(seconds=20))
    assert [r.attempts for r in Outgoing.objects.order_by("key")] == [1, 1, 1, 1]


def test_a_round_has_an_end_however_slow_the_server(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter(range(0, 1000, 20))
    monkeypatch.setattr("guichet.lib.outbox.monotonic", lambda: next(ticks))
    for key in "abcdef":
        put(key)
    assert send_due(clock=at()) == 2


def test_a_batch_has_an_end(other: Other) -> None:
    for key in "abcd":
        put(key)
    assert send_due(clock=at(), batch=3) == 3
    assert send_due(clock=at(), batch=3) == 1


def test_a_kind_that_nobody_sends_waits(other: Other) -> None:
    put(kind="pigeon")
    assert send_due(clock=at(days=30)) == 0
    assert row().attempts == 0


def test_more_can_be_put_into_what_nobody_tried(other: Other) -> None:
    put(not_before=NOW + timedelta(seconds=60), payload={"person": 5})
    where = {"kind": "test", "about": "G-7K4M2", "recipient": "a@b.example"}
    assert waiting(**where, person=5) == row()
    assert waiting(**where, person=6) is None
    assert waiting(**{**where, "about": "G-OTHER"}) is None
    other.raises = Later("no")
    send_due(clock=at(seconds=60))
    assert waiting(**where) is None


def test_sent_again_is_another_row(other: Other) -> None:
    other.raises = Never("550 no")
    put()
    send_due(clock=at())
    other.raises = None
    key = again(row(), now=NOW + timedelta(hours=1))
    assert key.startswith("a#")
    assert again(row(key), now=NOW + timedelta(hours=2)).count("#") == 1
    assert send_due(clock=at(hours=2)) == 2
    assert row().given_up_at == NOW


def test_how_it_stands(other: Other) -> None:
    assert standing(now=NOW) == {"waiting": 0, "given_up": 0, "oldest_seconds": 0.0}
    put()
    put("later", not_before=NOW + timedelta(hours=1))
    put("refused")
    Outgoing.objects.filter(key="refused").update(given_up_at=NOW)
    assert standing(now=NOW + timedelta(seconds=90)) == {"waiting": 2, "given_up": 1, "oldest_seconds": 90.0}


def apart(other: Other) -> None:
    register("apart", other.deliver, on_given_up=other.give_up, apart=True)


def test_what_is_sent_apart_waits_for_its_own_sender(other: Other, django_capture_on_commit_callbacks: Any) -> None:
    apart(other)
    with django_capture_on_commit_callbacks(execute=True):
        put("mine", kind="apart")
    assert list(ProcrastinateJob.objects.filter(status="todo").values_list("task_name", flat=True)) == [
        "outbox.send_apart"
    ]
    assert send_due(clock=at()) == 0
    assert send_due(clock=at(), apart=True) == 1
    assert other.got == ["mine"]


def test_one_who_does_not_answer_holds_up_no_other(other: Other) -> None:
    apart(other)
    for number in range(3):
        put(f"dead{number}", kind="apart", recipient="https://dead.example")
        put(f"well{number}", kind="apart", recipient="https://well.example")

    def deliver(outgoing: Outgoing) -> str:
        other.tried += 1
        if "dead" in outgoing.recipient:
            raise Down("no answer")
        other.got.append(outgoing.key)
        return "200"

    register("apart", deliver, apart=True)
    assert send_due(clock=at(), apart=True) == 3
    assert other.got == ["well0", "well1", "well2"]
    # One probe; the other two keep their turn.
    assert other.tried == 4
    assert [row(f"dead{number}").attempts for number in range(3)] == [1, 0, 0]


def test_the_minutes_job_calls_for_what_is_sent_apart(other: Other) -> None:
    apart(other)
    put("mine", kind="apart", now=timezone.now() - timedelta(minutes=2))
    outbox.due.func(timestamp=0)
    assert other.got == []
    assert ProcrastinateJob.objects.filter(task_name="outbox.send_apart", status="todo").count() == 1
    outbox.send_apart.func()
    assert other.got == ["mine"]
