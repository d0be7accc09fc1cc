"""`winmail.dat`: opened where it is one, left as the file it is where it is damaged or crafted."""

from __future__ import annotations

import struct
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.channels.mail.reading import read
from guichet.channels.mail.tnef import opened


def attribute(level: int, name: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", level, name, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*some: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<I", len(some))
    for kind, name, value in some:
        out += struct.pack("<HH", kind, name)
        if kind in {0x1E, 0x1F, 0x102, 0x0D}:
            out += struct.pack("<II", 1, len(value)) + value + b"\x00" * (-len(value) % 4)
        else:
            out += value
    return out


HEAD = struct.pack("<IH", 0x223E9F78, 1)
WINMAIL = (
    HEAD
    + attribute(1, 0x9007, struct.pack("<II", 1252, 0))
    + attribute(1, 0x9003, properties((0x1E, 0x1000, b"Caf\xe9 body\x00"), (0x03, 0x0017, b"\x01\x00\x00\x00")))
    + attribute(2, 0x9002, b"\x00" * 14)
    + attribute(2, 0x8010, b"SHORT~1.TXT\x00")
    + attribute(2, 0x800F, b"hello")
    + attribute(
        2, 0x9005, properties((0x1F, 0x3707, "déjà vu.txt\x00".encode("utf-16-le")), (0x1E, 0x370E, b"text/plain\x00"))
    )
    + attribute(2, 0x9002, b"\x00" * 14)
    + attribute(2, 0x9005, properties((0x102, 0x3701, b"data"), (0x1E, 0x3707, b"..\\b.bin\x00")))
)
MESSAGE = (
    b"From: a@example.org\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: binary\n\n"
)


def test_files_and_body() -> None:
    mail = read(MESSAGE + WINMAIL)
    assert mail.text == "Café body"
    assert [(each.name, each.content_type, each.content) for each in mail.attachments] == [
        ("déjà vu.txt", "text/plain", b"hello"),
        ("b.bin", "application/octet-stream", b"data"),
    ]


def test_the_message_s_own_words_come_first() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nown words\n--b\n" + MESSAGE + WINMAIL + b"\n--b--"
    assert read(raw).text == "own words"


def test_damaged_it_stays_the_file_it_is() -> None:
    for data in (
        b"",
        b"x",
        HEAD[:4] + b"x",
        WINMAIL[:200],
        HEAD + attribute(2, 0x9005, b"\xff" * 30),
        b"\x00" + WINMAIL,
    ):
        mail = read(MESSAGE + data)
        assert [each.name for each in mail.attachments] == ["winmail.dat"]
        assert mail.attachments[0].content == data


def test_counts_without_end_take_no_time() -> None:
    started = time.monotonic()
    endless = struct.pack("<IHHI", 0xFFFFFFFF, 0x1001, 0x1000, 0xFFFFFFFF)
    opened(HEAD + attribute(1, 0x9003, endless))
    opened(HEAD + attribute(1, 0x9003, endless) * 20_000)
    opened(HEAD + attribute(1, 0x0, b"") * 1_000_000)
    assert time.monotonic() - started < 8


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(WINMAIL)), st.integers(0, 30))
def test_any_damage(noise: bytes, at: int, cut: int) -> None:
    found = opened(WINMAIL[:at] + noise + WINMAIL[at + cut :])
    if found:
        (found.text + found.html + "".join(file.name for file in found.files)).encode()
