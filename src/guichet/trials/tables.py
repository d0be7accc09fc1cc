"""Labelled texts out of a CSV file from elsewhere: gzipped or not, whatever its delimiter and encoding."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guichet.suggestions.learning import once
from guichet.suggestions.texts import same

_DELIMITERS = ",;\t|"
_LONGEST_CELL = 1 << 24
# A text alone in its column is the same text only where it is long enough to be somebody's own words.
_OWN_WORDS = 4
_SEPARATOR = re.compile(r"""["']?sep=.["']?\r?\n""", re.IGNORECASE)
_UNREADABLE = "\ufffd"
# Of a table’s columns, and of the letters of each, so many are named where one is missed.
_NAMED = 40


class NoTableError(Exception):
    """There is nothing to read; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """Texts that have a label, each text once; `keys`: by which a text is known again in another file."""

    texts: list[str]
    labels: list[str]
    keys: list[frozenset[str]]

    def without(self, other: Labelled) -> Labelled:
        """What is no text of the other's."""
        theirs = frozenset[str]().union(*other.keys)
        rows = [row for row, keys in enumerate(self.keys) if not keys & theirs]
        return Labelled(*([column[row] for row in rows] for column in (self.texts, self.labels, self.keys)))  # type: ignore[arg-type]


def read(path: Path, *, text: Sequence[str], label: str, all_of_text: bool = True) -> Labelled:
    """`text`: the columns whose cells together are the text. Without `all_of_text`, those of them that there are."""
    lines = _lines(path)
    header, rows = _opened(lines, label)
    at = {name: column for column, name in reversed(list(enumerate(header)))}
    missing = [name for name in (*text, label) if _folded(name) not in at]
    wanted = [at[_folded(name)] for name in text if _folded(name) in at]
    if label in missing or not wanted or (missing and all_of_text):
        there = ", ".join(name[:_NAMED] for name in header[:_NAMED] if name)
        raise NoTableError(f"{path}: no column {', '.join(missing)}. Its columns are: {there}.")
    texts, labels, keys = [], [], []
    labelled = at[_folded(label)]
    try:
        for row in rows:
            cells = [row[column].strip() for column in wanted if column < len(row)]
            texts.append("\n".join(cell for cell in cells if cell))
            labels.append(row[labelled].strip() if labelled < len(row) else "")
            keys.append(frozenset(_keys(cells, texts[-1])))
    except csv.Error as cause:
        raise NoTableError(f"{path}: line {rows.line_num} is no CSV ({cause}).") from cause
    kept = once(texts, labels)
    return Labelled([texts[row] for row in kept], [labels[row] for row in kept], [keys[row] for row in kept])


def _keys(cells: Sequence[str], whole: str) -> Iterator[str]:
    yield same(whole)
    for cell in cells:
        key = same(cell)
        if key.count(" ") >= _OWN_WORDS:
            yield key


def _lines(path: Path) -> str:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as cause:
        raise NoTableError(f"{path} can’t be read: {cause}.") from cause
    lines = _decoded(content).lstrip("\ufeff\r\n")
    if "\0" in lines:
        raise NoTableError(f"{path} is no text.")
    # A first line of spreadsheets that is none of the table's.
    return _SEPARATOR.sub("", lines, count=1)


def _decoded(content: bytes) -> str:
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", errors="replace")
    # A header has letters of ASCII: in UTF-16 without its mark, every other byte of it is none.
    if content[1:2] == b"\0" or content[:1] == b"\0":
        return content.decode("utf-16-le" if content[1:2] == b"\0" else "utf-16-be", errors="replace")
    text = content.decode("utf-8-sig", errors="replace")
    odd = text.count(_UNREADABLE)
    if not odd:
        return text
    # A file that was cut in the middle of a letter, or that has some bytes from elsewhere, is UTF-8 all the same.
    beyond = len(text) - len(text.encode("ascii", errors="ignore")) - odd
    return text if odd < beyond else content.decode("cp1252", errors="replace")


def _opened(lines: str, label: str) -> tuple[list[str], Any]:
    """The header and a reader of the rows: cut by the delimiter that shows the label, else the finest."""
    csv.field_size_limit(_LONGEST_CELL)
    best: list[str] = []
    delimiter = ","
    for one in _DELIMITERS:
        try:
            header = [_folded(name) for name in next(csv.reader(io.StringIO(lines, newline=""), delimiter=one), [])]
        except csv.Error:
            continue
        if (_folded(label) in header, len(header)) > (_folded(label) in best, len(best)):
            best, delimiter = header, one
    rows = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    next(rows, None)
    return best, rows


def _folded(name: str) -> str:
    return name.strip().casefold()
