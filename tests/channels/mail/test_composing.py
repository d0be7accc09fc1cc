"""Mail as bytes: read back by another's parser as meant, and nothing in it can add a header or a part."""

from __future__ import annotations

import email
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guichet.channels.mail.composing import (
    ACKNOWLEDGEMENT,
    BY_HAND,
    INSTANCE_HEADER,
    NOTICE,
    Attachment,
    Invitation,
    Letter,
    UnwritableError,
    address,
    compose,
    subject_of,
)

LETTER = Letter(
    sender_name="Centre d’aide",
    sender_address="aide@example.org",
    to_name="Amélie Bouchard",
    to_address="a.bouchard@example.org",
    reply_to="aide+abcdefghijklmnopqrstuvwx@example.org",
    subject=subject_of(reference="G-7K4M2", title="L’imprimante du bureau R-214 ne répond plus"),
    text="Bonjour,\n\nC’est réglé.\n.\nFrom ici\n",
    html="<p>C’est réglé.</p>",
    message_id="<abcdefgh.abcdefghijklmnopqrstuvwx@example.org>",
    date=datetime(2025, 11, 18, 15, 0, tzinfo=UTC),
    instance="0123456789abcdef",
)
EXPECTED = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", INSTANCE_HEADER,
    "Auto-Submitted", "X-Auto-Response-Suppress",
}  # fmt: skip


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def write(**changes: Any) -> EmailMessage:
    return parsed(compose(replace(LETTER, **changes)))


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_it_reads_as_it_was_meant() -> None:
    mail = write()
    assert mail["From"] == "Centre d’aide <aide@example.org>"
    assert mail["To"] == "Amélie Bouchard <a.bouchard@example.org>"
    assert mail["Reply-To"].addresses[0].addr_spec == LETTER.reply_to
    assert mail["Subject"] == "[G-7K4M2] L’imprimante du bureau R-214 ne répond plus"
    assert mail["Message-ID"] == LETTER.message_id
    assert mail["Date"].datetime == LETTER.date
    assert set(mail.keys()) == EXPECTED
    assert mail.get_content_type() == "multipart/alternative"
    assert [p.get_content_type() for p in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain") == LETTER.text
    assert part(mail, "html") == LETTER.html
    assert not mail.defects


def test_it_goes_through_any_server() -> None:
    data = compose(replace(LETTER, references=[f"<{'x' * 150}@{n}.example>" for n in range(30)], to_name="é" * 120))
    assert data.isascii()
    lines = data.split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) < 998
    assert max(len(line) for line in lines if b"=?utf-8?" in line) <= 100


@pytest.mark.parametrize(
    ("method", "written"),
    [("REQUEST", "REQUEST"), ("CANCEL", "CANCEL"), ("REPLY\r\nBcc: x@y.example", "PUBLISH"), ("", "PUBLISH")],
)
def test_a_calendar_is_one_more_form_of_what_is_said(method: str, written: str) -> None:
    content = "BEGIN:VCALENDAR\r\nSUMMARY:Été\r\nEND:VCALENDAR\r\n".encode()
    mail = write(invitation=Invitation(method, content), attachments=[Attachment("a.ics", "application/ics", content)])
    assert set(mail.keys()) == EXPECTED
    assert mail.get_content_type() == "multipart/mixed"
    both, file = mail.iter_parts()
    assert isinstance(both, EmailMessage)
    assert [p.get_content_type() for p in both.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    calendar = list(both.iter_parts())[-1]
    assert calendar.get_param("method") == written
    assert calendar.get_payload(decode=True) == content == file.get_payload(decode=True)
    assert not mail.defects


def test_the_thread() -> None:
    ids = [f"<{n}.{'y' * 90}@mail.example>" for n in range(40)]
    raw = compose(replace(LETTER, references=ids))
    mail = email.message_from_bytes(raw, policy=policy.compat32)
    assert mail["In-Reply-To"] == ids[-1]
    assert mail["References"].split() == [ids[0], *ids[-20:]]
    assert b"=?" not in raw.partition(b"References:")[2].partition(b"Content-")[0].partition(b"X-")[0]
    assert "References" not in write()


def test_identifiers_of_others_that_are_none_are_left_out() -> None:
    hostile = ["<a@b>\r\nBcc: x@y", "<a b>", "", "<>", "<ok@b>", "<é@b>", "<a@b> <c@d>", "<" + "a" * 600 + "@b>"]
    mail = write(references=hostile)
    assert mail["References"] == "<ok@b>"
    assert mail["In-Reply-To"] == "<ok@b>"


@pytest.mark.parametrize(("automatic", "header"), [(NOTICE, NOTICE), (ACKNOWLEDGEMENT, ACKNOWLEDGEMENT)])
def test_what_no_hand_wrote_says_so(automatic: str, header: str) -> None:
    mail = write(automatic=automatic)
    assert mail["Auto-Submitted"] == header
    assert mail["X-Auto-Response-Suppress"] == "All"


def test_what_a_hand_wrote_is_a_letter() -> None:
    mail = write(automatic=BY_HAND)
    assert "Auto-Submitted" not in mail
    assert "X-Auto-Response-Suppress" not in mail
    assert mail[INSTANCE_HEADER] == LETTER.instance


def test_a_way_out_where_there_is_one() -> None:
    assert write(unsubscribe="https://aide.example.org/help/G-7K4M2/")["List-Unsubscribe"] == (
        "<https://aide.example.org/help/G-7K4M2/>"
    )
    for bad in ("", "javascript:x", "https://a b", "https://a>\r\nX: y", "mailto:a@b"):
        assert "List-Unsubscribe" not in write(unsubscribe=bad)
    assert write(language="fr")["Content-Language"] == "fr"
    assert "Content-Language" not in write(language="fr\r\nX: y")


def test_files() -> None:
    files = [
        Attachment("écran d’accueil.png", "image/png", b"\x89PNG\r\n\x1a\n" * 999),
        Attachment('a"b\\c/../d\r\nX: y.txt', "text/plain", "é\n".encode()),
        Attachment("lettre.eml", "message/rfc822", b"Subject: x\r\n\r\n"),
        Attachment("", "bad type\r\nX: y", b""),
    ]
    mail = write(attachments=files)
    assert mail.get_content_type() == "multipart/mixed"
    given_back = list(mail.iter_attachments())
    assert [a.get_payload(decode=True) for a in given_back] == [f.content for f in files]
    assert given_back[0].get_filename() == "écran d’accueil.png"
    assert given_back[1].get_filename() == 'a"b_c_.._d X: y.txt'
    assert given_back[3].get_filename() == "file"
    types = [a.get_content_type() for a in given_back]
    assert types == ["image/png", "text/plain", "application/octet-stream", "application/octet-stream"]
    assert part(mail, "plain") == LETTER.text
    assert set(mail.keys()) == EXPECTED


@given(
    sender_name=st.text(),
    to_name=st.text(),
    subject=st.text(),
    text=st.text(),
    html=st.text(),
    instance=st.text(),
    language=st.text(),
    unsubscribe=st.text(),
    automatic=st.sampled_from([NOTICE, ACKNOWLEDGEMENT, BY_HAND]) | st.text(),
    references=st.lists(st.text()),
    name=st.text(),
    kind=st.text(),
)
@example(
    sender_name="a\r\nBcc: x@y", to_name='"\\\r\n\t<b@c>, d', subject="x\n\nbody", text="\r.\r\n", html="\x00",
    instance="\nX: y", language="\n", unsubscribe="https://x>\nX: y", automatic="\nX: y", references=["<a>\nX: y"],
    name="\r\n\r\nX", kind="text/plain\nX: y",
)  # fmt: skip
@example(
    sender_name="=?utf-8?q?a=0d=0aBcc:_x?=", to_name="=?utf-8?b?DQpCY2M6IHhAeQ==?=", subject="=?utf-8?q?=0d=0aX:_y?=",
    text="--===============", html="", instance="", language="", unsubscribe="", automatic="", references=[],
    name="=?utf-8?q?=0d=0aX:_y?=", kind="multipart/mixed",
)  # fmt: skip
def test_no_field_can_add_a_header_or_a_part(name: str, kind: str, **fields: Any) -> None:
    data = compose(replace(LETTER, attachments=[Attachment(name, kind, b"x")], **fields))
    mail = parsed(data)
    optional = {"In-Reply-To", "References", "Content-Language", "List-Unsubscribe"}
    assert EXPECTED - {"Auto-Submitted", "X-Auto-Response-Suppress"} <= set(mail.keys()) <= EXPECTED | optional
    assert all(len(mail.get_all(header, [])) == 1 for header in mail)
    assert [p.get_content_type() for p in mail.walk()][:4] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert len(list(mail.walk())) == 5
    for header, wanted in (("From", LETTER.sender_address), ("To", LETTER.to_address), ("Reply-To", LETTER.reply_to)):
        assert [a.addr_spec for a in mail[header].addresses] == [wanted]
    assert not mail["To"].addresses[0].display_name.count("\n")
    assert data.isascii()


@given(st.text())
@example("a@b\r\nBcc: c@d")
@example("a@b, c@d")
@example("<a@b>")
@example('"a b"@c')
@example("a@b>")
def test_no_address_smuggles_another(text: str) -> None:
    try:
        where = address(text)
    except UnwritableError:
        with pytest.raises(UnwritableError):
            compose(replace(LETTER, to_address=text))
        return
    assert [a.addr_spec for a in write(to_address=text)["To"].addresses] == [where]


def test_addresses_that_are_written_otherwise() -> None:
    assert address(" amelie@école.example ") == "amelie@xn--cole-9oa.example"
    assert address("o'brien+x@a-b.example") == "o'brien+x@a-b.example"
    for bad in ("", "a", "@b", "a@", "a@@b", ".a@b", "a.@b", "a..b@c", "é@b", "a@b c", "a@" + "é." * 200, "a@.b"):
        with pytest.raises(UnwritableError):
            address(bad)


def test_a_wrong_identifier_is_no_mail() -> None:
    for bad in ("", "a@b", "<a@b>\r\nX: y", "<a b@c>"):
        with pytest.raises(UnwritableError):
            compose(replace(LETTER, message_id=bad))


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=100))
@example("\xa0")
@example("0 \xa00")
@example("\U00010000" * 90)
def test_names_and_subjects_come_through_unchanged(text: str) -> None:
    wanted = " ".join(part for part in text.split(" ") if part).strip()
    raw = email.message_from_bytes(compose(replace(LETTER, subject=wanted, to_name=wanted)), policy=policy.compat32)
    assert str(make_header(decode_header(raw["Subject"]))) == wanted
    name, _ = parseaddr(raw["To"].replace("\r\n", ""))
    assert str(make_header(decode_header(name))) == wanted
