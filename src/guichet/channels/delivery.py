"""Messages that a mail server hands us, by LMTP or SMTP: 250 means committed, 451 means try again.

One recipient a transaction: each has an answer of its own, and servers send the others again at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import close_old_connections
from django.utils import timezone

from guichet.channels import ledger
from guichet.channels.models import Mailbox

log = logging.getLogger(__name__)

R = TypeVar("R")

SIZE = 50 * 1024 * 1024
_AT_ONCE = 4
# How long a mailbox is known that was reached: what is changed in the settings holds from then on.
_MOMENT_SECONDS, _LATELY = 1.0, 200
_LATER = "451 4.3.0 It can't be stored now; try again later"
_UNKNOWN = "550 5.1.1 No such mailbox here"
_ONE = "452 4.5.3 One recipient at a time"


class Door:
    """What aiosmtpd asks at each step of a session."""

    def __init__(self, *, place: str, threads: ThreadPoolExecutor) -> None:
        self.place = place
        self.threads = threads
        # Looked up when the recipient was named.
        self.reached: WeakKeyDictionary[Envelope, Mailbox] = WeakKeyDictionary()
        # Those of the last moment, each with when it was looked up: mail comes in heaps, and to the same address.
        self.lately: dict[str, tuple[float, Mailbox]] = {}

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos:
            return _ONE
        try:
            known = await self._mailbox(address)
        except Exception:
            log.exception("A recipient could not be looked up.")
            return _LATER
        if known is None:
            return _UNKNOWN
        self.reached[envelope] = known
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def _mailbox(self, address: str) -> Mailbox | None:
        asked, known = self.lately.get(address, (0.0, None))
        if known is not None and monotonic() - asked < _MOMENT_SECONDS:
            return known
        if len(self.lately) >= _LATELY:
            self.lately.clear()
        now, found = monotonic(), await self._ask(partial(ledger.mailbox_for, address))
        if found is None:
            self.lately.pop(address, None)
        else:
            self.lately[address] = now, found
        return found

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        store = partial(self._store, raw, envelope.mail_from or "", envelope.rcpt_tos[0], self.reached[envelope])
        try:
            await self._ask(store)
        except Exception:
            log.exception("A message could not be stored.")
            return _LATER
        return "250 2.0.0 Stored"

    def _store(self, raw: bytes, sender: str, recipient: str, mailbox: Mailbox) -> None:
        ledger.receive(
            raw=raw,
            source_key=ledger.key_of(self.place, raw, recipient=recipient),
            now=timezone.now(),
            mailbox=mailbox,
            envelope_from=sender,
            envelope_to=recipient,
        )

    async def _ask(self, question: Callable[[], R]) -> R:
        """Answer in a thread: the database would hold up every other session."""

        def asked() -> R:
            close_old_connections()
            return question()

        return await asyncio.get_running_loop().run_in_executor(self.threads, asked)


def protocol(place: str, *, threads: ThreadPoolExecutor) -> Callable[[], SMTP]:
    """What a listening socket makes for each connection; `place` is "lmtp" or "smtp"."""
    kind: Any = LMTP if place == "lmtp" else SMTP
    door = Door(place=place, threads=threads)
    return partial(kind, door, data_size_limit=SIZE, enable_SMTPUTF8=True, ident="Guichet", timeout=120)


def serving(addresses: dict[str, tuple[str, int]]) -> Callable[[], Awaitable[None]]:
    """Work for the supervisor: listen at each place ("lmtp", "smtp") until cancelled."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="mail") as threads:
            servers = [
                await loop.create_server(protocol(place, threads=threads), host=host, port=port)
                for place, (host, port) in addresses.items()
            ]
            try:
                await asyncio.Event().wait()
            finally:
                for server in servers:
                    server.close()

    return serve
