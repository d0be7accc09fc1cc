"""What stands above quoted text: "On … X wrote:", a block of header lines, "-----Original Message-----".

Works on lines that are stripped already (`bare`). Every test looks at a bounded number of lines of a bounded length, so
that the whole stays linear whatever somebody sends.
"""

import re
from dataclasses import dataclass, field

from guichet.channels.mail.attributions import attribution_at
from guichet.channels.mail.quote_words import ABOVE_THIS_LINE, BLANKS, EMPHASIS, KINDS, LONGEST, RULERS, TITLES

_RULE = re.compile(r"[-_=*~‐‑–—―]{3,}")
_MESSAGE_OF = re.compile(r"Message du \d{1,2}[/.]\d")  # Orange, La Poste
_RAW_FIELD = re.compile(
    r"(?:MIME-Version|Content-[\w-]+|Received|Return-Path|Message-I[dD]|X-[\w-]+|DKIM-\w+|Delivered-To|Authentication-\w+):",
    re.IGNORECASE,
)
_RULED_TITLE = re.compile(
    r"[-_=*~#+‐‑–—―>\[ ]{2,}(?P<words>[^\W\d_].{3,45}?):?[ \u00a0]*[-_=*~#+‐‑–—―\]]{2,}(?P<rest>.*)"
)
_FIELD_NAME = "|".join(sorted(map(re.escape, KINDS), key=len, reverse=True))
_INLINE_FIELD = re.compile(
    rf"(?:^|(?<=[\s>*])|(?<=[a-z\d])(?=[A-ZÀÉ]))[*_]{{0,2}}(?P<name>{_FIELD_NAME})"
    r"[*_]{0,2}[ \u00a0\u202f]?:[*_]{0,2}(?=\s|\")",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Lines [start, end) announce quoted text."""

    start: int
    end: int
    sure: bool
    """Whether what follows is quoted even though nothing marks its lines."""
    forwarded: bool = False
    fields: dict[str, str] = field(default_factory=dict)


def bare_lines(lines: list[str]) -> list[str]:
    return [line.strip(BLANKS) for line in lines]


def next_text(bare: list[str], index: int, *, within: int = 3) -> int:
    """The first line at or after index that is not empty, at most `within` empty lines further; -1 without one."""
    for here in range(index, min(index + within + 1, len(bare))):
        if bare[here]:
            return here
    return -1


# -- Header blocks ----------------------------------------------------------------------------------------------------


def field_of(line: str) -> tuple[str, str] | None:
    """The kind and the value of a header line ("*Objet :* Imprimante"), or nothing."""
    if _MESSAGE_OF.match(line):
        return "date", line[11:100].strip(EMPHASIS)
    colon = line.find(":", 1, 40)
    if colon < 0:
        return None
    kind = KINDS.get(line[:colon].strip(EMPHASIS).lower())
    return (kind, line[colon + 1 : colon + 2000].strip(EMPHASIS)) if kind else None


def fields_at(bare: list[str], start: int) -> tuple[int, dict[str, str]]:
    """The header lines from `start` on: where they end, and what they say by kind (the first of each)."""
    fields: dict[str, str] = {}
    last, end, index, stop = "", start, start, min(start + 40, len(bare))
    while index < stop:
        found = field_of(bare[index])
        if found and (found[0] not in fields or found[0] == "other"):
            last = found[0]
            fields[last] = found[1]
            end = index = index + 1
        elif found and found[0] != "cc":
            break
        elif found or _continues(bare, index, fields):
            if bare[index] and not found:
                fields[last] = f"{fields[last]} {bare[index][:500]}".strip()[:2000]
            index += 1
            end = index if bare[index - 1] else end
        else:
            break
    return end, fields


def _continues(bare: list[str], index: int, fields: dict[str, str]) -> bool:
    """Whether a line that is no header line stands inside the block: another new header line follows close by."""
    if not fields:
        return False
    for here in range(index, min(index + 4, len(bare))):
        if not bare[here] and here > index + 1:
            return False
        if _RAW_FIELD.match(bare[here]):
            return False
        found = field_of(bare[here])
        if found:
            return found[0] not in fields and found[0] != "other"
    return False


def header_block_at(bare: list[str], start: int, *, needed: int = 3) -> tuple[int, dict[str, str]] | None:
    """A block that names the sender and `needed` kinds in all, as Outlook and Lotus put above a quoted message."""
    first = field_of(bare[start])
    if not first:
        return None
    end, fields = fields_at(bare, start)
    if first[0] == "from" and len(fields) < needed:
        end, fields = start + 1, inline_fields(bare[start])
    if "from" not in fields or len(fields.keys() - {"other"}) < needed or not fields.keys() & {"date", "subject"}:
        return None
    beside = (bare[start - 1] if start else "", bare[end] if end < len(bare) else "")
    # A pasted raw header is what somebody wants to be read.
    return None if any(_RAW_FIELD.match(line) for line in beside) else (end, fields)


def inline_fields(line: str) -> dict[str, str]:
    """The header fields of a line that holds several of them: "From: … Sent: … To: … Subject: …"."""
    line = line[:2000]
    marks = list(_INLINE_FIELD.finditer(line)) if len(line) > 40 else []
    fields: dict[str, str] = {}
    for here, mark in enumerate(marks):
        stop = marks[here + 1].start() if here + 1 < len(marks) else len(line)
        fields.setdefault(KINDS[mark["name"].lower()], line[mark.end() : stop].strip(EMPHASIS))
    return fields


# -- Heads ------------------------------------------------------------------------------------------------------------


def title_of(line: str) -> tuple[bool, str] | None:
    """Of a title: whether it announces a forwarded message, and what stands behind it in the same line."""
    ruled = _RULED_TITLE.match(line[:2000]) if line[0] in "-_=*~#+‐‑–—―>[" else None
    if ruled:
        words = ruled["words"].strip(" *:\u00a0").lower()
        forwarded = TITLES.get(words)
        if forwarded is None and words.startswith("forwarded by"):
            forwarded = True
        return None if forwarded is None else (forwarded, ruled["rest"].strip(EMPHASIS))
    if line.rstrip(EMPHASIS)[-1:] == ":" and len(line) < 80:
        forwarded = TITLES.get(line.strip("*_> :\u00a0\u202f").lower())
        return None if forwarded is None else (forwarded, "")
    return None


def head_at(bare: list[str], index: int) -> Head | None:
    """What announces quoted text from this (not empty) line on, if anything does."""
    line = bare[index]
    if len(line) < 3:
        return None
    if line[0] in RULERS or line[-1] in ":*_":
        head = _titled_head(bare, index) or _ruled_head(bare, index)
        if head:
            return head
    block = header_block_at(bare, index)
    if block:
        return Head(index, block[0], True, fields=block[1])
    attribution = attribution_at(bare, index)
    return Head(index, attribution[0], attribution[1]) if attribution else None


def _ruled_head(bare: list[str], index: int) -> Head | None:
    """A ruler with header lines below it, or "please reply above this line"."""
    line = bare[index]
    if line[0] not in RULERS or len(line) > LONGEST:
        return None
    if _RULE.fullmatch(line):
        below = next_text(bare, index + 1, within=2)
        block = header_block_at(bare, below) if below >= 0 else None
        return Head(index, block[0], True, fields=block[1]) if block else None
    return Head(index, index + 1, True) if ABOVE_THIS_LINE.search(line) else None


def _titled_head(bare: list[str], index: int) -> Head | None:
    """A title, with the header lines or the attribution behind or below it."""
    title = title_of(bare[index])
    if title is None:
        return None
    forwarded, rest = title
    if rest:
        return Head(index, index + 1, True, forwarded, inline_fields(rest))
    below = next_text(bare, index + 1)
    if below >= 0:
        block = header_block_at(bare, below, needed=2)
        if block:
            return Head(index, block[0], True, forwarded, block[1])
        attribution = attribution_at(bare, below)
        if attribution:
            return Head(index, attribution[0], True, forwarded)
    return Head(index, index + 1, True, forwarded)
