"""Fields, encoded words, parameters, addresses, ids and dates in the forms they have in the wild."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.channels.mail.addresses import addresses, message_ids, moment
from guichet.channels.mail.headers import decoded, parameters
from guichet.channels.mail.parts import split


def raw_value(data: bytes) -> str:
    return data.decode("ascii", "surrogateescape")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?Q?a_b=C3=A9?=", "a bé"),
        (b"=?UTF-8?B?w6nDqA==?=", "éè"),
        (b"=?UTF-8?B?w6nDqA?=", "éè"),
        (b"=?utf-8?q?one?= =?utf-8?q?two?=", "onetwo"),
        (b"=?utf-8?q?one?=\t  =?iso-8859-1?q?tw=F3?=", "onetwó"),
        (b"=?utf-8?B?w6n?= =?utf-8?B?w6k=?=", "éé"),
        (b"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "é"),
        (b"=?utf-8?B?ww==?==?utf-8?Q?=A9?=", "é"),
        (b"Re: =?utf-8?q?=C3=A9t=C3=A9?= x", "Re: été x"),
        (b"a=?utf-8?q?b?=c", "abc"),
        (b'"=?utf-8?q?=C3=A9?="', '"é"'),
        (b"=?utf-8?q?with space?=", "with space"),
        (b"=?utf-8?q?not ended", "not ended"),
        (b"=?utf-8*fr?q?=C3=A9?=", "é"),
        (b"=?gb2312?B?xOO6ww==?=", "你好"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?x-none?q?caf=E9?=", "café"),
        (b"=?utf-8?B?!!!?=", ""),
        (b"=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
        (b"=? ?= =?", "=? ?= =?"),
        ("été".encode(), "été"),
        ("été".encode("latin-1"), "été"),
        (b"=?utf-8?Q??=", ""),
    ],
)
def test_words(value: bytes, text: str) -> None:
    assert decoded(raw_value(value)) == text


def test_raw_headers_take_the_charset_of_the_message() -> None:
    subject = "Привет".encode("cp1251")
    root = split(b"Subject: " + subject + b"\nContent-Type: text/plain; charset=windows-1251\n\nx")
    assert decoded(root.headers.first("subject"), hint=root.hint) == "Привет"


def test_text_is_one_clean_line() -> None:
    root = split(b"Subject: =?utf-8?q?a=0Ab=00=0D=0ABcc:_x?=\n  c\n\n")
    assert root.headers.text("subject") == "a b Bcc: x c"
    assert root.headers.every("SUBJECT") == ["=?utf-8?q?a=0Ab=00=0D=0ABcc:_x?=  c"]
    assert root.headers.first("absent") == root.headers.text("absent") == ""


@pytest.mark.parametrize(
    ("value", "main", "found"),
    [
        ("text/plain", "text/plain", {}),
        ("TEXT/Plain; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        ('text/plain; charset="utf-8"; x', "text/plain", {"charset": "utf-8"}),
        ("text/plain charset=utf-8", "text/plain", {"charset": "utf-8"}),
        ("text/plain; charset=us-ascii (a comment)", "text/plain", {"charset": "us-ascii"}),
        ('a/b; name="x; y.pdf"; z=1', "a/b", {"name": "x; y.pdf", "z": "1"}),
        ('a/b; name="no end.pdf', "a/b", {"name": "no end.pdf"}),
        ("a/b; name=two words.pdf; x=1", "a/b", {"name": "two words.pdf", "x": "1"}),
        ('a/b; name="say \\"hi\\".txt"', "a/b", {"name": 'say "hi".txt'}),
        ('a/b; name="=?utf-8?q?=C3=A9.txt?="', "a/b", {"name": "é.txt"}),
        ("a/b; name==?utf-8?q?=C3=A9.txt?=", "a/b", {"name": "é.txt"}),
        ("a/b; name*=utf-8''%C3%A9%20x.txt", "a/b", {"name": "é x.txt"}),
        ("a/b; name*=utf-8'fr'%C3%A9.txt; name=e.txt", "a/b", {"name": "é.txt"}),
        ("a/b; name*0*=utf-8''%C3; name*1*=%A9; name*2=.txt", "a/b", {"name": "é.txt"}),
        ('a/b; name*1="b.txt"; name*0="a"', "a/b", {"name": "ab.txt"}),
        ('a/b; name*0="=?utf-8?B?w6k"; name*1="=?="', "a/b", {"name": "é"}),
        ("a/b; name*=%C3%A9.txt", "a/b", {"name": "é.txt"}),
        ("a/b; name*=iso-8859-1''%E9.txt", "a/b", {"name": "é.txt"}),
        (";;; = ; a=b", "", {"a": "b"}),
        ('a/b; name="a\nb"', "a/b", {"name": "a\nb"}),
    ],
)
def test_parameters(value: str, main: str, found: dict[str, str]) -> None:
    assert parameters(value) == (main, found)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.fr", [("a@b.fr", "")]),
        ("<a@b.fr>", [("a@b.fr", "")]),
        ("Ann B <a@b.fr>", [("a@b.fr", "Ann B")]),
        ('"B, Ann" <a@b.fr>, c@d.fr', [("a@b.fr", "B, Ann"), ("c@d.fr", "")]),
        ("B, Ann <a@b.fr>, c@d.fr", [("a@b.fr", "B, Ann"), ("c@d.fr", "")]),
        ('"Ann <a@b.fr>', [("a@b.fr", '"Ann')]),
        ("a@b.fr (Ann B)", [("a@b.fr", "Ann B")]),
        ("Ann B (a@b.fr)", [("a@b.fr", "Ann B")]),
        ('"a@b.fr" <a@b.fr>', [("a@b.fr", "")]),
        ("'a@b.fr' <a@b.fr>", [("a@b.fr", "")]),
        ('"c@d.fr" <a@b.fr>', [("a@b.fr", "c@d.fr")]),
        ("a@b.fr; c@d.fr;", [("a@b.fr", ""), ("c@d.fr", "")]),
        ("Team: a@b.fr, Ann <c@d.fr>;", [("a@b.fr", ""), ("c@d.fr", "Ann")]),
        ("undisclosed-recipients:;", []),
        ("=?utf-8?q?L=C3=A9a?= <a@b.fr>", [("a@b.fr", "Léa")]),
        ('"=?utf-8?q?D=2C_L=C3=A9a?=" <a@b.fr>', [("a@b.fr", "D, Léa")]),
        ("=?utf-8?q?D,_L=C3=A9a?= <a@b.fr>", [("a@b.fr", "D, Léa")]),
        ("=?utf-8?B?TMOpYSA8YUBiLmZyPg==?=", [("a@b.fr", "Léa")]),
        ("=?utf-8?B?TMOpYSA8YUBiLmZyPg==?= <a@b.fr>", [("a@b.fr", "Léa")]),
        ("Léa <a@b.fr>", [("a@b.fr", "Léa")]),
        ("Ann <mailto:a@b.fr>", [("a@b.fr", "Ann")]),
        ("Ann a@b.fr", [("a@b.fr", "Ann")]),
        ("Ann <a@b.fr", [("a@b.fr", "Ann")]),
        ("Ann < a@b.fr >", [("a@b.fr", "Ann")]),
        ("<<a@b.fr>>", [("a@b.fr", "")]),
        ('"o\\"k" <a@b.fr>', [("a@b.fr", 'o"k')]),
        ('"john doe"@b.fr', [('"john doe"@b.fr', "")]),
        ("a@[192.0.2.1]", [("a@[192.0.2.1]", "")]),
        ("", []),
        ("<>", []),
        ("nobody", []),
        (",,;,", []),
        ("a@b.fr,,c@d.fr", [("a@b.fr", ""), ("c@d.fr", "")]),
    ],
)
def test_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert [(each.email, each.name) for each in addresses(raw_value(value.encode()))] == found


def test_ids() -> None:
    assert message_ids("<a@b> text <c@d>\t<a@b>") == ["<a@b>", "<c@d>"]
    assert message_ids("a@b") == ["<a@b>"]
    assert message_ids("") == message_ids("two words") == message_ids("<>") == []
    assert len(message_ids(" ".join(f"<{n}@b>" for n in range(5_000)))) == 100


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("Mon, 3 Nov 2025 09:12:44 +0100", datetime(2025, 11, 3, 8, 12, 44, tzinfo=UTC)),
        ("3 Nov 2025 09:12 GMT", datetime(2025, 11, 3, 9, 12, tzinfo=UTC)),
        ("Mon, 3 Nov 2025 09:12:44", datetime(2025, 11, 3, 9, 12, 44, tzinfo=UTC)),
        ("Mon, 3 Nov 25 09:12:44 -0000 (UTC)", datetime(2025, 11, 3, 9, 12, 44, tzinfo=UTC)),
        ("2025-11-03T09:12:44+02:00", datetime(2025, 11, 3, 7, 12, 44, tzinfo=UTC)),
        ("2025-11-03 09:12", datetime(2025, 11, 3, 9, 12, tzinfo=UTC)),
        ("Mon, 33 Nov 2025 09:12:44 +0100", None),
        ("Mon, 3 Nov 2025 09:12:44 +9999999999", datetime(2025, 11, 2, 9, 13, 44, tzinfo=UTC)),
        ("1 Jan 99999 00:00:00 +0000", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates(value: str, at: datetime | None) -> None:
    assert moment(value) == at


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="=?utf-8qB_<>@,;:\"'()\\ aé\t.*%0[]\udcff", max_size=80))
def test_nothing_raises_and_nothing_comes_out_dirty(value: str) -> None:
    for each in addresses(value):
        assert "@" in each.email and (each.email[0] == '"' or not set(each.email) & set(" <>,;"))
        assert each.email.isprintable() and each.name.isprintable()
        (each.email + each.name).encode()
    for text in parameters(value)[1].values():
        assert isinstance(text, str)
    decoded(value).encode()
    moment(value)
    for each_id in message_ids(value):
        assert each_id.startswith("<") and each_id.endswith(">")


@pytest.mark.parametrize(
    "unit", ["(", "<", '"', "a@", "=?utf-8?q?", "\\", ",", "a@b ", '"a" ', ": ", "<a@b", "; a=", '="', "a*0=b;"]
)
def test_long_values_take_no_time(unit: str) -> None:
    started = time.monotonic()
    value = unit * (65_000 // len(unit))
    addresses(value), decoded(value), parameters(value), message_ids(value), moment(value)
    assert time.monotonic() - started < 3
