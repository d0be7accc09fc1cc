"""Writes a mail as bytes from plain values (pure). Everything that is not ours to word is made harmless first.

Header lines are built here and not by the standard library's policies: those fold long Message-IDs into encoded words
that no mail program finds again. The result is ASCII with CRLF, ready for any server.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime

# What may come with a mail; the rest is offered as links.
ATTACHED_MAX_BYTES = 5 * 1024 * 1024
INSTANCE_HEADER = "X-Guichet-Instance"
NOTICE, ACKNOWLEDGEMENT, BY_HAND = "auto-generated", "auto-replied", ""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\u202a-\u202e\u2066-\u2069]+")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,480}>")
_ATOMS = re.compile(r"[A-Za-z0-9 !#$%&'*+/=?^_`{|}~-]+")
_TYPE = re.compile(r"(?!message/|multipart/)[a-z]{1,16}/[a-z0-9][a-z0-9.+-]{0,80}")
_URL = re.compile(r"https?://[!-;=?-~]{1,1000}")
_METHODS = {"REQUEST", "CANCEL", "PUBLISH"}
_SUBJECT_LIMIT = 250
_NAME_LIMIT = 120
_REFERENCES_KEPT = 20
_LINE = policy.compat32.clone(linesep="\r\n", max_line_length=0)


class UnwritableError(ValueError):
    """An address or identifier that no mail can carry; the message names it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with the mail."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Invitation:
    """A calendar that goes with the mail as one more form of what it says. `method` is the calendar's own."""

    method: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says and how it is addressed. `automatic` is one of NOTICE, ACKNOWLEDGEMENT and BY_HAND."""

    sender_name: str
    sender_address: str
    to_name: str
    to_address: str
    reply_to: str
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    instance: str
    automatic: str = NOTICE
    # The thread, oldest first; the last one is what this answers.
    references: Sequence[str] = ()
    # Where the reader can have no more of these; "" where they can't.
    unsubscribe: str = ""
    language: str = ""
    attachments: Sequence[Attachment] = ()
    invitation: Invitation | None = None


def compose(letter: Letter) -> bytes:
    """The whole mail. UnwritableError where an address or the Message-ID is none."""
    body = _body(letter)
    for name, value in _headers(letter):
        body[name] = value
    return body.as_bytes(policy=_LINE)


def subject_of(*, reference: str, title: str) -> str:
    return f"[{reference}] {line(title)}"


def line(text: str) -> str:
    """`text` on one line without anything that could end a header or turn its reading direction."""
    return re.sub(r" {2,}", " ", _CONTROLS.sub(" ", text)).strip()


def address(text: str) -> str:
    """The address as it can be written: an international domain in its ASCII form. UnwritableError when it is none."""
    local, at, domain = text.strip().rpartition("@")
    if at and not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise UnwritableError(f"not an address that mail can be sent to: {line(text)[:200]}") from error
    whole = f"{local}@{domain}"
    if not at or not _ADDRESS.fullmatch(whole) or ".." in whole or local[:1] == "." or local[-1:] == ".":
        raise UnwritableError(f"not an address that mail can be sent to: {line(text)[:200]}")
    return whole


def _headers(letter: Letter) -> Iterable[tuple[str, str]]:
    if not _MESSAGE_ID.fullmatch(letter.message_id):
        raise UnwritableError(f"not a Message-ID: {line(letter.message_id)[:200]}")
    yield "From", _mailbox(letter.sender_name, letter.sender_address)
    yield "To", _mailbox(letter.to_name, letter.to_address)
    yield "Reply-To", _mailbox(letter.sender_name, letter.reply_to)
    yield "Subject", _encoded(line(letter.subject)[:_SUBJECT_LIMIT], after="Subject: ")
    yield "Date", format_datetime(letter.date)
    yield "Message-ID", letter.message_id
    # A thread may hold what others wrote as their Message-ID: what is none is left out.
    thread = [known for known in letter.references if _MESSAGE_ID.fullmatch(known)]
    if thread:
        yield "In-Reply-To", thread[-1]
        yield "References", "\r\n ".join([*thread[:1], *thread[1:][-_REFERENCES_KEPT:]])
    if letter.language in {"fr", "en"}:
        yield "Content-Language", letter.language
    if letter.automatic in {NOTICE, ACKNOWLEDGEMENT}:
        yield "Auto-Submitted", letter.automatic
        yield "X-Auto-Response-Suppress", "All"
    if _URL.fullmatch(letter.unsubscribe):
        yield "List-Unsubscribe", f"<{letter.unsubscribe}>"
    yield INSTANCE_HEADER, re.sub(r"[^a-z0-9]", "", letter.instance)[:64]


def _mailbox(name: str, where: str) -> str:
    """`Name <address>`; the name quoted or encoded as it needs."""
    name = line(name)[:_NAME_LIMIT]
    if not name:
        return address(where)
    # Some programs decode what looks like an encoded word even between quotes: then it is encoded once more.
    if name.isascii() and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        phrase = name if _ATOMS.fullmatch(name) else f'"{quoted}"'
        return f"{phrase}\r\n <{address(where)}>" if len(phrase) > 50 else f"{phrase} <{address(where)}>"
    return f"{_encoded(name, after='Reply-To: ')} <{address(where)}>"


def _encoded(text: str, *, after: str) -> str:
    """Text of a header, folded; as RFC 2047's encoded words where it isn't plain."""
    plain = text.isascii() and "=?" not in text
    header = Header(text, "us-ascii" if plain else "utf-8", maxlinelen=75, header_name=after.rstrip(": "))
    return header.encode(linesep="\r\n")


def _body(letter: Letter) -> Message:
    """Text, HTML and the calendar as alternatives, the richest last; the files beside them."""
    both = MIMEMultipart("alternative")
    del both["MIME-Version"]
    both.attach(_words(letter.text, "plain"))
    both.attach(_words(letter.html, "html"))
    if letter.invitation is not None:
        both.attach(_calendar(letter.invitation))
    whole: Message = both
    if letter.attachments:
        whole = MIMEMultipart("mixed")
        del whole["MIME-Version"]
        whole.attach(both)
        for file in letter.attachments:
            whole.attach(_file(file))
    whole["MIME-Version"] = "1.0"
    return whole


def _words(text: str, subtype: str) -> Message:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    del part["MIME-Version"]
    encoding = Charset("utf-8")
    encoding.body_encoding = QP
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    part.set_payload(_NOT_IN_TEXT.sub("", text), encoding)
    return part


def _calendar(invitation: Invitation) -> Message:
    method = invitation.method if invitation.method in _METHODS else "PUBLISH"
    part = MIMENonMultipart("text", "calendar", charset="utf-8", method=method)
    del part["MIME-Version"]
    part.set_payload(encodebytes(invitation.content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    return part


def _file(file: Attachment) -> Message:
    kind = file.content_type if _TYPE.fullmatch(file.content_type) else "application/octet-stream"
    main, _, sub = kind.partition("/")
    part = MIMEBase(main, sub)
    del part["MIME-Version"]
    part.set_payload(encodebytes(file.content).decode("ascii"))
    part["Content-Transfer-Encoding"] = "base64"
    name = line(file.name).replace("/", "_").replace("\\", "_")[:_NAME_LIMIT] or "file"
    part.add_header("Content-Disposition", "attachment", filename=name if name.isascii() else ("utf-8", "", name))
    return part
