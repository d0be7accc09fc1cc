"""`winmail.dat`: the files and the body Outlook hides in it ([MS-OXTNEF]). Reads only what lies within its bounds.

A reader of our own: a few lines of counts and lengths, each checked against the bytes there are, so that no crafted
count makes it loop or copy without end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from guichet.channels.mail.charsets import decode

_SIGNATURE = 0x223E9F78
_BODY, _MESSAGE_PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_TEXT, _HTML, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x3FDE
_OBJECT, _SHORT_NAME, _LONG_NAME, _MIME_TYPE, _CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_FIXED = {0: 0, 1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING, _UNICODE = 0x1E, 0x1F
_Property = tuple[int, tuple[int, bytes]]
FILES_MOST = 500
_STEPS_MOST = 50_000


class _Steps:
    """What may still be read of one file: counts within counts come out of one purse."""

    def __init__(self) -> None:
        self.left = _STEPS_MOST

    def take(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ValueError("more values than any message has")


@dataclass(slots=True)
class TnefFile:
    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)


def opened(data: bytes) -> Tnef | None:
    """What is in it; None when it is none or is damaged, and stays the file it is."""
    try:
        return _opened(data)
    except (struct.error, ValueError, IndexError):
        return None


def _opened(data: bytes) -> Tnef | None:
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        return None
    found, charset, steps = Tnef(), "cp1252", _Steps()
    for name, start, end in _attributes(data, steps):
        if name == _CODEPAGE:
            charset = f"cp{struct.unpack_from('<I', data, start)[0]}"
        elif name == _BODY:
            found.text = found.text or _string(data[start:end], charset)
        elif name == _MESSAGE_PROPERTIES:
            _message(_properties(data, start, end, steps), charset, found)
        elif name == _NEW_FILE:
            if len(found.files) >= FILES_MOST:
                return None
            found.files.append(TnefFile())
        elif found.files and name == _TITLE:
            found.files[-1].name = found.files[-1].name or _string(data[start:end], charset)
        elif found.files and name == _DATA:
            found.files[-1].content = data[start:end]
        elif found.files and name == _FILE_PROPERTIES:
            _file(_properties(data, start, end, steps), charset, found.files[-1])
    return found


def _attributes(data: bytes, steps: _Steps) -> Iterator[tuple[int, int, int]]:
    position = 6
    while position + 11 <= len(data):
        steps.take()
        _level, name, _kind, length = struct.unpack_from("<BHHI", data, position)
        start = position + 9
        if start + length > len(data):
            raise ValueError("an attribute is longer than the file")
        yield name, start, start + length
        position = start + length + 2  # its checksum


def _message(properties: Iterator[_Property], charset: str, found: Tnef) -> None:
    given = dict(properties)
    if _INTERNET_CODEPAGE in given and len(given[_INTERNET_CODEPAGE][1]) == 4:
        inner = f"cp{struct.unpack('<I', given[_INTERNET_CODEPAGE][1])[0]}"
        inner = {"cp65001": "utf-8", "cp20127": "cp1252", "cp28591": "cp1252"}.get(inner, inner)
    else:
        inner = charset
    if _TEXT in given:
        found.text = _text(given[_TEXT], charset) or found.text
    if _HTML in given:
        kind, value = given[_HTML]
        found.html = _text((kind, value), inner)


def _file(properties: Iterator[_Property], charset: str, file: TnefFile) -> None:
    for name, (kind, value) in properties:
        if name == _LONG_NAME:
            file.name = _text((kind, value), charset) or file.name
        elif name == _SHORT_NAME:
            file.name = file.name or _text((kind, value), charset)
        elif name == _MIME_TYPE:
            file.content_type = _text((kind, value), charset).lower()
        elif name == _CONTENT_ID:
            file.content_id = _text((kind, value), charset).strip("<> ")
        elif name == _OBJECT and not file.content:
            file.content = value[16:] if kind == 0x0D else value


def _properties(data: bytes, position: int, end: int, steps: _Steps) -> Iterator[_Property]:
    """Each property's name, type and first value."""
    count = struct.unpack_from("<I", data, position)[0]
    position += 4
    for _ in range(count):
        steps.take()
        if position + 4 > end:
            return
        kind, name = struct.unpack_from("<HH", data, position)
        position += 4
        if name >= 0x8000:
            position = _past_name(data, position)
        several, kind = bool(kind & 0x1000), kind & 0x0FFF
        values, first = 1, b""
        if several or kind not in _FIXED:
            values = struct.unpack_from("<I", data, position)[0]
            position += 4
        for number in range(values):
            steps.take()
            if kind in _FIXED:
                length = size = _FIXED[kind]
            else:
                length = struct.unpack_from("<I", data, position)[0]
                position += 4
                size = length + (-length % 4)
            if position + length > end:
                raise ValueError("a value is longer than its attribute")
            if number == 0:
                first = data[position : position + length]
            position += size
        yield name, (kind, first)


def _past_name(data: bytes, position: int) -> int:
    kind = struct.unpack_from("<I", data, position + 16)[0]
    if kind == 0:
        return position + 24
    length = struct.unpack_from("<I", data, position + 20)[0]
    return int(position + 24 + length + (-length % 4))


def _text(value: tuple[int, bytes], charset: str) -> str:
    kind, data = value
    return _string(data, "utf-16-le" if kind == _UNICODE else charset)


def _string(data: bytes, charset: str) -> str:
    if charset == "utf-16-le":
        return decode(data, "utf-16-le").rstrip("\x00")
    return decode(data.rstrip(b"\x00"), charset)
