"""Who works meanwhile: programs that create, list and read, an agent who opens pages, pages that listen."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

NEW = {"description": "Le projecteur du local B-104 ne s’allume plus.", "impact": "group", "urgency": "hampered"}
# What a page waits before it comes back, as the server says in its first words.
RETRY_SECONDS = 2.0


@dataclass
class Office:
    """What they share: the way in, and what came of it."""

    port: int
    token: str
    session: str
    desk: int
    made: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    slowest: float = 0.0
    closed: bool = False

    async def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        kind = "Content-Type: application/json\r\n" if content else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.token}\r\nCookie: sessionid={self.session}\r\n"
            f"{kind}Content-Length: {len(content)}\r\n\r\n"
        )
        began = time.monotonic()
        answer = b""
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(head.encode() + content)
            answer = await reader.read()
            writer.close()
        self.slowest = max(self.slowest, time.monotonic() - began)
        status = int(answer.split(b" ", 2)[1]) if answer else 0
        if status != expect:
            self.failed.append(f"{method} {path}: {status}")
        return answer.partition(b"\r\n\r\n")[2]

    async def work(self) -> None:
        """One who creates a ticket, sees the list, opens it, by turns."""
        while not self.closed:
            if answer := await self.ask("POST", "/api/v1/tickets", NEW, expect=201):
                reference = json.loads(answer)["reference"]
                self.made.add(reference)
                self.done["create"] += 1
                await self.ask("GET", f"/api/v1/tickets/{reference}")
                await self.ask("GET", f"/desk/tickets/{reference}/")
                self.done["ticket"] += 2
            await self.ask("GET", "/api/v1/tickets?size=20")
            await self.ask("GET", "/desk/")
            self.done["list"] += 2
            await asyncio.sleep(0.1)


@dataclass
class Page:
    """An open page: it knows of what it was told, and fetches all anew when it may have missed something."""

    office: Office
    known: set[str] = field(default_factory=set)
    came: int = 0
    resyncs: int = 0

    async def listen(self) -> None:
        while not self.office.closed:
            with contextlib.suppress(OSError):
                await self._once()
            if not self.office.closed:
                await asyncio.sleep(RETRY_SECONDS)

    async def _once(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.office.port)
        again = "Last-Event-ID: 1\r\n" if self.came else ""
        path = f"/live?topics=desk:{self.office.desk}"
        head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{again}Cookie: sessionid={self.office.session}\r\n\r\n"
        writer.write(head.encode())
        self.came += 1
        try:
            kind = ""
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    kind = line[7:].decode().strip()
                elif line.startswith(b"data: "):
                    await self._hear(kind, json.loads(line[6:]))
        finally:
            writer.close()

    async def _hear(self, kind: str, data: dict[str, str]) -> None:
        if kind == "resync":
            self.resyncs += 1
            self.known |= await self._all()
        elif kind == "list":
            self.known.add(data["ref"])

    async def _all(self) -> set[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            answer = json.loads(await self.office.ask("GET", f"/api/v1/tickets?size=100{cursor}"))
            found |= {item["reference"] for item in answer["items"]}
            if not answer["next_cursor"]:
                return found
            cursor = f"&cursor={answer['next_cursor']}"
