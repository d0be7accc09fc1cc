"""What is sent apart: each recipient is a server of its own; what a try that failed leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from guichet.lib import outbox
from guichet.lib.models import Outgoing
from guichet.lib.outbox import register, send_due
from guichet.lib.sending import Later, NotSent, Unneeded
from tests.lib.test_outbox import NOW, at, put, row

pytestmark = pytest.mark.django_db


class Others:
    """Several servers: who got what in which order, who refuses, and who is slow."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.refuses: dict[str, NotSent] = {}
        self.heard: list[str] = []

    def deliver(self, outgoing: Outgoing) -> str:
        self.order.append(outgoing.key)
        if refusal := self.refuses.get(outgoing.recipient):
            raise refusal
        return "204"

    def fail(self, outgoing: Outgoing, failure: NotSent) -> None:
        self.heard.append(f"{outgoing.key}: {failure.reason}")


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> Iterator[Others]:
    monkeypatch.setattr(outbox, "_transports", {})
    made = Others()
    register("test", made.deliver, on_failed=made.fail, apart=True, give_up_after=timedelta(days=3))
    yield made


def send(clock: Any = None) -> int:
    return send_due(clock=clock or at(), apart=True)


def test_one_that_refuses_is_left_alone_for_the_round(others: Others) -> None:
    others.refuses["dead"] = Later("500")
    put("a", recipient="dead"), put("b", recipient="dead"), put("c", recipient="well")
    assert send() == 1
    assert others.order == ["a", "c"]
    assert others.heard == ["a: 500"]


def test_whoever_is_slow_comes_after_the_others(others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SLOW_SECONDS", -1.0)
    put("a", recipient="slow"), put("b", recipient="slow"), put("c", recipient="well")
    assert (send(), others.order) == (2, ["a", "c"])
    assert (send(), others.order) == (1, ["a", "c", "b"])


def test_what_a_failure_says_to_keep_is_kept(others: Others) -> None:
    others.refuses["dead"] = Later("500", kept={"tries": 1})
    put("a", recipient="dead")
    send()
    assert (row().payload, row().answer) == ({"tries": 1}, "500")


def test_it_is_given_up_after_its_own_time(others: Others) -> None:
    others.refuses["dead"] = Later("500")
    put("a", recipient="dead")
    send(at(days=2.9))
    assert row().is_waiting
    send(at(days=3.1))
    assert row().given_up_at == NOW + timedelta(days=3.1)


def test_the_transport_hears_of_what_was_not_needed_too(others: Others) -> None:
    others.refuses["off"] = Unneeded("switched off")
    put("a", recipient="off"), put("b", recipient="off")
    send()
    assert others.heard == ["a: switched off", "b: switched off"]
