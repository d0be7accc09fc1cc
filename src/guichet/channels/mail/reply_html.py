"""The newly written part of an HTML message: all of it up to where only quoted text and signatures follow.

Mail programs mark what they quote by classes, identifiers and elements. The message is cut behind the last thing that
is new, and what is open there is closed; answers between quoted passages thus keep their questions. The result is not
safe to show: it is cleaned like the whole message.
"""

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass

from guichet.channels.mail.attributions import attribution_at
from guichet.channels.mail.quote_heads import field_of, head_at
from guichet.channels.mail.quote_words import BLANKS
from guichet.channels.mail.signatures import phone_line

MOST_CHARACTERS = 5_000_000
DEEPEST = 500
MOST_BROKEN_TAGS = 50
SEEN_OF_A_LINE = 500
PICTURE = "\ufffc"

_VOID = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"),
        "wbr",
    )
)
_SILENT = frozenset(("head", "style", "script", "title", "template", "xml"))
_INLINE = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd"),
        *("mark", "o:p", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var", "wbr"),
    )
)
_QUOTE = frozenset(
    (
        *("protonmail_quote", "zmail_extra", "tutanota_quote", "freshdesk_quote", "front-blockquote", "missive_quote"),
        *("moz-forward-container", "moz-cite-prefix", "moz-email-headers-table", "gmail_attr", "AppleOriginalContents"),
    )
)
_SIGNATURE = frozenset(
    ("gmail_signature", "gmail_signature_prefix", "moz-signature", "Signature", "AppleMailSignature")
)
_FROM_HERE_ON = frozenset(
    (
        *("divRplyFwdMsg", "appendonsend", "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "zwchr"),
        *("stopSpelling", "OutlookMessageHeader", "ms-outlook-mobile-reference-message", "__QUOTED_TEXT__"),
    )
)
_CONTAINERS = frozenset(("gmail_quote", "gmail_extra", "gmail_quote_container"))
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(id|class|type|style|data-marker|width|height)\s{0,9}=\s{0,9}(\"[^\"]*\"|'[^']*'|[^\s>\"']+)",
    re.IGNORECASE,
)
_BORDER_ABOVE = re.compile(r"border-top\s{0,9}:[^;]{0,80}solid", re.IGNORECASE)


def separate_html(html: str) -> str | None:
    """The HTML of the new part only, or None when nothing in the markup says where it ends."""
    if len(html) > MOST_CHARACTERS:
        return None
    lines = _Reader().read(html)
    last = _last_new(lines)
    if last < 0 or not any(line.quoted for line in lines[last + 1 :]):
        return None
    closing, element = [], lines[last].within
    while element:
        if element.tag not in ("html", "body"):
            closing.append(f"</{element.tag}>")
        element = element.parent
    return html[: lines[last].end] + "".join(closing)


@dataclass(slots=True)
class _Element:
    tag: str
    parent: "_Element | None"
    role: str = ""
    """"quote", "container" (of quotes and of the answers between them), "silent" or nothing."""
    container: "_Element | None" = None
    """The innermost one around, itself included."""
    answered: bool = False
    """Of a container: whether a quote stood in it already; what follows in it is an answer."""


@dataclass(slots=True)
class _Line:
    """A run of text between two breaks."""

    text: str
    end: int
    quoted: bool
    within: _Element | None


def _last_new(lines: list[_Line]) -> int:
    """The last line that is neither quoted nor what announces it nor a signature; -1 when there is none."""
    last = _before(lines, len(lines))
    bare = [line.text for line in lines[max(0, last - 5) : last + 1]]
    for start in range(len(bare) if last + 1 < len(lines) else 0):
        found = attribution_at(bare, start) if bare[start] else None
        if found and found[0] == len(bare):
            last = _before(lines, last + 1 - len(bare) + start)
            break
    while last >= 0 and (lines[last].text == "--" or phone_line(lines[last].text)):
        last = _before(lines, last)
    return last


def _before(lines: list[_Line], index: int) -> int:
    """The nearest line above that says something new."""
    index -= 1
    while index >= 0 and (lines[index].quoted or not lines[index].text):
        index -= 1
    return index


class _Reader:
    """Walks over the markup and keeps, of every line of text, where it ends and whether it is quoted."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.top: _Element | None = None
        self.depth = 0
        self.open: dict[str, int] = {}  # how many elements of a tag, and (with "!") of a role, are open
        self.pieces: list[str] = []
        self.length = self.end = 0
        self.piece_quoted = self.something_new = self.quoted_from_here = self.bordered = False

    def read(self, html: str) -> list[_Line]:
        """All lines, or none when the markup is nested too deeply to be followed."""
        for start, stop, name in _tokens(html):
            if not name:
                self._text(html, start, stop)
            elif name[0] == "/":
                self._close(name[1:])
            else:
                self._start(html, start, stop, name)
                if self.depth > DEEPEST:
                    return []
        self._break()
        self._heads()
        return self.lines

    # -- Text ---------------------------------------------------------------------------------------------------------

    def _text(self, html: str, start: int, stop: int) -> None:
        if self.open.get("silent!"):
            return
        text = entities.unescape(html[start : min(stop, start + SEEN_OF_A_LINE)])
        if text.strip(BLANKS):
            self._said(text, stop)
        elif self.pieces and self.length < SEEN_OF_A_LINE:
            self.pieces.append(" ")

    def _said(self, text: str, end: int) -> None:
        quoted = self._is_quoted()
        if self.pieces and quoted != self.piece_quoted:
            self._break()
        self.piece_quoted = quoted
        if self.length < SEEN_OF_A_LINE:
            self.pieces.append(text)
            self.length += len(text)
        self.end = end

    def _is_quoted(self) -> bool:
        if self.quoted_from_here or self.open.get("quote!"):
            return True
        container = self.top.container if self.top else None
        return container is not None and not container.answered

    def _break(self) -> None:
        """A line ends here."""
        text = " ".join("".join(self.pieces).split()).strip(BLANKS)
        if text:
            if self.bordered and self.something_new:
                found = field_of(text)
                self.quoted_from_here = self.quoted_from_here or (found is not None and found[0] == "from")
            self.bordered = False
            quoted = self.piece_quoted or self.quoted_from_here
            self.something_new = self.something_new or not quoted
            self.lines.append(_Line(text, self.end, quoted, self.top))
            self.pieces, self.length = [], 0
        elif self.lines and self.lines[-1].text:
            self.lines.append(_Line("", self.end, False, None))

    # -- Tags ---------------------------------------------------------------------------------------------------------

    def _start(self, html: str, start: int, stop: int, name: str) -> None:
        if name not in _INLINE:
            self._break()
        element = _Element(
            name, self.top, "silent" if name in _SILENT else "", self.top.container if self.top else None
        )
        attributes: dict[str, str] = {}
        if stop - start > len(name) + 5 and name not in _SILENT:
            found = _ATTRIBUTE.findall(html, start, min(stop, start + 3_000))
            attributes = {key.lower(): value.strip("\"'") for key, value in found}
        if name == "img":
            if not {attributes.get("width"), attributes.get("height")} & {"0", "1", "0px", "1px"}:
                self._said(PICTURE, stop)
            return
        if attributes:
            self._look_at(element, attributes)
        if name not in _VOID:
            self.top = element
            self.depth += 1
            self._count(element, 1)

    def _look_at(self, element: _Element, attributes: dict[str, str]) -> None:
        """What the attributes say of an element."""
        style = attributes.get("style", "")
        names = {
            name.removeprefix("x_") for name in f"{attributes.get('class', '')} {attributes.get('id', '')}".split()
        }
        names.add(attributes.get("data-marker", ""))
        if names & _FROM_HERE_ON:
            self._break()
            self.quoted_from_here = self.quoted_from_here or self.something_new
        elif element.tag == "blockquote" and (
            attributes.get("type", "").lower() == "cite"
            or "gmail_quote" in names
            or "border-left" in style
            or names & _QUOTE
        ):
            element.role = "quote"
            if element.container:
                element.container.answered = True
        elif names & _CONTAINERS:
            element.role, element.container = "container", element
        elif names & _QUOTE or names & _SIGNATURE or any("yahoo_quoted" in name for name in names):
            element.role = "quote"
        elif element.tag == "div" and _BORDER_ABOVE.search(style):
            self.bordered = True

    def _close(self, name: str) -> None:
        if name not in _INLINE:
            self._break()
        if not self.open.get(name):
            return
        while self.top:
            element, self.top = self.top, self.top.parent
            self.depth -= 1
            self._count(element, -1)
            if element.tag == name:
                break

    def _count(self, element: _Element, by: int) -> None:
        self.open[element.tag] = self.open.get(element.tag, 0) + by
        if element.role:
            self.open[f"{element.role}!"] = self.open.get(f"{element.role}!", 0) + by

    # -- Afterwards ---------------------------------------------------------------------------------------------------

    def _heads(self) -> None:
        """Header lines say it, too, where the markup doesn't ("From: … Sent: …" in plain paragraphs)."""
        bare = [line.text for line in self.lines]
        above = False
        for index, line in enumerate(self.lines):
            if not line.text or line.quoted:
                continue
            head = head_at(bare, index) if above else None
            if head and head.fields:
                for below in self.lines[index:]:
                    below.quoted = bool(below.text)
                return
            above = True


# -- Scanning ---------------------------------------------------------------------------------------------------------
# Our own, because the standard library's parser takes quadratic time on some broken markup.

_TAG_START = re.compile(r"<(?=[a-zA-Z/!?])")
_TAG_NAME = re.compile(r"/?[a-zA-Z][^\s/>]{0,40}")
_TO_TAG_END = re.compile(r"[^\"'>]*+(?:(?:\"[^\"]*+\"|'[^']*+')[^\"'>]*+)*+")
_RAW_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("style", "script", "title")}


def _tokens(html: str) -> Iterator[tuple[int, int, str]]:
    """Where text and tags begin and end; of a tag its lower-case name, "/" before it when it closes."""
    here, size, broken = 0, len(html), 0
    unclosed: set[str] = set()
    while here < size:
        found = _TAG_START.search(html, here)
        opening = found.start() if found else size
        if opening > here:
            yield here, opening, ""
        found = _TAG_NAME.match(html, opening + 1)
        if found:
            # A ">" in a quoted value is none of the tag's, unless the quote is never closed.
            inside = _TO_TAG_END.match(html, found.end()) if broken < MOST_BROKEN_TAGS else None
            here = inside.end() if inside else size
            if html[here : here + 1] != ">":
                broken += 1
                here = html.find(">", found.end())
            here = here + 1 or size
            name = found[0].lower()
            yield opening, here, name
            if name in _RAW_ENDS and name not in unclosed:
                end = _RAW_ENDS[name].search(html, here)
                if end:
                    here = end.start()
                else:
                    unclosed.add(name)
        elif html.startswith("<!--", opening):
            here = html.find("-->", opening + 4) + 3
            here = here if here > 2 else size
        else:
            here = html.find(">", opening) + 1 or size
