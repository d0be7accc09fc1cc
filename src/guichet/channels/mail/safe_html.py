"""HTML that may be shown, and text out of HTML. Nothing in it runs, nothing of it loads by itself.

Sanitising what was sanitised changes nothing. What a parser would take too long over (depth, thousands of open
tags, sheer size) is shown as its text.
"""

from __future__ import annotations

import re
import secrets
from html import escape, unescape

import nh3
from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.model.config import ParserConfig


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = words(
    "a abbr acronym address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del"
    " details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark"
    " nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead"
    " time tr tt u ul var wbr"
)
_GONE = words(
    "applet audio canvas embed frameset head iframe map math noembed noframes noscript object script style svg"
    " template title video"
)
_STYLES = words(
    "background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width"
    " border-collapse border-color border-left border-left-color border-left-style border-left-width border-radius"
    " border-right border-right-color border-right-style border-right-width border-spacing border-style border-top"
    " border-top-color border-top-style border-top-width border-width color direction display font-family font-size"
    " font-style font-variant font-weight height letter-spacing line-height list-style-type margin margin-bottom"
    " margin-left margin-right margin-top max-width min-width padding padding-bottom padding-left padding-right"
    " padding-top table-layout text-align text-decoration text-indent text-transform unicode-bidi vertical-align"
    " white-space width word-break word-spacing word-wrap"
)
_CELL = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "headers", "scope"}
_ATTRIBUTES = {
    "*": {"style", "title", "dir", "lang"},
    "a": {"href"},
    "img": {"src", "data-src", "alt", "width", "height", "align", "border"},
    "table": {"align", "bgcolor", "border", "cellpadding", "cellspacing", "width", "height", "summary"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"align", "valign", "bgcolor"},
    "col": {"span", "width", "align"},
    "colgroup": {"span", "width", "align"},
    "font": {"color", "face", "size"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value", "type"},
    "div": {"align"},
    "p": {"align"},
    "hr": {"align", "size", "width", "color"},
    "blockquote": {"cite", "type"},
    "details": {"open"},
    "time": {"datetime"},
    **{f"h{n}": {"align"} for n in range(1, 7)},
}
_cleaner = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE,
    attributes=_ATTRIBUTES,
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="deny",
    filter_style_properties=_STYLES,
    set_tag_attribute_values={"a": {"target": "_blank"}},
)
# The cleaner writes attributes always in double quotes, so a tag can be taken apart without a parser.
_TAG = re.compile(r'<(a|img|blockquote)((?:\s[^\s="<>/]+(?:="[^"]*")?)+)\s*/?>')
_LINK = re.compile(r'\s(href|src|data-src|cite)="\s*([^"]*)"')
_EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=\s]{1000,}", re.IGNORECASE)
_PICTURE = re.compile(r"(?:cid:|data:image/(?:png|jpe?g|gif|webp|bmp)[;,])", re.IGNORECASE)
_REMOTE = re.compile(r"https?:", re.IGNORECASE)
_TARGET = re.compile(r"(?:https?:|mailto:|tel:)", re.IGNORECASE)

_MARK = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_BY_OTHERS = words("p li td th tr dt dd option tbody thead tfoot br hr img input meta link col wbr")
_FORMATTING = words("a b big code em font i nobr s small strike strong tt u")
_SEPARATORS = re.compile(r"[\s=/\"'<>]+")
_SOUGHT = re.compile(r"<(?:!--|(script|style|head|title|noscript|template|svg)\b)", re.IGNORECASE)
_BREAKS = re.compile(
    r"<(?:br|/p|/div|/tr|/h[1-6]|/li|/table|/blockquote|hr|/pre|/title|/dt|/dd|/section|/article)\b[^<>]{0,400}>?",
    re.IGNORECASE,
)
_ANY = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_GAPS = re.compile(r"\n{3,}")
_config = ParserConfig(css=CSS_PROFILES["strict"].copy(), display_links=False, display_images=False)

SIZE_MOST = 1_500_000
# What embedded pictures may weigh together.
PICTURES_MOST = 28_000_000
_DEPTH_MOST = 200
_TAGS_MOST = 60_000
_ENTITIES_MOST = 100_000
_TEXT_MOST = 400_000


def safe(html: str) -> str:
    """What may be shown of it."""
    if not html or html.isspace():
        return ""
    held = _Held()
    if len(html) > 20_000 and "base64," in html:
        html = _EMBEDDED.sub(held.hold, html)
    if _too_much(html):
        return paragraphs(stripped(html))
    once = _cleaned(html)
    for _ in range(4):
        again = _cleaned(once)
        if again == once:
            once = once.strip()
            return held.released(once)
        once = again
    return paragraphs(stripped(once))


def without_pictures(html: str) -> int:
    """How long it is without the pictures that stand in it."""
    return len(_EMBEDDED.sub("", html)) if "base64," in html else len(html)


class _Held:
    """Embedded pictures, kept aside while the parser works. Their mark is new each time: nobody can write it."""

    def __init__(self) -> None:
        self._mark = f"data:image/png;base64,held{secrets.token_hex(12)}x"
        self._pictures: dict[str, str] = {}

    def hold(self, found: re.Match[str]) -> str:
        number = str(len(self._pictures))
        self._pictures[number] = found[0]
        return f"{self._mark}{number}="

    def released(self, html: str) -> str:
        """Each picture in its place, once, as long as there is room for it."""
        if not self._pictures:
            return html
        room = PICTURES_MOST

        def put(found: re.Match[str]) -> str:
            nonlocal room
            picture = re.sub(r"\s+", "", self._pictures.pop(found[1], ""))
            room -= len(picture)
            return picture if picture and room >= 0 else "data:image/png;base64,"

        return re.sub(rf"{self._mark}(\d+)=", put, html)


def _cleaned(html: str) -> str:
    out = _cleaner.clean(html)
    return _TAG.sub(_checked, out) if "<a" in out or "<img" in out or "<blockquote" in out else out


def _checked(found: re.Match[str]) -> str:
    """Links lead to pages, people and phones; pictures come with the message or wait in `data-src`."""
    tag, rest = found[1], found[2]
    if tag == "img":
        rest = _LINK.sub(_picture, rest)
    elif "=" in rest:
        rest = _LINK.sub(lambda link: link[0] if _TARGET.match(link[2]) else "", rest)
    return f"<{tag}{rest}>"


def _picture(link: re.Match[str]) -> str:
    name, url = link[1], link[2]
    if name == "src" and _PICTURE.match(url):
        return link[0]
    if name in {"src", "data-src"} and _REMOTE.match(url):
        return f' data-src="{url}"'
    return ""


def _too_much(html: str) -> bool:
    """Whether a parser might take more than a moment: sizes, depths and repetitions no one writes."""
    if len(html) > SIZE_MOST:
        return True
    count = html.count("<")
    if count > _TAGS_MOST or html.count("&") > _ENTITIES_MOST:
        return True
    if len(html) > 200_000 and len(set(_SEPARATORS.split(html))) > 50_000:
        return True
    return count > _DEPTH_MOST and deep(html)


def deep(html: str, most: int = _DEPTH_MOST) -> bool:
    """Whether more than `most` tags stand open at once, or open formatting would be repeated beyond measure."""
    opened: dict[str, int] = {}
    depth = formatting = work = 0
    for slash, name in _MARK.findall(html):
        tag = name.lower()
        if slash:
            if opened.get(tag, 0) > 0:
                opened[tag] -= 1
                depth -= 1
                formatting -= tag in _FORMATTING
            continue
        work += formatting
        if tag in _CLOSED_BY_OTHERS:
            continue
        opened[tag] = opened.get(tag, 0) + 1
        depth += 1
        formatting += tag in _FORMATTING
        if depth > most or work > 300_000:
            return True
    return False


def paragraphs(text: str) -> str:
    """Plain text as HTML."""
    lines = escape(text.strip("\n"), quote=False).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "<p>" + "<br>\n".join(lines).replace("\xa0", "&nbsp;") + "</p>" if text.strip() else ""


def text_of(html: str) -> str:
    """The text of HTML that was made safe."""
    if not html:
        return ""
    if len(html) <= _TEXT_MOST and not (html.count("<") > 100 and deep(html, 100)):
        try:
            text = str(get_text(f"<div>{_HEAVY.sub('', html)}</div>", _config)).replace("\xa0", " ")
            return _GAPS.sub("\n\n", text).strip("\n")
        except Exception:  # whatever a foreign parser says, there is a plainer way
            return stripped(html)
    return stripped(html)


_HEAVY = re.compile(r' src="data:[^"]*"')


def stripped(html: str) -> str:
    """Text without any parser: comments, scripts and tags cut out, in one pass whatever the input."""
    kept: list[str] = []
    position = 0
    gone: set[str] = set()  # end marks that do not occur again: looked for once
    while (found := _SOUGHT.search(html, position)) is not None:
        mark = f"</{found[1].lower()}" if found[1] else "-->"
        end = -1 if mark in gone else _end_of(html, mark, found.end())
        kept.append(html[position : found.start()])
        if end < 0:
            gone.add(mark)
            closed = html.find(">", found.end(), found.end() + 400)
            position = closed + 1 if closed >= 0 else found.end()
        else:
            position = end
    kept.append(html[position:])
    text = _SPACES.sub(" ", "".join(kept).replace("\n", " "))
    text = _ANY.sub(" ", _BREAKS.sub("\n", text))
    lines = (_SPACES.sub(" ", line).strip() for line in unescape(text).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip("\n")


def _end_of(html: str, mark: str, position: int) -> int:
    if mark == "-->":
        end = html.find(mark, position)
        return end + 3 if end >= 0 else -1
    found = re.compile(re.escape(mark) + r"[^>]*>?", re.IGNORECASE).search(html, position)
    return found.end() if found else -1
