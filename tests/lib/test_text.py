"""Text from outside: what is dropped, what is kept, and that nothing runs."""

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.lib.text import clean, excerpt, fold, one_line, plain_html, safe_html, to_html, words_in

quick = settings(deadline=None, max_examples=150)
# Any code point, lone surrogates included: that is what a form can bring.
anything = st.text(st.characters(exclude_categories=()), max_size=60)

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt&colon;alert(1)'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x' onclick=alert(1) style='x:expression(1)'>x</a>",
    "<iframe src=//evil.example></iframe>",
    "<object data=x><embed src=x>",
    "<form action=//evil.example><input name=a><button>x</button></form>",
    "<style>@import '//evil.example'</style><link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'><base href=//evil.example>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<p><style><!--</style><img src=x onerror=alert(1)>-->",
    "<table><td background='javascript:alert(1)'>",
    "<div style='background:url(javascript:alert(1))'>",
    "[x](javascript:alert(1))",
    "[x](<java&#x73;cript:alert(1)>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](x\"onerror=\"alert(1))",
    "[x](https://a.example/\"onmouseover=\"alert(1))",
    "<https://a.example/'onclick='alert(1)>",
    "```html\n<script>alert(1)</script>\n```",
    "{{7*7}} ${7*7} #{7*7}",
]  # fmt: skip


class Harmless(HTMLParser):
    """Fails on any tag, attribute or address that could do something."""

    tags = frozenset(
        {
            "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "h1", "h2", "h3",
            "h4", "table", "thead", "tbody", "tr", "th", "td",
        }
    )  # fmt: skip

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.tags, tag
        for name, value in attrs:
            assert name in {"title", "lang"} or (tag == "a" and name in {"href", "rel"}), (tag, name)
            if name == "href":
                assert re.match(r"(https?:|mailto:|tel:|[^:]*$|[/#?])", value or ""), value

    handle_startendtag = handle_starttag


def harmless(markup: str) -> None:
    parser = Harmless(convert_charrefs=True)
    parser.feed(markup)
    parser.close()


@quick
@given(anything)
def test_clean_twice_is_clean_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u2066]", once)


@quick
@given(anything)
def test_one_line_is_one_line_and_stays_so(text: str) -> None:
    once = one_line(text)
    assert one_line(once) == once
    assert once.splitlines() in ([], [once])
    assert once == once.strip()


@quick
@given(anything)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def folded_one_by_one(text: str) -> str:
    """What `fold` has to give, said plainly."""
    bare = "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))
    return bare.replace("œ", "oe").replace("æ", "ae")


@quick
@given(text=anything)
def test_folding_drops_the_marks_of_every_letter_and_words_are_letters_and_digits(text: str) -> None:
    assert fold(text) == folded_one_by_one(text)
    assert words_in(text).split() == "".join(c if c.isalnum() else " " for c in folded_one_by_one(text)).split()


def test_every_single_character_is_a_letter_or_digit_or_stands_between_words() -> None:
    others = [
        chr(c) for c in range(0x30000) if (words_in(chr(c)).strip() != "") != any(x.isalnum() for x in fold(chr(c)))
    ]
    assert others == []


def test_folding_every_single_character_is_stable() -> None:
    folded = {chr(c): fold(chr(c)) for c in range(0x30000)}
    assert [f"U+{ord(c):04X}" for c, once in folded.items() if once != c and fold(once) != once] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Réseau", "reseau"),
        ("RÉSEAU", "re\u0301seau"),
        ("œuvre", "OEUVRE"),
        ("Ægide", "aegide"),
        ("ǽ", "ae"),
        ("naïve", "NAIVE"),
        ("Straße", "strasse"),
        ("ﬁche", "fiche"),
        ("ça", "CA"),
    ],
)
def test_folding_brings_spellings_together(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_clean_keeps_what_people_write() -> None:
    text = "Bonjour,\n\t« ça » ne marche pas… 👩🏽‍💻 Łódź 東京"
    assert clean(text) == text
    assert clean("a\r\nb\rc") == "a\nb\nc"
    assert clean("gpj.\u202eexe\x00\ufeff") == "gpj.exe"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nothing_runs(payload: str) -> None:
    for markup in (to_html(payload), safe_html(payload)):
        harmless(markup)
        assert safe_html(markup) == markup


@quick
@given(
    st.lists(
        st.sampled_from(
            [*PAYLOADS, "\n", "\n\n", "> ", "- ", "`", "</p>", "<p", "*", "|", "\x00", "<p><object>", "<pre>", "<li>"]
        ),
        max_size=8,
    )
)
def test_nothing_runs_in_any_mixture(parts: list[str]) -> None:
    for markup in (to_html("".join(parts)), safe_html("".join(parts))):
        harmless(markup)
        assert safe_html(markup) == markup


@pytest.mark.parametrize(
    "markup",
    ["<p><object><p>x", "<a href=x><object><a href=y>z", "<pre>\n\n\n\nx</pre>", "<em><p>a<em>b</p>c", "<table>x<td>y"],
)
def test_sanitising_twice_is_sanitising_once(markup: str) -> None:
    assert safe_html(safe_html(markup)) == safe_html(markup)


def test_markdown_shows_what_was_typed() -> None:
    assert to_html("a\nb") == "<p>a<br>\nb</p>\n"
    assert "&lt;b&gt;" in to_html("<b>x</b>")
    assert "{{7*7}}" in to_html("{{7*7}}")
    assert "noreferrer" in to_html("[x](https://a.example)")


@quick
@given(anything, st.integers(10, 60))
def test_an_excerpt_fits(text: str, length: int) -> None:
    short = excerpt(text, length=length)
    assert len(short) <= length
    assert short == one_line(short)


def test_an_excerpt_ends_at_a_word() -> None:
    assert excerpt("Le poste de la salle 214 ne démarre plus", length=20) == "Le poste de la…"
    assert excerpt("court") == "court"


def test_a_text_that_is_no_markdown_is_shown_as_it_stands() -> None:
    shown = plain_html("# apt install\n    four spaces\n\n*not* <b>bold</b> https://a.example/x?y=1&z=2.")
    assert shown.count("<p>") == 2
    assert "# apt install<br>\n    four spaces" in shown
    assert "*not* &lt;b&gt;bold&lt;/b&gt;" in shown
    assert 'href="https://a.example/x?y=1&amp;z=2"' in shown
    assert shown.endswith("</a>.</p>")


@quick
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PAYLOADS), max_size=4).map("\n".join)))
def test_whatever_the_text_says_its_html_is_harmless(text: str) -> None:
    shown = plain_html(text)
    harmless(shown)
    assert safe_html(shown) == shown
