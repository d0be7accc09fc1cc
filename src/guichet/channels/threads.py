"""Which conversation a message belongs to, and whether its writer may join it.

Marks are tried from the strongest to the weakest: our signed token, the Message-ID of something we know, a reference
in the subject. None of them opens the door by itself: who writes has to be one of the conversation's people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings

from guichet.channels.mail import tokens
from guichet.channels.mail.reading import Mail
from guichet.channels.models import Contact, Joins, Outcome
from guichet.lib import references
from guichet.people.models import Organisation, Person
from guichet.tickets import policies
from guichet.tickets.models import Ticket, Watcher

_MOST = 40
_REFERENCE = re.compile(r"\bG[- ]?([0-9A-Z]{5,12})\b", re.IGNORECASE)


class Mark(StrEnum):
    """What in a message leads to a ticket."""

    TOKEN = "token"  # noqa: S105 (not a password)
    KNOWN = "known"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Trace:
    """A ticket that the message points to; for a token also the person that we had given it to."""

    mark: Mark
    ticket: Ticket
    given_to: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """The ticket to join; or none, with the first one that was named, and whether an agent's proof was wanting."""

    joins: Ticket | None = None
    mentions: Ticket | None = None
    unproven: bool = False


def key() -> bytes:
    return settings.SECRET_KEY.encode()


def find(mail: Mail, *, writer: Person | None, desk: Organisation, joins: str, envelope_to: str = "") -> Thread:
    """The conversation of the desk's that `writer` may join with this message."""
    first: Ticket | None = None
    unproven = False
    for trace in traces(mail, desk=desk, envelope_to=envelope_to):
        if writer is not None and may_join(trace, writer=writer, joins=joins):
            return Thread(joins=trace.ticket)
        unproven = unproven or (writer is not None and policies.is_desk(writer, trace.ticket))
        first = first or trace.ticket
    return Thread(mentions=first, unproven=unproven)


def may_join(trace: Trace, *, writer: Person, joins: str) -> bool:
    """Whether the address that wrote is one of the conversation's people.

    An address is easily forged. Who asks or follows can do little harm with what everybody on the ticket may say
    anyway; in an agent's name one could mislead requesters, so an agent shows the token that only they were given.
    """
    ticket = trace.ticket
    if writer.pk == ticket.requester_id:
        return True
    if policies.is_desk(writer, ticket):
        return trace.mark is Mark.TOKEN and trace.given_to == writer.pk
    if writer.pk == ticket.reporter_id or Watcher.objects.filter(ticket=ticket, person=writer).exists():
        return True
    return (
        joins == Joins.COLLEAGUES
        and trace.mark is not Mark.SUBJECT
        # Who only wrote to us belongs to the organisation by nobody's word but their own.
        and not writer.unconfirmed
        and writer.organisation_id == ticket.organisation_id
        and ticket.organisation_id == ticket.requester.organisation_id
    )


def traces(mail: Mail, *, desk: Organisation, envelope_to: str = "") -> Iterator[Trace]:
    """From the strongest mark to the weakest. Only tickets of this desk: others' are not there."""
    tickets = Ticket.objects.filter(desk=desk).select_related("requester", "desk", "organisation", "team", "level")
    for token in tokens.found_in(_said(mail, envelope_to), key=key())[:_MOST]:
        ticket = tickets.filter(pk=token.ticket).first()
        if ticket:
            yield Trace(Mark.TOKEN, ticket, given_to=token.person)
    # The nearest ancestor stands last.
    known = list(reversed(mail.references))[:_MOST]
    for pk in _known_tickets(known, desk=desk) if known else ():
        yield Trace(Mark.KNOWN, tickets.get(pk=pk))
    for letters in _REFERENCE.findall(mail.subject)[:_MOST]:
        reference = references.parse(f"G-{letters}")
        ticket = tickets.filter(reference=reference).first() if reference else None
        if ticket:
            yield Trace(Mark.SUBJECT, ticket)


def written_to(mail: Mail, *, envelope_to: str = "") -> frozenset[str]:
    """The addresses of those whom we wrote what this message brings back or answers: our signed tokens say so."""
    people = {token.person for token in tokens.found_in(_said(mail, envelope_to), key=key())[:_MOST]}
    found = Person.objects.filter(pk__in=people).exclude(email="").values_list("email", flat=True)
    return frozenset(email.lower() for email in found)


def _said(mail: Mail, envelope_to: str) -> str:
    """Wherever a token may stand."""
    return " ".join([*mail.references, *(a.email for a in (*mail.to, *mail.cc)), *mail.delivered_to, envelope_to])


def _known_tickets(message_ids: list[str], *, desk: Organisation) -> list[int]:
    """The tickets of messages that we have read, in the order given."""
    read = Contact.objects.filter(desk=desk, message_id__in=message_ids, outcome__in=[Outcome.TICKET, Outcome.REPLY])
    rows = sorted(read.values_list("message_id", "ticket_id"), key=lambda row: message_ids.index(row[0]))
    return [ticket for _message_id, ticket in rows if ticket is not None]
