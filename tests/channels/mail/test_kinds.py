"""What kind of mail a message is: each rule, and beside it what comes near and isn't."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.channels.mail.kinds import MAX_HOPS, NOBODY, Kind, Ours, Verdict, kind_of
from guichet.channels.mail.parts import split
from tests.channels.mail.ordinary import POSTFIX, STATUS, messages

OURS = Ours(
    domains=frozenset({"desk.example"}), addresses=frozenset({"support@desk.example"}), instance="5f0c1a2b3c4d5e6f"
)
TOKEN = "abcdefgh.abcdefghijklmnopqrstuvwx"
PERSON = "From: Jeanne Martin <jeanne@client.example>"
DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example>"
POSTMASTER = "From: postmaster@mx.example"
ROBOT = "From: Scanner <no-reply@client.example>"
SILENT = "Return-Path: <>"
LIST = "List-Id: Users <users.lists.example>"
OLD = "complaint about message from 192.0.2.1"
JMRP = "X-HmXmrOriginalRecipient: a@hotmail.example"
ARF = "Feedback-Type: abuse\nUser-Agent: Loop/1\nVersion: 1\n"
READ = "Your message\n\n To: Jeanne\n Subject: x\n\nwas read on Monday.\n"
LOST = "Your message could not be delivered to bob@example.net: 550 5.1.1 user unknown\n"


def verdict(*head: str, text: str = "Bonjour,\nl’imprimante ne marche plus.\n", ours: Ours = OURS) -> Verdict:
    return kind_of(split(("\n".join(head) + "\n\n" + text).encode()), ours=ours)


def kind(*head: str, text: str = "Bonjour,\nl’imprimante ne marche plus.\n", ours: Ours = OURS) -> Kind:
    return verdict(*head, text=text, ours=ours).kind


def parts(top: str, *inner: tuple[str, str]) -> tuple[str, str]:
    """A Content-Type and the text of a message of several parts."""
    text = "".join(f"--b\nContent-Type: {name}\n\n{content}\n" for name, content in inner)
    return f"MIME-Version: 1.0\nContent-Type: {top}; boundary=b", f"{text}--b--\n"


def answer(method: str = "; method=REPLY", said: str = "REPLY", top: str = "multipart/alternative") -> tuple[str, str]:
    """What a calendar program sends back."""
    words = f"BEGIN:VCALENDAR\nMETHOD:{said}\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"
    return parts(top, ("text/plain", "Jeanne a accepté."), (f"text/calendar; charset=utf-8{method}", words))


def delivery(top: str = "multipart/report; report-type=delivery-status", status: str = STATUS) -> tuple[str, str]:
    return parts(top, ("text/plain", POSTFIX), ("message/delivery-status", status))


def receipt(disposition: str) -> tuple[str, str]:
    said = f"Final-Recipient: rfc822; jeanne@client.example\nDisposition: {disposition}\n"
    top = "multipart/report; report-type=disposition-notification"
    return parts(top, ("text/plain", "It was read."), ("message/disposition-notification", said))


RULES: list[tuple[Kind, tuple[str, ...], str]] = [
    # reports with their structure
    (Kind.BOUNCE, (PERSON, delivery()[0]), delivery()[1]),
    (Kind.BOUNCE, (PERSON, delivery("multipart/report")[0]), delivery()[1]),
    (Kind.BOUNCE, (POSTMASTER, delivery("multipart/mixed")[0]), delivery()[1]),
    (Kind.BOUNCE, (PERSON, SILENT, delivery("multipart/mixed")[0]), delivery()[1]),
    (Kind.MESSAGE, (PERSON, delivery("multipart/mixed")[0]), delivery()[1]),
    (Kind.MESSAGE, (POSTMASTER, "Subject: Fwd: failure", delivery("multipart/mixed")[0]), delivery()[1]),
    (Kind.BOUNCE, (PERSON, "Content-Type: message/delivery-status"), STATUS),
    (Kind.BOUNCE, (POSTMASTER, parts("multipart/report", ("text/plain", "x"))[0]), "--b\n\nx\n--b--\n"),
    (
        Kind.AUTO_REPLY,
        (POSTMASTER, delivery()[0]),
        delivery(status=STATUS.replace("failed", "delivered").replace("5.1.1", "2.0.0"))[1],
    ),
    (Kind.AUTO_REPLY, (PERSON, receipt("")[0]), receipt("manual-action/MDN-sent-manually; displayed")[1]),
    (Kind.BOUNCE, (PERSON, receipt("")[0]), receipt("automatic-action/MDN-sent-automatically; failed")[1]),
    (Kind.AUTO_REPLY, (PERSON, parts("multipart/report; report-type=tlsrpt")[0]), "--b\n\nx\n--b--\n"),
    (
        Kind.COMPLAINT,
        (PERSON, parts("multipart/report; report-type=feedback-report")[0]),
        parts("", ("text/plain", "abuse"), ("message/feedback-report", ARF))[1],
    ),
    (
        Kind.MESSAGE,  # somebody forwards a complaint, whole
        (PERSON, "Subject: Fwd: abuse", parts("multipart/mixed")[0]),
        parts("", ("text/plain", "Que faire ?"), ("message/rfc822", "Content-Type: message/feedback-report\n\n" + ARF))[
            1
        ],
    ),
    # reports without it
    (Kind.BOUNCE, (PERSON, "X-Failed-Recipients: bob@example.net"), LOST),
    (Kind.BOUNCE, (PERSON, "Content-Class: urn:content-classes:dsn"), LOST),
    (Kind.AUTO_REPLY, (PERSON, "Content-Class: urn:content-classes:mdn"), READ),
    (Kind.MESSAGE, (PERSON, "Content-Class: urn:content-classes:message"), LOST),
    (Kind.BOUNCE, (DAEMON, "Subject: hello"), "hello"),
    (Kind.BOUNCE, ("From: MAILER-DAEMON <>", "Subject: hello"), "hello"),
    (Kind.BOUNCE, ("From: Internet Mail Delivery <someone@mx.example>",), "hello"),
    (Kind.AUTO_REPLY, (DAEMON, "Subject: Automatic reply: Imprimante"), "I am away."),
    (Kind.MESSAGE, ("From: Mailer Dämon Klub <klub@client.example>",), "hello"),
    (Kind.BOUNCE, (POSTMASTER, SILENT, "Subject: Hi"), "hello"),
    (Kind.BOUNCE, (POSTMASTER, "Return-Path: <MAILER-DAEMON>", "Subject: Hi"), "hello"),
    (Kind.BOUNCE, (POSTMASTER, "Received: (qmail 12 invoked for bounce); 1 Jan 2025 00:00:00 -0000"), "hello"),
    (Kind.BOUNCE, (POSTMASTER, "Subject: Undeliverable: Facture"), LOST),
    (Kind.BOUNCE, (POSTMASTER, "Subject: Unzustellbar: Rechnung"), "Ihre Nachricht hat niemanden erreicht."),
    (Kind.MESSAGE, (POSTMASTER, "Subject: Undeliverable: Facture"), "Hello,\ncan you help with this? " + LOST),
    (Kind.MESSAGE, (POSTMASTER, "Subject: Re: Undeliverable: Facture"), LOST),
    (Kind.MESSAGE, (POSTMASTER, "Subject: Maintenance on Sunday"), "Our servers rest on Sunday."),
    (Kind.BOUNCE, ("From: imss@client.example", "Subject: Mail could not be delivered"), LOST),
    (Kind.BOUNCE, ("From: inetgw1@client.example", "Subject: Mail could not be delivered"), LOST),
    (Kind.MESSAGE, ("From: Jeanne <inet@client.example>", "Subject: Mail could not be delivered"), LOST),
    (Kind.MESSAGE, ("From: inet@client.example", "Subject: Mail not delivered"), "Hi, my mail bounced: 550 5.1.1"),
    (Kind.BOUNCE, ("From: root@client.example", "Subject: Returned mail"), LOST + "--- Original message ---\n"),
    (Kind.MESSAGE, ("From: root@client.example", "Subject: Disk report"), LOST),
    (Kind.BOUNCE, (PERSON, SILENT, "Subject: Non remis : Facture"), "Votre message est perdu."),
    (Kind.BOUNCE, (PERSON, SILENT, "Subject: Facture"), LOST),
    (Kind.BOUNCE, (PERSON, "Auto-Submitted: auto-replied", "Subject: Delivery failure"), LOST),
    (
        Kind.BOUNCE,
        ("From: no-reply@sns.example", "X-Amz-Sns-Message-Id: 1", "Subject: Notification"),
        '{"Type":"Notification","Message":"{\\"notificationType\\":\\"Bounce\\",\\"bounce\\":{}}"}',
    ),
    (Kind.COMPLAINT, ("From: no-reply@sns.example", "X-Amz-Sns-Message-Id: 1"), '{"notificationType":"Complaint"}'),
    (Kind.BOUNCE, (POSTMASTER, "Subject: Facture"), LOST),
    (Kind.MESSAGE, (POSTMASTER, "Subject: Facture"), "Your message was fine, thanks.\n"),
    (Kind.BOUNCE, ("From: root@client.example", "Subject: Returned mail"), "bob@example.net: user unknown (550 5.1.1)"),
    (Kind.BOUNCE, ("From: internet@client.example", "Subject: Mail could not be delivered"), LOST),
    (Kind.MESSAGE, ("From: internet@client.example", "Subject: Mails"), LOST),
    (Kind.BOUNCE, ("From: team-admin@lists.example", "X-MLServer: fml"), LOST),
    (Kind.AUTO_REPLY, ("From: team-admin@lists.example", "X-MLServer: fml"), "You are not a member."),
    (Kind.MESSAGE, (PERSON, "X-MLServer: fml"), "You are not a member."),
    # complaints without their structure
    (
        Kind.COMPLAINT,
        ("From: staff@hotmail.example", f"Subject: {OLD}", parts("multipart/mixed")[0]),
        parts("", ("message/rfc822", "From: a@b.example\n\nhello"))[1],
    ),
    (Kind.COMPLAINT, ("From: contact@shop.example", "Return-Path: <staff@hotmail.example>", JMRP), "Buy!"),
    (Kind.MESSAGE, (PERSON, JMRP), "Bonjour"),
    (Kind.MESSAGE, ("From: staff@school.example", "Subject: Abuse report in room 12"), "Bonjour"),
    (Kind.COMPLAINT, (PERSON, "X-Apple-Unsubscribe: true"), ""),
    # programs that say so
    (Kind.AUTO_REPLY, (PERSON, "Auto-Submitted: auto-replied"), "Je suis absente."),
    (Kind.AUTO_REPLY, (PERSON, "Auto-Submitted: auto-generated (rejected)"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Auto-Submitted: auto-notified; owner-email=a@b.example"), "x"),
    (Kind.MESSAGE, (PERSON, "Auto-Submitted: no"), "x"),
    (Kind.MESSAGE, (PERSON, "Auto-Submitted: No; because=I-wrote-it"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-Autoreply: yes"), "x"),
    (Kind.MESSAGE, (PERSON, "X-Autoreply: no"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-Autorespond: Absence"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-Apple-Action: vacation"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Precedence: auto_reply"), "x"),
    (Kind.AUTO_REPLY, (PERSON, SILENT), "Je suis absente."),
    (Kind.MESSAGE, (PERSON, SILENT, "User-Agent: Mozilla Thunderbird"), "Bonjour"),
    (Kind.MESSAGE, (PERSON, "Return-Path: <jeanne@client.example>"), "Bonjour"),
    (Kind.AUTO_REPLY, (PERSON, "Precedence: junk"), "x"),
    (Kind.MESSAGE, (PERSON, "Precedence: junk", "X-Mailer: Microsoft Outlook 16.0"), "x"),
    (Kind.MESSAGE, (PERSON, "Precedence: bulk"), "x"),
    (Kind.AUTO_REPLY, (ROBOT, "Precedence: bulk"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Precedence: bulk", "Subject: We have received your request"), "x"),
    (Kind.MESSAGE, (PERSON, "Precedence: bulk", "Subject: Re: We have received your request"), "x"),
    (Kind.AUTO_REPLY, (ROBOT, "X-Auto-Response-Suppress: All"), "x"),
    (Kind.MESSAGE, (PERSON, "X-Auto-Response-Suppress: All"), "x"),
    (Kind.MESSAGE, (ROBOT, "Subject: Scan of the second floor"), "x"),
    # calendar programs that answer an invitation
    (Kind.CALENDAR, (PERSON, "Subject: Accepted: Rendez-vous", answer()[0]), answer()[1]),
    (
        Kind.CALENDAR,
        (PERSON, "Subject: Re: Rendez-vous", "Content-Type: text/calendar; method=reply"),
        "METHOD:REPLY\n",
    ),
    (Kind.CALENDAR, (PERSON, "Subject: Declined", "X-Mailer: Microsoft Outlook 16.0", answer()[0]), answer()[1]),
    (Kind.CALENDAR, (PERSON, "User-Agent: Mozilla Thunderbird", answer("")[0]), answer("")[1]),
    (Kind.CALENDAR, (PERSON, "Auto-Submitted: auto-generated", answer()[0]), answer()[1]),
    (Kind.CALENDAR, (PERSON, answer()[0]), answer("; method=REPLY\nContent-Disposition: attachment")[1]),
    (
        Kind.MESSAGE,
        (PERSON, "Subject: Fwd: Accepted", answer()[0]),
        answer("; method=REPLY\nContent-Disposition: attachment")[1],
    ),
    (Kind.MESSAGE, (PERSON, "Subject: Mon agenda", answer()[0]), answer("\nContent-Disposition: attachment")[1]),
    (Kind.MESSAGE, (PERSON, "Subject: Invitation", answer()[0]), answer("; method=REQUEST", "REQUEST")[1]),
    (Kind.MESSAGE, (PERSON, "Subject: Another time", answer()[0]), answer("; method=COUNTER", "COUNTER")[1]),
    (
        Kind.MESSAGE,
        (PERSON, "Subject: Une panne", parts("multipart/mixed")[0]),
        parts("", ("text/plain", "Voyez l’agenda."), ("text/plain", "METHOD:REPLY\n"))[1],
    ),
    (
        Kind.MESSAGE,  # somebody forwards an answer, whole
        (PERSON, "Subject: Fwd: Accepted", parts("multipart/mixed")[0]),
        parts(
            "",
            ("text/plain", "Que faire ?"),
            ("message/rfc822", "Content-Type: text/calendar; method=REPLY\n\nMETHOD:REPLY\n"),
        )[1],
    ),
    # other ticket systems
    (Kind.AUTO_REPLY, (PERSON, "X-OTRS-Loop: yes"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "RT-Ticket: desk #12", "Precedence: bulk"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-Mailer: Zendesk Mailer", "X-Auto-Response-Suppress: All"), "x"),
    (Kind.AUTO_REPLY, (ROBOT, "Message-ID: <GLPI_5c-Ticket-12/new@glpi.example>"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-Guichet-Instance: another", "Auto-Submitted: auto-generated"), "x"),
    (Kind.MESSAGE, (PERSON, "X-Mailer: OTRS Mail Service (6.0)"), "an agent’s own answer"),
    (Kind.MESSAGE, (PERSON, "X-Guichet-Instance: another"), "an agent’s own answer"),
    # lists
    (Kind.LIST, (PERSON, "To: users@lists.example", LIST), "x"),
    (Kind.LIST, (PERSON, "To: users@lists.example", "X-Mailing-List: users@lists.example", "Precedence: bulk"), "x"),
    (Kind.MESSAGE, (PERSON, "To: users@lists.example", "Cc: Support <support@desk.example>", LIST), "x"),
    (Kind.MESSAGE, (PERSON, "To: support+abc@desk.example", LIST), "x"),
    (Kind.LIST, (PERSON, "To: users@lists.example", LIST, "Auto-Submitted: auto-generated"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "To: users@lists.example", LIST, "Auto-Submitted: auto-replied"), "x"),
    (Kind.LIST, (PERSON, "Precedence: bulk", "List-Unsubscribe: <mailto:x@shop.example>"), "Soldes !"),
    (Kind.MESSAGE, (PERSON, "List-Unsubscribe: <mailto:x@shop.example>"), "Bonjour"),
    (
        Kind.MESSAGE,
        (PERSON, "Precedence: bulk", "List-Unsubscribe: <mailto:x@shop.example>", "X-Mailer: iPhone Mail (21F90)"),
        "Bonjour",
    ),
    (Kind.LIST, ("From: Digest <news-request@lists.example>", "Precedence: bulk"), "x"),
    (Kind.MESSAGE, ("From: Digest <news-request@lists.example>",), "x"),
    (Kind.AUTO_REPLY, (PERSON, "X-List-Administrivia: yes", "Subject: Your message awaits approval"), "x"),
    # absences and receipts by their subject
    (Kind.AUTO_REPLY, (PERSON, "Subject: Réponse automatique : Imprimante", "X-Auto-Response-Suppress: All"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Subject: Automatische Antwort: Drucker", "In-Reply-To: <a@desk.example>"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Subject: AUTO: Jeanne is out (returning 05/01)"), "This is an automated response."),
    (Kind.AUTO_REPLY, (PERSON, "Subject: 自動返信: プリンタ", "In-Reply-To: <a@desk.example>"), "x"),
    (Kind.AUTO_REPLY, (PERSON, "Subject: Out of office", "Precedence: bulk"), "I am away."),
    (Kind.MESSAGE, (PERSON, "Subject: Réponse automatique : ne part plus"), "Bonjour, aidez-moi."),
    (Kind.MESSAGE, (PERSON, "Subject: Re: Réponse automatique : Imprimante", "In-Reply-To: <a@b.example>"), "Bonjour"),
    (Kind.MESSAGE, (PERSON, "Subject: Out of office", "X-Auto-Response-Suppress: All"), "How do I switch it on?"),
    (
        Kind.AUTO_REPLY,
        (PERSON, "Subject: I am out of office", "X-Auto-Response-Suppress: All"),
        "This is an automatic reply.",
    ),
    (Kind.MESSAGE, (PERSON, "Subject: I am out of office"), "This is an automatic reply."),
    (Kind.AUTO_REPLY, (PERSON, "Subject: Out of office", SILENT, "User-Agent: Mozilla Thunderbird"), "I am away."),
    (Kind.AUTO_REPLY, (ROBOT, "Subject: Out of office"), "I am away."),
    (Kind.AUTO_REPLY, (PERSON, "Subject: Lu : Imprimante", "X-Auto-Response-Suppress: All"), READ),
    (Kind.MESSAGE, (PERSON, "Subject: Lu : Imprimante", "X-Auto-Response-Suppress: All"), "Bonjour, une question."),
]


@pytest.mark.parametrize(("expected", "head", "text"), RULES)
def test_rules(expected: Kind, head: tuple[str, ...], text: str) -> None:
    found = verdict(*head, text=text)
    assert found.kind == expected, found.reason
    assert found.reason and found.reason.isprintable()


def test_loops() -> None:
    assert kind(PERSON, f"X-Guichet-Instance: {OURS.instance}") == Kind.LOOP
    assert kind(PERSON, "X-Guichet-Instance: 1111111111111111") == Kind.MESSAGE
    assert kind(PERSON, "X-Guichet-Instance:", ours=NOBODY) == Kind.MESSAGE
    assert kind(PERSON, f"Message-ID: <{TOKEN}@desk.example>") == Kind.LOOP
    assert kind(PERSON, f"Message-ID: <{TOKEN}@client.example>") == Kind.MESSAGE
    assert kind(PERSON, "Message-ID: <CAFn12@desk.example>") == Kind.MESSAGE  # a colleague's mail program
    assert kind(PERSON, f"In-Reply-To: <{TOKEN}@desk.example>") == Kind.MESSAGE
    assert kind(PERSON, "X-Loop: Support@desk.example") == Kind.LOOP
    assert kind(PERSON, "X-Loop: owner@lists.example") == Kind.MESSAGE
    hop = "Received: from a.example by b.example; 1 Jan 2025 00:00:00 +0000"
    assert kind(PERSON, *[hop] * MAX_HOPS) == Kind.MESSAGE
    assert kind(PERSON, *[hop] * (MAX_HOPS + 1)) == Kind.LOOP


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n\n", b"\x00" * 500, bytes(range(128, 160)) * 40, b"Content-Type: image/png\n\n\x89PNG"]
)
def test_nothing_to_read(raw: bytes) -> None:
    assert kind_of(split(raw)).kind == Kind.UNPARSEABLE


@pytest.mark.parametrize(
    "raw",
    [b"Bonjour, rien que du texte.", b"From: a@b.example\n\n", b"Subject: Imprimante\n\n", b"\n\nsans en-t\xeate"],
)
def test_little_to_read(raw: bytes) -> None:
    assert kind_of(split(raw)).kind == Kind.MESSAGE


@pytest.mark.parametrize(
    ("subject", "passed"),
    [
        ("Re: Undeliverable", 1),
        ("TR : Undeliverable", 1),
        ("[Fwd: Undeliverable]", 1),
        ("AW: Undeliverable", 1),
        ("Reading", 0),
    ],
)
def test_what_is_passed_on(subject: str, passed: int) -> None:
    """A postmaster who answers or forwards is a person."""
    told = subject if passed else f"{subject}: Undeliverable"
    assert kind(POSTMASTER, f"Subject: {told}", text=LOST) == (Kind.MESSAGE if passed else Kind.BOUNCE)


def test_ordinary_mail_that_looks_automatic() -> None:
    found = [(name, kind_of(split(raw), ours=OURS)) for name, raw in messages()]
    assert len(found) > 1_000
    assert not [(name, v.reason) for name, v in found if v.kind != Kind.MESSAGE]


@given(st.binary(max_size=3_000))
def test_any_bytes(raw: bytes) -> None:
    assert kind_of(split(raw), ours=OURS).kind in Kind
    assert kind_of(split(b"From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n" + raw)).kind


@pytest.mark.parametrize(
    "word", ["your message ", "mailbox ", "(", "<", "delivery to ", "a@a.", "[\u00e9", "re:", "message was "]
)
def test_time_on_long_text(word: str) -> None:
    """Repetition makes no rule slow."""
    long = word * 20_000
    raw = f"Return-Path: <>\nSubject: {long[:5_000]}\nFrom: {long[:5_000]}\nPrecedence: bulk\n\n{long}".encode()
    mail = split(raw)
    start = time.perf_counter()
    kind_of(mail, ours=OURS)
    assert time.perf_counter() - start < 1


DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
BOUNCES = DATA / "mail_bounces_sisimai" / "maildir"
ORDINARY = ("mail_zammad", "mail_freescout", "mail_djangohelpdesk")
AUTOMATIC = {Kind.BOUNCE, Kind.AUTO_REPLY, Kind.COMPLAINT}


@pytest.mark.skipif(not BOUNCES.exists(), reason="the real bounces are not on this machine")
def test_real_bounces_are_automatic() -> None:
    files = [path for path in sorted(BOUNCES.rglob("*")) if path.is_file()]
    kinds = [kind_of(split(path.read_bytes()), ours=OURS).kind for path in files]
    assert len(kinds) > 100
    assert sum(each in AUTOMATIC for each in kinds) >= 0.99 * len(kinds)


def _real() -> Iterator[tuple[str, bytes]]:
    for folder in ORDINARY:
        for path in sorted((DATA / folder).rglob("*")):
            if path.suffix in {".eml", ".box"}:
                yield path.name, path.read_bytes()
    for folder in ("reply_github", "reply_zapier"):
        for path in sorted((DATA / folder).rglob("*.txt")):
            head = b"From: Jeanne <jeanne@client.example>\nTo: support@desk.example\nSubject: Re: Question\n\n"
            yield path.name, head + path.read_bytes()


@pytest.mark.skipif(not (DATA / "mail_zammad").exists(), reason="the real messages are not on this machine")
def test_real_messages_are_not() -> None:
    """But for those that say themselves, in a header or by their structure, that a machine sent them."""
    taken, count = [], 0
    for name, raw in _real():
        head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
        if b"\nauto-submitted: auto" in head or b"report-type=delivery-status" in head:
            continue
        count += 1
        found = kind_of(split(raw), ours=OURS)
        if found.kind in {*AUTOMATIC, Kind.LOOP, Kind.UNPARSEABLE}:
            taken.append((name, found.reason))
    assert count > 80
    assert not taken


@pytest.mark.skipif(not (DATA / "mail_zammad").exists(), reason="the real messages are not on this machine")
def test_it_costs_little() -> None:
    """0.2 ms on ordinary mail is the aim; a busy machine gets five times that here."""
    mails = [split(raw) for _name, raw in _real()]
    start = time.perf_counter()
    for mail in mails:
        kind_of(mail, ours=OURS)
    assert (time.perf_counter() - start) / len(mails) < 0.001
