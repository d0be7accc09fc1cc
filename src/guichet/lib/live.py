"""Live updates: what changed, told to open pages. Only references travel; pages refetch what they may see.

`publish` wakes every web process through NOTIFY when its transaction commits. Each web process has one hub
with one LISTEN connection, and fans out to its server-sent-event streams.
"""

import asyncio
import contextlib
import json
import logging
import re
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from guichet.lib import figures
from guichet.lib.database import direct_async_connection, prepared

logger = logging.getLogger(__name__)

CHANNEL = "guichet_live"
TOPIC = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9._-]{1,64})?")
KIND = re.compile(r"[a-z][a-z0-9_.-]{0,63}")
REF_MAX = 200
PENDING_MAX = 64
STREAMS_EACH = 30
PROBE_SECONDS = 30.0
BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


class Event(NamedTuple):
    """Something happened to `ref`, told to everyone who listens to `topic`."""

    kind: str
    topic: str
    ref: str = ""

    def encode(self) -> bytes:
        data = json.dumps({"topic": self.topic, "ref": self.ref})
        return f"id: 1\nevent: {self.kind}\ndata: {data}\n\n".encode()


# Something may have been missed: refetch what is shown.
RESYNC = Event(kind="resync", topic="", ref="")


@dataclass(frozen=True)
class LiveGrant:
    """The topics that a person may listen to, among those asked for. `who` is the same for all their pages, of which
    `most` may listen at a time."""

    topics: frozenset[str]
    who: str = ""
    most: int = STREAMS_EACH


def publish(*events: Event) -> None:
    """Tell the listeners of each event's topic when the current transaction commits; never if it rolls back."""
    payloads = []
    for event in events:
        if not TOPIC.fullmatch(event.topic) or not KIND.fullmatch(event.kind) or len(event.ref) > REF_MAX:
            raise ValueError(f"not a live event: {event.topic!r} {event.kind!r} {event.ref[:REF_MAX]!r}")
        payloads.append(json.dumps([event.kind, event.topic, event.ref], separators=(",", ":")))
    with prepared() as cursor:
        cursor.execute("SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [CHANNEL, payloads])


class Stream:
    """One open page. Bounded: a client that does not keep up gets one `resync` instead of a backlog."""

    __slots__ = ("closed", "pending", "topics", "wake")

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.pending: deque[Event] = deque()
        self.wake = asyncio.Event()
        self.closed = False

    def put(self, event: Event) -> None:
        if event in self.pending:
            return
        if len(self.pending) >= PENDING_MAX:
            self.pending.clear()
            event = RESYNC
        self.pending.append(event)
        self.wake.set()

    def close(self) -> None:
        self.closed = True
        self.wake.set()

    async def next_events(self, *, timeout: float) -> list[Event]:
        """What is waiting; empty when the time is over or the stream was closed."""
        if not self.pending and not self.closed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await self.wake.wait()
        self.wake.clear()
        events = list(self.pending)
        self.pending.clear()
        return events


Connect = Callable[[], Awaitable[psycopg.AsyncConnection]]


async def _connect() -> psycopg.AsyncConnection:
    return await direct_async_connection(application_name="guichet live")


class LiveHub:
    """The streams of one web process, and the connection that feeds them."""

    def __init__(self, *, connect: Connect = _connect) -> None:
        self._connect = connect
        self._streams: set[Stream] = set()
        self._by_topic: defaultdict[str, set[Stream]] = defaultdict(set)
        self._by_person: defaultdict[str, deque[Stream]] = defaultdict(deque)
        self._listener: asyncio.Task[None] | None = None
        self.listening = asyncio.Event()
        self.closing = False

    def start(self) -> None:
        self._listener = asyncio.create_task(self._listen_for_ever(), name="live listener")

    def close_streams(self) -> None:
        """Ends every open stream; without it, a server waits for its clients for ever."""
        self.closing = True
        for stream in self._streams:
            stream.close()

    async def stop(self) -> None:
        self.close_streams()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    def __len__(self) -> int:
        return len(self._streams)

    @contextlib.contextmanager
    def open(self, topics: frozenset[str], *, who: str = "", most: int = STREAMS_EACH) -> Iterator[Stream]:
        """A stream of `who`. Beyond `most` their oldest one makes room: nobody takes them all."""
        stream = Stream(topics)
        self._streams.add(stream)
        figures.STREAMS.add(1)
        theirs = self._by_person[who] if who else deque()
        theirs.append(stream)
        if len(theirs) > most:
            theirs.popleft().close()
        self._index(stream)
        if self.closing:
            stream.close()
        try:
            yield stream
        finally:
            self._streams.discard(stream)
            figures.STREAMS.add(-1)
            self._unindex(stream)
            with contextlib.suppress(ValueError):
                theirs.remove(stream)
            if who and not self._by_person[who]:
                del self._by_person[who]

    def narrow(self, stream: Stream, topics: frozenset[str]) -> None:
        """Rights may have changed since the stream was opened."""
        if topics != stream.topics:
            self._unindex(stream)
            stream.topics = topics
            self._index(stream)

    def _index(self, stream: Stream) -> None:
        for topic in stream.topics:
            self._by_topic[topic].add(stream)

    def _unindex(self, stream: Stream) -> None:
        for topic in stream.topics:
            self._by_topic[topic].discard(stream)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def deliver(self, payload: str) -> None:
        try:
            kind, topic, ref = json.loads(payload)
            event = Event(kind=str(kind), topic=str(topic), ref=str(ref))
        except (ValueError, TypeError):
            logger.warning("Ignored a live notification that is not ours")
            return
        for stream in self._by_topic.get(event.topic, ()):
            stream.put(event)

    def resync(self) -> None:
        for stream in self._streams:
            stream.put(RESYNC)

    async def _listen_for_ever(self) -> None:
        failures = 0
        while True:
            try:
                async with await self._connect() as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    self.resync()  # before the first connection there are no streams
                    self.listening.set()
                    failures = 0
                    await self._listen(listening)
            except (psycopg.Error, OSError) as error:
                logger.warning("Live updates lost their connection: %s", error)
            finally:
                self.listening.clear()
            await asyncio.sleep(BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)])
            failures += 1

    async def _listen(self, listening: psycopg.AsyncConnection) -> None:
        while True:
            async for notify in listening.notifies(timeout=PROBE_SECONDS):
                self.deliver(notify.payload)
            # Nothing for a while: a connection that died in silence is found out here.
            await listening.execute("SELECT 1")
