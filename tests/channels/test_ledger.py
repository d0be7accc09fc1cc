"""Everything that comes in is a line of the ledger, and every line ends somewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from guichet.activity.models import Event
from guichet.channels import interpreting, ledger, readers, reasons
from guichet.channels.mail import tokens
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.models import Outgoing
from guichet.notifications import addressing
from guichet.notifications.addressing import reachable
from guichet.tickets.models import Message, Ticket
from tests import builders, cast
from tests.channels.post import Post, ours, told


def test_a_request_becomes_a_ticket_of_its_sender_s(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    contact = post.write(amelie, "L’écran reste noir.\n", Subject="Écran noir")
    assert contact.ticket is not None
    ticket = contact.ticket
    assert (contact.outcome, ticket.requester, ticket.channel) == (Outcome.TICKET, amelie, "mail")
    assert (ticket.title, ticket.description) == ("Écran noir", "L’écran reste noir.")


def test_what_is_delivered_twice_is_stored_once(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    message = post.message(amelie.email)
    first, second = post.deliver(message), post.deliver(message)
    assert first.pk == second.pk
    assert Ticket.objects.count() == 1


def test_a_copy_by_another_address_is_the_same_message(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    message = post.message(amelie.email)
    first = post.deliver(message)
    message["Received"] = "from elsewhere"
    copy = post.deliver(message, to=post.box.aliases[0])
    assert (copy.outcome, copy.copy_of_id, copy.ticket_id) == (Outcome.DUPLICATE, first.pk, first.ticket_id)
    assert Ticket.objects.count() == 1


def test_another_message_under_the_same_message_id_is_another_message(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    post.write(amelie, "La première", Message_ID="<same@x.example>")
    post.write(amelie, "La seconde", Message_ID="<same@x.example>")
    assert Ticket.objects.count() == 2


def test_without_a_message_id_only_the_very_same_bytes_are_the_same(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    post.write(amelie, "L’alarme sonne", Message_ID="", Received="a")
    post.write(amelie, "L’alarme sonne", Message_ID="", Received="b")
    assert Ticket.objects.count() == 2


def test_files_come_with_it(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    message = post.message(amelie.email)
    message.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="../écran.png")
    ticket = post.deliver(message).ticket
    assert ticket is not None
    assert [(a.name, a.size) for a in ticket.attachments.all()] == [("écran.png", 6)]


def test_what_cannot_be_read_is_kept_for_people(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that fails on one message has read the others, and gives that one up after its tries."""
    amelie = builders.person(post.desk.organisation)
    understood = interpreting.understood

    def fails(contact: Contact) -> object:
        if b"poison" in bytes(contact.raw):
            raise RecursionError
        return understood(contact)

    monkeypatch.setattr(interpreting, "understood", fails)
    poison = post.deliver(post.message(amelie.email, "poison"), read=False)
    good = post.write(amelie, "Rien de spécial")
    assert good.outcome == Outcome.TICKET
    for _try in range(readers.TRIES):
        Contact.objects.update(tried_at=timezone.now() - timedelta(days=1))
        readers.read_all()
    poison.refresh_from_db()
    assert told(poison) == (Outcome.QUARANTINE, reasons.TROUBLE)
    assert poison.detail == "RecursionError"
    assert b"poison" in bytes(poison.raw)


def test_a_message_that_kills_its_reader_is_not_tried_for_ever(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    contact = post.deliver(post.message(amelie.email), read=False)
    Contact.objects.filter(pk=contact.pk).update(tries=readers.TRIES, tried_at=timezone.now() - timedelta(days=1))
    readers.read_all()
    contact.refresh_from_db()
    assert told(contact) == (Outcome.QUARANTINE, reasons.TROUBLE)


def test_half_of_an_interpretation_is_none(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    amelie = builders.person(post.desk.organisation)

    def fails(*args: object, **values: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(interpreting.files, "store", fails)
    contact = post.write(amelie)
    assert (contact.outcome, Ticket.objects.count()) == (Outcome.WAITING, 0)


def test_the_account_adds_up(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    post.write(amelie)
    post.write(amelie, Auto_Submitted="auto-replied", Subject="Absence")
    post.deliver(b"")
    late = post.deliver(post.message(amelie.email), read=False)
    sum_now = ledger.account(now=late.received_at)
    assert sum_now.received == sum(sum_now.became.values()) == 4
    assert (sum_now.became[Outcome.WAITING], sum_now.unaccounted) == (1, 0)
    assert ledger.account(now=late.received_at + ledger.PATIENCE * 2).unaccounted == 1
    elsewhere = Contact.objects.visible_to(builders.agent(builders.desk()))
    assert ledger.account(now=late.received_at, among=elsewhere).received == 0


def test_automatic_mail_is_recorded_and_nothing_more(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    contact = post.write(amelie, Auto_Submitted="auto-replied", Subject="Absence du bureau")
    assert told(contact) == (Outcome.AUTOMATIC, "auto_reply")
    assert (Ticket.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize("stranger", [False, True])
def test_a_calendar_s_answer_is_filed_and_never_becomes_a_ticket_or_a_reply(post: Post, stranger: bool) -> None:
    amelie = builders.person(post.desk.organisation)
    ticket = builders.ticket(amelie, now=builders.NOW)
    before = Message.objects.count(), Outgoing.objects.count()
    mail = post.message(
        "qui@courrier.example" if stranger else amelie.email, "Amélie a accepté l’invitation.",
        Subject="Accepté : Rendez-vous", In_Reply_To=ours(ticket, amelie),
    )  # fmt: skip
    mail.add_alternative(
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR\n", subtype="calendar", params={"method": "REPLY"}
    )
    contact = post.deliver(mail)
    assert told(contact) == (Outcome.AUTOMATIC, "calendar")
    assert contact.mentions == ticket
    assert (Ticket.objects.count(), (Message.objects.count(), Outgoing.objects.count())) == (1, before)
    for language, words in (("en", "A calendar program answered"), ("fr", "Un agenda a répondu")):
        with translation.override(language):
            assert words in contact.why


def test_an_unknown_address_is_met_and_let_in_nowhere(post: Post) -> None:
    contact = post.write("Léa Forget <Lea.Forget@courrier.example>")
    assert contact.ticket is not None
    met = contact.ticket.requester
    assert (met.name, met.email, met.organisation) == (
        "Léa Forget",
        "lea.forget@courrier.example",
        post.desk.organisation,
    )
    assert not met.grants.roles
    assert not hasattr(met, "account")
    assert post.write("lea.forget@COURRIER.example").ticket.requester == met


def test_where_strangers_wait_they_wait(post: Post) -> None:
    post.box.strangers = "quarantine"
    post.box.save()
    assert told(post.write("lea@courrier.example")) == (Outcome.QUARANTINE, reasons.STRANGER)


def test_who_sends_too_much_is_looked_at_first(post: Post, settings: Any) -> None:
    settings.MAIL_FLOOD_PER_HOUR = 3
    amelie = builders.person(post.desk.organisation)
    outcomes = [told(post.write(amelie, f"Message {n}")) for n in range(5)]
    assert outcomes == [(Outcome.TICKET, "")] * 3 + [(Outcome.QUARANTINE, reasons.FLOOD)] * 2


def test_what_reached_no_mailbox_is_kept(post: Post) -> None:
    contact = post.deliver(post.message("a@b.example", To="nobody@nowhere.example"), to="nobody@nowhere.example")
    assert told(contact) == (Outcome.QUARANTINE, reasons.CLOSED_DOOR)


def test_an_agent_passes_a_message_on_for_its_sender(post: Post) -> None:
    nadia, amelie = builders.agent(post.desk), builders.person(post.desk.organisation)
    body = (
        "Je l’ai reçu chez moi.\n\n---------- Forwarded message ---------\n"
        f"De : {amelie.name} <{amelie.email}>\nDate: mar. 18 nov. 2025 à 09:12\nSubject: Écran noir\n"
        f"To: <{nadia.email}>\n\nBonjour Nadia, mon écran reste noir."
    )
    ticket = post.write(nadia, body, Subject="Fwd: Écran noir").ticket
    assert ticket is not None
    assert (ticket.requester, ticket.reporter) == (amelie, nadia)


BOUNCE = """From: MAILER-DAEMON@mx.example
To: {box}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{status}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: {status}

--b
Content-Type: text/rfc822-headers

Message-ID: {original}
To: {address}

--b--
"""


@pytest.mark.parametrize(("status", "dead"), [("5.1.1", True), ("5.2.2", False)])
def test_a_bounce_marks_the_address_and_tells_the_agent(post: Post, status: str, dead: bool) -> None:
    amelie = builders.person(post.desk.organisation)
    ticket = builders.ticket(amelie)
    original = ours(ticket, amelie)
    raw = BOUNCE.format(box=post.box.address, status=status, address=amelie.email, original=original).encode()
    contact = post.deliver(raw)
    assert (told(contact), contact.mentions_id) == ((Outcome.AUTOMATIC, "bounce"), ticket.pk)
    assert bool(reachable([amelie])) is not dead
    assert Event.objects.filter(subject_id=ticket.pk, verb="ticket.undelivered").count() == 1
    assert Ticket.objects.count() == 1
    # Who writes from an address has it.
    post.write(amelie)
    assert reachable([amelie])


@pytest.mark.parametrize("proof", ["nothing", "somebody else’s", "a message we sent", "the way back"])
def test_only_what_we_wrote_to_somebody_shows_that_they_are_gone(post: Post, proof: str) -> None:
    """Anybody can write a bounce: one that brings nothing of ours back, or not what they got, silences nobody."""
    amelie = builders.person(post.desk.organisation)
    ticket = builders.ticket(amelie)
    original, to = {
        "nothing": ("<made-up@x.example>", ""),
        "somebody else’s": (ours(ticket, builders.person(post.desk.organisation, cast.RACHEL)), ""),
        "a message we sent": ("<appointment.1@guichet.example>", ""),
        "the way back": ("", tokens.plus_address(post.box.address, addressing.token(ticket=ticket, person=amelie))),
    }[proof]
    Outgoing.objects.create(
        key="sent", kind="appointment", payload={"message_id": "<appointment.1@guichet.example>"},
        recipient=amelie.email.lower(), created_at=builders.NOW, next_at=builders.NOW,
    )  # fmt: skip
    raw = BOUNCE.format(box=post.box.address, status="5.1.1", address=amelie.email, original=original)
    contact = post.deliver(raw.encode(), to=to)
    assert told(contact) == (Outcome.AUTOMATIC, "bounce")
    proven = proof in {"a message we sent", "the way back"}
    assert bool(addressing.reachable([amelie])) is not proven


def test_the_account_is_of_what_one_is_shown(post: Post) -> None:
    """What reached no desk is on a manager's list: it is in their sum too."""
    post.deliver(post.message("a@b.example", To="nobody@nowhere.example"), to="nobody@nowhere.example")
    for who, received in ((builders.manager(post.desk), 1), (builders.agent(post.desk), 0)):
        page = builders.client_for(who).get(reverse("desk:contacts"))
        assert page.context["account_of_all"].received == received == len(page.context["contacts"])


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("aide+it@plus.example", True), ("AIDE+IT+token@plus.example", True), ("aide+it+a+b@plus.example", True),
        ("aide+autre@plus.example", False), ("aide@plus.example", False),
        ("aide+it" + "+x" * 500 + "@plus.example", True),
    ],
)  # fmt: skip
def test_a_mailbox_with_a_plus_in_its_own_address_is_reached(post: Post, address: str, reached: bool) -> None:
    post.box.address = "Aide+IT@plus.example"
    post.box.save()
    assert (ledger.mailbox_for(address) == post.box) is reached


def test_the_longest_name_is_the_one_that_is_meant(post: Post) -> None:
    special = Mailbox.objects.create(
        organisation=post.desk.organisation, address=post.box.address.replace("@", "+it@"), aliases=["x+y@plus.example"]
    )
    assert ledger.mailbox_for(post.box.address) == post.box
    assert ledger.mailbox_for(special.address) == special
    assert ledger.mailbox_for(post.box.address.replace("@", "+token@")) == post.box
    assert ledger.mailbox_for("X+Y+Z@plus.example") == special
    assert ledger.mailbox_for("") is None


@pytest.mark.parametrize("reason", sorted(reasons.AUTOMATIC))
def test_what_an_automatic_message_is_is_said_in_words(reason: str) -> None:
    contact = Contact(reason=reason, detail="Auto-Submitted header")
    said = []
    for language in ("en", "fr"):
        with translation.override(language):
            said.append(contact.why)
    assert contact.detail not in said
    assert said[0] != said[1]
