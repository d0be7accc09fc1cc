"""Transfer encodings undone, however damaged: what can be read is read, and never an exception."""

from __future__ import annotations

import binascii
import re

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_OTHERS = bytes(set(range(256)) - set(_ALPHABET) - set(b"="))
_PADDED = re.compile(rb"[^=]+=*")
_GOES_ON = re.compile(rb"\s*(?:[A-Za-z0-9+/]{4,}=*[ \t]*(?:[\r\n]+|$))+\s*")
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
    """With garbage, without padding, or in several pieces each padded; text that is no base64 stays as it is."""
    head, mark, rest = raw.partition(b"=")
    rest = rest.lstrip(b"= \t\r\n") if mark else b""
    if not rest:
        kept = head.translate(None, _OTHERS)
        dropped = len(head) - len(kept) - head.count(b"\n") - head.count(b"\r") - head.count(b" ") - head.count(b"\t")
        if dropped > 8 and dropped * 12 > len(kept):
            return raw
        if not dropped and head.count(b" ") * 12 > len(kept):
            return raw
        return _piece(kept)
    out = [_piece(head.translate(None, _OTHERS))]
    if _GOES_ON.fullmatch(rest):
        out += [_piece(piece.translate(None, _OTHERS)) for piece in _PADDED.findall(rest)]
    elif b" " in head.strip() or len(rest) > len(head):
        return raw if _no_base64(raw) else binascii_loosely(raw)
    return b"".join(out)


def _no_base64(raw: bytes) -> bool:
    kept = len(raw.translate(None, _OTHERS + b"="))
    return (len(raw) - kept) * 8 > kept


def binascii_loosely(raw: bytes) -> bytes:
    return b"".join(_piece(piece.translate(None, _OTHERS)) for piece in _PADDED.findall(raw))


def _piece(kept: bytes) -> bytes:
    kept = kept.rstrip(b"=")
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
