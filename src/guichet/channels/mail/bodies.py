"""What a message says, and what hangs on it: the text to read, its HTML, and the parts that are attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from guichet.channels.mail.parts import Part, named
from guichet.channels.mail.plain import unflowed, without_files
from guichet.channels.mail.safe_html import paragraphs, safe, text_of, without_pictures

_SHOWN = {"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"}
_OTHER_FORMS = {"text/x-amp-html", "text/x-amphtml", "text/watch-html", "text/rtf", "application/rtf", "text/enriched"}
_STUB = re.compile(
    r"html|e-?mail.{0,60}(?:client|browser|programm|reader)|(?:view|read|see).{0,40}(?:online|browser|web)|im browser"
    r"|navigateur|navegador|weergave",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_ENRICHED = re.compile(r"<(/?)([a-zA-Z-]{1,60})>")
TEXT_MOST = 1_000_000  # characters of a body that are read; what is longer is an attachment too
BYTES_MOST = 16 << 20


@dataclass(slots=True)
class Piece:
    """One run of the body, in one form or both."""

    text: str = ""
    html: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)  # that stood in the text


@dataclass(slots=True)
class Bodies:
    text: str = ""
    html: str = ""
    attachments: list[Part] = field(default_factory=list)
    only_html: bool = False  # the text was made from the HTML


def bodies(root: Part) -> Bodies:
    order = list(root.walk())
    outside = _inside_messages(order)
    texts = [p for p in order if id(p) not in outside and _may_be_shown(p)]
    said: dict[int, list[Piece]] = {}
    attached: list[Part] = []
    alternatives = {id(child) for p in order if p.content_type == "multipart/alternative" for child in p.parts}
    taken, room = False, TEXT_MOST
    for part in order:  # in reading order: the first text is the body, even with a name
        if id(part) in outside or (part.parts and part.multipart):
            continue
        if _is_body(part, taken, texts):
            piece = _piece(part)
            attached += [named(name, content) for name, content in piece.files]
            size = without_pictures(piece.html) if piece.html else len(piece.text)
            if size > room:
                piece = Piece(text=piece.text[:room], html=piece.html[:room])
                attached.append(part)
            if size:
                said[id(part)] = [piece]
                taken, room = True, max(0, room - size)
        elif _is_attached(part, id(part) in alternatives):
            attached.append(part)
    for part in reversed(order):
        if part.parts and part.multipart and id(part) not in outside:
            some = [said[id(child)] for child in part.parts if said.get(id(child))]
            alternative = part.content_type == "multipart/alternative" and len(some) > 1
            said[id(part)] = _one_of(some) if alternative else [piece for each in some for piece in each]
    return _rendered(said.get(id(root), []), attached)


def _inside_messages(order: list[Part]) -> set[int]:
    """Parts of messages within the message: they stay in it."""
    inside: set[int] = set()
    for part in order:
        if id(part) in inside or not part.multipart:
            inside.update(id(child) for child in part.parts)
    return inside


def _may_be_shown(part: Part) -> bool:
    if part.cut or part.end - part.start > BYTES_MOST:
        return False
    if part.multipart:  # one whose boundary was never found is read as the text it is
        return not part.parts and part.content_type != "multipart/encrypted"
    return part.content_type in _SHOWN


def _is_body(part: Part, taken: bool, texts: list[Part]) -> bool:
    if not _may_be_shown(part) or part.disposition == "attachment":
        return False
    if not part.filename:
        return True
    if part.disposition:
        return len(texts) == 1
    return not taken


def _is_attached(part: Part, alternative: bool) -> bool:
    if part.filename or part.disposition == "attachment" or part.cut:
        return part.end > part.start or bool(part.filename)
    return part.end > part.start and not (alternative and part.content_type in _OTHER_FORMS)


def _piece(part: Part) -> Piece:
    text = part.text()
    if part.content_type == "text/html":
        return Piece(html=text) if text.strip() else Piece()
    if part.content_type in {"text/enriched", "text/richtext"}:
        text = _ENRICHED.sub("", text).replace("<<", "<")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    files: list[tuple[str, bytes]] = []
    if part.content_type == "text/plain":
        text, files = without_files(text)
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    return Piece(text=text if text.strip() else "", files=files)


def _one_of(some: list[list[Piece]]) -> list[Piece]:
    """Text from the plain form, HTML from the last that has it."""
    plain = [each for each in some if not any(piece.html for piece in each)]
    rich = [each for each in some if any(piece.html for piece in each)]
    if not rich:
        return plain[0]
    if not plain:
        return rich[-1]
    text = "\n".join(piece.text for piece in plain[0])
    html = "\n".join(piece.html or paragraphs(piece.text) for piece in rich[-1])
    return [Piece(text=text, html=html)]


def _rendered(pieces: list[Piece], attached: list[Part]) -> Bodies:
    if not any(piece.html for piece in pieces):
        return Bodies(text=_joined([piece.text for piece in pieces]), attachments=attached)
    only_html = False
    html = safe("\n".join(piece.html or paragraphs(piece.text) for piece in pieces))
    if all(piece.text for piece in pieces):
        text = _joined([piece.text for piece in pieces])
        if not _is_stub(text):
            return Bodies(text=text, html=html, attachments=attached)
        whole = text_of(html)
        if len(_WORD.findall(whole)) >= 2 * len(_WORD.findall(text)):
            text, only_html = whole, True
    elif len(pieces) == 1:
        text, only_html = text_of(html), True
    else:
        text = _joined([piece.text or text_of(safe(piece.html)) for piece in pieces])
    return Bodies(text=text, html=html, attachments=attached, only_html=only_html)


def _is_stub(text: str) -> bool:
    return len(text) < 600 and (len(text) < 30 or _STUB.search(text) is not None)


def _joined(texts: list[str]) -> str:
    return "\n".join(text.rstrip("\n") if more < len(texts) else text for more, text in enumerate(texts, start=1))
