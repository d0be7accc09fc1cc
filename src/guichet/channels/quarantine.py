"""The work list of what could not be decided alone: accept, attach, discard; each can be undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guichet.channels import reasons
from guichet.channels.interpreting import end, join, known, meet, open_from, understood
from guichet.channels.mail.reading import Address
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.text import one_line
from guichet.people.models import Organisation, Person
from guichet.tickets import actions
from guichet.tickets.models import Ticket


def accept(contact: Contact, *, actor: Person, now: datetime) -> Ticket:
    """It is a request after all: a new ticket of its sender's."""
    with _locked(contact, actor=actor) as held:
        mailbox = _mailbox(held, actor=actor)
        writer = _writer(held, desk=mailbox.organisation, home=mailbox.home)
        ticket = open_from(held, understood(held), mailbox=mailbox, writer=writer, now=now)
        _decided(held, Outcome.TICKET, actor=actor, now=now, ticket=ticket)
    return ticket


def attach(contact: Contact, *, ticket: Ticket, actor: Person, now: datetime) -> Ticket:
    """It belongs to that ticket: whoever attaches it vouches for its sender."""
    with _locked(contact, actor=actor) as held:
        if not Ticket.objects.at_desk_of(actor).filter(pk=ticket.pk).exists():
            raise Forbidden(_("You don’t treat this ticket."), code="not_yours", field="reference")
        writer = _writer(held, desk=ticket.desk, home=None)
        join(held, understood(held), ticket=ticket, writer=writer, now=now)
        _decided(held, Outcome.REPLY, actor=actor, now=now)
    return ticket


def discard(contact: Contact, *, reason: str, actor: Person, now: datetime) -> None:
    """It is nothing for us. It stays in the ledger, with who said so and why."""
    reason = one_line(reason)[:400]
    if not reason:
        raise Refused(_("Say why it can be discarded."), code="required", field="reason")
    with _locked(contact, actor=actor) as held:
        held.detail = reason
        _decided(held, Outcome.DISCARDED, actor=actor, now=now)


def undo(contact: Contact, *, actor: Person, now: datetime) -> None:
    """Back into quarantine: the ticket is cancelled, the reply leaves the public conversation."""
    with _locked(contact, actor=actor, among=(Outcome.TICKET, Outcome.REPLY, Outcome.DISCARDED)) as held:
        if not held.is_undoable:
            raise Conflict(_("Nobody decided this one by hand; there is nothing to undo."), code="not_by_hand")
        if held.outcome == Outcome.TICKET and held.ticket is not None and held.ticket.may("cancel"):
            said = _("The message that this ticket came from went back into quarantine.")
            actions.cancel(held.ticket, reason=said, actor=actor, now=now)
        elif held.outcome == Outcome.REPLY and held.ticket is not None and held.reply is not None:
            actions.withdraw(held.ticket, message=held.reply, actor=actor, now=now)
        held.reason = held.reason or reasons.WITHDRAWN
        _decided(held, Outcome.QUARANTINE, actor=actor, now=now, ticket=None, reply=None)


@contextmanager
def _locked(contact: Contact, *, actor: Person, among: tuple[str, ...] = (Outcome.QUARANTINE,)) -> Iterator[Contact]:
    """The contact's row, for whoever may see it, where it is still what they saw."""
    with transaction.atomic():
        visible = Contact.objects.visible_to(actor).filter(pk=contact.pk)
        held = visible.select_for_update(of=("self",)).select_related("mailbox__organisation", "desk").first()
        if held is None:
            raise Forbidden(_("This message reached another desk."), code="not_yours")
        if held.outcome not in among:
            raise Conflict(_("Somebody has decided this one meanwhile."), code="decided")
        yield held


def _mailbox(contact: Contact, *, actor: Person) -> Mailbox:
    """The mailbox it came to; for what came to none, a mailbox of the actor's desk, so that its usual values hold."""
    if contact.mailbox is not None:
        return contact.mailbox
    desks = actor.grants.manages_in | actor.grants.treats_in
    found = Mailbox.objects.filter(organisation__in=desks).select_related("organisation").first()
    if found is None:
        raise Refused(_("Your desk has no mailbox yet. A manager can set one up."), code="no_mailbox")
    contact.mailbox, contact.desk = found, found.organisation
    return found


def _writer(contact: Contact, *, desk: Organisation, home: Organisation | None) -> Person:
    if not contact.sender:
        raise Refused(_("It doesn’t say who sent it: open a ticket by hand, and discard it."), code="no_sender")
    sender = Address(email=contact.sender, name=contact.sender_name)
    return known(contact.sender, desk=desk) or meet(sender, home=home or desk)


def _decided(contact: Contact, outcome: str, *, actor: Person, now: datetime, **became: object) -> None:
    contact.decided_by, contact.decided_at = actor, now
    end(contact, outcome, **became)
