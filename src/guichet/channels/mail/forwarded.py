"""A message that somebody passes on: who wrote it, when, about what, and what it says.

Understood are the forms in which mail programs forward inside the text. Forwarding as an attachment is MIME's affair.
Everything here is what the message claims: whoever asks must trust the person who passed it on.
"""

import re
from dataclasses import dataclass

from guichet.channels.mail.attributions import EMAIL, attributed
from guichet.channels.mail.quote_heads import Head, bare_lines, head_at, next_text, title_of
from guichet.channels.mail.quote_words import BLANKS, EMPHASIS
from guichet.channels.mail.signatures import signature_start

LONGEST_INTRODUCTION = 12
"""Lines above a message that is not said to be forwarded; below more than that it is rather what is answered."""
_BRACKETS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]|\([^()]*\)|mailto:\S+|[<>\[\]()]")
_ANSWER = re.compile(r"(?:re|aw|antw|sv|rép|rif|odp)(?:\[\d+\])?[ \u00a0]?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Forwarded:
    from_email: str
    """Empty when the message names its writer only."""
    from_name: str
    to: str
    date: str
    subject: str
    body: str


def forwarded(text: str, *, subject: str = "") -> Forwarded | None:
    """The message that this one passes on, or None when it doesn't (a reply that quotes is no forward).

    Outlook puts the same lines above what it forwards and above what it answers; the `subject` tells them apart.
    """
    found = _first(text)
    if found is None:
        return None
    head, lines, bare = found
    if not head.forwarded and _ANSWER.match(subject.strip()):
        return None
    return _taken(lines, bare, head)


def _first(text: str) -> tuple[Head, list[str], list[str]] | None:
    """What announces the passed on message, in lines whose marks are taken away where all of it is marked."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    bare = bare_lines(lines)
    for index, line in enumerate(bare):
        if not line:
            continue
        if line[0] == ">":
            lines = lines[:index] + _without_marks(lines[index:])
            bare = bare_lines(lines)
            if not bare[index]:
                continue
            head = head_at(bare, index)
            # Marked lines are a forward only if they begin like one; else they are what is answered.
            return (head, lines, bare) if head and head.fields else None
        head = head_at(bare, index)
        if head is None:
            continue
        below = next_text(bare, head.end)
        marked = below >= 0 and bare[below][0] == ">"
        if title_of(bare[index]) and not head.fields and marked:
            lines = lines[: head.end] + _without_marks(lines[head.end :])
            bare = bare_lines(lines)
            head = head_at(bare, index)
        elif not head.forwarded and marked:
            return None
        return (head, lines, bare) if head else None
    return None


def _taken(lines: list[str], bare: list[str], head: Head) -> Forwarded | None:
    """The forwarded message below a head, unless too much stands above it."""
    fields = head.fields
    if not head.forwarded and _introduction(bare, head.start) > (LONGEST_INTRODUCTION if fields else 0):
        return None
    if not fields:
        fields = attributed(bare[head.start : head.end])
    email, name = writer(fields.get("from", ""))
    if not email and not name:
        return None
    body = lines[head.end :]
    first = next_text(bare, head.end, within=len(bare))
    if first < 0:
        body = []
    elif bare[first][0] == ">":
        body = _without_marks(body)
    return Forwarded(
        from_email=email,
        from_name=name,
        to=fields.get("to", ""),
        date=fields.get("date", ""),
        subject=fields.get("subject", ""),
        body="\n".join(body).strip("\n" + BLANKS) if first >= 0 else "",
    )


def _introduction(bare: list[str], end: int) -> int:
    """How many lines somebody wrote above, without the signature."""
    while end and not bare[end - 1]:
        end -= 1
    start = signature_start(bare, 0, end) if end else -1
    return sum(1 for line in bare[: start if start >= 0 else end] if line)


def _without_marks(lines: list[str]) -> list[str]:
    """The lines with one level of ">" taken away where there is one."""
    return [re.sub(r"^ {0,2}> ?", "", line, count=1) for line in lines]


def writer(value: str) -> tuple[str, str]:
    """The address and the name in the value of a "From:" line, in any of the forms mail programs write."""
    value = value[:1000]
    found = EMAIL.search(value)
    email = found[0].strip(".'").lower() if found else ""
    # « Ana Roy <ana@example.org> », "Ana Roy [mailto:…]", "Ana Roy (ana@…)", "[Ana Roy](mailto:…)", "ana@example.org"
    name = value[: found.start()] if found else value
    name = name.removesuffix("](mailto:").removeprefix("[")
    for opening in ("<", "[", "("):
        cut = name.find(opening)
        if cut > 0:
            name = name[:cut]
    name = _BRACKETS.sub(" ", name).replace("mailto:", " ").strip(EMPHASIS + BLANKS + "\"'«»“”„,;:<([")
    return email, " ".join(name.split()) if "@" not in name else ""
