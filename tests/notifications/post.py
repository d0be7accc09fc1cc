"""The post: a stage whose mail goes to a real server, and what its readers' programs read."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from guichet.lib import outbox
from guichet.tickets.models import Ticket
from tests.channels.mail.sink import Sink, serving
from tests.tickets.stage import Stage, later

MUCH_LATER = later(600)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def stage(db: Any, settings: Any, tmp_path: Path, sink: Sink) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    settings.MAIL_FROM = ("Centre d’aide", "aide@essai.example")
    settings.BASE_URL = "https://aide.essai.example"
    settings.MAIL_DELAY, settings.MAIL_AGENTS = 60, False
    with serving(sink) as server:
        settings.SMTP = server
        yield Stage()


def sent(sink: Sink, *, at: datetime = MUCH_LATER) -> list[EmailMessage]:
    """What goes out by that time, as its readers' programs read it."""
    before = len(sink.taken)
    outbox.send_due(clock=lambda: at)
    mails = [email.message_from_bytes(data, policy=policy.default) for _, _, data in sink.taken[before:]]
    return [mail for mail in mails if isinstance(mail, EmailMessage)]


def to(mail: EmailMessage) -> str:
    return str(mail["To"].addresses[0].addr_spec)


def text(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def both(mail: EmailMessage) -> str:
    return text(mail) + text(mail, "html")


def quiet(stage: Stage, sink: Sink, state: str = "open", **fields: Any) -> Ticket:
    """A ticket in that state, of which everything was mailed already."""
    ticket = stage.ticket(state, **fields)
    sent(sink)
    return ticket
