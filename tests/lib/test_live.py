"""The live hub and its streams: bounded, resynchronised after a gap, closed when a right is lost."""

import asyncio
import contextlib
import json
from collections.abc import Coroutine
from typing import Any

import pytest

from guichet.lib.live import PENDING_MAX, RESYNC, STREAMS_EACH, Event, LiveGrant, LiveHub, publish
from guichet.lib.live_stream import TOPICS_MAX, LiveApplication, asked_topics
from guichet.lib.wsgi import Message


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(10):
            await work

    asyncio.run(limited())


def told(topic: str, ref: str) -> str:
    return json.dumps(["ticket.changed", topic, ref])


def test_a_stream_hears_its_topics_once_each() -> None:
    async def work() -> None:
        hub = LiveHub()
        with hub.open(frozenset({"ticket:A"})) as stream:
            for ref in ("1", "1", "2"):
                hub.deliver(told("ticket:A", ref))
            hub.deliver(told("ticket:B", "3"))
            assert [event.ref for event in await stream.next_events(timeout=1)] == ["1", "2"]
            assert await stream.next_events(timeout=0.01) == []
        assert len(hub) == 0
        assert not hub._by_topic

    run(work())


def test_a_slow_reader_gets_one_resync_instead_of_a_backlog() -> None:
    async def work() -> None:
        hub = LiveHub()
        with hub.open(frozenset({"desk"})) as stream:
            for number in range(PENDING_MAX + 1):
                hub.deliver(told("desk", str(number)))
            assert await stream.next_events(timeout=1) == [RESYNC]
            for number in range(10 * PENDING_MAX):
                hub.deliver(told("desk", str(number)))
            assert len(stream.pending) <= PENDING_MAX

    run(work())


def test_beyond_their_share_a_persons_oldest_stream_ends() -> None:
    hub = LiveHub()
    with contextlib.ExitStack() as stack:
        theirs = [stack.enter_context(hub.open(frozenset({"desk"}), who="7")) for _ in range(STREAMS_EACH + 2)]
        other = stack.enter_context(hub.open(frozenset({"desk"}), who="8"))
        assert [stream.closed for stream in theirs] == [True, True] + [False] * STREAMS_EACH
        assert not other.closed
    assert not hub._by_person


@pytest.mark.parametrize("payload", ["", "{}", "[]", "[1]", "null", '["a","b"]', "not json"])
def test_a_foreign_notification_is_ignored(payload: str) -> None:
    LiveHub().deliver(payload)


def test_topics_are_checked_and_counted() -> None:
    assert asked_topics(b"topics=ticket:A,desk,../x,ticket:%00,,desk&topics=kiosk:3") == ["ticket:A", "desk", "kiosk:3"]
    many = ",".join(f"ticket:{number}" for number in range(2 * TOPICS_MAX))
    assert len(asked_topics(b"topics=" + many.encode())) == TOPICS_MAX
    assert asked_topics(b"\xff&topics=\xff") == []


@pytest.mark.parametrize(
    ("topic", "kind", "ref"),
    [("Ticket A", "x", ""), ("ticket:A", "x\ndata: y", ""), ("ticket:A\n", "x", ""), ("ticket:A", "x", "y" * 9000)],
)
def test_an_event_that_could_break_the_stream_is_refused(topic: str, kind: str, ref: str) -> None:
    with pytest.raises(ValueError, match="not a live event"):
        publish(Event(kind=kind, topic=topic, ref=ref))


class Client:
    """A client of the ASGI application, without a network."""

    def __init__(self, application: LiveApplication, query: bytes) -> None:
        self.sent: list[Message] = []
        self.gone = asyncio.Event()
        scope = {"type": "http", "method": "GET", "query_string": query, "headers": [(b"cookie", b"s=1")]}
        self.task = asyncio.create_task(application(scope, self.receive, self.send))

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def text(self) -> str:
        return b"".join(message.get("body", b"") for message in self.sent).decode()


def test_a_lost_right_ends_the_topic_and_a_sign_out_ends_the_stream() -> None:
    grants: list[LiveGrant | None] = [
        LiveGrant(topics=frozenset({"ticket:A", "desk", "never:asked"})),
        LiveGrant(topics=frozenset({"desk"})),
        None,
    ]

    def authorise(*, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
        assert cookies == {"s": "1"}
        return grants.pop(0)

    async def work() -> None:
        hub = LiveHub()
        client = Client(LiveApplication(hub=hub, authorise=authorise, recheck=0.2), b"topics=ticket:A,desk")
        while not hub._by_topic:
            await asyncio.sleep(0.005)
        assert set(hub._by_topic) == {"ticket:A", "desk"}
        while set(hub._by_topic) != {"desk"}:
            await asyncio.sleep(0.005)
        hub.deliver(told("ticket:A", "hidden"))
        hub.deliver(told("desk", "shown"))
        await client.task
        assert "shown" in client.text
        assert "hidden" not in client.text
        assert client.sent[-1] == {"type": "http.response.body", "body": b""}

    run(work())


def test_a_client_that_leaves_frees_its_stream() -> None:
    def authorise(*, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
        return LiveGrant(topics=frozenset(topics))

    async def work() -> None:
        hub = LiveHub()
        client = Client(LiveApplication(hub=hub, authorise=authorise, heartbeat=0.05), b"topics=desk")
        while "beat" not in client.text:
            await asyncio.sleep(0.005)
        client.gone.set()
        await client.task
        assert len(hub) == 0

    run(work())
