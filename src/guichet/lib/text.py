"""Text from outside, made safe to store, to fold and to show."""

import html
import re
import unicodedata
from collections.abc import Mapping, Set
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

# C0 controls save tab and newline, DEL, C1, BOM, lone surrogates, and the bidirectional overrides that can make
# a name or a file's extension read backwards.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# Parsers drop a newline that opens a preformatted block, one more each time they read it.
_PRE_NEWLINES = re.compile("<pre>\n+")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
# What may bear marks; and what is `not c.isalnum()`.
_FOREIGN, _BETWEEN_WORDS = re.compile(r"[^\x00-\x7f]+"), re.compile(r"[\W_]+")
_TAGS = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr",
    "h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def clean(text: str) -> str:
    """Drop control characters, unify line ends and compose (NFC). Idempotent."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROLS.sub("", text))


def one_line(text: str) -> str:
    """Clean and squeeze to one line: names, titles, file names, header values. French keeps its fixed spaces."""
    return _SPACES.sub(" ", clean(text)).strip()


def fold(text: str) -> str:
    """Lower case without accents, ligatures opened: what searching compares."""
    bare = _FOREIGN.sub(_without_marks, unicodedata.normalize("NFD", text.casefold()))
    return bare.replace("œ", "oe").replace("æ", "ae")


def _without_marks(found: re.Match[str]) -> str:
    return "".join(c for c in found[0] if not unicodedata.combining(c))


def words_in(text: str) -> str:
    """The folded text's letters and digits; a space for whatever stands between them."""
    return _BETWEEN_WORDS.sub(" ", fold(text))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True}).enable(
        ["table", "strikethrough"]
    )


def to_html(markdown: str) -> str:
    """Safe HTML of a message written in Markdown; single line breaks are kept as people typed them."""
    return safe_html(_markdown().render(markdown))


_WEB = re.compile(r"https?://[^\s<>\"'()\[\]{}]{1,2000}[^\s<>\"'()\[\]{}.,;:!?»]")


def plain_html(text: str) -> str:
    """Safe HTML of a text that is no Markdown, such as a mail's: its lines as they are, its addresses as links.

    A # begins no title there, and four spaces no code.
    """
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        pieces, done = [], 0
        for found in _WEB.finditer(paragraph):
            address = html.escape(found.group())
            pieces += [html.escape(paragraph[done : found.start()]), f'<a href="{address}">{address}</a>']
            done = found.end()
        pieces.append(html.escape(paragraph[done:]))
        paragraphs.append("<p>" + "".join(pieces).replace("\n", "<br>\n") + "</p>")
    return safe_html("\n".join(paragraphs))


def safe_html(
    source: str,
    *,
    tags: Set[str] = frozenset(),
    attributes: Mapping[str, set[str]] | None = None,
    classes: Mapping[str, set[str]] | None = None,
) -> str:
    """Only harmless tags; links open without telling the other side where they came from. Idempotent.

    What may stand there besides is for texts whose addresses are ours: `tags`, their `attributes` and `classes`.
    """
    # Twice: where the first pass took a tag away, what was inside it may nest in a way that parsers read otherwise.
    for _ in range(2):
        source = nh3.clean(
            source,
            tags=_TAGS | tags,
            attributes={"a": {"href", "title"}, **(attributes or {})},
            allowed_classes=dict(classes) if classes else None,
            url_schemes={"http", "https", "mailto", "tel"},
        )
        source = _PRE_NEWLINES.sub("<pre>", source)
    return source


def excerpt(text: str, *, length: int = 140) -> str:
    """The first words of `text` on one line, cut at a word, with an ellipsis."""
    line = one_line(html.unescape(text))
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0] + "…"
