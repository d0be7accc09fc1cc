"""Plain text as programs send it: lines that were broken on their way, and files written into it as letters."""

from __future__ import annotations

import re

from guichet.channels.mail.transfer import uuencoded

_BEGIN = re.compile(r"begin [0-7]{3,4} (\S.{0,200})")
FILES_MOST = 50


def unflowed(text: str, *, delsp: bool) -> str:
    """Lines of format=flowed (RFC 3676) put together again, those quoted equally deep with one another only."""
    # Each line in pieces: a paragraph may have a hundred thousand of them.
    out: list[list[str]] = []
    open_at = -1  # how deep the last line is quoted, where it flows on
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        said = line[depth:].removeprefix(" ")
        signature = said == "-- "
        flows = said.endswith(" ") and not signature
        piece = said[:-1] if flows and delsp else said
        if depth == open_at and not signature:
            out[-1].append(piece)
        else:
            out.append([f"{'>' * depth} {piece}" if depth else piece])
        open_at = depth if flows else -1
    return "\n".join("".join(pieces) for pieces in out)


def without_files(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and the uuencoded files that stood in it. What only looks like one, or has no end, stays text."""
    if "begin " not in text or "\nend" not in text:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    index = 0
    while index < len(lines):
        begin = _BEGIN.fullmatch(lines[index].rstrip()) if len(files) < FILES_MOST else None
        end = _end(lines, index + 1) if begin else -1
        if begin is None or end < 0:
            kept.append(lines[index])
            index += 1
            continue
        files.append((begin[1], uuencoded("\n".join(lines[index : end + 1]).encode("ascii"))))
        index = end + 1
    return "\n".join(kept), files


def _end(lines: list[str], start: int) -> int:
    """Where the block's "end" stands; -1 as soon as a line is none of an encoder's."""
    for index in range(start, len(lines)):
        line = lines[index]
        if line.rstrip() == "end":
            return index if index > start else -1
        if not _encoded(line):
            return -1
    return -1


def _encoded(line: str) -> bool:
    """Its first character says how many bytes follow; a few blanks at its end may be lost, a checksum added."""
    if not line.strip():
        return True
    if not line.isascii() or any(not " " <= char <= "`" for char in line):
        return False
    wanted = ((ord(line[0]) - 32 & 63) + 2) // 3 * 4 + 1
    return wanted - 3 <= len(line) <= wanted + 2
