"""An article's Markdown: what stands on the page, and what can't."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.knowledge.markdown import Shown, bare, named_in, plain_text, render, summary

PIECES = ["# ", "> [!NOTE] ", "> ", "- ", "1. ", "![a](b.png)", "[x](KB-7K4M2)", "[x](#y)", "<img src=x onerror=y>",
          "<script>", "**", "`", "```\n", "| a | b |\n|---|---|\n", "\n", "\n\n", "é", "[j](javascript:x)", "&lt;",
          "![q](javascript:x)", "](", "<!--", "mot "]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=30).map("".join)


def shown(markdown: str) -> str:
    return render(
        markdown,
        link=lambda address: f"/aide/{address}" if address.startswith("KB-") else None,
        picture=lambda name: Shown("/image/" + name, 4, 3) if name == "b.png" else None,
        labels={"note": "À savoir"},
    ).html


class Harmless(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "style", "iframe", "form", "input", "object", "svg"}
        for name, value in attrs:
            assert name in {"href", "rel", "title", "src", "alt", "width", "height", "loading", "id", "class"}, name
            if name == "src":
                assert (value or "").startswith("/image/")
            if name == "href":
                assert re.match(r"/aide/|#p-|https?:|mailto:|tel:", value or "")
            if name == "id":
                assert (value or "").startswith("p-")


@given(TEXTS)
def test_whatever_is_written_is_harmless(text: str) -> None:
    Harmless().feed(shown(text))


@given(TEXTS)
def test_what_it_says_can_always_be_told(text: str) -> None:
    assert isinstance(plain_text(text), str)
    assert isinstance(bare(text), str)
    assert len(summary(text)) <= 240
    named_in(text)


@given(TEXTS)
def test_contents_lead_to_headings_that_are_there(text: str) -> None:
    done = render(text)
    ids = re.findall(r'<h[2-6] id="([^"]+)"', done.html)
    assert len(ids) == len(set(ids))
    assert {heading.anchor for heading in done.contents} <= set(ids)


def test_pictures_links_and_headings() -> None:
    html = shown("# Un\n\n## Deux\n\n![L’écran](b.png) [suite](KB-7K4M2) [là](#deux) [non](autre.md)")
    assert '<h2 id="p-un">' in html
    assert '<h3 id="p-deux">' in html
    assert '<img src="/image/b.png" alt="L’écran" loading="lazy" width="4" height="3">' in html
    assert 'href="/aide/KB-7K4M2"' in html
    assert 'href="#p-deux"' in html
    assert "non" in html
    assert "autre.md" not in html


def test_a_picture_from_elsewhere_is_its_words() -> None:
    html = shown("![Un schéma](https://ailleurs.example/pixel.png)")
    assert "ailleurs" not in html
    assert "Un schéma" in html


def test_callouts() -> None:
    html = shown("> [!NOTE]\n> Ayez votre code.\n\n> [!WARNING] Doucement\n> Une chose.")
    assert '<div class="callout callout-note">\n<p class="callout-title">À savoir</p>\n<p>Ayez votre code.</p>' in html
    assert '<p class="callout-title">Doucement</p>\n<p>Une chose.</p>' in html


@pytest.mark.parametrize("text", ["# Titre seul", "Un paragraphe."])
def test_a_summary_is_never_empty_where_something_is_said(text: str) -> None:
    assert summary(text)


def test_plain_text_leaves_the_signs() -> None:
    text = "# Titre\n\nDu **gras**, un [lien](KB-7K4M2).\n\n- un\n- deux\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    assert plain_text(text) == "Titre\nDu gras, un lien.\nun\ndeux\na\nb\n1\n2"
    said = bare("Du **gras**, du *penché*, 2 * 3, un [lien](KB-7K4M2).\n- un")
    assert said == "Du gras, du penché, 2 * 3, un lien.\nun"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("> Bonjour\n>> encore\n> > et encore", "Bonjour\nencore\net encore"),
        (">- un\n> 2. deux\n> # Trois", "un\ndeux\nTrois"),
        ("a > b, -5 degrés\n--verbose\n-x", "a > b, -5 degrés\n--verbose\n-x"),
        ("Fin\n---\n-- \nJean\n| a | b |\n|---|:--|", "Fin\n\n\nJean\n a  b \n"),
        ("~~Barré~~", "Barré"),
    ],
)
def test_bare_text_has_no_signs_of_quotes_lists_or_rules(text: str, said: str) -> None:
    assert bare(text) == said


@pytest.mark.timeout(60)
def test_many_headings_that_say_the_same_are_counted_once() -> None:
    done = render("# a\n" * 2 + "# a-2\n" + "# a\n" * 20_000)
    anchors = [heading.anchor for heading in done.contents]
    assert len(set(anchors)) == len(anchors) == 20_003
    assert anchors[:4] == ["p-a", "p-a-2", "p-a-2-2", "p-a-3"]
