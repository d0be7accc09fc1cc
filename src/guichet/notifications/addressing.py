"""As whom we write, to whom we may, and what of a ticket's thread has passed between us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from guichet.channels import ledger, threads
from guichet.channels.interpreting import instance
from guichet.channels.mail import tokens
from guichet.channels.models import Contact, DeadAddress, Mailbox
from guichet.lib.models import Outgoing
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Ticket

__all__ = [
    "DEAD", "KIND", "Identity", "believe", "heard", "identity", "instance", "is_dead", "reachable", "thread", "token",
]  # fmt: skip

KIND = "mail"
# What we say in place of a server that we do not ask any more.
DEAD = "a mail server said that this address does not exist"
# A thread that is longer is known by its beginning and its end.
_THREAD = 40


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and an address to write from, and the mailbox whose they are; none: the installation's own."""

    name: str
    address: str
    mailbox: Mailbox | None = None

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def identity(organisation: Organisation) -> Identity | None:
    """As whom an organisation's desk writes; None: it doesn't."""
    box = next((m for m in ledger.mailboxes() if m.organisation_id == organisation.pk), None)
    if box is not None:
        return Identity(name=box.name or organisation.name, address=box.address, mailbox=box)
    if settings.MAIL_FROM is None:
        return None
    name, address = settings.MAIL_FROM
    return Identity(name=name or organisation.name, address=address)


def reachable(people: Iterable[Person]) -> list[Person]:
    """Those whom mail has a chance to reach."""
    addressed = [person for person in people if person.email]
    dead = _dead([person.email for person in addressed])
    return [person for person in addressed if person.email.lower() not in dead]


def is_dead(address: str) -> bool:
    """Whether a mail server said that there is no such address."""
    return bool(_dead([address]))


def believe(address: str) -> None:
    """Try the address again, whatever a mail server said."""
    DeadAddress.objects.filter(email=address.lower()).delete()


def _dead(addresses: list[str]) -> set[str]:
    with connection.cursor() as cursor:
        query = "SELECT email FROM channels_deadaddress WHERE email = ANY(%s)"
        cursor.execute(query, [[address.lower() for address in addresses]])
        return {row[0] for row in cursor.fetchall()}


def token(*, ticket: Ticket, person: Person) -> str:
    return tokens.issue(key=threads.key(), ticket=ticket.pk, person=person.pk)


def thread(*, ticket: Ticket, person: Person) -> list[str]:
    """The Message-IDs of what passed between us and the person on this ticket, oldest first."""
    sent = Outgoing.objects.filter(
        kind=KIND, about=ticket.reference, payload__person=person.pk, delivered_at__isnull=False
    ).order_by("created_at", "pk")
    ids = [(at, message_id) for at, message_id in sent.values_list("created_at", "payload__message_id") if message_id]
    ids += heard(ticket=ticket, person=person)
    ordered = [message_id for _, message_id in sorted(ids, key=lambda pair: pair[0])]
    return [*ordered[:1], *ordered[1:][-_THREAD:]]


def heard(*, ticket: Ticket, person: Person) -> list[tuple[datetime, str]]:
    """What the person wrote on the ticket by mail."""
    theirs = Contact.objects.filter(ticket=ticket, sender__iexact=person.email).exclude(message_id="")
    return list(theirs.values_list("received_at", "message_id"))
