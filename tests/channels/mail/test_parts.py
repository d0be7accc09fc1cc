"""The tree of parts: found under every kind of boundary, bounded in depth and number, never an exception."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.channels.mail.parts import Limits, Part, split


def message(*lines: str | bytes, end: bytes = b"\n") -> bytes:
    return end.join(line.encode() if isinstance(line, str) else line for line in lines)


def kinds(part: Part) -> list[str]:
    return [each.content_type for each in part.walk()]


MIXED = (
    'Content-Type: multipart/mixed; boundary="b 1"',
    "",
    "preamble",
    "--b 1",
    "",
    "one",
    "",
    "--b 1",
    "Content-Type: text/html",
    "",
    "two",
    "--b 1--",
    "epilogue",
)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends(end: bytes) -> None:
    root = split(message(*MIXED, end=end))
    assert kinds(root) == ["multipart/mixed", "text/plain", "text/html"]
    assert [part.raw for part in root.parts] == [b"one" + end, b"two"]


@pytest.mark.parametrize(
    ("head", "mark"),
    [
        ("multipart/mixed; boundary=b", "--b"),
        ("multipart/mixed; boundary=b", "--b  \t"),
        ('multipart/mixed; boundary="b', "--b"),
        ("multipart/mixed; boundary='b'", "--'b'"),
        ("multipart/mixed; BOUNDARY=b; charset=x", "--b"),
        ("multipart/mixed;boundary = b", "--b"),
        ("multipart/mixed", "--b"),
        ('multipart/mixed; boundary=""', "--b"),
        ("multipart/mixed; boundary=other", "--b"),
        ("Multipart/Mixed boundary=b", "--b"),
    ],
)
def test_boundaries_however_declared(head: str, mark: str) -> None:
    root = split(
        message(
            f"Content-Type: {head}",
            "",
            mark,
            "Content-Type: text/plain",
            "",
            "one",
            mark,
            "Content-Type: text/html",
            "",
            "<p>two",
            "",
        )
    )
    assert [(part.content_type, part.raw.strip()) for part in root.parts] == [
        ("text/plain", b"one"),
        ("text/html", b"<p>two"),
    ]


def test_a_longer_boundary_is_another_one() -> None:
    inner = ("Content-Type: multipart/alternative; boundary=bb", "", "--bb", "", "in", "--bb--")
    root = split(message("Content-Type: multipart/mixed; boundary=b", "", "--b", *inner, "--b", "", "out", "--b--"))
    assert kinds(root) == ["multipart/mixed", "multipart/alternative", "text/plain", "text/plain"]
    assert [part.raw for part in root.walk() if not part.parts] == [b"in", b"out"]


def test_without_end_nothing_is_lost() -> None:
    root = split(
        message(
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "",
            "one",
            "--b",
            "Content-Type: image/png",
            "",
            "tail",
        )
    )
    assert root.parts[-1].raw == b"tail"


def test_without_any_boundary_it_is_the_text_it_is() -> None:
    root = split(message("Content-Type: multipart/mixed; boundary=b", "", "only text"))
    assert not root.parts and root.text() == "only text" and root.defects


def test_parts_without_a_content_type() -> None:
    root = split(message("Subject: s", "", "--xyz", "Content-Type: text/html", "", "<p>x", "--xyz--"))
    assert kinds(root) == ["multipart/mixed", "text/html"]


def test_messages_inside() -> None:
    inner = message("Subject: in", "", "text")
    root = split(message("Content-Type: message/rfc822", "", inner))
    assert root.parts[0].headers.text("subject") == "in" and root.content() == inner
    coded = split(
        message("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64", "", "U3ViamVjdDogaW4KCnRleHQ=")
    )
    assert coded.parts[0].headers.text("subject") == "in" and coded.parts[0].text() == "text"
    digest = split(
        message("Content-Type: multipart/digest; boundary=b", "", "--b", "", "Subject: in", "", "text", "--b--")
    )
    assert kinds(digest) == ["multipart/digest", "message/rfc822", "text/plain"]


@pytest.mark.parametrize(
    ("raw", "subject", "body"),
    [
        (b"From a@b Mon Jan  1 00:00:00 2024\nSubject: s\n\nbody", "s", b"body"),
        (b"\xef\xbb\xbfSubject: s\n\nbody", "s", b"body"),
        (b"\r\n\n Subject: s\n\nbody", "s", b"body"),
        (b"Subject: s", "s", b""),
        (b"Subject: s\n", "s", b""),
        (b"Just a line of text.\nAnd one more.", "", b"Just a line of text.\nAnd one more."),
        (b"\x00\x00binary", "", b"\x00\x00binary"),
        (b"", "", b""),
        (b"Subject: a\n b\n\tc\n\nbody", "a b c", b"body"),
        (b"X: 1\nbroken line here\nSubject: s\n\nbody", "s", b"body"),
        (b"Subject: s\nHello, no empty line.\n\nbody", "s", b"Hello, no empty line.\n\nbody"),
        (b"X-Token: abc\nAAAA\nBBBB\nCCCC\nDDDD\nEEEE\nFFFF\nGGGG\nSubject: s\n\nbody", "s", b"body"),
        (b"Subject:s\r\r\nTo: a@b\r\r\n\r\r\nbody", "s", b"body"),
    ],
)
def test_where_headers_end(raw: bytes, subject: str, body: bytes) -> None:
    root = split(raw)
    assert (root.headers.text("subject"), root.raw) == (subject, body)


def test_nested_2000_deep() -> None:
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000))
    root = split(heads + b"\ndeep text")
    last = list(root.walk())[-1]
    assert last.cut == "depth" and last.raw.endswith(b"deep text")
    root = split(b"Content-Type: message/rfc822\n\n" * 2_000 + b"deep text")
    assert list(root.walk())[-1].raw.endswith(b"deep text")


def test_more_parts_than_are_read_stay_in_the_last() -> None:
    part = b"--b\nContent-Type: text/plain\n\n%d\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"".join(part % n for n in range(3_000)) + b"--b--"
    root = split(raw, limits=Limits(parts=1_000))
    assert len(list(root.walk())) <= 1_001
    assert root.parts[-1].cut == "parts" and b"\n2999\n" in root.parts[-1].raw


def test_limits_of_size_and_time() -> None:
    raw = message(*MIXED)
    assert split(raw, limits=Limits(size=20)).cut == "size"
    assert split(raw, limits=Limits(seconds=-1)).cut == "time"


def test_long_headers_take_no_time() -> None:
    started = time.monotonic()
    root = split(b"X: " + b"a" * 2_000_000 + b"\n" + b"Y: =?utf-8?q?" * 100_000 + b"\nSubject: s\n\nbody")
    assert root.headers.text("subject") == "s" and root.raw == b"body"
    assert len(root.headers.text("y")) < 100_000
    assert time.monotonic() - started < 5


def test_transfer_encodings() -> None:
    def content(encoding: str, body: bytes) -> bytes:
        return split(b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + body).content()

    assert content("BASE64", b"aGVsbG8") == b"hello"
    assert content('"base64"', b"aGV\r\nsb-G8=\n") == b"hello"
    assert content("base64", b"aGVsbG8=\naGVsbG8=\n") == b"hellohello"
    assert content("base64", b"aGVsbG8=\n--\nA list's footer, in words.\n") == b"hello"
    assert content("base64", b"This is no base64 at all, is it?\n") == b"This is no base64 at all, is it?\n"
    assert content("base64", b"a") == b""
    assert content("Quoted-Printable", b"a=E9=\nb=zz =3") == b"a\xe9b=zz =3"
    assert content("x-uuencode", b"begin 644 a.txt\n%:&5L;&\\\n`\nend\n") == b"hello"
    assert content("x-uuencode", b"none") == b"none"
    for encoding in ("7bit", "8bit", "binary", "bogus", "=", ""):
        assert content(encoding, b"a=E9\xff\x00") == b"a=E9\xff\x00"


@pytest.mark.parametrize(
    ("declared", "data", "text"),
    [
        ("utf-8", "é—…".encode(), "é—…"),
        ("us-ascii", "é".encode(), "é"),
        ("iso-8859-1", b"\x93a\x94 \x80 \xe9", "“a” € é"),
        ("iso-8859-1", "déjà".encode(), "déjà"),
        ('"utf-8"', "é".encode(), "é"),
        ("utf8", "é".encode(), "é"),
        ("UTF-8", "é".encode("latin-1"), "é"),
        ("x-unknown", "é".encode("cp1252"), "é"),
        ("no-such-thing", "é".encode(), "é"),
        ("gb2312", "镕基".encode("gb18030"), "镕基"),
        ("ks_c_5601-1987", "안녕하세요 뷁".encode("cp949"), "안녕하세요 뷁"),
        ("iso-2022-jp", "日本語".encode("iso2022_jp"), "日本語"),
        ("iso-2022-jp", b"\x1b$B-!\x1b(B", "①"),
        ("iso-2022-jp", "日本語".encode("cp932"), "日本語"),
        ("", "日本語".encode("iso2022_jp"), "日本語"),
        ("shift_jis", "①髙".encode("cp932"), "①髙"),
        ("windows-1251", "Привет".encode("cp1251"), "Привет"),
        ("cp-1251", "Привет".encode("cp1251"), "Привет"),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет"),
        ("unicode-1-1-utf-7", b"+ANw-ber", "Über"),
        ("utf-16", "é".encode("utf-16"), "é"),
        ("utf-16le", b"plain", "plain"),
        ("iso-8859-8-i", "שלום".encode("iso8859_8"), "שלום"),
        ("big5", "中文".encode("big5"), "中文"),
        ("rot13", b"plain", "plain"),
        ("unicode_escape", b"\\x41", "\\x41"),
        ("zlib", b"\x78\x9c\x03", "xœ"),
        ("utf-8", b"a\x00b\x07c", "abc"),
        ("utf-8", b"\xed\xa0\x80 \xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "��� éééé"),
        ("utf-7", b"+2AA-", "�"),
    ],
)
def test_charsets(declared: str, data: bytes, text: str) -> None:
    root = split(b"Content-Type: text/plain; charset=" + declared.encode() + b"\n\n" + data)
    assert root.text() == text


def test_charset_of_html_without_one() -> None:
    root = split(b'Content-Type: text/html\n\n<meta charset="windows-1251">' + "Привет".encode("cp1251"))
    assert root.text().endswith("Привет")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    everything(split(raw), raw)


PIECES = st.sampled_from(
    [
        b"--b\n",
        b"--b--\n",
        b"--c\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Subject: s\n",
        b"Content-Type: multipart/alternative; boundary=c\n",
        b"Content-Type: message/rfc822\n",
        b"text",
        b" ",
        b"--",
        b"b",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Type: text/plain\n",
        b"U3ViamVjdA==",
        b"=?utf-8?q?",
        b"\x00",
        b"\xff",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_anything_like_a_message(raw: bytes) -> None:
    everything(split(raw), raw)


def everything(root: Part, raw: bytes) -> None:
    """The body is what follows the headers; children lie within their parent, in order, and do not overlap."""
    assert raw.endswith(root.raw)
    for part in root.walk():
        part.text().encode()
        assert "\x00" not in part.text() and not set(part.filename) & set("\0\r\n\t")
        position = part.start
        for child in part.parts:
            if child.source is part.source:
                assert position <= child.start <= child.end <= part.end
                position = child.end


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=60).filter(lambda body: b"--b" not in body), min_size=1, max_size=6))
def test_what_was_put_in_comes_out(bodies: list[bytes]) -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"".join(b"--b\nX: 1\n\n" + body + b"\n" for body in bodies)
        + b"--b--\n"
    )
    assert [part.raw for part in split(raw).parts] == [body.removesuffix(b"\r") for body in bodies]
