"""HTML that may be shown: nothing runs, nothing loads by itself, cleaning twice changes nothing, and in good time."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.channels.mail import safe_html
from guichet.channels.mail.safe_html import paragraphs, safe, stripped, text_of

FORBIDDEN = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "style",
    "link",
    "meta",
    "base",
    "svg",
    "math",
    "title",
    "head",
    "html",
    "body",
}


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def harmless(html: str) -> None:
    for tag, attributes in Tags(html).found:
        assert tag not in FORBIDDEN and not any(name.startswith("on") for name in attributes)
        assert (attributes.get("src") or "cid:").startswith(("cid:", "data:image/"))
        assert (attributes.get("href") or "tel:").startswith(("http:", "https:", "mailto:", "tel:"))
        assert "url(" not in (attributes.get("style") or "")


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' java\nscript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<form action=https://evil.example><input name=password><button>ok</button></form>",
        "<iframe src=https://evil.example></iframe>",
        '<div style="background:url(https://evil.example/x)" onclick=alert(1)>x</div>',
        "<style>@import url(https://evil.example)</style>x",
        "<base href=https://evil.example><link rel=stylesheet href=https://evil.example><meta http-equiv=refresh>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<!--<img src='--><img src=x onerror=alert(1)//'>",
        "<p title='<img src=\"https://evil.example/t.gif\">'>x</p>",
    ],
)
def test_nothing_runs(html: str) -> None:
    harmless(safe(html))


def test_links_and_pictures() -> None:
    assert safe('<a href="https://a.fr/?b=1&c=2" target=_top>x</a>') == (
        '<a href="https://a.fr/?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">x</a>'
    )
    assert 'href="mailto:a@b.fr"' in safe("<a href=mailto:a@b.fr>x</a>") and 'href="tel:+33"' in safe(
        "<a href=tel:+33>x</a>"
    )
    for target in ("cid:x", "data:image/png;base64,AAAA", "ftp://a.fr", "/here", "here.html"):
        assert "href" not in safe(f"<a href='{target}'>x</a>")
    assert 'src="cid:p@a"' in safe("<img src='cid:p@a' alt=p>")
    assert 'src="data:image/png;base64,AAAA"' in safe("<img src='data:image/png;base64,AAAA'>")
    assert "data-src=" in (out := safe("<img src=https://a.fr/p.gif alt=p>")) and " src=" not in out
    assert "src" not in safe("<img src='data:image/svg+xml;base64,AAAA'>") and "src" not in safe("<img src=p.gif>")
    big = "data:image/png;base64," + "A" * 3_000_000
    assert big in safe(f"<p>x<img src='{big}'></p>")


def test_styles_are_reduced() -> None:
    assert safe('<p style="color:red;position:fixed;top:0;background:url(x)">x</p>') == '<p style="color:red">x</p>'


@pytest.mark.parametrize(
    "html",
    [
        "<pre>\n\n\nx</pre>",
        "<p><table><p>x</table>",
        "<b><p>x</b>y",
        "<a><table><a>x",
        "&lt;script&gt;",
        "a\x00b\r\nc",
        "<td>x",
        "<img data-src=https://a.fr/x>",
        '<p title="&quot;&lt;&amp;">',
        "<table>x<tr>y<td>z",
        "<li><ul><b><li>x",
        "<svg><p><style><a>",
    ],
)
def test_twice_is_once(html: str) -> None:
    assert safe(safe(html)) == safe(html)


BITS = st.sampled_from(
    [
        "<b>",
        "<p>",
        "</p>",
        "</b>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<a>",
        "<a·href=https://a.fr>",
        "</a>",
        "<pre>",
        "\n",
        "x",
        "&",
        "&amp;",
        "&lt;",
        '"',
        "'",
        ">",
        "<",
        "<!--",
        "-->",
        "<img·src=http://a.fr/x>",
        "<img·src=cid:x·alt=>",
        "<font·color=red>",
        "<li>",
        "<ul>",
        "</ul>",
        "<style>",
        "</style>",
        "<svg>",
        "<math>",
        "<h1>",
        "<h2>",
        "<blockquote>",
        "<div>",
        "</div>",
        "<center>",
        "<select>",
        "<option>",
        "<template>",
        "<noscript>",
        "<textarea>",
        "<title>",
        "\x00",
        "é",
        "<plaintext>",
        "<details>",
        "<p·style=color:red>",
        "<p·title='<img·src=\"http://x\"'>",
        "<br>",
        "<hr>",
        "<body>",
        "<html>",
        "<frameset>",
        "<mtext>",
        "<annotation-xml>",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(BITS, max_size=25))
def test_twice_is_once_for_anything(bits: list[str]) -> None:
    out = safe("".join(bits).replace("·", " "))
    assert safe(out) == out
    harmless(out)
    text_of(out).encode()


def test_text() -> None:
    assert text_of("<p>one</p><p>two<br>three</p><ul><li>a</li><li>b</li></ul>").split() == [
        "one",
        "two",
        "three",
        "*",
        "a",
        "*",
        "b",
    ]
    assert (
        stripped("<head><title>no</title></head><p>a&amp;b</p><style>x</style><!-- c -->d<br>e<script>f")
        == "a&b\nd\nef"
    )
    assert paragraphs("a < b\nc") == "<p>a &lt; b<br>\nc</p>" and paragraphs(" \n") == ""
    assert safe(" \n ") == "" and text_of("") == ""


@pytest.mark.parametrize(
    "unit",
    [
        "<div>",
        "<b>",
        "<b><p>",
        "<table><tr><td>",
        "<p>word ",
        "<a href=x>",
        "<!--",
        "<",
        "&",
        "&amp;",
        "<a <a ",
        "<ul><li>",
        "<td><p>",
        "<font color=red><p>",
        '<a title="',
        "<script>",
        "<pre>\n",
        "<select><option>",
        "<svg><math>",
        "<title>",
        "x ",
    ],
)
@pytest.mark.parametrize("start", ["", "<table>", "".join(f"<font color={n}>" for n in range(190))])
def test_a_megabyte_takes_seconds_at_most(unit: str, start: str) -> None:
    started = time.process_time()
    out = safe(start + unit * (1_000_000 // len(unit)))
    text_of(out)
    assert time.process_time() - started < 8


def test_what_is_too_deep_keeps_its_words() -> None:
    assert "deep words" in text_of(safe("<div>" * 5_000 + "deep words"))
    assert "last" in safe("<a " + " ".join(f"b{n}" for n in range(200_000)) + ">last")


def test_nobody_can_ask_for_a_held_picture() -> None:
    """A large embedded picture comes back once, in its place: no text of the sender's stands for it."""
    picture = "data:image/png;base64," + "A" * 30_000
    copies = "".join(f'<img src="data:image/png;base64,guichetheld{n}=">' for n in (0, 0, 0, 1)) * 50
    out = safe(f'<img src="{picture}">{copies}')
    assert out.count(picture) == 1
    assert len(out) < len(picture) + 2 * len(copies) + 1_000
    again = safe(out)
    assert again == out


def test_pictures_in_the_text_have_a_limit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_html, "PICTURES_MOST", 70_000)
    picture = "data:image/png;base64," + "A" * 30_000
    out = safe("".join(f'<p>{n}<img src="{picture}"></p>' for n in range(5)))
    assert (out.count(picture), out.count("<img")) == (2, 5)
    assert safe(out) == out
