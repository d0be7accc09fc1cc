"""Messages that we fetch: stored and committed here first, marked or moved on the server afterwards."""

from __future__ import annotations

import os
from datetime import datetime

from django.utils import timezone
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags

from guichet.channels import ledger
from guichet.channels.models import Mailbox

TIMEOUT = 30
# One round's share; the next one takes the rest.
BATCH = 500
_IMAP_SSL = 993


class Trouble(Exception):
    """The mailbox could not be read; the text says what the server said."""


def fetch(mailbox: Mailbox, *, now: datetime) -> int:
    """Store what is new in the mailbox; how many messages. What went wrong is shown beside the mailbox."""
    try:
        with opened(mailbox) as server:
            count = _take(mailbox, server, now=now)
    except Exception as error:
        mailbox.checked_at, mailbox.trouble = now, f"{type(error).__name__}: {error}"[:300]
        mailbox.save(update_fields=["checked_at", "trouble"])
        raise Trouble(mailbox.trouble) from error
    mailbox.checked_at, mailbox.trouble = now, ""
    mailbox.save(update_fields=["checked_at", "trouble", "uid_validity", "last_uid"])
    return count


def opened(mailbox: Mailbox) -> BaseMailBox:
    """The server's folder, signed in."""
    secret = os.environ.get(mailbox.password_variable, "") if mailbox.password_variable else ""
    if not secret:
        raise Trouble(f"{mailbox.password_variable or 'password'}: not set in the environment")
    kind = MailBox if mailbox.port == _IMAP_SSL else MailBoxUnencrypted
    server: BaseMailBox = kind(mailbox.host, port=mailbox.port, timeout=TIMEOUT)
    return server.login(mailbox.user or mailbox.address, secret, initial_folder=mailbox.folder)


def _take(mailbox: Mailbox, server: BaseMailBox, *, now: datetime) -> int:
    validity = int(server.folder.status(mailbox.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    if mailbox.uid_validity != validity:
        # The server numbers anew: everything is looked at again, and what we have is known by what it says.
        mailbox.uid_validity, mailbox.last_uid = validity, 0
    # The last one is always among those from n on, however small it is.
    found = sorted(int(text) for text in server.uids(f"UID {mailbox.last_uid + 1}:*"))
    new = [uid for uid in found if uid > mailbox.last_uid][:BATCH]
    for uid in new:
        raw = _raw(server, uid)
        if raw is not None:
            key = f"imap:{mailbox.pk}:{validity}:{uid}"
            ledger.receive(raw=raw, source_key=key, now=timezone.now(), mailbox=mailbox, envelope_to=mailbox.address)
            _done(mailbox, server, uid)
        mailbox.last_uid = uid
        mailbox.save(update_fields=["uid_validity", "last_uid"])
    return len(new)


def _raw(server: BaseMailBox, uid: int) -> bytes | None:
    """The message's bytes, without marking it as read; None where it is gone meanwhile."""
    _status, answer = server.client.uid("FETCH", str(uid), "(BODY.PEEK[])")
    return next((bytes(item[1]) for item in answer if isinstance(item, tuple)), None)


def _done(mailbox: Mailbox, server: BaseMailBox, uid: int) -> None:
    if mailbox.done_folder:
        if not server.folder.exists(mailbox.done_folder):
            server.folder.create(mailbox.done_folder)
        server.move(str(uid), mailbox.done_folder)
    else:
        server.flag(str(uid), MailMessageFlags.SEEN, True)
