"""Transfer encodings undone, however damaged: what can be read is read, and never an exception."""

from __future__ import annotations

import binascii
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHERS = bytes(set(range(256)) - set(_ALPHABET))
_PADDED = re.compile(rb"([^=]+)(=*)")
_BEGIN = re.compile(rb"(?:^|\n)begin [0-7]{3,4} [^\r\n]*\r?\n")


def undone(raw: bytes, encoding: str) -> bytes:
    name = encoding.strip(" \t\"';").lower()
    if name.startswith("quoted") or name == "qp":
        return binascii.a2b_qp(raw)
    if name.startswith("base64") or name in {"b", "base-64", "b64"}:
        return base64(raw)
    if name.partition(" ")[0] in {"x-uuencode", "uuencode", "uue", "x-uue"}:
        return uuencoded(raw)
    return raw


def base64(raw: bytes) -> bytes:
    """With garbage, without padding, or in several pieces each padded; words that are no base64 stay as they are."""
    out: list[bytes] = []
    held: list[bytes] = []
    length = 0
    for number, found in enumerate(_PADDED.finditer(raw)):
        if _words(found[1]):
            if number == 0:
                return raw
            break  # a footer someone added
        kept = found[1].translate(None, _OTHERS)
        held.append(kept)
        length += len(kept)
        if (length + len(found[2])) % 4 == 0:  # padding that pads nothing is one more piece of garbage
            out.append(_piece(b"".join(held)))
            held, length = [], 0
    return b"".join([*out, _piece(b"".join(held))])


def _words(data: bytes) -> bool:
    """Whether this is rather prose: spaces and signs that base64 does not have."""
    kept = len(data.translate(None, _OTHERS))
    others = len(data.translate(None, b"\r\n\t=")) - kept
    return others > 4 and others * 10 > kept


def _piece(kept: bytes) -> bytes:
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def uuencoded(raw: bytes) -> bytes:
    """Without a "begin" line it is no such thing and stays as it is."""
    begin = _BEGIN.search(raw)
    if begin is None:
        return raw
    out: list[bytes] = []
    for line in raw[begin.end() :].splitlines():
        if line.strip() == b"end":
            break
        if not line:
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders write trailing garbage
            try:
                out.append(binascii.a2b_uu(line[: wanted + 1]))
            except binascii.Error:
                continue
    return b"".join(out)
