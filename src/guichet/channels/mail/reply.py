"""The newly written part of a message, apart from the signature and from what it quotes.

Only what trails is hidden: a quoted passage with an answer below it stays where it is, because the answer makes no
sense without it. Nothing is thrown away: every line that says something is in one of the three parts.
"""

from dataclasses import dataclass

from guichet.channels.mail.forwarded import Forwarded, forwarded
from guichet.channels.mail.quote_heads import Head, bare_lines, head_at
from guichet.channels.mail.reply_html import separate_html
from guichet.channels.mail.signatures import signature_start

__all__ = ["Forwarded", "Separated", "forwarded", "separate", "separate_html"]

MOST_SIGNATURES = 12
"""A person's, a telephone's, a mailing list's, a virus scanner's; what has more is no letter."""


@dataclass(frozen=True, slots=True)
class Separated:
    new: str
    signature: str
    quoted: str


def separate(text: str) -> Separated:
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    bare = bare_lines(lines)
    marked = _marked(bare, lines)
    cut, above = _where_quoting_begins(bare, marked)

    signatures: list[tuple[int, int]] = []
    quoted = [(cut, len(lines))]
    end = _text_end(bare, cut)
    while end and len(signatures) < MOST_SIGNATURES:
        if marked[end - 1]:
            start = _quoted_run(bare, marked, above, end)
            quoted.append((start, end))
        else:
            start = signature_start(bare, _segment_start(marked, end), end)
            if start < 0:
                break
            signatures.append((start, end))
        end = _text_end(bare, start)

    if not end:
        return Separated(_joined(lines, [(0, len(lines))]), "", "")
    return Separated(_joined(lines, [(0, end)]), _joined(lines, signatures), _joined(lines, quoted))


def _marked(bare: list[str], lines: list[str]) -> list[bool]:
    """Which lines are quoted by their mark. Further in than two blanks, ">" is a shell's or a programmer's."""
    marked = [line[:1] == ">" and raw.find(">") <= 2 for line, raw in zip(bare, lines, strict=True)]
    for index in range(1, len(bare) - 1):
        # The end of a long marked line that was broken on its way.
        if not marked[index] and marked[index - 1] and marked[index + 1] and bare[index][:1].islower():
            above = bare[index - 1]
            marked[index] = len(bare[index]) < len(above) > 65 and above[-1] not in ".:;!?…"
    return marked


def _where_quoting_begins(bare: list[str], marked: list[bool]) -> tuple[int, dict[int, Head]]:
    """The line from which on everything is quoted though not marked, and the heads above marked passages (by line)."""
    above: dict[int, Head] = {}
    text_above = no_cut = False
    index, count = 0, len(bare)
    while index < count:
        head = head_at(bare, index) if bare[index] and not marked[index] else None
        if head is None:
            text_above = text_above or bool(bare[index] and not marked[index])
            index += 1
            continue
        index = head.end
        while index < count and not bare[index]:
            index += 1
        if index < count and marked[index]:
            above[index] = head
        elif not head.sure:
            text_above = True
        elif text_above and not no_cut:
            return head.start, above
        else:
            # The message begins with what it quotes: nothing tells where that ends.
            no_cut = True
    return count, above


def _text_end(bare: list[str], end: int) -> int:
    while end and not bare[end - 1]:
        end -= 1
    return end


def _segment_start(marked: list[bool], end: int) -> int:
    """Where the passage without marks that ends here begins; no further up than a signature may reach."""
    start = end
    while start and not marked[start - 1] and end - start < 400:
        start -= 1
    return start


def _quoted_run(bare: list[str], marked: list[bool], above: dict[int, Head], end: int) -> int:
    """Where the marked lines that end here begin, with what announces them."""
    start = end
    while start and (marked[start - 1] or not bare[start - 1]):
        start -= 1
        if start in above:
            return above[start].start
    while not bare[start]:
        start += 1
    return above[start].start if start in above else start


def _joined(lines: list[str], spans: list[tuple[int, int]]) -> str:
    parts = ["\n".join(lines[start:end]).strip("\n") for start, end in sorted(spans) if start < end]
    return "\n".join(part for part in parts if part)
