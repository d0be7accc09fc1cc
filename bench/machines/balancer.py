"""A load balancer as simple as can be: in turn, to those who say that they are ready; never a second try.

What would be hidden by a try elsewhere is what is counted here.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from enum import Enum, auto

ASK_EVERY_SECONDS = 0.2
# So often in a row nothing good is heard of one that is merely slow, until it is left out.
PATIENCE = 3
BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Balancer:
    """`ports` are the web processes'; `ready` those that requests go to."""

    ports: list[int]
    ready: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)
    served: dict[int, int] = field(default_factory=dict)
    _turn: int = 0

    async def start(self) -> int:
        """Its own port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._asking = [asyncio.create_task(self._ask(port)) for port in self.ports]
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)
        self._server.close()

    async def _ask(self, port: int) -> None:
        silent = 0
        while True:
            said = await asked(port)
            silent = 0 if said is Said.READY else silent + 1
            if said is Said.READY:
                self.ready.add(port)
            elif said is Said.GOING or silent >= PATIENCE:
                self.ready.discard(port)
            await asyncio.sleep(ASK_EVERY_SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request of one client."""
        # Streams are open to the very end, and are cut off by it.
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(_length(head))
            if not await self._pass_on(head, body, writer):
                writer.write(BAD_GATEWAY)
            await writer.drain()
        writer.close()

    async def _pass_on(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> bool:
        what = head.partition(b"\r\n")[0].decode("latin-1")
        if not self.ready:
            self.failures.append(f"{what}: nobody is ready")
            return False
        there = sorted(self.ready)
        self._turn += 1
        port = there[self._turn % len(there)]
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", port)
        except OSError as error:
            self.failures.append(f"{what}: {port}: {error}")
            return False
        sent = 0
        try:
            forth.write(head + body)
            while chunk := await back.read(65536):
                sent += len(chunk)
                writer.write(chunk)
                await writer.drain()
        except OSError as error:
            if writer.is_closing():
                return True  # the client left
            self.failures.append(f"{what}: {port}: {error}")
        finally:
            forth.close()
        if not sent:
            self.failures.append(f"{what}: {port}: no answer")
        self.served[port] = self.served.get(port, 0) + 1
        return sent > 0


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


class Said(Enum):
    READY = auto()
    # It says so itself, or nobody listens any more.
    GOING = auto()
    # Slow, or without a database.
    NOTHING_GOOD = auto()


async def asked(port: int) -> Said:
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
    except ConnectionRefusedError:
        return Said.GOING
    except (OSError, TimeoutError):
        return Said.NOTHING_GOOD
    if b" 200 " in answer.partition(b"\r\n")[0]:
        return Said.READY
    return Said.GOING if b"draining" in answer else Said.NOTHING_GOOD
