"""Messages damaged in every way one meets, from a seed: the same number always gives the same message."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable, Iterator

PLAIN = b"""From: "Dupr\xc3\xa9, L\xc3\xa9a" <lea.dupre@example.org>
To: support@example.com, =?utf-8?q?=C3=89quipe?= <equipe@example.com>
Subject: =?utf-8?B?TCdpbXByaW1hbnRlIG5lIHLDqXBvbmQgcGx1cw==?=
Date: Mon, 3 Nov 2025 09:12:44 +0100
Message-ID: <one@example.org>
References: <zero@example.com> <half@example.com>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Bonjour,

l'imprimante du deuxi\xc3\xa8me ne r\xc3\xa9pond plus.

--\x20
L\xc3\xa9a Dupr\xc3\xa9

Le 2 novembre 2025 \xc3\xa0 10:00, Support <support@example.com> a \xc3\xa9crit :
> Est-ce r\xc3\xa9gl\xc3\xa9 ?
"""
RICH = b"""Return-Path: <mark@example.net>
Received: from a.example.net by b.example.com; Mon, 3 Nov 2025 09:12:44 +0100
From: Mark Example <mark@example.net>
To: support@example.com
Cc: "Two, People" <two@example.net>; three@example.net
Subject: =?iso-8859-1?Q?Probl=E8me_de?= =?iso-8859-1?Q?_messagerie?=
Date: Mon, 3 Nov 2025 09:12:44 +0100
Message-ID: <two@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer-1"

This is a multi-part message in MIME format.
--outer-1
Content-Type: multipart/related; boundary="mid-2"; type="multipart/alternative"

--mid-2
Content-Type: multipart/alternative; boundary=in-3

--in-3
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

Le probl=E8me est l=E0=20
depuis ce matin.

--in-3
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

<html><head><style>p {margin:0}</style></head><body><p>Le probl=E8me est <b>l=E0</b>
depuis <a href=3D"https://example.net/?a=3D1&b=3D2">ce matin</a>.</p>
<img src=3D"cid:pic@example.net" onerror=3D"alert(1)"><img src=3D"https://example.net/t.gif">
<table><tr><td style=3D"color:red;position:fixed">1<td>2</table></body></html>

--in-3--

--mid-2
Content-Type: image/png; name="=?utf-8?Q?photo_=C3=A9.png?="
Content-ID: <pic@example.net>
Content-Disposition: inline; filename*0*=utf-8''photo%20; filename*1*=%C3%A9.png
Content-Transfer-Encoding: base64

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9
awAAAABJRU5ErkJggg==
--mid-2--

--outer-1
Content-Type: message/rfc822

From: inner@example.org
Subject: Inner
Content-Type: text/plain

Inner text.
--outer-1
Content-Type: text/calendar; method=REQUEST

BEGIN:VCALENDAR
BEGIN:VEVENT
SUMMARY:R\xe9union
DTSTART:20251104T090000Z
END:VEVENT
END:VCALENDAR
--outer-1--
"""
CHARSETS = (
    b"utf-8 iso-8859-1 'utf-8' us-ascii ks_c_5601-1987 gb2312 iso-2022-jp utf-7 utf-16 windows-1251 x-unknown big5 hz"
    b" shift_jis euc-kr unicode_escape rot13 zlib idna hex utf-32 x-mac-roman cp65001 iso-8859-8-i undefined \xff\xfe"
).split()
ENCODINGS = b"base64 quoted-printable 7bit 8bit binary x-uuencode uuencode BASE64 bogus = base64; quoted".split()

SIZE_MOST = 20 << 20  # as mail servers have it

Damage = Callable[[random.Random, bytes], bytes]


def mutants(count: int, *, seed: int, originals: list[bytes] | None = None) -> Iterator[bytes]:
    for number in range(count):
        yield mutant(seed + number, originals=originals)


def mutant(seed: int, *, originals: list[bytes] | None = None) -> bytes:
    chance = random.Random(seed)
    raw = chance.choice(originals or [PLAIN, RICH])
    for _ in range(chance.choice((1, 1, 2, 3))):
        raw = chance.choice(DAMAGES)(chance, raw)[:SIZE_MOST]
    return raw


def header_of(raw: bytes, name: bytes, value: bytes) -> bytes:
    """Put before the others, and instead of the others of that name."""
    head, gap, body = raw.partition(b"\n\n")
    lines = [line for line in head.split(b"\n") if not line.lower().startswith(name.lower() + b":")]
    return name + b": " + value + b"\n" + b"\n".join(lines) + gap + body


def spot(chance: random.Random, raw: bytes) -> int:
    return chance.randrange(len(raw) + 1)


def charset(chance: random.Random, raw: bytes) -> bytes:
    for known in (b"utf-8", b"iso-8859-1"):
        raw = raw.replace(known, chance.choice(CHARSETS)) if chance.random() < 0.7 else raw
    return raw


def encoding(chance: random.Random, raw: bytes) -> bytes:
    for known in (b"quoted-printable", b"base64", b"8bit"):
        raw = raw.replace(known, chance.choice(ENCODINGS)) if chance.random() < 0.6 else raw
    return raw


def boundary(chance: random.Random, raw: bytes) -> bytes:
    mark = chance.choice((b"outer-1", b"mid-2", b"in-3"))
    return raw.replace(
        *chance.choice(
            (
                (b"--" + mark, b""),
                (b"--" + mark, b"--" + mark + b"  \t"),
                (mark + b"--", b""),
                (b"--" + mark, b"--in-3"),
                (b'boundary="' + mark + b'"', b""),
                (b"boundary=", b"boundary"),
                (b'"' + mark + b'"', b'"' + mark),
                (mark, b""),
                (mark, b"x" * 3_000),
                (b'"' + mark + b'"', b"\xff\xfe"),
                (mark, b"=?utf-8?q?" + mark + b"?="),
            )
        )
    )


def nesting(chance: random.Random, raw: bytes) -> bytes:
    depth = chance.choice((10, 100, 500, 2_000))
    if chance.random() < 0.3:
        return b"Subject: deep\n" + b"Content-Type: message/rfc822\n\n" * depth + raw
    if chance.random() < 0.3:
        return b"".join(b'Content-Type: multipart/mixed; boundary="b"\n\n--b\n' for _ in range(depth)) + raw
    head = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth))
    return head + raw + b"".join(b"\n--b%d--\n" % n for n in reversed(range(depth)))


def long_header(chance: random.Random, raw: bytes) -> bytes:
    name = chance.choice(
        (b"Subject", b"From", b"To", b"References", b"Content-Type", b"X-Long", b"Date", b"Message-ID")
    )
    unit = chance.choice(
        (
            b"x",
            b"=?utf-8?q?a?=",
            b"=?utf-8?q?a",
            b"=?utf-8?q?a?= ",
            b"<a@b> ",
            b"a@b, ",
            b'"',
            b"(",
            b"\n ",
            b"; a=b",
            b"; a*0=b",
            b"<",
            b"\\",
            b"a:",
            b"\xff",
            b"=?",
            b"?=",
            b"a b@",
            b"(((",
            b'"a" ',
            b",",
            b"; name*0*=utf-8''%FF",
            b"\x00",
            b"\t",
        )
    )
    return header_of(raw, name, unit * (1_000_000 // len(unit)))


def many_parts(chance: random.Random, raw: bytes) -> bytes:
    kind = chance.choice(
        (b"text/plain", b"text/html", b"image/png; name=a.png", b"message/rfc822", b"multipart/alternative")
    )
    part = b"--many\nContent-Type: " + kind + b"\n\nSubject: s\n\n<p>one</p>\n"
    return (
        b"From: a@example.org\nContent-Type: multipart/mixed; boundary=many\n\n"
        + part * chance.choice((100, 1_000, 5_000))
        + raw
    )


def base64_damage(chance: random.Random, raw: bytes) -> bytes:
    data = base64.encodebytes(chance.randbytes(chance.choice((10, 3_000, 200_000))))
    cut = spot(chance, data)
    data = chance.choice(
        (
            data[:cut],
            data[:cut] + b"=" + data[cut:],
            data[:cut] + b"\xff!*" + data[cut:],
            data.strip(b"=\n"),
            data.replace(b"A", b"-"),
        )
    )
    return (
        header_of(header_of(raw, b"Content-Transfer-Encoding", b"base64"), b"Content-Type", b"text/plain").partition(
            b"\n\n"
        )[0]
        + b"\n\n"
        + data
    )


def quoted_garbage(chance: random.Random, raw: bytes) -> bytes:
    bits = (b"=", b"==", b"=\n", b"=ZZ", b"=3", b"=C3", b"=\r\n", b"=00", b" \n", b"=E2=82", b"=ED=A0=80", b"\xa0")
    body = b"".join(chance.choice(bits) for _ in range(chance.choice((50, 50_000))))
    return header_of(raw, b"Content-Transfer-Encoding", b"quoted-printable").partition(b"\n\n")[0] + b"\n\n" + body


def huge_html(chance: random.Random, raw: bytes) -> bytes:
    unit = chance.choice(
        (
            b"<div>",
            b"<b>",
            b"<b><p>",
            b"<table><tr><td>",
            b"<p>word ",
            b"<a href=x>",
            b"<!--",
            b"<",
            b"</p>",
            b"&",
            b"&amp;",
            b"<script>",
            b"<img src=x>",
            b"<a <a ",
            b"<ul><li>",
            b"<font color=red><p>",
            b'<a title="',
            b"<svg><math>",
            b"x ",
            b"<blockquote>",
            b"<pre>\n",
            b"\n",
            b"&#0;&#xD800;",
            b"<style>",
            b"<title>",
            b"<td><p>",
            b"<select><option>",
        )
    )
    size = chance.choice((3_000, 100_000, 1_000_000, 2_500_000))
    start = chance.choice((b"", b"<table>", b"".join(b"<font color=%d>" % n for n in range(190)), b"<html><body>"))
    body = start + unit * (size // len(unit))
    if chance.random() < 0.1:
        body = b"<a " + b" ".join(b"b%d" % n for n in range(size // 7)) + b">x"
    return b"From: a@example.org\nSubject: html\nContent-Type: text/html; charset=utf-8\n\n" + body


def huge_text(chance: random.Random, raw: bytes) -> bytes:
    unit = chance.choice(
        (
            b"> ",
            b"word ",
            b">\n",
            b"-- \n",
            b"\n",
            b"a",
            b"On Mon, 3 May 2021, a@b wrote:\n",
            b"From: a@b\n",
            b"_",
            b"http://",
            b"\xe9",
            b"Le 3 mai, a@b a \xc3\xa9crit :\n> x\n",
            b" ",
        )
    )
    return b"From: a@example.org\nSubject: long\n\n" + unit * (
        chance.choice((20_000, 1_000_000, 3_000_000)) // len(unit)
    )


def doubled(chance: random.Random, raw: bytes) -> bytes:
    head, gap, body = raw.partition(b"\n\n")
    lines = head.split(b"\n")
    return (
        b"\n".join(lines + [chance.choice(lines)[:2_000] for _ in range(chance.choice((3, 300, 6_000)))]) + gap + body
    )


def flipped(chance: random.Random, raw: bytes) -> bytes:
    out = bytearray(raw)
    for _ in range(chance.choice((1, 10, 200)) if out else 0):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def line_ends(chance: random.Random, raw: bytes) -> bytes:
    ends = chance.choice(
        ((b"\r\n",), (b"\r",), (b"\r\r\n",), (b"\n", b"\r\n", b"\r"), (b"\n\n",), (b"",), (b"\x0b", b"\x85"))
    )
    return b"".join(line + chance.choice(ends) for line in raw.split(b"\n"))


def nuls(chance: random.Random, raw: bytes) -> bytes:
    for _ in range(chance.choice((1, 20))):
        at = spot(chance, raw)
        raw = raw[:at] + b"\x00" * chance.choice((1, 3, 1_000)) + raw[at:]
    return raw


def moved(chance: random.Random, raw: bytes) -> bytes:
    a, b = sorted((spot(chance, raw), spot(chance, raw)))
    return chance.choice((raw[:a], raw[a:], raw[:a] + raw[b:], raw[b:] + raw[:b], raw[:b] + raw[a:b] * 5 + raw[b:]))


def nothing(chance: random.Random, raw: bytes) -> bytes:
    return chance.choice(
        (
            b"",
            b"\n",
            b"\x00",
            b" ",
            b"From ",
            b"From \n",
            b":",
            b"\xef\xbb\xbf",
            b"no headers at all",
            b"\r",
            raw.partition(b"\n\n")[0],
            b"\n\n" + raw,
            raw.partition(b"\n\n")[2],
        )
    )


def noise(chance: random.Random, raw: bytes) -> bytes:
    return chance.randbytes(chance.choice((10, 2_000, 300_000)))


def tnef_garbage(chance: random.Random, raw: bytes) -> bytes:
    data = b"\x78\x9f\x3e\x22\x01\x00" + b"".join(
        chance.choice((b"\x01", b"\x02"))
        + chance.choice((0x8010, 0x800F, 0x9003, 0x9005, 0x9002, 0x800C)).to_bytes(2, "little")
        + b"\x06\x00"
        + chance.choice((0, 1, 20, 0xFFFFFFFF)).to_bytes(4, "little")
        + chance.randbytes(22)
        for _ in range(chance.choice((1, 30, 30_000)))
    )
    head = b"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n"
    return b"From: a@example.org\n" + head + base64.encodebytes(data)


DAMAGES: tuple[Damage, ...] = (
    charset,
    encoding,
    boundary,
    nesting,
    long_header,
    many_parts,
    base64_damage,
    quoted_garbage,
    huge_html,
    huge_text,
    doubled,
    flipped,
    line_ends,
    nuls,
    moved,
    nothing,
    noise,
    tnef_garbage,
)
