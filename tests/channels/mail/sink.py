"""A real SMTP server in a thread: takes what it is given, and says what it was told to say."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from guichet.channels.mail.smtp import Server


class Sink:
    """`says` maps a stage (mail, rcpt, data) or an address to the answer given there; else everything is taken."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str], bytes]] = []
        self.says: dict[str, str] = {}

    async def handle_MAIL(  # noqa: N802 (aiosmtpd’s name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.says.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802 (aiosmtpd’s name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.says.get(address) or self.says.get("rcpt", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.says.get("data", f"250 2.0.0 OK: queued as N{len(self.taken)}")
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.taken.append((envelope.mail_from or "", envelope.rcpt_tos, envelope.content))
        return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def serving(sink: Sink, *, port: int = 0, **options: Any) -> Iterator[Server]:
    """The sink at work; where to reach it."""
    controller = Controller(sink, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield Server(host="127.0.0.1", port=controller.port, security="")
    finally:
        controller.stop()
