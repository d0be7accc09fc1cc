"""The mail servers around us: senders that try again until they hear 250, and one that takes our mail and counts."""

from __future__ import annotations

import queue
import smtplib
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.channels.crashing import ADDRESS

PAUSE = 0.3


def subject(run: str, number: int) -> str:
    return f"{run}-{number:05}"


def message(run: str, number: int) -> bytes:
    name = subject(run, number)
    return (
        f"From: Personne {number} <{name}@x.example>\nTo: {ADDRESS}\nSubject: {name}\nMessage-ID: <{name}@x.example>\n"
        f"Date: Tue, 18 Nov 2025 10:00:00 -0500\n\nLe message {number}.\n"
    ).encode()


@dataclass
class Senders:
    """Two sessions at a time. A message is theirs until 250 was said; 4xx or silence: again, like a mail server."""

    port: int
    again: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    _queue: queue.Queue[bytes] = field(default_factory=queue.Queue)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        for _ in range(2):
            threading.Thread(target=self._sending, daemon=True).start()

    def send(self, raw: bytes) -> None:
        self._queue.put(raw)

    def left(self) -> int:
        return self._queue.unfinished_tasks

    def stop(self) -> None:
        self._stop.set()

    def _sending(self) -> None:
        while not self._stop.is_set():
            try:
                raw = self._queue.get(timeout=0.2)
            except queue.Empty:
                continue
            if not self._delivered(raw):
                self._queue.put(raw)
                time.sleep(PAUSE)
            self._queue.task_done()

    def _delivered(self, raw: bytes) -> bool:
        try:
            with smtplib.LMTP("127.0.0.1", self.port, timeout=30) as client:
                client.sendmail("expediteur@x.example", [ADDRESS], raw)
        except smtplib.SMTPResponseException as error:
            return self._answered(error.smtp_code)
        except smtplib.SMTPRecipientsRefused as error:
            return self._answered(next(iter(error.recipients.values()))[0])
        except (OSError, smtplib.SMTPException) as error:
            self.again[type(error).__name__] += 1
            return False
        return True

    def _answered(self, code: int) -> bool:
        """5xx: a mail server gives up. That is a loss, and counted as one."""
        self.again[str(code)] += 1
        if 500 <= code < 600:
            self.refused.append(str(code))
            return True
        return False


class Sink:
    """The server that our mail goes to: which Message-IDs each address was given, and how often."""

    def __init__(self) -> None:
        self.given: dict[str, Counter[str]] = defaultdict(Counter)
        self._server = Controller(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content: Any = envelope.content
        identity = message_from_bytes(content)["Message-ID"]
        for address in envelope.rcpt_tos:
            self.given[address.lower()][identity] += 1
        return "250 Taken"

    def start(self, *, port: int) -> None:
        self._server.port = port
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
