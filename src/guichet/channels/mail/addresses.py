"""Addresses, message ids and dates out of headers, in every form people's programs write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from guichet.channels.mail.headers import decoded, unwrapped

_PIECE = re.compile(r'=\?[^?\s]{0,80}\?[bBqQ]\?.*?\?=|"(?:[^"\\]|\\.)*"|<[^<>"]*>|[,;]|[^,;"<=]+|.', re.DOTALL)
_ANGLE = re.compile(r"<\s*([^<>]*?)\s*>")
_BARE = re.compile(r"[^\s<>@,;:\"'()\[\]\\]+@(?:\[[0-9a-fA-F.:IPv]+\]|[^\s<>@,;:\"'()\[\]\\]+)")
_ODD_LOCAL = re.compile(r'("(?:[^"\\]|\\.){1,64}"@[^\s<>@,;:"\'()]+)')
_COMMENT = re.compile(r"\(([^()]*)\)")
_GROUP = re.compile(r"^[^@<>:\"]{0,200}:(?!/)")
_ID = re.compile(r"<([^<>\s]{1,990})>")
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d))?)?(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?")
MOST = 2_000


@dataclass(slots=True)
class Address:
    email: str
    name: str


def addresses(value: str, *, hint: str = "") -> list[Address]:
    """Those of one header's raw value, in order; what holds no address is left out."""
    found: list[Address] = []
    waiting: list[str] = []
    for piece in _pieces(value):
        address = _address(piece, waiting, hint)
        if address is None:
            waiting.append(piece)
            continue
        waiting = []
        found += address
        if len(found) >= MOST:
            break
    return found


def _pieces(value: str) -> list[str]:
    """The value at its commas and semicolons, those within quotes, brackets and encoded words apart."""
    value = value[:200_000]
    if not ("," in value or ";" in value):
        return [value]
    pieces: list[str] = []
    current: list[str] = []
    for run in _PIECE.findall(value):
        if run in ",;":
            pieces.append("".join(current))
            current = []
        else:
            current.append(run)
    pieces.append("".join(current))
    return [piece.strip() for piece in pieces if piece.strip()]


def _address(piece: str, waiting: list[str], hint: str) -> list[Address] | None:
    """None when the piece holds none: it may be the first half of a name with a bare comma."""
    piece = piece.strip()
    if ":" in piece and (group := _GROUP.match(piece)):
        piece, waiting = piece[group.end() :].strip(), []
    if "@" not in piece:
        if "=?" in piece and "@" in (text := decoded(piece, hint=hint)) and "=?" not in text:
            return addresses(text)
        return None
    angles = [mark for mark in _ANGLE.finditer(piece) if "@" in mark[1]]
    if angles:
        mark = angles[-1]
        email = _email(mark[1], hint)
        name = piece[: mark.start()].strip() or piece[mark.end() :].strip()
        name = ", ".join([*waiting, name]) if waiting and name else name
        if email:
            return [Address(email, _name(name, email, hint))]
    email = _email(piece, hint)
    if not email:
        if "=?" in piece and "=?" not in (text := decoded(piece, hint=hint)):
            return addresses(text) or None
        return None
    if comment := _COMMENT.search(piece):
        inside = comment[1]
        name = piece[: comment.start()] if email in inside else inside
    else:
        name = decoded(piece, hint=hint).replace(email, " ")
    return [Address(email, _name(name, email, hint))]


def _email(text: str, hint: str) -> str:
    text = text.strip()
    if "=?" in text or not text.isascii():
        text = decoded(text, hint=hint)
    if text.lower().startswith("mailto:"):
        text = text[7:]
    if "(" in text and "@" in (outside := _COMMENT.sub("", text)):
        text = outside
    found = _ODD_LOCAL.search(text) if '"' in text else None
    found = found or _BARE.search(text) or _BARE.search(text.replace(" ", ""))
    return unwrapped(found[0]).strip(".'")[:320] if found else ""


def _name(text: str, email: str, hint: str) -> str:
    """What a person would read: quotes, escapes and a repeated address left out."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = unwrapped(decoded(text, hint=hint))
    for quote in "\"'":
        if len(text) > 1 and text[0] == text[-1] == quote and quote not in text[1:-1]:
            text = text[1:-1].strip()
    text = re.sub(r"\\(.)", r"\1", text) if "\\" in text else text
    text = text.replace(f"<{email}>", "").strip("<>\t ") if "<" in text or ">" in text else text
    if text.strip("'\"() ").lower() == email.lower():
        return ""
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        text = text[1:-1]
    return text[:500]


def bare_word(value: str) -> str:
    """A sender without a domain, as local systems write it (MAILER-DAEMON, root)."""
    found = re.search(r"[A-Za-z0-9._+-]{2,64}", _COMMENT.sub(" ", decoded(value[:2_000])))
    return found[0] if found else ""


def message_ids(value: str) -> list[str]:
    """With their brackets, in order, none twice; a single one without brackets gets them."""
    ids = [f"<{unwrapped(each)}>" for each in _ID.findall(value)]
    if not ids and (bare := value.strip().strip("<>").strip()) and not re.search(r"\s", bare) and len(bare) < 990:
        ids = [f"<{unwrapped(bare)}>"]
    ids = list(dict.fromkeys(each for each in ids if len(each) > 2))
    return ids if len(ids) <= 100 else [*ids[:20], *ids[-80:]]


def moment(value: str) -> datetime | None:
    """A date however it is written; without a zone it is taken for UTC."""
    value = value.strip()[:200]
    if not value:
        return None
    try:
        if read := parsedate_tz(value):
            zone = max(-86_340, min(86_340, read[9] or 0))
            full = read[0] + (0 if read[0] > 999 else 2000 if read[0] < 69 else 1900)
            at = datetime(full, *read[1:5], second=min(read[5], 59), tzinfo=timezone(timedelta(seconds=zone)))
            return at.astimezone(UTC)
        if iso := _ISO.search(value):
            sign = iso[7] if iso[7] and iso[7] != "Z" else "+0000"
            offset = timedelta(hours=int(sign[1:3]), minutes=int(sign[-2:]))
            zone_ = timezone(-offset if sign[0] == "-" else offset)
            year, month, day, hour, minute, second = (int(iso[n] or 0) for n in range(1, 7))
            return datetime(year, month, day, hour, minute, second, tzinfo=zone_).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return None
