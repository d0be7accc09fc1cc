"""The new part of an HTML message, by the marks of the mail programs."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail.reply import separate_html

NEW = "<div>Oui, deux fois.</div><div><br></div><div>L'écran reste <b>noir</b>.</div>"
OLD = "<div>Bonjour,</div><p>Avez-vous redémarré&nbsp;?</p><div>Ana</div>"
WHO = "Le mar. 2 mars 2021 à 18:02, Ana Roy &lt;<a href='mailto:a@example.org'>a@example.org</a>&gt; a écrit&nbsp;:"
BLOCK = (
    "<b>De&nbsp;:</b> Ana Roy<br><b>Envoyé&nbsp;:</b> mardi 2 mars 2021 18:02<br>"
    "<b>À&nbsp;:</b> Support<br><b>Objet&nbsp;:</b> X"
)
GMAIL = f'<div class="gmail_quote">{WHO}<blockquote class="gmail_quote">{OLD}</blockquote></div>'

MARKS = {
    "gmail": f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{WHO}<br></div>'
    f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{OLD}</blockquote></div>',
    "older gmail": f'<div dir="ltr">{NEW}</div><div class="gmail_extra"><br><div class="gmail_quote">{WHO}<br>'
    f'<blockquote class="gmail_quote">{OLD}</blockquote></div><br></div>',
    "gmail with signature": f'<div>{NEW}<br><br>-- <br><div class="gmail_signature">Jean<br>DSI</div></div>{GMAIL}',
    "gmail forward": f'<div>{NEW}</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message'
    f" ---------<br>De : Ana<br></div>{OLD}</div>",
    "thunderbird": f'<html><head><title>x</title></head><body><p>{NEW}</p><div class="moz-cite-prefix">{WHO}<br></div>'
    f'<blockquote type="cite" cite="mid:1@example.org">{OLD}</blockquote><br></body></html>',
    "apple mail": f'<html><body style="x">{NEW}<div><br><blockquote type="cite"><div>{WHO}</div><br><div>{OLD}</div>'
    "</blockquote></div><br></body></html>",
    "iphone": f'<html><body>{NEW}<br><div dir="ltr">Envoyé de mon iPhone</div><div dir="ltr"><br>'
    f'<blockquote type="cite">{WHO}<br><br></blockquote></div><blockquote type="cite">{OLD}</blockquote></body></html>',
    "attribution outside": f'<div>{NEW}</div><div>{WHO}<br></div><blockquote type="cite">{OLD}</blockquote>',
    "outlook.com": f'<div>{NEW}</div><div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg" dir="ltr">'
    f"{BLOCK}</div><div>{OLD}</div>",
    "outlook for phones": f'<div>{NEW}</div><hr><div id="divRplyFwdMsg">{BLOCK}</div>{OLD}',
    "outlook": f'<body><div class=WordSection1><p class=MsoNormal>{NEW}<o:p></o:p></p><div><div style="border:none;'
    f'border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class=MsoNormal>{BLOCK}<o:p></o:p></p></div></div>'
    f"<p class=MsoNormal><o:p>&nbsp;</o:p></p>{OLD}</div></body>",
    "new outlook": f'<div>{NEW}</div><div id="mail-editor-reference-message-container"><div>{BLOCK}</div>{OLD}</div>',
    "outlook without marks": f"<p>{NEW}</p><p>{BLOCK}</p><p>{OLD}</p>",
    "yahoo": f'<div>{NEW}</div><div id="y1yahoo_quoted_1" class="yahoo_quoted"><div>{WHO}</div><div>{OLD}</div></div>',
    "proton": f'<div>{NEW}</div><div class="protonmail_quote">{WHO}<br>'
    f'<blockquote class="protonmail_quote" type="cite">{OLD}</blockquote></div>',
    "zimbra": f'<div>{NEW}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{BLOCK}</div>'
    f'<div data-marker="__QUOTED_TEXT__">{OLD}</div>',
    "zimbra blockquote": f'{NEW}<div>{WHO}</div><blockquote style="border-left:2px solid #1010FF">{OLD}</blockquote>',
    "zoho": f'<div>{NEW}</div><div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- {WHO} ----</div><blockquote>{OLD}'
    "</blockquote></div>",
    "tracked": f'{NEW}{GMAIL}<img src="https://example.org/p" width="1" height="1">',
}


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def is_balanced(html: str) -> bool:
    opened: list[str] = []
    for closing, tag in re.findall(r"<(/?)(\w+)[^>]*>", html):
        if tag in ("br", "hr", "img", "html", "body", "head"):
            continue
        if not closing:
            opened.append(tag)
        elif not opened or opened.pop() != tag:
            return False
    return not opened


@pytest.mark.parametrize("program", MARKS)
def test_the_new_part_ends_where_a_mail_program_begins_to_quote(program: str) -> None:
    got = separate_html(MARKS[program])
    assert got is not None
    assert words(got).removeprefix("x ") == words(NEW)
    assert is_balanced(got)
    assert MARKS[program].startswith(got[: got.index("noir")])


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Bonjour",
        NEW,
        f"<div>{NEW}</div><blockquote>a poem</blockquote>",
        GMAIL,
        f'<div id="divRplyFwdMsg">{BLOCK}</div>{OLD}',
        f'<div style="border-top:solid #ccc 1px">A box</div>{OLD}',
        f'{NEW}<div class="gmail_quote"></div>',
        "<div>" * 600 + "x" + '</div><blockquote type="cite">y</blockquote>',
    ],
)
def test_without_marks_or_without_anything_new_there_is_no_new_part(html: str) -> None:
    assert separate_html(html) is None


def test_answers_between_quotes_stay_with_their_questions() -> None:
    html = (
        f'<p>Voir plus bas</p><div class="moz-cite-prefix">{WHO}</div>'
        '<blockquote type="cite"><p>Quel modèle ?</p></blockquote><p>Un M402.</p>'
        '<blockquote type="cite"><p>Merci<br>Ana</p></blockquote><pre class="moz-signature">-- \nJean</pre>'
    )
    got = separate_html(html)
    assert got is not None
    assert words(got).endswith("Quel modèle ? Un M402.")


def test_answers_between_the_quotes_of_gmail_stay_too() -> None:
    html = (
        f'<div class="gmail_quote"><div class="gmail_attr">{WHO}</div>'
        '<blockquote class="gmail_quote">Quel modèle ?</blockquote>'
        '<div>Un M402.</div><blockquote class="gmail_quote">Merci</blockquote></div>'
    )
    got = separate_html(html)
    assert got is not None
    assert words(got).endswith("Quel modèle ? Un M402.")
    assert is_balanced(got)


def test_what_follows_the_quote_keeps_all_of_it() -> None:
    assert separate_html(f'<blockquote type="cite">{OLD}</blockquote>{NEW}') is None
    assert separate_html(f'<p>A</p><blockquote type="cite">{OLD}</blockquote><p>B</p>') is None


def test_pictures_are_new_too() -> None:
    got = separate_html(
        f'<img src="cid:1"><div class="gmail_quote">{WHO}<blockquote class="gmail_quote">{OLD}</blockquote></div>'
    )
    assert got == '<img src="cid:1">'


def test_broken_markup_is_followed_as_far_as_it_goes() -> None:
    for html in (
        f'<div title=">">{NEW}</div><!-- <blockquote type=cite> --><style>a > "b</style><blockquote type=cite>{OLD}',
        f'<div title="never closed>{NEW}</div><blockquote type=cite>{OLD}</blockquote>',
        f"</b></i>{NEW}< 3 <blockquote type='cite'>{OLD}</blockquote></div>",
    ):
        got = separate_html(html)
        assert got is not None and "noir" in got and "redémarré" not in got


PIECES = st.one_of(
    st.sampled_from([piece for html in MARKS.values() for piece in re.findall(r"<[^>]*>|[^<]+", html)]),
    st.sampled_from(["<", ">", '"', "'", "<!--", "-->", "<style>", "</", "<a b='", "&lt;", "&#x;", "\x00"]),
    st.text(max_size=8),
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_the_new_part_is_always_the_beginning_of_the_message(html: str) -> None:
    got = separate_html(html)
    if got is not None:
        beginning = re.sub(r"(</[a-zA-Z][^\s/>]*>)*\Z", "", got)
        assert html.startswith(beginning)
        assert words(got)


@pytest.mark.parametrize(
    "html",
    [
        "x" * 1_000_000,
        "<" * 1_000_000,
        "</" * 500_000,
        "<a " * 330_000,
        '<a "' * 250_000,
        "<a '>" * 200_000,
        "<!--" * 250_000,
        "<style>" * 140_000,
        "<b>" * 330_000,
        "</b>" * 250_000,
        "<div>a" * 160_000,
        "<br>a" * 200_000,
        ("<div>" * 400) + "<br>a" * 190_000,
        '<blockquote type="cite">a</blockquote>' * 26_000,
        "&lt;" * 250_000,
        "&" * 1_000_000,
        '<p style="border-top:' + "x" * 990_000 + '">',
        "<div style=border-top:solid>From: a</div>" * 24_000,
        "<p>From: a</p>" * 70_000,
        "<img src='data:" + "A" * 990_000 + "'>a",
    ],
    ids=range(20),
)
def test_a_megabyte_of_anything_is_read_in_a_moment(html: str) -> None:
    started = time.process_time()
    separate_html(html)
    assert time.process_time() - started < 4
