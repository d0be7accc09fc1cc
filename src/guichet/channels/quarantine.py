"""The work list of what could not be decided alone: accept, attach, discard; each can be undone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from guichet.activity.models import Event
from guichet.channels import ledger, reasons
from guichet.channels.interpreting import end, join, known, meet, open_from, understood
from guichet.channels.mail.reading import Address, Mail
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.lib.text import one_line
from guichet.people.models import Organisation, Person
from guichet.tickets import actions
from guichet.tickets.models import State, Ticket

log = logging.getLogger(__name__)

# What people may make a ticket or a reply of. Automatic messages too: sometimes a person wrote one.
DECIDABLE = (Outcome.QUARANTINE, Outcome.AUTOMATIC)


def accept(contact: Contact, *, actor: Person, now: datetime) -> Ticket:
    """It is a request after all: a new ticket of its sender's."""
    with _locked(contact, actor=actor) as held:
        mailbox = _mailbox(held, actor=actor)
        mail = _read(held)
        writer = _writer(held, desk=mailbox.organisation, home=mailbox.home)
        ticket = open_from(held, mail, mailbox=mailbox, writer=writer, now=now)
        _decided(held, Outcome.TICKET, actor=actor, now=now, ticket=ticket)
    return ticket


def attach(contact: Contact, *, ticket: Ticket, actor: Person, now: datetime) -> Ticket:
    """It belongs to that ticket: whoever attaches it vouches for its sender."""
    with _locked(contact, actor=actor) as held:
        if not Ticket.objects.at_desk_of(actor).filter(pk=ticket.pk).exists():
            raise Forbidden(_("You don’t treat this ticket."), code="not_yours", field="reference")
        mail = _read(held)
        writer = _writer(held, desk=ticket.desk, home=None)
        # From now on answers to it are looked for at this desk.
        _take_in(held, desk=ticket.desk)
        join(held, mail, ticket=ticket, writer=writer, now=now)
        _decided(held, Outcome.REPLY, actor=actor, now=now)
    return ticket


def discard(contact: Contact, *, reason: str, actor: Person, now: datetime) -> None:
    """It is nothing for us. It stays in the ledger, with who said so and why."""
    reason = one_line(reason)[:400]
    if not reason:
        raise Refused(_("Say why it can be discarded."), code="required", field="reason")
    with _locked(contact, actor=actor, among=(Outcome.QUARANTINE,)) as held:
        held.detail = reason
        _decided(held, Outcome.DISCARDED, actor=actor, now=now)


def read_again(contact: Contact, *, actor: Person, now: datetime) -> None:
    """Let a reader try once more what failed several times: what was in its way may be mended."""
    with _locked(contact, actor=actor, among=(Outcome.QUARANTINE,)) as held:
        if held.reason != reasons.TROUBLE:
            raise Conflict(_("This one was read; there is nothing to try again."), code="was_read")
        held.reason = held.detail = ""
        end(held, Outcome.WAITING)
        Contact.objects.filter(pk=held.pk).update(tries=0, tried_at=None)
        ledger.call_readers()


def undo(contact: Contact, *, actor: Person, now: datetime) -> Ticket | None:
    """Back where it was: the ticket is cancelled, the reply leaves the public conversation.

    A ticket that the reply had set going again goes on: it is given back, for whoever undoes it to look at.
    """
    with _locked(contact, actor=actor, among=(Outcome.TICKET, Outcome.REPLY, Outcome.DISCARDED)) as held:
        if not held.is_undoable:
            raise Conflict(_("This was decided automatically; there is nothing to undo."), code="not_by_hand")
        stirred = None
        if held.outcome == Outcome.TICKET and held.ticket is not None:
            _cancel(held.ticket, actor=actor, now=now)
        elif held.outcome == Outcome.REPLY and held.ticket is not None and held.reply is not None:
            stirred = held.ticket if _set_going(held, ticket=held.ticket) else None
            actions.withdraw(held.ticket, message=held.reply, actor=actor, now=now)
        held.reason = held.reason or reasons.WITHDRAWN
        back = Outcome.AUTOMATIC if held.reason in reasons.AUTOMATIC else Outcome.QUARANTINE
        _decided(held, back, actor=actor, now=now, ticket=None, reply=None)
    return stirred


def _cancel(ticket: Ticket, *, actor: Person, now: datetime) -> None:
    """The ticket that was made from a message. One whose work is done is no mistake to be taken back unseen."""
    if ticket.state == State.CANCELLED:
        return
    if not ticket.may("cancel"):
        raise Conflict(
            _("Its ticket %(reference)s was solved meanwhile. Open the ticket again first, or leave it as it is.")
            % {"reference": ticket.reference},
            code="ticket_ended",
        )
    with override(ticket.requester.language):
        said = _("The message that this ticket came from was set aside again.")
    actions.cancel(ticket, reason=said, actor=actor, now=now)


def _set_going(contact: Contact, *, ticket: Ticket) -> bool:
    """Whether the reply opened the ticket again, or ended its wait, and work on it goes on."""
    told = Event.objects.filter(
        subject_type="ticket", subject_id=ticket.pk, verb="ticket.replied", source=f"contact:{contact.pk}"
    ).last()
    if told is None or not ticket.is_live:
        return False
    return bool(told.data.get("reopened") or told.data.get("woke"))


@contextmanager
def _locked(contact: Contact, *, actor: Person, among: tuple[str, ...] = DECIDABLE) -> Iterator[Contact]:
    """The contact's row, for whoever may see it, where it is still what they saw."""
    with transaction.atomic():
        visible = Contact.objects.visible_to(actor).filter(pk=contact.pk)
        held = visible.select_for_update(of=("self",)).select_related("mailbox__organisation", "desk").first()
        if held is None:
            raise Forbidden(_("This message reached another desk."), code="not_yours")
        if held.outcome not in among:
            raise Conflict(_("Somebody has taken care of this one meanwhile."), code="decided")
        yield held


def _mailbox(contact: Contact, *, actor: Person) -> Mailbox:
    """The mailbox it came to; for what came to none, a mailbox of the actor's desk, so that its usual values hold."""
    if contact.mailbox is not None:
        return contact.mailbox
    desks = actor.grants.manages_in | actor.grants.treats_in
    found = Mailbox.objects.filter(organisation__in=desks).select_related("organisation").first()
    if found is None:
        raise Refused(_("Your desk has no mailbox yet. A manager can set one up."), code="no_mailbox")
    contact.mailbox = found
    _take_in(contact, desk=found.organisation)
    return found


def _take_in(contact: Contact, *, desk: Organisation) -> None:
    """What reached no desk belongs to this one from now on, unless it has a copy of it already."""
    copies = Contact.objects.filter(desk=desk, fingerprint=contact.fingerprint).exclude(outcome=Outcome.DUPLICATE)
    if contact.desk is None and not (contact.fingerprint and copies.exists()):
        contact.desk = desk


def _read(contact: Contact) -> Mail:
    """What it says; a message that no reader could cope with is no reason to fail here as well."""
    try:
        return understood(contact)
    except Exception as error:
        log.exception("Contact %s could not be read.", contact.pk)
        raise Refused(
            _("It can’t be read. Save it as it came, open a ticket by hand, and discard it."), code="unreadable"
        ) from error


def _writer(contact: Contact, *, desk: Organisation, home: Organisation | None) -> Person:
    if not contact.sender:
        raise Refused(_("It doesn’t say who sent it: open a ticket by hand, and discard it."), code="no_sender")
    sender = Address(email=contact.sender, name=contact.sender_name)
    return known(contact.sender, desk=desk) or meet(sender, home=home or desk)


def _decided(contact: Contact, outcome: str, *, actor: Person, now: datetime, **became: object) -> None:
    contact.decided_by, contact.decided_at = actor, now
    end(contact, outcome, **became)
