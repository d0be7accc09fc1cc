"""A message as a whole: what it says, what hangs on it, and nothing lost on the way."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.channels.mail.kinds import Kind
from guichet.channels.mail.names import LENGTH_MOST, tidy
from guichet.channels.mail.names import given as name_given
from guichet.channels.mail.reading import Mail, read
from guichet.channels.mail.report import report
from tests.channels.mail.mutator import PLAIN, RICH

PNG = "\n\niVBORw0KGgo="


def parts(kind: str, *bodies: str) -> bytes:
    head = f"From: a@example.org\nContent-Type: multipart/{kind}; boundary=b\n\n"
    return (head + "".join(f"--b\n{body}\n" for body in bodies) + "--b--\n").encode()


def names(mail: Mail) -> list[str]:
    return [each.name for each in mail.attachments]


def test_plain() -> None:
    mail = read(PLAIN)
    assert mail.sender and (mail.sender.email, mail.sender.name) == ("lea.dupre@example.org", "Dupré, Léa")
    assert [(each.email, each.name) for each in mail.to] == [
        ("support@example.com", ""),
        ("equipe@example.com", "Équipe"),
    ]
    assert mail.subject == "L'imprimante ne répond plus"
    assert mail.date and mail.date.isoformat() == "2025-11-03T08:12:44+00:00"
    assert mail.message_id == "<one@example.org>" and mail.references == ["<zero@example.com>", "<half@example.com>"]
    assert "Est-ce réglé" in mail.text and not mail.html and mail.kind == Kind.MESSAGE
    assert mail.new_text == "Bonjour,\n\nl'imprimante du deuxième ne répond plus."


def test_rich() -> None:
    mail = read(RICH)
    assert mail.subject == "Problème de messagerie" and [each.email for each in mail.cc] == [
        "two@example.net",
        "three@example.net",
    ]
    assert mail.text.split() == ["Le", "problème", "est", "là", "depuis", "ce", "matin."]
    assert "<b>là</b>" in mail.html and 'src="cid:pic@example.net"' in mail.html
    assert names(mail) == ["photo é.png", "Inner.eml", "invitation.ics"]
    picture, inner, _ = mail.attachments
    assert picture.inline and picture.content_id == "pic@example.net" and picture.content.startswith(b"\x89PNG")
    assert not inner.inline and inner.content.startswith(b"From: inner@example.org")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (parts("mixed", "\none", "Content-Type: image/png" + PNG, "\ntwo"), "one two"),
        (parts("mixed", "\none", "Content-Type: text/html\n\n<p>two</p>"), "one two"),
        (parts("alternative", "\n ", "Content-Type: text/html\n\n<p>rich</p>"), "rich"),
        (
            parts(
                "alternative", "\nYour mail client does not show HTML.", "Content-Type: text/html\n\n<p>" + "rich " * 20
            ),
            "rich " * 20,
        ),
        (parts("alternative", "\nplain form", "Content-Type: text/html\n\n<p>rich form</p>"), "plain form"),
        (parts("alternative", "Content-Type: text/html\n\n<p>rich form</p>", "\nplain form"), "plain form"),
        (parts("mixed", "Content-Type: text/plain; name=body\n\none"), "one"),
        (parts("mixed", "Content-Type: text/plain\nContent-Disposition: inline; filename=a.txt\n\none"), "one"),
        (parts("report", "\nsorry", "Content-Type: message/delivery-status\n\nStatus: 5.0.0"), "sorry"),
        (
            parts(
                "signed; protocol=application/pgp-signature", "\nsigned", "Content-Type: application/pgp-signature\n\nx"
            ),
            "signed",
        ),
        (
            b"Content-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:Team \n meeting\n"
            b"DTSTART:20251104T090000Z\nEND:VEVENT",
            "Team meeting 2025-11-04 09:00 UTC",
        ),
        (b"Subject: s\nContent-Type: multipart/mixed; boundary=none\n\nall of it", "all of it"),
        (
            b"Subject: s\nContent-Type: text/plain; format=flowed; delsp=yes\n\nhttps://a.fr/ \nlong",
            "https://a.fr/long",
        ),
        (b"no headers, only words", "no headers, only words"),
        (b"", ""),
    ],
)
def test_what_it_says(raw: bytes, text: str) -> None:
    assert read(raw).text.split() == text.split()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (parts("mixed", "\none", "Content-Type: image/png" + PNG), ["attachment-1.png"]),
        (parts("mixed", "\none", "Content-Disposition: attachment\n\ntwo"), ["attachment-1.txt"]),
        (parts("mixed", "\none", "Content-Type: text/plain; name=two.txt\n\ntwo"), ["two.txt"]),
        (
            parts("mixed", "\none", "Content-Type: text/plain\nContent-Disposition: inline; filename=two.txt\n\ntwo"),
            ["two.txt"],
        ),
        (parts("mixed", "\none", 'Content-Type: a/b; name="../../etc/passwd"\n\nx'), ["passwd"]),
        (parts("mixed", "\none", 'Content-Type: a/b; name="C:\\dir\\a.doc"\n\nx'), ["a.doc"]),
        (parts("mixed", "\none", "Content-Type: message/rfc822\n\nX: 1\n\nx"), ["message.eml"]),
        (parts("mixed", "\none", "Content-Type: message/rfc822\n\nSubject: a/b\n\nx"), ["a-b.eml"]),
        (parts("alternative", "\none", "Content-Type: text/html\n\n<p>one", "Content-Type: text/x-amp-html\n\nx"), []),
        (
            parts("alternative", "\none", "Content-Type: text/html\n\n<p>one", "Content-Type: text/calendar\n\nx"),
            ["invitation.ics"],
        ),
        (
            parts(
                "encrypted; protocol=application/pgp-encrypted",
                "Content-Type: application/pgp-encrypted\n\nVersion: 1",
                "Content-Type: application/octet-stream; name=encrypted.asc\n\nx",
            ),
            ["attachment-1.asc", "encrypted.asc"],
        ),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", ["smime.p7m"]),
        (b"Content-Type: image/png\n\nx", ["attachment-1.png"]),
    ],
)
def test_what_hangs_on_it(raw: bytes, found: list[str]) -> None:
    assert names(read(raw)) == found


def test_pictures_shown_in_place() -> None:
    html = 'Content-Type: text/html\n\n<img src="cid:x%20y@z&amp;1">'
    picture = "Content-Type: image/png\nContent-Disposition: attachment; filename=p.png\nContent-ID: <{}>" + PNG
    mail = read(parts("related", html, picture.format("x y@z&1"), picture.format("other@z")))
    assert [each.inline for each in mail.attachments] == [True, False]


def test_protected() -> None:
    assert read(b"Content-Type: application/pkcs7-mime\n\nx").protected == "smime"
    assert read(parts("encrypted; protocol=application/pgp-encrypted", "\nx")).protected == "pgp"
    assert read(parts("signed; protocol=application/pkcs7-signature", "\nx")).protected == "smime"
    assert read(b"Subject: s\n\n-----BEGIN PGP MESSAGE-----\n\nx\n-----END PGP MESSAGE-----").protected == "pgp"
    assert read(PLAIN).protected == read(RICH).protected == ""


@pytest.mark.parametrize(
    ("head", "email"),
    [
        ("From: a@b.fr\nFrom: c@d.fr", "a@b.fr"),
        ("From: nobody\nSender: s@b.fr", "s@b.fr"),
        ("From:\nReturn-Path: <r@b.fr>", "r@b.fr"),
        ("From: MAILER-DAEMON (Mail Delivery System)", "MAILER-DAEMON"),
        ("From: k.g\u00fcnther@example.com", "k.g\u00fcnther@example.com"),
    ],
)
def test_sender(head: str, email: str) -> None:
    for raw in (head.encode(), head.encode("latin-1")):
        found = read(raw + b"\n\nx").sender
        assert found and found.email == email


def test_no_sender() -> None:
    assert read(b"Subject: s\n\nx").sender is None


def test_reply_in_html_only() -> None:
    html = "<div>New words</div><blockquote type=cite><p>Old words</p></blockquote>"
    mail = read(b"From: a@b.fr\nContent-Type: text/html\n\n" + html.encode())
    assert "Old words" in mail.text and "New words" in mail.new_text


def test_a_body_beyond_what_is_read_is_an_attachment_too() -> None:
    mail = read(b"Subject: s\n\n" + b"word " * 500_000 + b"last")
    assert len(mail.text) <= 1_000_000 and mail.attachments[0].content.endswith(b"last")


def test_report_is_json() -> None:
    said = json.loads(json.dumps(report("x.eml", RICH)))
    assert said["file"] == "x.eml" and said["from_email"] == "mark@example.net" and said["kind"] == "message"
    assert said["attachments"][0]["inline"] and len(said["attachments"][0]["sha256"]) == 64
    assert set(said) == {
        *(
            "file",
            "from_email",
            "from_name",
            "to",
            "cc",
            "subject",
            "text",
            "html",
            "new_text",
            "attachments",
            "kind",
            "reason",
        )
    }


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_names_are_safe(name: str) -> None:
    found = tidy(name)
    assert found == tidy(found) and found.isprintable() and not set(found) & set('/\\:*?"<>|')
    assert len(found.encode()) <= LENGTH_MOST and found not in {".", ".."} and found == found.strip()


def test_names() -> None:
    assert tidy("a" * 500 + ".pdf").endswith("a.pdf") and tidy("\u202efdp.exe") == "fdp.exe" and tidy("..") == ""
    assert name_given("video/x", 3) == "attachment-3.bin" and name_given("message/rfc822", 1) == "message.eml"
