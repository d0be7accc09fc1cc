"""Whom a report says mail did not reach, and why."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail.bounces import RECIPIENTS_MOST, Bounce, bounces
from guichet.channels.mail.kinds import Kind, kind_of
from guichet.channels.mail.parts import split

HEAD = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: support@desk.example\n"
SENT = "Message-ID: <sent.1@desk.example>\nTo: Bob <bob@example.net>\nSubject: [G-7]\n\nBonjour\n"


def found(*, head: str = HEAD, text: str) -> list[Bounce]:
    return bounces(split((head + "\n" + text).encode()))


def report(*groups: str, returned: str = SENT, kind: str = "message/rfc822") -> list[Bounce]:
    status = "\n".join(("Reporting-MTA: dns; mx.example\n", *groups))
    text = (
        f"--b\nContent-Type: text/plain\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n{status}\n"
        f"--b\nContent-Type: {kind}\n\n{returned}\n--b--\n"
    )
    return found(head=f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\n", text=text)


def group(
    action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 User unknown", more: str = ""
) -> str:
    return (
        f"Final-Recipient: rfc822; bob@example.net\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}\n{more}"
    )


def test_a_report() -> None:
    assert report(group()) == [
        Bounce("bob@example.net", "5.1.1", True, "550 5.1.1 User unknown", "<sent.1@desk.example>")
    ]


@pytest.mark.parametrize(
    ("action", "status", "said", "expected", "permanent"),
    [
        ("failed", "5.1.1", "smtp; 550 no", "5.1.1", True),
        ("failed", "4.4.7", "smtp; 451 later", "4.4.7", False),
        ("delayed", "4.4.1", "smtp; 451 later", "4.4.1", False),
        ("delayed", "5.0.0", "x", "5.0.0", False),
        ("Failed (bounced)", "5.0.0", "smtp; 550 5.2.2 full", "5.2.2", True),  # what the server said is more precise
        ("failed", "5.0.0", "smtp; 451 4.2.2 full", "5.0.0", True),
        ("failed", "", "smtp; 550 User unknown", "", True),
        ("failed", "", "smtp; 450 Greylisted", "", False),
        ("failed", "none", "smtp; 550 5.7.1 refused", "5.7.1", True),
    ],
)
def test_permanence(action: str, status: str, said: str, expected: str, permanent: bool) -> None:
    (one,) = report(group(action, status, said))
    assert (one.status, one.permanent) == (expected, permanent)


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_what_arrived_is_no_bounce(action: str) -> None:
    assert report(group(action, "2.0.0")) == []


def test_several_recipients() -> None:
    other = group().replace("bob@", "eve@")
    assert [b.address for b in report(group(), other, group("delivered").replace("bob@", "ann@"))] == [
        "bob@example.net",
        "eve@example.net",
    ]
    assert [b.address for b in report(group() + other)] == [
        "bob@example.net",
        "eve@example.net",
    ]  # no empty line between
    assert [b.address for b in report(group(), group().upper().replace("RFC822", "rfc822"))] == ["bob@example.net"]
    many = [group().replace("bob@", f"bob{n}@") for n in range(RECIPIENTS_MOST + 50)]
    assert len(report(*many)) == RECIPIENTS_MOST


def test_the_address_we_wrote_to() -> None:
    """And not where somebody's mail is forwarded to."""
    assert report(group(more="Original-Recipient: rfc822;robert@example.org\n"))[0].address == "robert@example.org"
    assert report(group(more="Original-Recipient: rfc822;\n"))[0].address == "bob@example.net"


def test_a_folded_diagnostic() -> None:
    (one,) = report(group(said="smtp; 550-5.1.1 The account\n    does not exist\n\tat all"))
    assert one.diagnostic == "550-5.1.1 The account does not exist at all"


@pytest.mark.parametrize(
    ("returned", "kind", "expected"),
    [
        (SENT, "message/rfc822", "<sent.1@desk.example>"),
        (SENT, "text/rfc822-headers", "<sent.1@desk.example>"),
        (SENT.replace("Message-ID: ", "message-id:\n "), "text/rfc822-headers", "<sent.1@desk.example>"),
        ("Subject: without\n\nMessage-ID: <inside@b.example>\n", "message/rfc822", ""),
    ],
)
def test_what_was_sent(returned: str, kind: str, expected: str) -> None:
    assert report(group(), returned=returned, kind=kind)[0].original_message_id == expected


EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@example.net
    host mail.example.net [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<bob@example.net>:
    550 5.1.1 unknown user

------ This is a copy of the message, including all the headers. ------

Return-path: <support@desk.example>
Message-ID: <sent.1@desk.example>
To: bob@example.net, eve@example.net
"""
QMAIL = """\
Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<bob@example.net>:
192.0.2.7 does not like recipient.
Remote host said: 550 unknown user

<eve@example.net>:
Sorry, I couldn't find any host named example.net. (#5.1.2)

--- Below this line is a copy of the message.

Return-Path: <support@desk.example>
Message-ID: <sent.1@desk.example>
"""
SENDMAIL = """\
   ----- Transcript of session follows -----
550 bob@example.net... User unknown

   ----- Unsent message follows -----
Received: from a by b; 1 Jan 2025 00:00:00 +0000
Message-Id: <sent.1@desk.example>
"""
SENTENCE = (
    "Delivery failed 20 attempts: bob@example.net\n\nOriginal message follows.\n\nMessage-ID: <sent.1@desk.example>\n"
)
NOBODY_NAMED = "Message could not be delivered: no valid recipient.\n\nOriginal Message:\nTo: bob@example.net\n" + SENT


@pytest.mark.parametrize(
    ("text", "addresses", "statuses"),
    [
        (EXIM, ["bob@example.net"], ["5.1.1"]),
        (QMAIL, ["bob@example.net", "eve@example.net"], ["", "5.1.2"]),
        (SENDMAIL, ["bob@example.net"], [""]),
        (SENTENCE, ["bob@example.net"], [""]),
        (NOBODY_NAMED, ["bob@example.net"], [""]),
        ("Your message could not be delivered.\n", [], []),
    ],
)
def test_older_forms(text: str, addresses: list[str], statuses: list[str]) -> None:
    for said in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r")):
        every = found(text=said)
        assert [b.address for b in every] == addresses
        assert [b.status for b in every] == statuses
        assert {b.original_message_id for b in every} <= {"<sent.1@desk.example>"}
        assert all(b.original_message_id for b in every)


def test_parts_that_only_the_quoted_message_has() -> None:
    """The report has no Content-Type; what it quotes looks like parts of it."""
    (one,) = found(
        text=EXIM + "Content-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: text/plain\n\nHi\n--q--\n"
    )
    assert (one.address, one.status, one.original_message_id) == ("bob@example.net", "5.1.1", "<sent.1@desk.example>")


def test_failed_recipients_in_a_header() -> None:
    head = HEAD + "X-Failed-Recipients: bob@example.net,\n  eve@example.net\n"
    first, second = found(head=head, text=EXIM)
    assert (first.address, first.status, first.permanent) == ("bob@example.net", "5.1.1", True)
    assert second.address == "eve@example.net"


def test_a_warning_is_not_permanent() -> None:
    text = "Message delayed 24 hours. It will be retried for 4 days.\n\n  bob@example.net\n    Connection timed out\n"
    assert [(b.address, b.permanent) for b in found(head=HEAD + "Subject: Warning: delayed\n", text=text)] == [
        ("bob@example.net", False)
    ]
    assert [
        b.permanent for b in found(head=HEAD + "Subject: Mail failed\n", text="<bob@example.net>: unknown user\n")
    ] == [True]
    assert [
        b.permanent for b in found(head=HEAD + "Subject: Mail failed\n", text="<bob@example.net>: too large\n")
    ] == [False]


def test_our_own_address_is_not_the_one() -> None:
    text = (
        "support@desk.example: your message to bob@example.net was refused, ask postmaster@mx.example\n550 5.7.1 no\n"
    )
    assert [b.address for b in found(text=text)] == ["bob@example.net"]


def test_a_report_inside_what_was_returned_is_not_read() -> None:
    inner = (
        "Content-Type: multipart/report; boundary=c\n\n--c\nContent-Type: message/delivery-status\n\n"
        + group().replace("bob@", "eve@")
    )
    assert [b.address for b in report(group(), returned=inner + "\n--c--")] == ["bob@example.net"]


@given(st.binary(max_size=2_000))
def test_any_bytes(raw: bytes) -> None:
    top = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
    for mail in (raw, HEAD.encode() + b"\n" + raw, top + raw):
        assert len(bounces(split(mail))) <= RECIPIENTS_MOST


@pytest.mark.parametrize(
    "word", ["<a@b.example> ", "bob@", "a.b@c.d.e.f.", "recipient: ", "Message-ID: ", "To: a@b.example, ", "\n "]
)
def test_time_on_long_text(word: str) -> None:
    mail = split((HEAD + f"X-Failed-Recipients: {word * 2_000}\n\n" + word * 20_000).encode())
    plain = split((HEAD + "\n" + word * 20_000).encode())
    start = time.perf_counter()
    bounces(mail)
    bounces(plain)
    assert time.perf_counter() - start < 2


REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "mail_bounces_sisimai" / "maildir"


@pytest.mark.skipif(not REAL.exists(), reason="the real bounces are not on this machine")
def test_real_bounces_name_somebody() -> None:
    mails = [split(path.read_bytes()) for path in sorted(REAL.rglob("*")) if path.is_file()]
    every = [bounces(mail) for mail in mails if kind_of(mail).kind == Kind.BOUNCE]
    assert len(every) > 100
    assert sum(bool(one) for one in every) >= 0.97 * len(every)
    assert sum(any(b.original_message_id for b in one) for one in every) >= 0.85 * len(every)
