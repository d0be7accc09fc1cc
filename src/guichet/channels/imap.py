"""Messages that we fetch: stored and committed here first, marked or moved on the server afterwards.

A server may be slow, dead or lying. Each step has a limit, the connection to the database is given back before each
wait, and what goes wrong is shown beside the mailbox without what we signed in with.
"""

from __future__ import annotations

import contextlib
import imaplib
import logging
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import datetime

from django.utils import timezone
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    MailboxFetchError,
    MailboxFlagError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from imap_tools.utils import check_command_status

from guichet.channels import ledger, oauth
from guichet.channels.listing import raw_of
from guichet.channels.models import Auth, Contact, Mailbox
from guichet.lib.database import give_back
from guichet.lib.outside import InsideError, check_host, check_peer
from guichet.lib.text import one_line

log = logging.getLogger(__name__)

# For each answer of a server.
TIMEOUT = 10
# One round's share; the next one takes the rest.
BATCH = 500
# A server that refuses more than this refuses everything.
_REFUSALS = 20
_IMAP_SSL = 993
# Only this machine itself is spoken to without encryption.
_HERE = {"localhost", "127.0.0.1", "::1"}


class Trouble(Exception):
    """The mailbox could not be read; the text says what the server said."""


class Unwelcome(Exception):
    """The server does not take what we sign in with."""


def fetch(mailbox: Mailbox, *, now: datetime) -> int:
    """Store what is new in the mailbox; how many messages. What went wrong is shown beside the mailbox."""
    with reported(mailbox, now=now):
        server = signed_in(mailbox)
        try:
            count = take(mailbox, server)
            with contextlib.suppress(Exception):
                server.logout()
        finally:
            hang_up(server)
    return count


@contextlib.contextmanager
def reported(mailbox: Mailbox, *, now: datetime, ended: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """What is done inside was the last look at the mailbox; whatever goes wrong is its Trouble.

    Unless it has `ended` meanwhile: that we hang up says nothing about the server.
    """
    try:
        yield
    except Exception as error:
        worded = isinstance(error, oauth.Refusal | Unwelcome | InsideError)
        said = str(error) if worded else f"{type(error).__name__}: {error}"
        trouble = _without_secrets(mailbox, one_line(said))[:300]
        if not ended():
            _note(mailbox, checked_at=now, trouble=trouble)
        raise Trouble(trouble) from error
    _note(mailbox, checked_at=now, trouble="")


def signed_in(mailbox: Mailbox) -> BaseMailBox:
    """The server's folder, opened. A token that was kept and no longer does is got anew, once."""
    give_back()
    if mailbox.auth == Auth.PASSWORD:
        return _signed_in(mailbox, oauth.secret(mailbox.password_variable))
    if token := oauth.kept(mailbox):
        with contextlib.suppress(Unwelcome):
            return _signed_in(mailbox, token)
    return _signed_in(mailbox, oauth.obtained(mailbox))


def take(mailbox: Mailbox, server: BaseMailBox) -> int:
    """Store what is new, and mark or move it; how many messages. At most BATCH of them.

    What the server won't give now keeps nobody behind it waiting, and is asked for again in the next round.
    """
    give_back()
    validity = int(server.folder.status(mailbox.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    if mailbox.uid_validity != validity:
        # The server numbers anew: everything is looked at again, and what we have is known by what it says.
        mailbox.uid_validity, mailbox.last_uid = validity, 0
    # The last one is always among those from n on, however small it is.
    found = sorted(int(text) for text in server.uids(f"UID {mailbox.last_uid + 1}:*"))
    refused: list[MailboxFetchError] = []
    taken = 0
    for uid in (uid for uid in found if uid > mailbox.last_uid):
        if taken >= BATCH or len(refused) > _REFUSALS:
            break
        key = mailbox.source_key(folder=mailbox.folder, validity=validity, uid=uid)
        # Beyond one that was refused the same ones are looked at in each round.
        if refused and Contact.objects.filter(source_key=key).exists():
            continue
        try:
            _take(mailbox, server, uid=uid, key=key)
        except MailboxFetchError as refusal:
            refused.append(refusal)
            continue
        taken += 1
        if not refused:
            _note(mailbox, uid_validity=validity, last_uid=uid)
    if refused:
        raise refused[0]
    return taken


def _take(mailbox: Mailbox, server: BaseMailBox, *, uid: int, key: str) -> None:
    give_back()
    raw = raw_of(server, uid=uid)
    if raw is not None:
        ledger.receive(raw=raw, source_key=key, now=timezone.now(), mailbox=mailbox, envelope_to=mailbox.address)
        give_back()
        _done(mailbox, server, uid)


def hang_up(server: BaseMailBox) -> None:
    """End the connection without another word."""
    with contextlib.suppress(Exception):
        server.client.shutdown()


def cut(server: BaseMailBox) -> None:
    """End whatever another thread waits for on this connection; that thread hangs up."""
    with contextlib.suppress(OSError):
        server.client.sock.shutdown(socket.SHUT_RDWR)


def _signed_in(mailbox: Mailbox, secret: str) -> BaseMailBox:
    server = _connected(mailbox)
    user = mailbox.user or mailbox.address
    try:
        if mailbox.auth != Auth.PASSWORD:
            _by_token(server, user=user, token=secret)
        elif (user + secret).isascii():
            server.login(user, secret, initial_folder=None)
        else:
            server.login_utf8(user, secret, initial_folder=None)
        # Many servers say what they can do only to those whom they know.
        _status, [able, *_rest] = server.client.capability()
        server.client.capabilities = tuple(able.decode("ascii", "replace").upper().split())
        server.folder.set(mailbox.folder)
    except MailboxLoginError as error:
        hang_up(server)
        raise Unwelcome(str(error)) from error
    except BaseException:
        hang_up(server)
        raise
    return server


def _connected(mailbox: Mailbox) -> BaseMailBox:
    check_host(mailbox.host, port=mailbox.port)
    server = _greeted(mailbox)
    try:
        check_peer(server.client.sock, host=mailbox.host)
    except BaseException:
        hang_up(server)
        raise
    return server


def _greeted(mailbox: Mailbox) -> BaseMailBox:
    if mailbox.host in _HERE and mailbox.port != _IMAP_SSL:
        return MailBoxUnencrypted(mailbox.host, port=mailbox.port, timeout=TIMEOUT)
    # imaplib's own context believes any certificate.
    context = ssl.create_default_context()
    kind = MailBox if mailbox.port == _IMAP_SSL else MailBoxStartTls
    return kind(mailbox.host, port=mailbox.port, timeout=TIMEOUT, ssl_context=context)


def _by_token(server: BaseMailBox, *, user: str, token: str) -> None:
    """XOAUTH2, as Microsoft and Google have it."""
    said: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        said.append(challenge)
        # A second challenge is the reason of a refusal, to be acknowledged with nothing.
        return b"" if len(said) > 1 else f"user={user}\1auth=Bearer {token}\1\1".encode()

    try:
        server.client.authenticate("XOAUTH2", answer)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        why = b" ".join(said[1:]).decode("utf-8", "replace")
        raise Unwelcome(f"{error} {why}".strip()) from error


def _done(mailbox: Mailbox, server: BaseMailBox, uid: int) -> None:
    """Mark or move it. A server that refuses keeps nobody from the messages behind it: this one is ours already."""
    try:
        if mailbox.done_folder:
            if not server.folder.exists(mailbox.done_folder):
                server.folder.create(mailbox.done_folder)
            server.move(str(uid), mailbox.done_folder)
        else:
            # Not imap_tools' flag(): it also purges what others have only marked as deleted.
            answer = server.client.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            check_command_status(answer, MailboxFlagError)
    except UnexpectedCommandStatusError as refusal:
        log.warning("%s: message %s is ours, but the server will not mark or move it: %s", mailbox, uid, refusal)


def _note(mailbox: Mailbox, **values: object) -> None:
    """Keep that with the mailbox, unless it has become another one meanwhile: that one is numbered otherwise."""
    for name, value in values.items():
        setattr(mailbox, name, value)
    Mailbox.objects.filter(pk=mailbox.pk, **mailbox.place).update(**values)


def _without_secrets(mailbox: Mailbox, text: str) -> str:
    """A server may repeat what it was told."""
    variables = (mailbox.password_variable, mailbox.secret_variable, mailbox.refresh_variable)
    for known in (*(os.environ.get(name, "") for name in variables if name), oauth.kept(mailbox)):
        if known:
            text = text.replace(known, "…")
    return text
