"""Plain text: lines put together again, and files taken out of it; what only looks like one stays text."""

from __future__ import annotations

import binascii
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail.plain import FILES_MOST, unflowed, without_files
from guichet.channels.mail.reading import read


def encoded(name: str, content: bytes) -> str:
    lines = [binascii.b2a_uu(content[at : at + 45], backtick=True).decode() for at in range(0, len(content), 45)]
    return f"begin 644 {name}\n{''.join(lines)}`\nend\n"


@pytest.mark.parametrize(
    ("text", "delsp", "whole"),
    [
        ("one \ntwo \nthree\nfour", False, "one two three\nfour"),
        ("https://a.fr/ \nlong", True, "https://a.fr/long"),
        ("> a \n> b\n>> c \n>> d\ne", False, "> a b\n>> c d\ne"),
        (">a \n>>b\nc", False, "> a \n>> b\nc"),  # a line that should flow on into another depth doesn't
        ("a \n-- \nAna \nRoy", False, "a \n-- \nAna Roy"),
        ("> a\n> -- \n> Ana", False, "> a\n> -- \n> Ana"),
        (" From here\n > no quote", False, "From here\n> no quote"),
        ("a\n\n\nb", False, "a\n\n\nb"),
        ("", False, ""),
        ("a ", True, "a"),
    ],
)
def test_flowed_lines(text: str, delsp: bool, whole: str) -> None:
    assert unflowed(text, delsp=delsp) == whole


@given(st.text(alphabet="a> -\n", max_size=80), st.booleans())
def test_no_letter_is_lost_by_it(text: str, delsp: bool) -> None:
    assert unflowed(text, delsp=delsp).count("a") == text.count("a")


@given(st.binary(max_size=400))
def test_any_file_comes_out_as_it_went_in(content: bytes) -> None:
    text, files = without_files(f"Bonjour\n\n{encoded('a b.bin', content)}\nMerci")
    assert files == [("a b.bin", content)]
    assert text == "Bonjour\n\n\nMerci"


@pytest.mark.parametrize(
    "text",
    [
        "begin 644 a.txt\n%:&5L;&\\\n`\n",  # no end
        "begin 644 a.txt\nDear all, we\nend\n",
        "begin 644 a.txt\nOK\nend\n",
        "begin 644 a.txt\nend\n",
        "begin\nend\n",
        "begin 644\nend\n",
        "We begin 644 a.txt\n%:&5L;&\\\n`\nend\n",
        "> begin 644 a.txt\n> %:&5L;&\\\n> `\n> end\n",
    ],
)
def test_what_only_looks_like_a_file_stays_text(text: str) -> None:
    assert without_files(text) == (text, [])


def test_several_and_too_many() -> None:
    one = encoded("a", b"hello")
    assert [name for name, _ in without_files(one + "text\n" + one)[1]] == ["a", "a"]
    text, files = without_files(one * (FILES_MOST + 2))
    assert len(files) == FILES_MOST and text.count("begin 644") == 2


def test_it_takes_no_longer_than_reading() -> None:
    started = time.monotonic()
    without_files("begin 644 a\n" * 80_000 + "\nend")
    without_files("begin 644 a\n" + "M" * 61 + "\n" * 300_000 + "x\nend")
    unflowed("> a \n" * 100_000, delsp=True)
    assert time.monotonic() - started < 10


def test_a_paragraph_of_ever_so_many_lines_is_put_together_in_a_moment() -> None:
    started = time.process_time()
    assert len(unflowed("a \n" * 400_000, delsp=False)) == 800_000
    assert time.process_time() - started < 4


def test_in_a_message() -> None:
    head = b"Subject: s\nContent-Type: text/plain; format=flowed\n\n"
    mail = read(
        head + b"The printer \nprints this:\n\n" + encoded("../page.png", b"\x89PNG\r\n\x1a\n").encode() + b"Thanks\n"
    )
    assert mail.text.split("\n") == ["The printer prints this:", "", "Thanks", ""]
    assert [(each.name, each.content, each.inline) for each in mail.attachments] == [
        ("page.png", b"\x89PNG\r\n\x1a\n", False)
    ]


def test_a_message_that_is_only_a_file() -> None:
    mail = read(b"Subject: s\n\n" + encoded("a.txt", b"hello").encode())
    assert (mail.text.strip(), [each.content for each in mail.attachments]) == ("", [b"hello"])
