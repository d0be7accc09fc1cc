"""Headers as they are found: fields, encoded words (RFC 2047), parameters (RFC 2231). Never refuses anything."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from guichet.channels.mail.charsets import clean, decode

FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_WHOLE = re.compile(rb"([!-9;-~]{1,200})[ \t]*:([^\r\n]*+(?:\r?\n[ \t][^\r\n]*+)*+)\r?\n")
_EOL = re.compile(rb"\r*\n|\r(?!\n)")
_FOLD = re.compile(r"\r*\n|\r")
_WORD = re.compile(r"=\?([^?\s]{0,80})\?([bBqQ])\?")
_UNESCAPE = re.compile(r"\\([\"\\])")
_PARAMETER = re.compile(r"[;\s]*([^=;\s\"]{1,80})\s*=\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)("|$)', re.DOTALL)
_NEXT = re.compile(r"\s*(?:;|$|[\w*-]{1,40}\s*=)")
_SPACES = re.compile(r"\s+")
_WELL_KNOWN = re.compile(
    rb"(?i)(?:from|to|cc|subject|date|message-id|received|return-path|reply-to|sender|mime-version|delivered-to"
    rb"|content-[a-z-]{2,30}"
    rb"|x-[a-z0-9-]{1,60}|references|in-reply-to|list-[a-z-]{2,20}|dkim-signature|importance)[ \t]*:"
)
VALUE_MOST = 65_536
FIELDS_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in their order: lower-case name, unfolded raw value (eight-bit bytes as surrogate escapes)."""

    items: tuple[tuple[str, str], ...]
    _index: dict[str, list[str]] = field(init=False, repr=False, compare=False)
    _texts: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, list[str]] = {}
        for name, value in self.items:
            index.setdefault(name, []).append(value)
        object.__setattr__(self, "_index", index)
        object.__setattr__(self, "_texts", {})

    def first(self, name: str) -> str:
        """The first that says anything, "" when there is none."""
        for value in self._index.get(name.lower(), ()):
            if value:
                return value
        return ""

    def every(self, name: str) -> list[str]:
        return list(self._index.get(name.lower(), ()))

    def text(self, name: str) -> str:
        """The first one, decoded, on one line."""
        if name not in self._texts:
            self._texts[name] = unwrapped(decoded(self.first(name)))
        return self._texts[name]


def unwrapped(text: str) -> str:
    return _SPACES.sub(" ", clean(text)).strip()


def to_bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


def decoded(value: str, *, hint: str = "") -> str:
    """Encoded words and raw eight-bit text of a header's value as text."""
    if "=?" not in value:
        return _plain(value, hint)
    out: list[str] = []
    held, charset = b"", ""  # adjacent words of one charset are decoded together: characters get split between them
    position = 0
    while (found := _WORD.search(value, position)) is not None:
        end = value.find("?=", found.end())
        between = value[position : found.start()]
        if between.strip():
            out += [decode(held, charset), _plain(between, hint)]
            held = b""
        elif not held:
            out.append(between if not out else "")
        body = value[found.end() : end if end >= 0 else len(value)]
        if held and charset.lower() != found[1].lower():
            out.append(decode(held, charset))
            held = b""
        held, charset = held + _word(body, found[2]), found[1]
        position = end + 2 if end >= 0 else len(value)
    out += [decode(held, charset), _plain(value[position:], hint)]
    return "".join(out)


def _plain(value: str, hint: str) -> str:
    return value if value.isascii() else decode(to_bytes(value), hint=hint)


def _word(body: str, encoding: str) -> bytes:
    data = to_bytes(body)
    if encoding in "qQ":
        return binascii.a2b_qp(data.replace(b"\r", b"").replace(b"\n", b""), header=True)
    data = data.translate(None, b" \t\r\n=")
    data = data[:-1] if len(data) % 4 == 1 else data
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return to_bytes(body)


def block(source: bytes, start: int, end: int) -> tuple[Headers, int, list[str]]:
    """The fields that stand at `start`, where the body begins, and what was wrong with them."""
    items: list[tuple[str, str]] = []
    defects: list[str] = []
    name, lines, size = "", [b""], 0
    position = start
    while position < end:
        if (whole := _WHOLE.match(source, position, end)) and whole.end() - position < VALUE_MOST:
            if name:
                _add(items, name, lines, defects)
            value = whole[2]
            name, size = whole[1].decode("ascii").lower(), len(value)
            lines = [value.replace(b"\r\n", b"").replace(b"\n", b"") if b"\n" in value else value]
            position = whole.end()
            continue
        stop = _EOL.search(source, position, end)
        line_end, following = (stop.start(), stop.end()) if stop else (end, end)
        if line_end == position:
            position = following
            break
        if source[position] in b" \t" and name:
            if size < VALUE_MOST:
                lines.append(source[position:line_end])
            size += line_end - position
        elif found := FIELD.match(source, position, line_end):
            if name:
                _add(items, name, lines, defects)
            name = found[1].decode("ascii").lower()
            lines, size = [source[found.end() : min(line_end, found.end() + VALUE_MOST)]], line_end - found.end()
        elif name and not _more_follow(source, following, end):
            break  # the empty line is missing: this is the body's first
        elif not name and not (position == start and _WELL_KNOWN.match(source, following, end)):
            return Headers(()), start, ["no headers"]
        else:
            defects.append("a line among the headers is none")
        position = following
    if name:
        _add(items, name, lines, defects)
    return Headers(tuple(items)), position, defects


def _add(items: list[tuple[str, str]], name: str, lines: list[bytes], defects: list[str]) -> None:
    raw = b"".join(lines)
    if len(raw) > VALUE_MOST:
        raw = raw[:VALUE_MOST]
        defects.append("a header is too long")
    if len(items) < FIELDS_MOST:
        items.append((name, raw.decode("ascii", "surrogateescape").strip()))
    elif len(items) == FIELDS_MOST:
        defects.append("too many headers")
        items.append(("x-guichet-cut", ""))


def _more_follow(source: bytes, position: int, end: int) -> bool:
    """Whether a header without doubt comes before the empty line, so that this line was only a broken one.

    A long value wrapped without its indent is many lines without spaces; prose is the body's beginning.
    """
    prose = 0
    for _ in range(300):
        if _WELL_KNOWN.match(source, position, end):
            return True
        stop = _EOL.search(source, position, end)
        if stop is None or stop.start() == position or prose > 4:
            return False
        prose += b" " in source[position : stop.start()]
        position = stop.end()
    return False


def parameters(value: str, *, hint: str = "") -> tuple[str, dict[str, str]]:
    """What stands before the first semicolon, in lower case, and the parameters after it."""
    main, found = _often(value, hint) if len(value) < 60 else _parameters(value, hint)
    return main, dict(found)


@lru_cache(maxsize=512)
def _often(value: str, hint: str) -> tuple[str, dict[str, str]]:
    return _parameters(value, hint)


def _parameters(value: str, hint: str) -> tuple[str, dict[str, str]]:
    head, _, rest = value.partition(";")
    main, _, spill = head.strip().partition(" ")
    if not rest and not spill:
        return main.lower(), {}
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, str]]] = {}
    for name, given in _pairs(f"{spill};{rest}" if "=" in spill else rest):
        base, star, tail = name.partition("*")
        if not star:
            plain.setdefault(name, given)
            continue
        number, _, extended = tail.partition("*")
        order = int(number) if number.isdecimal() and len(number) < 5 else 0
        pieces.setdefault(base, []).append(
            (order, star == "*" and (not tail or tail.endswith("*") or bool(extended)), given)
        )
    found = {name: given if name == "boundary" else clean(decoded(given, hint=hint)) for name, given in plain.items()}
    for base, some in pieces.items():
        found[base] = _joined(some) or found.get(base, "")
    return main.lower(), found


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    position = 0
    while len(pairs) < 200 and position < len(text):
        found = _PARAMETER.match(text, position)
        if found is None:
            following = text.find(";", position)
            if following < 0:
                break
            position = following + 1
            continue
        name = found[1].lower()
        value, position = _value(text, found.end(), named="name" in name)
        pairs.append((name, value))
    return pairs


def _value(text: str, position: int, *, named: bool) -> tuple[str, int]:
    quoted = _QUOTED.match(text, position)
    if quoted and (not quoted[2] or _NEXT.match(text, quoted.end())):
        return _UNESCAPE.sub(r"\1", quoted[1]).strip(), quoted.end()
    end = text.find(";", position)
    end = len(text) if end < 0 else end
    value = text[position:end].strip()
    if not named and not quoted:
        value = value.split(None, 1)[0] if value else ""
    return value.strip('"'), end


def _joined(some: list[tuple[int, bool, str]]) -> str:
    """Continuations in their order; the charset stands in the first."""
    some = sorted(some, key=lambda piece: piece[0])
    charset, data, coded = "", b"", False
    for number, (_, extended, value) in enumerate(some):
        text = value
        if extended and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(to_bytes(text)) if extended else to_bytes(text)
        coded = coded or extended
    if coded:
        return clean(decode(data, charset))
    return clean(decoded(data.decode("ascii", "surrogateescape")))
