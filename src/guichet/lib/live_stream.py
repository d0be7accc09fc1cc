"""The HTTP side of live updates: one pure ASGI application that answers `/live?topics=a,b` with events."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol
from urllib.parse import parse_qs

from django.db import DatabaseError, close_old_connections
from django.http.cookie import parse_cookie

from guichet.lib.away import RETRY_AFTER_SECONDS
from guichet.lib.live import RESYNC, TOPIC, LiveGrant, LiveHub, Stream
from guichet.lib.wsgi import Message, Receive, Scope, Send, plain

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
RECHECK_SECONDS = 60.0
TOPICS_MAX = 50
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
HELLO = b"retry: 2000\nid: 1\nevent: ready\ndata: {}\n\n"
BEAT = b": beat\n\n"


class Authorise(Protocol):
    """Who may listen to what; None when nobody is let in. Called in a thread.

    A page shows its session's cookie, a program the token of its `Authorization` header ("" where there is none).
    """

    def __call__(self, *, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None: ...


class LiveApplication:
    """Streams of one hub, for those whom `authorise` lets in, asked again every minute."""

    def __init__(
        self,
        *,
        hub: LiveHub,
        authorise: Authorise,
        heartbeat: float = HEARTBEAT_SECONDS,
        recheck: float = RECHECK_SECONDS,
    ) -> None:
        self.hub = hub
        self.authorise = authorise
        self.heartbeat = heartbeat
        self.recheck = recheck
        self.executor = ThreadPoolExecutor(2, thread_name_prefix="live")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "GET":
            await plain(send, status=405, text="GET\n", headers=[(b"allow", b"GET")])
            return
        topics = asked_topics(scope["query_string"])
        if not topics:
            await plain(send, status=400, text="topics?\n")
            return
        headers = dict(scope["headers"])
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        ask = partial(self._ask, cookies, headers.get(b"authorization", b"").decode("latin-1"), topics)
        try:
            grant = await asyncio.get_running_loop().run_in_executor(self.executor, ask)
        except DatabaseError as error:
            logger.warning("Nobody could be let in to live updates: %s", error)
            again = str(RETRY_AFTER_SECONDS).encode()
            await plain(send, status=503, text="Un instant. / One moment.\n", headers=[(b"retry-after", again)])
            return
        if grant is None:
            await plain(send, status=401, text="Connectez-vous. / Please sign in.\n")
            return
        with self.hub.open(grant.topics & set(topics), who=grant.who, most=grant.most) as stream:
            await self._serve(stream, ask=ask, receive=receive, send=send, again=b"last-event-id" in headers)

    def _ask(self, cookies: dict[str, str], authorization: str, topics: list[str]) -> LiveGrant | None:
        close_old_connections()
        try:
            return self.authorise(cookies=cookies, authorization=authorization, topics=topics)
        finally:
            close_old_connections()

    async def _serve(
        self, stream: Stream, *, ask: Callable[[], LiveGrant | None], receive: Receive, send: Send, again: bool
    ) -> None:
        departure = asyncio.ensure_future(_until_gone(receive))
        departure.add_done_callback(lambda _: stream.close())
        loop = asyncio.get_running_loop()
        try:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            # A page that reconnects may have missed something meanwhile.
            await send(_body(HELLO + (RESYNC.encode() if again else b"")))
            checked_at = loop.time()
            while not stream.closed:
                due_in = checked_at + self.recheck - loop.time()
                if due_in <= 0:
                    checked_at = loop.time()
                    try:
                        grant = await loop.run_in_executor(self.executor, ask)
                    except DatabaseError:
                        # Nothing comes through a database that is away; whoever listens is asked for the next time.
                        continue
                    if grant is None:
                        break
                    self.hub.narrow(stream, grant.topics & stream.topics)
                    continue
                events = await stream.next_events(timeout=min(self.heartbeat, due_in))
                if not stream.closed:
                    await send(_body(b"".join(event.encode() for event in events) or BEAT))
            await send({"type": "http.response.body", "body": b""})
        finally:
            departure.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await departure


def asked_topics(query: bytes) -> list[str]:
    """Well-formed topics of the query string, at most TOPICS_MAX of them."""
    values = parse_qs(query.decode("latin-1")).get("topics", [])
    names = [name for value in values for name in value.split(",")]
    return [name for name in dict.fromkeys(names) if TOPIC.fullmatch(name)][:TOPICS_MAX]


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _body(chunk: bytes) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": True}
