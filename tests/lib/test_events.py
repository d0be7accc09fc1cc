"""Who reacts: each subscriber once, those of the verb before those of all, and an exception is not swallowed."""

from collections.abc import Iterator
from typing import Any

import pytest

from guichet.lib import events


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from collections import defaultdict

    monkeypatch.setattr(events, "_subscribers", defaultdict(list))
    yield


def test_order_and_no_repeats() -> None:
    heard: list[tuple[str, Any, Any]] = []

    def first(*, event: Any, subject: Any) -> None:
        heard.append(("first", event, subject))

    def everything(*, event: Any, subject: Any) -> None:
        heard.append(("all", event, subject))

    for _ in range(2):
        events.subscribe("*", everything)
        events.subscribe("ticket.opened", first)
    events.emit("ticket.opened", event=1, subject="a")
    events.emit("ticket.taken", event=2, subject="b")
    assert heard == [("first", 1, "a"), ("all", 1, "a"), ("all", 2, "b")]
    assert set(events.subscriptions()) == {"*", "ticket.opened"}
    assert events.subscriptions()["*"][0].endswith("everything")


def test_a_failing_subscriber_fails_the_action() -> None:
    def broken(*, event: Any, subject: Any) -> None:
        raise RuntimeError("no")

    events.subscribe("ticket.opened", broken)
    with pytest.raises(RuntimeError):
        events.emit("ticket.opened", event=1, subject=1)
