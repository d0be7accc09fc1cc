"""A desk with a mailbox, and messages to it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from guichet.channels import ledger, readers
from guichet.channels.mail import tokens
from guichet.channels.models import Contact, Mailbox
from guichet.channels.threads import key
from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders

_serial = itertools.count(1)


@dataclass
class Post:
    """What arrives at one desk."""

    desk: builders.Desk = field(default_factory=builders.desk)
    box: Mailbox = field(init=False)

    def __post_init__(self) -> None:
        address = f"aide@{self.desk.organisation.slug}.example"
        self.box = Mailbox.objects.create(
            organisation=self.desk.organisation, address=address, aliases=[f"x-{address}"]
        )

    def message(self, sender: str, body: str = "Bonjour, rien ne marche.", **headers: str) -> EmailMessage:
        """From that address to the mailbox; header names with _ for -."""
        made = EmailMessage()
        given = {
            "From": sender, "To": self.box.address, "Subject": "Une panne", "Date": format_datetime(builders.NOW),
            "Message-ID": f"<{next(_serial)}@courrier.example>",
        } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
        for name, value in given.items():
            if value:
                made[name] = value
        made.set_content(body)
        return made

    def deliver(self, message: EmailMessage | bytes, *, to: str = "", read: bool = True) -> Contact:
        """Through the ledger, and read at once; the contact as it then is."""
        raw = message if isinstance(message, bytes) else message.as_bytes()
        recipient = to or self.box.address
        source = ledger.key_of("test", raw, recipient=recipient)
        ledger.receive(
            raw=raw, source_key=source, now=builders.NOW, mailbox=ledger.mailbox_for(recipient), envelope_to=recipient
        )
        if read:
            readers.read_all()
        return Contact.objects.get(source_key=source)

    def write(self, sender: Person | str, body: str = "Bonjour, rien ne marche.", **headers: str) -> Contact:
        return self.deliver(self.message(sender.email if isinstance(sender, Person) else sender, body, **headers))


def ours(ticket: Ticket, person: Person) -> str:
    """A Message-ID of ours: of what we wrote to that person about that ticket."""
    token = tokens.issue(key=key(), ticket=ticket.pk, person=person.pk)
    return tokens.message_id(token=token, unique="1", domain="guichet.example")


def told(contact: Contact) -> tuple[Any, ...]:
    return contact.outcome, contact.reason
