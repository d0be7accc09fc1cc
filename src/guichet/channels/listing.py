"""What a mail server holds: each message with its number and what identifies it; looking changes nothing."""

from __future__ import annotations

import imaplib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imap_tools import BaseMailBox
from imap_tools.errors import MailboxFetchError
from imap_tools.utils import check_command_status

from guichet.channels.mail.reading import read
from guichet.lib.text import one_line

# So many in one question; their headers only.
_AT_ONCE = 200
_ASKED = "(UID FLAGS INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM SUBJECT)])"
_UID = re.compile(rb"\bUID (\d+)")
_SEEN = re.compile(rb"\bFLAGS \([^)]*\\Seen\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """One message on the server."""

    folder: str
    validity: int
    uid: int
    seen: bool
    # When the server got it; whatever the message itself says.
    arrived_at: datetime
    # As the ledger has them.
    message_id: str
    subject: str
    sender: str

    @property
    def name(self) -> tuple[str, str, str]:
        return self.message_id, self.sender, self.subject


def listed(server: BaseMailBox, folder: str, *, since: date) -> list[Listed]:
    """What the folder got since that day; nothing where there is no such folder. It is the open folder afterwards."""
    if not server.folder.exists(folder):
        return []
    validity = int(server.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    server.folder.set(folder)
    # Written out: %b would follow the machine's language.
    uids = server.uids(f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}")
    found: list[Listed] = []
    for start in range(0, len(uids), _AT_ONCE):
        answer = _answer(server, ",".join(uids[start : start + _AT_ONCE]), _ASKED)
        found += [_one(folder, validity, said, header) for said, header in _messages(answer)]
    return found


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def raw_of(server: BaseMailBox, *, uid: int) -> bytes | None:
    """A message of the open folder, without marking it; None where it is gone meanwhile.

    MailboxFetchError where the server won't give it: it is there, and has to be asked for again.
    """
    answer = _answer(server, str(uid), "(BODY.PEEK[])")
    return next((bytes(item[1]) for item in answer if isinstance(item, tuple)), None)


def _answer(server: BaseMailBox, uids: str, asked: str) -> list[Any]:
    """imaplib takes a NO for an answer without data."""
    said = server.client.uid("FETCH", uids, asked)
    check_command_status(said, MailboxFetchError)
    return said[1]


def _messages(answer: list[bytes | tuple[bytes, bytes] | None]) -> Iterator[tuple[bytes, bytes]]:
    """What is said about each message, before and after its header, and the header."""
    said, header = b"", b""
    for item in answer:
        if isinstance(item, tuple):
            if said:
                yield said, header
            said, header = item
        elif item is not None and said:
            said += b" " + item
    if said:
        yield said, header


def _one(folder: str, validity: int, said: bytes, header: bytes) -> Listed:
    number = _UID.search(said)
    arrived = imaplib.Internaldate2tuple(said)
    mail = read(header)
    return Listed(
        folder=folder,
        validity=validity,
        uid=int(number[1]) if number else 0,
        seen=_SEEN.search(said) is not None,
        arrived_at=datetime.fromtimestamp(time.mktime(arrived), tz=UTC) if arrived else datetime.now(tz=UTC),
        message_id=mail.message_id[:300],
        subject=one_line(mail.subject)[:300],
        sender=one_line(mail.sender.email).lower()[:320] if mail.sender else "",
    )
