"""A message as a tree of parts: where each one stands in the raw bytes, what it says it is, what it holds.

Never raises and never recurses. What lies beyond a limit stays whole in the part that holds it (`cut` says why).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from guichet.channels.mail.charsets import decode
from guichet.channels.mail.headers import Headers, block, parameters, to_bytes, unwrapped
from guichet.channels.mail.transfer import undone

__all__ = ["LIMITS", "Headers", "Limits", "Part", "split"]

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_META = re.compile(rb"""(?i)<meta[^>]{0,200}?charset\s*=\s*["']?([a-z0-9_.:-]{2,40})""")
_MESSAGES = {"message/rfc822", "message/global", "message/news"}
_LIKELY = re.compile(
    rb"(?<![^\r\n])--([^\r\n]{1,200}?)[ \t]*\r*[\n\r]{1,2}(?=content-[a-z-]{2,30}[ \t]*:)", re.IGNORECASE
)
_NAMED = re.compile(rb"""(?i)\bcharset\s{0,3}=\s{0,3}["']?([a-z0-9_.:-]{2,40})|=\?([a-z0-9_.:-]{2,40})\?[bq]\?""")
_BLANK = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Limits:
    size: int = 128 << 20  # a message beyond this is kept whole, unread
    depth: int = 60
    parts: int = 1_200
    seconds: float = 4.0
    again: int = 32 << 20  # bytes of inner messages that had to be decoded before they could be read


LIMITS = Limits()


@dataclass(slots=True, eq=False)
class Part:
    headers: Headers
    content_type: str
    parameters: dict[str, str]
    disposition: str
    filename: str
    content_id: str
    source: bytes = field(repr=False)
    start: int
    end: int
    parts: list[Part] = field(default_factory=list, repr=False)
    cut: str = ""  # "depth", "parts", "time", "size": a limit left this one whole
    defects: list[str] = field(default_factory=list)  # of the whole message, on its root
    hint: str = ""  # the charset that raw eight-bit headers are probably in, on the root
    _content: bytes | None = field(default=None, repr=False)

    @property
    def raw(self) -> bytes:
        """The body as it stands, its transfer encoding not undone."""
        return self.source[self.start : self.end]

    @property
    def multipart(self) -> bool:
        return self.content_type.startswith("multipart/")

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        if self._content is None:
            self._content = undone(self.raw, self.headers.first("content-transfer-encoding"))
        return self._content

    def text(self) -> str:
        data = self.content()
        charset = self.parameters.get("charset", "")
        if not charset and self.content_type == "text/html" and (found := _META.search(data, 0, 4_096)):
            charset = found[1].decode("ascii")
        return decode(data, charset)

    def walk(self) -> Iterator[Part]:
        """This part and those under it, in their order."""
        todo = [self]
        while todo:
            part = todo.pop()
            yield part
            todo.extend(reversed(part.parts))


def named(name: str, content: bytes) -> Part:
    """A file that stood in a text, as if it had come as a part."""
    return Part(
        headers=Headers(()), content_type="application/octet-stream", parameters={}, disposition="attachment",
        filename=unwrapped(name), content_id="", source=content, start=0, end=len(content),
    )  # fmt: skip


def split(raw: bytes, *, limits: Limits = LIMITS) -> Part:
    """The message's parts, whatever the bytes are."""
    raw = bytes(raw)
    defects: list[str] = []
    hint = "" if raw.isascii() else _hint(raw)
    root = _opened(raw, _first(raw), len(raw), defects=defects, hint=hint)
    root.defects, root.hint = defects, hint
    if len(raw) > limits.size:
        root.cut = "size"
        defects.append("larger than what is read: kept whole")
        return root
    if not root.headers.first("content-type") and _LIKELY.search(raw, root.start, min(root.end, root.start + 4_096)):
        root.content_type = "multipart/mixed"
        defects.append("parts without a Content-Type")
    _divide(root, limits, defects)
    return root


def _hint(raw: bytes) -> str:
    """The charset the message names anywhere: the likeliest of what stands raw in its headers."""
    found = _NAMED.search(raw, 0, 400_000)
    return (found[1] or found[2]).decode("ascii") if found else ""


def _divide(root: Part, limits: Limits, defects: list[str]) -> None:
    until = time.monotonic() + limits.seconds
    todo, count, again = [(root, 0)], 1, limits.again
    while todo:
        part, depth = todo.pop()
        message = part.content_type in _MESSAGES
        if not (part.multipart or message) or part.start >= part.end:
            continue
        if cut := "depth" if depth >= limits.depth else "time" if time.monotonic() > until else "":
            part.cut = cut
            defects.append(f"parts not read: {cut}")
            continue
        if message:
            source, start, end = _inner(part, again)
            if source is not part.source:
                again -= len(source)
            part.parts = [_opened(source, start, end, defects=defects, hint=root.hint)]
        else:
            default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
            room = max(1, limits.parts - count)
            for start, end, last in _ranges(part, room, defects):
                child = _opened(part.source, start, end, default=default, defects=defects, hint=root.hint)
                if last:  # the rest, with all its boundaries
                    child.start, child.cut = start, "parts"
                    child.content_type, child.parameters = "application/octet-stream", {}
                part.parts.append(child)
        count += len(part.parts)
        todo += [(child, depth + 1) for child in reversed(part.parts) if not child.cut]


def _inner(part: Part, again: int) -> tuple[bytes, int, int]:
    """Where the message inside stands; one that was encoded against the rules is decoded first."""
    encoding = part.headers.first("content-transfer-encoding").lower()
    if not encoding.startswith(("base64", "quoted", "x-uu", "uu")) or part.end - part.start > again:
        return part.source, part.start, part.end
    source = part.content()
    return source, 0, len(source)


def _first(raw: bytes) -> int:
    """Where the headers begin: after a byte order mark, empty lines and a mailbox's "From " line."""
    position = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while position < len(raw) and raw[position] in _BLANK:
        position += 1
    if raw.startswith((b"From ", b">From "), position):
        ends = [end for end in (raw.find(b"\n", position), raw.find(b"\r", position)) if end >= 0]
        position = min(ends, default=len(raw) - 1) + 1
        if raw[position - 1 : position + 1] == b"\r\n":
            position += 1
    return position


def _opened(
    source: bytes, start: int, end: int, *, default: str = "text/plain", defects: list[str], hint: str = ""
) -> Part:
    headers, body, wrong = block(source, start, end)
    defects += wrong if len(defects) < 50 else []
    content_type, given = parameters(headers.first("content-type"), hint=hint)
    if content_type in {"", "text", "plain"}:
        content_type = default
    elif not _TYPE.fullmatch(content_type):
        content_type = content_type if _TYPE.fullmatch(content_type := content_type.strip(" \"'.,:/")) else "text/plain"
    said = headers.first("content-disposition")
    disposition, more = parameters(said, hint=hint) if said else ("", {})
    if "=" in disposition:  # a name without saying what it is
        disposition, more = "attachment", parameters(f"attachment; {said}", hint=hint)[1]
    filename = more.get("filename") or more.get("name") or given.get("name") or given.get("filename") or ""
    content_id = headers.first("content-id")
    return Part(
        headers=headers,
        content_type=content_type,
        parameters=given,
        disposition=disposition,
        filename=unwrapped(filename),
        content_id=unwrapped(content_id).strip("<> ") if content_id else "",
        source=source,
        start=body,
        end=end,
    )


def _ranges(part: Part, room: int, defects: list[str]) -> list[tuple[int, int, bool]]:
    """Where the children stand; the last one is marked when it holds all the rest."""
    boundary = to_bytes(part.parameters.get("boundary", "").rstrip())
    found = _delimited(part, boundary, room) if boundary else []
    if not found:
        likely = _LIKELY.search(part.source, part.start, part.end)
        if likely:
            found = _delimited(part, likely[1], room)
        defects.append("another boundary than declared" if found else "no boundary found")
    return found


def _delimited(part: Part, boundary: bytes, room: int) -> list[tuple[int, int, bool]]:
    source, end = part.source, part.end
    mark = b"--" + boundary
    ranges: list[tuple[int, int, bool]] = []
    opened = -1
    position = source.find(mark, part.start, end)
    while position >= 0:
        after = position + len(mark)
        closing = source.startswith(b"--", after)
        line = after + 2 if closing else after
        while line < end and source[line] in b" \t":
            line += 1
        if (position == part.start or source[position - 1] in b"\r\n") and (line >= end or source[line] in b"\r\n"):
            if opened >= 0:
                ranges.append((opened, _before(source, opened, position), False))
            opened = -1 if closing else _past(source, line, end)
            if opened >= 0 and len(ranges) >= room:
                break
        position = source.find(mark, line, end)
    if opened >= 0:
        ranges.append((opened, end, position >= 0))
    return ranges


def _past(source: bytes, position: int, end: int) -> int:
    """After the end of the line that ends at `position`."""
    while source.startswith(b"\r\r", position):
        position += 1
    return min(end, position + (2 if source.startswith(b"\r\n", position) else 1))


def _before(source: bytes, start: int, position: int) -> int:
    """Without the line end that belongs to the boundary that follows."""
    if position > start and source[position - 1] in b"\r\n":
        position -= 2 if source.startswith(b"\r\n", position - 2) and position - 2 >= start else 1
    return max(start, position)
