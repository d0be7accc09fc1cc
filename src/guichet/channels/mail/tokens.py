"""Signed tokens that say which ticket and which person a mail belongs to (pure).

They stand in our Message-IDs and in the plus part of the reply address, and survive what mail does to both: only
`a`–`z` and `2`–`7`, the same in capitals, short enough for a local part of 64 characters. Nobody makes one without
the installation's key, and a token is worth nothing but for the person it was made for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_SIGNATURE_BYTES = 10
_LOCAL_LIMIT = 64
# A ticket and a person take one byte each at least, nine at most.
_CANDIDATE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{20,45}(?![A-Za-z0-9])")
# Nobody refers to more messages than this; whoever writes more wants us busy.
_CANDIDATES = 500
_TEXT_LIMIT = 200_000
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Token:
    """Which ticket, and to whom we wrote."""

    ticket: int
    person: int


def issue(*, key: bytes, ticket: int, person: int) -> str:
    if not (0 <= ticket <= _LARGEST and 0 <= person <= _LARGEST):
        raise ValueError("a token is for whole numbers that the database holds")
    packed = _packed(ticket) + _packed(person)
    return _written(_signature(key, packed) + packed)


def read(text: str, *, key: bytes) -> Token | None:
    """What a token says; None for anything that was not issued with this key, to the letter."""
    if not _CANDIDATE.fullmatch(text):
        return None
    text = text.lower()
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except ValueError:
        return None
    if _written(raw) != text:
        return None
    signature, packed = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, packed)):
        return None
    ticket, rest = _unpacked(packed)
    person, rest = _unpacked(rest)
    return Token(ticket=ticket, person=person)


def found_in(text: str, *, key: bytes) -> list[Token]:
    """Every token in a References header or a list of addresses, in order, each once."""
    found: dict[Token, None] = {}
    for count, candidate in enumerate(_CANDIDATE.finditer(text[:_TEXT_LIMIT])):
        if count >= _CANDIDATES:
            break
        token = read(candidate.group(), key=key)
        if token is not None:
            found.setdefault(token)
    return list(found)


def message_id(*, token: str, unique: str, domain: str) -> str:
    """`<unique.token@domain>`. `unique` tells the messages of one token apart; the same gives the same."""
    digest = base64.b32encode(hashlib.sha256(unique.encode()).digest()[:5]).decode().lower()
    return f"<{digest}.{token}@{domain}>"


def plus_address(address: str, token: str) -> str:
    """`desk+token@example.org`: where the person's answer comes in. The address itself where that would be too long."""
    local, _, domain = address.rpartition("@")
    whole = f"{local}+{token}"
    return f"{whole}@{domain}" if len(whole) <= _LOCAL_LIMIT else address


def _signature(key: bytes, packed: bytes) -> bytes:
    return hmac.new(key, b"1" + packed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _written(raw: bytes) -> str:
    return base64.b32encode(raw).decode().rstrip("=").lower()


def _packed(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    packed = bytearray()
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _unpacked(packed: bytes) -> tuple[int, bytes]:
    """Called only on what we signed, which is well formed."""
    number = 0
    for index, byte in enumerate(packed):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, packed[index + 1 :]
    return number, b""
