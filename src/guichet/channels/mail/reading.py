"""A message as Guichet understands it: who wrote it to whom, what is new in it, what hangs on it, what kind it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from urllib.parse import unquote

from guichet.channels.mail import calendar, names, tnef
from guichet.channels.mail.addresses import Address, addresses, bare_word, message_ids, moment
from guichet.channels.mail.bodies import Bodies, bodies
from guichet.channels.mail.bounces import Bounce, bounces
from guichet.channels.mail.headers import Headers, decoded, unwrapped
from guichet.channels.mail.kinds import NOBODY, Kind, Ours, kind_of
from guichet.channels.mail.parts import LIMITS, Limits, Part, split
from guichet.channels.mail.reply import separate, separate_html
from guichet.channels.mail.safe_html import safe, text_of

__all__ = ["Address", "Attached", "Mail", "read"]

_DELIVERED = (
    *("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to", "apparently-to"),
)
_SMIME = {f"application/{x}pkcs7-{kind}" for x in ("", "x-") for kind in ("mime", "signature")}
_PGP = {"application/pgp-encrypted", "application/pgp-signature"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_ARMOUR = ("-----BEGIN PGP MESSAGE-----", "-----BEGIN PGP SIGNED MESSAGE-----")
_SHOWN = re.compile(r'src="cid:([^"]{1,500})"', re.IGNORECASE)
_NO_CONTENT = {"multipart/signed", "multipart/encrypted"}


@dataclass(slots=True)
class Attached:
    name: str
    content_type: str
    content: bytes
    inline: bool
    content_id: str


@dataclass(slots=True)
class Mail:
    sender: Address | None
    reply_to: list[Address]
    to: list[Address]
    cc: list[Address]
    delivered_to: list[str]
    subject: str
    date: datetime | None
    message_id: str
    references: list[str]
    headers: Headers
    text: str
    html: str
    new_text: str
    attachments: list[Attached]
    kind: Kind
    reason: str
    bounces: list[Bounce]
    protected: str  # "", "smime", "pgp"
    defects: list[str] = field(default_factory=list)


def read(raw: bytes, *, ours: Ours = NOBODY, limits: Limits = LIMITS) -> Mail:
    """Understands what it can of any bytes; what it can't is noted in `defects`."""
    root = split(raw, limits=limits)
    headers = root.headers
    hint = root.hint
    verdict = kind_of(root, ours=ours)
    content = bodies(root)
    attachments, inner = _attachments(content)
    _fill(content, inner)
    ids = message_ids(headers.first("message-id"))
    references = [each for name in ("references", "in-reply-to") for each in message_ids(" ".join(headers.every(name)))]
    return Mail(
        sender=_sender(headers, hint),
        reply_to=_all(headers, "reply-to", hint),
        to=_all(headers, "to", hint),
        cc=_all(headers, "cc", hint),
        delivered_to=_delivered(headers),
        subject=unwrapped(decoded(headers.first("subject"), hint=hint)),
        date=moment(headers.text("date")),
        message_id=ids[0] if ids else "",
        references=list(dict.fromkeys(references)),
        headers=headers,
        text=content.text,
        html=content.html,
        new_text=_new(content),
        attachments=attachments,
        kind=verdict.kind,
        reason=verdict.reason,
        bounces=bounces(root) if verdict.kind == Kind.BOUNCE else [],
        protected=_protected(root, content.text),
        defects=root.defects,
    )


def _sender(headers: Headers, hint: str) -> Address | None:
    for name in ("from", "sender", "return-path"):
        if found := _all(headers, name, hint):
            return found[0]
    word = bare_word(headers.first("from"))
    return Address(word, unwrapped(decoded(headers.first("from"), hint=hint))) if word else None


def _all(headers: Headers, name: str, hint: str) -> list[Address]:
    return [each for value in headers.every(name) for each in addresses(value, hint=hint)]


def _delivered(headers: Headers) -> list[str]:
    found = [each.email for name in _DELIVERED for value in headers.every(name) for each in addresses(value)]
    return list(dict.fromkeys(found))


def _new(content: Bodies) -> str:
    """The part that is new; of a message that only has HTML the markup knows best where it ends."""
    if content.only_html and (part := separate_html(content.html)) is not None and (text := text_of(part).strip()):
        return separate(text).new
    return separate(content.text).new


def _fill(content: Bodies, inner: list[tnef.Tnef]) -> None:
    """A message whose only words are in its winmail.dat or its invitation says those."""
    for each in inner:
        if not content.text.strip() and (each.text.strip() or each.html.strip()):
            content.html = safe(each.html)
            content.text = each.text.strip("\n") if each.text.strip() else text_of(content.html)
    if not content.text.strip():
        said = next((p for p in content.attachments if p.content_type in {"text/calendar", "application/ics"}), None)
        content.text = calendar.summary(said.text()) if said else content.text


def _attachments(content: Bodies) -> tuple[list[Attached], list[tnef.Tnef]]:
    found: list[Attached] = []
    inner: list[tnef.Tnef] = []
    shown = {unquote(unescape(each)) for each in _SHOWN.findall(content.html)} if "cid:" in content.html else set()
    for part in content.attachments:
        if part.content_type in _TNEF or part.filename.lower() == "winmail.dat":
            opened = tnef.opened(part.content())
            if opened and (opened.files or opened.text or opened.html):
                inner.append(opened)
                for file in opened.files:
                    kind = file.content_type or "application/octet-stream"
                    name = names.tidy(file.name) or names.given(kind, len(found) + 1)
                    found.append(Attached(name, kind, file.content, False, unwrapped(file.content_id)))
                continue
        found.append(_attached(part, len(found) + 1, shown))
    return found, inner


def _attached(part: Part, number: int, shown: set[str]) -> Attached:
    subject = part.parts[0].headers.text("subject") if part.parts and not part.multipart else ""
    name = names.tidy(part.filename) or names.given(part.content_type, number, subject=subject)
    picture = part.disposition == "inline" and part.content_type.startswith("image/")
    inline = picture or (bool(part.content_id) and unquote(part.content_id) in shown)
    content = part.raw if part.cut else part.content()
    return Attached(name, part.content_type, content, inline, part.content_id)


def _protected(root: Part, text: str) -> str:
    for part in root.walk():
        if part.content_type in _SMIME:
            return "smime"
        if part.content_type in _PGP:
            return "pgp"
        if part.content_type in _NO_CONTENT and "protocol" in part.parameters:
            return "smime" if "pkcs7" in part.parameters["protocol"].lower() else "pgp"
        if part.parts and not part.multipart:
            break
    return "pgp" if "-----BEGIN PGP" in text and any(mark in text for mark in _ARMOUR) else ""
