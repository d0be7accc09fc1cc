"""Real messages, read in place where they are: what others found in them is found, and none fails."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from guichet.channels.mail.reading import Mail, read

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
ZAMMAD = DATA / "mail_zammad"
real = pytest.mark.skipif(not ZAMMAD.exists(), reason="the real messages are not on this machine")
EMPTY = "no visible content"  # what is written there for a body that was not found


@cache
def known() -> list[tuple[str, dict[str, Any], Mail]]:
    expected = json.loads((ZAMMAD / "expected.json").read_text())
    return [(name, said, read((ZAMMAD / "test/data/mail" / name).read_bytes())) for name, said in expected.items()]


def one_line(text: str) -> str:
    return " ".join(text.split())


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", html.unescape(re.sub(r"<[^>]*>", " ", text))))


@real
def test_subjects() -> None:
    """But one, whose UTF-7 is left undecoded there."""
    wrong = [
        name
        for name, said, mail in known()
        if one_line(said["subject"]) != mail.subject and "+ANw-" not in said["subject"]
    ]
    assert wrong == []


@real
def test_senders() -> None:
    """Where they have an address: one of them has a name before it, without brackets."""
    wrong = [
        (name, mail.sender)
        for name, said, mail in known()
        if not mail.sender or mail.sender.email != said["from_email"].split(" ")[-1]
    ]
    assert wrong == []


@real
def test_words_of_the_bodies() -> None:
    some = [(said["body"], mail) for _, said, mail in known() if said.get("body") and said["body"] != EMPTY]
    found = 0
    for body, mail in some:
        wanted = words(body)
        missing = wanted - words(mail.text + " " + mail.html)
        found += missing.total() <= 0.05 * wanted.total() or "+ANw-" in body
    assert len(some) > 15 and found == len(some)


@real
def test_attachments() -> None:
    some = [(said["attachments"], mail) for _, said, mail in known() if "attachments" in said]
    wanted = [
        [
            (each["filename"], each["size"])
            for each in said
            if not each["content_alternative"] and each["filename"] != "file"
        ]
        for said, _ in some
    ]  # "file": a text that is read here
    found = [[(each.name, len(each.content)) for each in mail.attachments] for _, mail in some]
    assert [len(each) for each in found] == [len(each) for each in wanted]
    same = sum(a[1] == b[1] for one, two in zip(wanted, found, strict=True) for a, b in zip(one, two, strict=True))
    assert same == sum(map(len, wanted))


@real
@pytest.mark.parametrize(
    "folder",
    ["mail_zammad", "mail_freescout", "mail_djangohelpdesk", "mail_bounces_sisimai", "reply_github", "reply_zapier"],
)
def test_all_are_read(folder: str) -> None:
    files = [
        path
        for path in (DATA / folder).rglob("*")
        if path.suffix in {".eml", ".box", ".txt"} and "PROVENANCE" not in path.name
    ]
    assert files
    for path in files:
        mail = read(path.read_bytes())
        (mail.subject + mail.text + mail.html + mail.new_text).encode()
        assert mail.text or mail.attachments or mail.html or path.stat().st_size < 3_000, path.name
