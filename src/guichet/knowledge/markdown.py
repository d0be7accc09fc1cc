"""An article's Markdown, as safe HTML with its table of contents, and as plain text (pure).

Beside what messages have, articles have pictures by their name, links to other articles by their reference, headings
that one can point at, and callouts as a quotation that begins with `[!NOTE]`, `[!TIP]`, `[!WARNING]`, `[!DANGER]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from guichet.lib.text import excerpt, one_line, safe_html, words_in

# What a text's own anchors begin with, so that none of them is an id of the page around it.
ANCHOR = "p-"
CALLOUTS = ("note", "tip", "warning", "danger")
_CALLOUT = re.compile(rf"\[!({'|'.join(CALLOUTS)})\][ \t]*([^\n]*)(?:\n|$)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DEEPEST = 6
_ATTRIBUTES = {
    **{f"h{n}": {"id"} for n in range(1, _DEEPEST + 1)},
    "img": {"src", "alt", "title", "width", "height", "loading"},
}
_CLASSES = {"div": {"callout", *(f"callout-{kind}" for kind in CALLOUTS)}, "p": {"callout-title"}}


@dataclass(frozen=True)
class Heading:
    """A line of the table of contents: how deep (1 is the outermost), where it leads, what it says."""

    depth: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A picture as a page shows it: its address and, where they are known, its sides in pixels."""

    url: str
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Rendered:
    """Safe HTML, and the headings in it in order."""

    html: str
    contents: tuple[Heading, ...]


def _nowhere(_address: str) -> None:
    return None


def render(
    markdown: str,
    *,
    link: Callable[[str], str | None] = _nowhere,
    picture: Callable[[str], Shown | None] = _nowhere,
    labels: Mapping[str, str] | None = None,
    top: int = 2,
) -> Rendered:
    """The article's body. Its outermost headings stand at `top`.

    `link` gives the address behind a link that is no address of the web, `picture` the picture of a name; None: there
    is none, and the words stay. `labels` name the callouts that have no title of their own.
    """
    tokens = _parser().parse(markdown)
    contents = _number_headings(tokens, top=top)
    anchors = {heading.anchor for heading in contents}
    for token in tokens:
        if token.children:
            token.children = list(_inline(token.children, link=link, picture=picture, anchors=anchors))
    tokens = list(_callouts(tokens, labels or {}))
    html = _parser().renderer.render(tokens, _parser().options, {})
    tags = {"img", "div", *(f"h{n}" for n in range(1, _DEEPEST + 1))}
    return Rendered(html=safe_html(html, tags=tags, attributes=_ATTRIBUTES, classes=_CLASSES), contents=contents)


def plain_text(markdown: str) -> str:
    """What the text says, without signs: for searching and for lists. A line for each block."""
    lines = []
    for token in _parser().parse(markdown):
        if token.type == "inline":
            lines.append(_CALLOUT.sub(lambda found: found[2] and f"{found[2]}\n", _said(token.children or [])))
        elif token.type in {"fence", "code_block"}:
            lines.append(token.content)
    return "\n".join(line.strip() for line in lines if line.strip())


def summary(markdown: str, *, length: int = 240) -> str:
    """The first words of the text itself, its headings left out where anything else is there."""
    tokens = _parser().parse(markdown)
    texts = [
        _CALLOUT.sub("", _said(token.children or []))
        for before, token in zip(["", *(t.type for t in tokens)], tokens, strict=False)
        if token.type == "inline" and before != "heading_open"
    ]
    return excerpt(" ".join(texts) or plain_text(markdown), length=length)


# Fences and rules, signs at the start of a line (a mail's that quote, too), and those around words; links and pictures
# keep what they say.
_SIGNS = re.compile(
    r"^[ \t]*(?:[`~]{3,}.*$|[-=_*|:][-=_*|: \t]+$|(?:>[ \t]*)+|(?:#{1,6}|[-*+]|\d{1,3}[.)])[ \t]+)"
    r"|\*+(?=\S)|(?<=\S)\*+|__|~~|[`|]",
    re.MULTILINE,
)
_LINKED = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)")


def bare(markdown: str) -> str:
    """About the plain text, at once: good for an excerpt, not for a judgement."""
    text = _LINKED.sub(r"\1", markdown)
    return _SIGNS.sub("", _SIGNS.sub("", _CALLOUT.sub(r"\2 ", text)))


def named_in(markdown: str) -> tuple[set[str], set[str]]:
    """The addresses that the text links to, and those of its pictures, as they are written."""
    links, pictures = set(), set()
    for token in _parser().parse(markdown):
        for child in token.children or ():
            if child.type == "link_open":
                links.add(str(child.attrGet("href") or ""))
            elif child.type == "image":
                pictures.add(str(child.attrGet("src") or ""))
    return links, pictures


def anchor_of(text: str) -> str:
    """The anchor of a heading that says so, or is pointed at so; "" for one that says nothing."""
    slug = "-".join(words_in(unquote(text)).split())[:60]
    return f"{ANCHOR}{slug}" if slug else ""


def is_of_the_web(address: str) -> bool:
    """Whether it has a scheme or a host: it leads out of here."""
    return bool(_SCHEME.match(address)) or address.startswith("//")


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "breaks": True})
    return parser.enable(["table", "strikethrough"])


def _said(children: Sequence[Token]) -> str:
    """The text of inline pieces; of a picture, what it shows."""
    pieces = []
    for child in children:
        if child.type in {"text", "code_inline"}:
            pieces.append(child.content)
        elif child.type in {"softbreak", "hardbreak"}:
            pieces.append("\n")
        elif child.type == "image":
            pieces.append(_said(child.children or []))
    return "".join(pieces)


def _number_headings(tokens: Sequence[Token], *, top: int) -> tuple[Heading, ...]:
    """Shift the headings below the page's own and give each an anchor."""
    opened = [(n, token) for n, token in enumerate(tokens) if token.type == "heading_open"]
    outermost = min((int(token.tag[1]) for _n, token in opened), default=1)
    contents: list[Heading] = []
    taken: dict[str, int] = {}
    for n, token in opened:
        text = one_line(_said(tokens[n + 1].children or []))
        depth = int(token.tag[1]) - outermost + 1
        anchor = _free(anchor_of(text) or ANCHOR, taken)
        token.attrSet("id", anchor)
        token.tag = tokens[n + 2].tag = f"h{min(depth + top - 1, _DEEPEST)}"
        contents.append(Heading(depth=depth, anchor=anchor, text=text))
    return tuple(heading for heading in contents if heading.text)


def _free(anchor: str, taken: dict[str, int]) -> str:
    """`taken` counts how often each was wanted, so that a thousand like headings aren't counted a thousand times."""
    free = anchor
    while free in taken:
        taken[anchor] += 1
        free = f"{anchor}-{taken[anchor]}"
    taken[free] = 1
    return free


def _inline(
    children: Sequence[Token],
    *,
    link: Callable[[str], str | None],
    picture: Callable[[str], Shown | None],
    anchors: set[str],
) -> Iterator[Token]:
    dropped: list[bool] = []
    for child in children:
        if child.type == "link_open":
            address = _address(str(child.attrGet("href") or ""), link=link, anchors=anchors)
            dropped.append(address is None)
            if address is None:
                continue
            child.attrSet("href", address)
        elif child.type == "link_close":
            if dropped.pop():
                continue
        elif child.type == "image":
            yield from _picture(child, picture)
            continue
        yield child


def _address(written: str, *, link: Callable[[str], str | None], anchors: set[str]) -> str | None:
    if written.startswith("#"):
        wanted = anchor_of(written[1:])
        return f"#{wanted}" if wanted in anchors else None
    return written if is_of_the_web(written) else link(written)


def _picture(token: Token, picture: Callable[[str], Shown | None]) -> Iterator[Token]:
    """The picture of that name; of any other, what it would show: no page fetches anything from elsewhere."""
    source = str(token.attrGet("src") or "")
    shown = None if is_of_the_web(source) else picture(source)
    if shown is None:
        text = Token("text", "", 0)
        text.content = _said(token.children or [])
        yield text
        return
    token.attrSet("src", shown.url)
    token.attrSet("loading", "lazy")
    if shown.width and shown.height:
        token.attrSet("width", str(shown.width))
        token.attrSet("height", str(shown.height))
    yield token


def _callouts(tokens: Sequence[Token], labels: Mapping[str, str]) -> Iterator[Token]:
    """Quotations that begin with a callout's mark become boxes with a title."""
    kinds: list[str] = []
    for n, token in enumerate(tokens):
        if token.type == "blockquote_open":
            found = _mark(tokens[n + 1 : n + 3])
            kinds.append(found[1].lower() if found else "")
            if found:
                yield from _box(found, labels, first=tokens[n + 2])
                continue
        elif token.type == "blockquote_close" and kinds.pop():
            yield _raw("</div>\n")
            continue
        yield token


def _mark(following: Sequence[Token]) -> re.Match[str] | None:
    if [token.type for token in following] != ["paragraph_open", "inline"]:
        return None
    return _CALLOUT.match(following[1].content)


def _box(found: re.Match[str], labels: Mapping[str, str], *, first: Token) -> Iterator[Token]:
    kind = found[1].lower()
    yield _raw(f'<div class="callout callout-{kind}">\n')
    yield Token("paragraph_open", "p", 1, attrs={"class": "callout-title"}, block=True)
    title = Token("inline", "", 0, block=True)
    title.children = [Token("text", "", 0, content=found[2].strip() or labels.get(kind, kind.capitalize()))]
    yield title
    yield Token("paragraph_close", "p", -1, block=True)
    # The mark's own line goes; what follows on the next ones stays.
    children = first.children or []
    end = next((n for n, child in enumerate(children) if child.type in {"softbreak", "hardbreak"}), len(children))
    first.children = children[end + 1 :]


def _raw(html: str) -> Token:
    return Token("html_block", "", 0, content=html, block=True)
