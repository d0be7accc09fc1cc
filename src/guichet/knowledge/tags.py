"""HTML and JSX tags in Markdown from elsewhere, said in Markdown or left out (pure).

What a tag is written around stays; components that a site would draw by a program go. One pass over the text, whatever
it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# A tag that is not closed within so many characters is no tag; after so many of those nothing more is.
_LONGEST, _STRAYS = 6_000, 100
_START = re.compile(r"(?<!`)(`++)[^`\n]++\1|</?([A-Za-z][\w.-]*)")
_ATTRIBUTE = re.compile(r"([A-Za-z][\w-]*)\s*=\s*(?:\{\s*)?(?:\"([^\"]{0,2000})\"|'([^']{0,2000})')")
_SILENT = {"script", "style", "svg", "head"}
_BLOCKS = {
    "p", "div", "section", "article", "figure", "ul", "ol", "table", "tbody", "thead", "tr", "blockquote", "details",
    "center", "header", "footer", "main", "nav", "figcaption",
}  # fmt: skip
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "kbd": "`", "del": "~~"}
_BREAK = "\n\n"


def without_tags(text: str) -> str:
    """`text` with what its tags mean; code between backticks stays as it is."""
    said: list[str] = []
    links: list[str] = []
    done, strays, silent = 0, 0, ""
    for found in _START.finditer(text):
        if found.start() < done or found[2] is None:
            continue
        end = _end(text, found.end()) if strays < _STRAYS else -1
        if end < 0:
            strays += 1
            continue
        name, closing = found[2], text[found.start() + 1] == "/"
        if not silent:
            said.append(text[done : found.start()])
        done = end
        if silent:
            silent = "" if closing and name.lower() == silent else silent
            continue
        if name.lower() in _SILENT and not closing and text[end - 2] != "/":
            silent = name.lower()
            continue
        attributes = {k.lower(): a or b for k, a, b in _ATTRIBUTE.findall(text, found.end(), end)}
        said.append(_said(name, attributes, closing=closing, links=links, after=text[end : end + 300]))
    if not silent:
        said.append(text[done:])
    return "".join(said)


def _end(text: str, at: int) -> int:
    """Where the tag ends that goes on at `at`: the first > outside quotes and braces; -1 where there is none."""
    depth, quote = 0, ""
    for n in range(at, min(len(text), at + _LONGEST)):
        c = text[n]
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'" or (c == "`" and depth):
            quote = c
        elif c == "{":
            depth += 1
        elif c == "}":
            depth -= 1
        elif c == ">" and depth <= 0:
            return n + 1
        elif c == "<" and depth <= 0:
            return -1
    return -1


def _said(name: str, attributes: dict[str, str], *, closing: bool, links: list[str], after: str) -> str:
    lower = name.lower()
    if lower in _AROUND:
        return _AROUND[lower]
    if lower in _BLOCKS:
        return _BREAK
    if lower in {"a", "link"}:
        return _link(attributes, closing=closing, links=links)
    teller = _TELLERS.get(lower)
    return teller(attributes, closing, after) if teller else ""


def _link(attributes: dict[str, str], *, closing: bool, links: list[str]) -> str:
    if closing:
        target = links.pop() if links else ""
        return f"]({target})" if target else ""
    links.append(_address(attributes.get("href") or attributes.get("to") or ""))
    return "[" if links[-1] else ""


def _address(text: str) -> str:
    return "" if re.search(r"[\s()<>]", text) else text


def _picture(attributes: dict[str, str], closing: bool, after: str) -> str:
    source = _address(attributes.get("src", ""))
    alt = re.sub(r"[\[\]\n]", " ", attributes.get("alt", ""))
    return f"![{alt}]({source})" if source else ""


def _heading(marks: str) -> Callable[[dict[str, str], bool, str], str]:
    return lambda attributes, closing, after: _BREAK if closing else f"{_BREAK}{marks} "


def _summary(attributes: dict[str, str], closing: bool, after: str) -> str:
    """The line that one opens to read on: bold, unless it is already."""
    if closing:
        return _BREAK
    line = after.partition("</summary>")[0].strip()
    bold = "**" in line or "<strong" in line or "<b>" in line or not line
    return _BREAK if bold else f"{_BREAK}#### "


def _tab(attributes: dict[str, str], closing: bool, after: str) -> str:
    label = attributes.get("label", "").replace("*", "")
    return f"{_BREAK}**{label}**{_BREAK}" if label and not closing else _BREAK


def _admonition(attributes: dict[str, str], closing: bool, after: str) -> str:
    if closing:
        return "\n:::\n"
    return f"{_BREAK}:::{attributes.get('type', 'note')} {attributes.get('title', '')}\n"


def _embedded(attributes: dict[str, str], closing: bool, after: str) -> str:
    source = _address(attributes.get("src", ""))
    return f"{_BREAK}[{source}]({source}){_BREAK}" if re.match(r"https?://", source) else ""


_TELLERS: dict[str, Callable[[dict[str, str], bool, str], str]] = {
    "img": _picture,
    "br": lambda attributes, closing, after: "\n",
    "hr": lambda attributes, closing, after: f"{_BREAK}---{_BREAK}",
    "li": lambda attributes, closing, after: "\n" if closing else "\n- ",
    "td": lambda attributes, closing, after: " ",
    "summary": _summary,
    "tabitem": _tab,
    "admonition": _admonition,
    "iframe": _embedded,
    "video": _embedded,
    "source": _embedded,
    **{f"h{n}": _heading("#" * n) for n in range(1, 7)},
}
