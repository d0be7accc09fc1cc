"""What a load balancer asks: whether this process lives, and whether requests should be sent to it.

Answered by the event loop itself, beside the threads and connections that pages share: an answer comes within a tenth
of a second whatever else is slow or gone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import psycopg

from guichet.lib.database import usual_async_connection
from guichet.lib.wsgi import Receive, Scope, Send

LIVE, READY = "/livez", "/readyz"
PATIENCE_SECONDS = 0.08
# A database that says nothing for as long is asked anew, on another connection.
GIVEN_UP_SECONDS = 5.0

Connect = Callable[[], Awaitable[psycopg.AsyncConnection]]


async def _connect() -> psycopg.AsyncConnection:
    return await usual_async_connection(application_name="guichet health")


class Health:
    """One question to the database at a time, on a connection that is kept."""

    def __init__(self, *, connect: Connect = _connect) -> None:
        self._connect = connect
        self._connection: psycopg.AsyncConnection | None = None
        self._question: asyncio.Task[bool] | None = None
        # Asked to end: still serving, so that nobody is turned away, but nobody else should be sent here.
        self.draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == LIVE:
            await _answer(send, 200, {"alive": True})
            return
        if self.draining:
            await _answer(send, 503, {"draining": True})
            return
        database = await self._database_answers()
        await _answer(send, 200 if database else 503, {"database": database})

    async def stop(self) -> None:
        if self._question is not None:
            self._question.cancel()
            await asyncio.gather(self._question, return_exceptions=True)
        await self._forget()

    async def _database_answers(self) -> bool:
        """Whether it did within our patience. A late answer is the next question's."""
        if self._question is None or self._question.done():
            self._question = asyncio.create_task(self._ask(), name="health")
        # Ours: when it is answered, somebody else may be asking the next one already.
        question = self._question
        done, _ = await asyncio.wait([question], timeout=PATIENCE_SECONDS)
        return bool(done) and question.result()

    async def _ask(self) -> bool:
        kept = self._connection is not None
        try:
            async with asyncio.timeout(GIVEN_UP_SECONDS):
                if self._connection is None:
                    self._connection = await self._connect()
                await self._connection.execute("SELECT 1")
        except TimeoutError:
            await self._forget()
            return False
        except (psycopg.Error, OSError):
            await self._forget()
            # The connection was closed meanwhile, which says nothing of a new one.
            return kept and await self._ask()
        return True

    async def _forget(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


async def _answer(send: Send, status: int, told: dict[str, bool]) -> None:
    body = json.dumps(told).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)),
               (b"cache-control", b"no-store")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
