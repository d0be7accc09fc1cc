"""What came in from outside: the ledger, whole messages, and the quarantine as a work list."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import BINARY, Resource, shown
from guichet.api.v1.fields import Given, Named, OneOf, PathId, Shown, Size, named
from guichet.api.v1.reach import in_path
from guichet.channels import as_sent, quarantine, reasons
from guichet.channels.models import Contact, Outcome
from guichet.lib import references
from guichet.lib.errors import Forbidden, Refused
from guichet.lib.paging import page
from guichet.people.models import Person
from guichet.tickets.models import Channel, Ticket

router = Resource(tag="Contacts", scope="contacts")


class ContactRow(Shown):
    """Something that came in, and what became of it. A ticket that you don't treat is null."""

    id: int
    channel: Annotated[str, OneOf.these(Channel)]
    outcome: Annotated[str, OneOf.these(Outcome)]
    reason: str = Field(description="Why it is in quarantine, or what kind of automatic message it is: a code")
    why: str = Field(description="The same in words")
    sender: str
    sender_name: str
    to: str
    subject: str
    size: int
    received_at: datetime
    read_at: datetime | None
    ticket: str | None
    mentions: str | None = Field(description="A ticket that it names without being allowed to join it")
    copy_of: int | None
    decided_by: Named | None
    decided_at: datetime | None
    detail: str
    may: list[str]


class ContactPage(Shown):
    """Contacts, newest first."""

    items: list[ContactRow]
    next_cursor: str | None


class ContactShown(ContactRow):
    """With what can be read of it."""

    text: str


class ContactFilters(Given):
    """Which part of the ledger; all of it where no outcome is given."""

    outcome: Annotated[str, OneOf.these(Outcome)] | None = None
    cursor: Annotated[str, Field(max_length=400)] = ""
    size: Size = 50


class AttachGiven(Given):
    """The ticket that it belongs to: its reference, however it is typed."""

    ticket: Annotated[str, Field(max_length=40)]


class DiscardGiven(Given):
    """Why it is nothing for the desk."""

    reason: Annotated[str, Field(max_length=400)]


@router.read("/contacts", answer=ContactPage)
def list_contacts(request: ApiRequest, filters: Query[ContactFilters]) -> HttpResponse:
    """What reached your desks. For agents, technicians and managers."""
    if not request.person.grants.treats_in:
        raise Forbidden(_("Only those who work at this service desk may see this."), code="not_desk")
    contacts = _visible(request.person).defer("raw", "text")
    if filters.outcome:
        contacts = contacts.filter(outcome=filters.outcome)
    found = page(contacts, order=("-received_at", "-id"), cursor=filters.cursor, size=filters.size)
    tickets = _tickets(request.person, found.items)
    items = [ContactRow(**_row(contact, tickets)) for contact in found.items]
    return shown(ContactPage(items=items, next_cursor=found.next_cursor or None))


@router.read("/contacts/{number}", answer=ContactShown)
def read_contact(request: ApiRequest, number: PathId) -> HttpResponse:
    """One of them, with what can be read of it."""
    return _shown(request, _find(request, number))


@router.read("/contacts/{number}/raw", answer=None, responses={200: BINARY})
def download_contact(request: ApiRequest, number: PathId) -> HttpResponse:
    """The message byte for byte as it came."""
    contact = in_path(Contact.objects.visible_to(request.person), number)
    return as_sent.saved(contact)


@router.write("POST", "/contacts/{number}/accept", answer=ContactShown, status=201, guarded=False)
def accept_contact(request: ApiRequest, number: PathId) -> HttpResponse:
    """It is a request after all: open a ticket of its sender's."""
    contact = _find(request, number)
    quarantine.accept(contact, actor=request.person, now=request.now)
    return _shown(request, _fresh(contact), status=201)


@router.write("POST", "/contacts/{number}/attach", answer=ContactShown, status=201, guarded=False)
def attach_contact(request: ApiRequest, number: PathId, body: AttachGiven) -> HttpResponse:
    """It belongs to a ticket that you treat: make it a reply there. You vouch for its sender."""
    contact = _find(request, number)
    reference = references.parse(body.ticket)
    treated = Ticket.objects.at_desk_of(request.person).select_related("desk")
    ticket = treated.filter(reference=reference).first() if reference else None
    if ticket is None:
        raise Refused(_("There is no such thing, or you may not see it."), code="unknown", field="ticket")
    quarantine.attach(contact, ticket=ticket, actor=request.person, now=request.now)
    return _shown(request, _fresh(contact), status=201)


@router.write("POST", "/contacts/{number}/discard", answer=ContactShown, status=201, guarded=False)
def discard_contact(request: ApiRequest, number: PathId, body: DiscardGiven) -> HttpResponse:
    """It is nothing for the desk. It stays in the ledger, with who said so and why."""
    contact = _find(request, number)
    quarantine.discard(contact, reason=body.reason, actor=request.person, now=request.now)
    return _shown(request, _fresh(contact), status=201)


@router.write("POST", "/contacts/{number}/read-again", answer=ContactShown, status=201, guarded=False)
def read_contact_again(request: ApiRequest, number: PathId) -> HttpResponse:
    """Let a reader try once more what could not be read (`trouble`): it waits, and then becomes what it is."""
    contact = _find(request, number)
    quarantine.read_again(contact, actor=request.person, now=request.now)
    return _shown(request, _fresh(contact), status=201)


@router.write("POST", "/contacts/{number}/undo", answer=ContactShown, status=201, guarded=False)
def undo_contact(request: ApiRequest, number: PathId) -> HttpResponse:
    """Back where it was, where somebody decided by hand: the ticket is cancelled, the reply becomes a note.

    Refused with `ticket_ended` where the ticket was solved meanwhile. A ticket that the reply opened again stays open.
    """
    contact = _find(request, number)
    quarantine.undo(contact, actor=request.person, now=request.now)
    return _shown(request, _fresh(contact), status=201)


def _visible(person: Person) -> QuerySet[Contact]:
    return Contact.objects.visible_to(person).select_related("ticket", "mentions", "mailbox", "decided_by")


def _find(request: ApiRequest, number: int) -> Contact:
    return in_path(_visible(request.person).defer("raw"), number)


def _fresh(contact: Contact) -> Contact:
    """As the action left it, also where that took it out of the person's sight."""
    near = Contact.objects.select_related("ticket", "mentions", "mailbox", "decided_by")
    return near.defer("raw").get(pk=contact.pk)


def _tickets(person: Person, contacts: list[Contact]) -> dict[int, str]:
    """The references of those of their tickets that the person treats."""
    named = {pk for contact in contacts for pk in (contact.ticket_id, contact.mentions_id) if pk}
    return dict(Ticket.objects.at_desk_of(person).filter(pk__in=named).order_by().values_list("pk", "reference"))


def _shown(request: ApiRequest, contact: Contact, *, status: int = 200) -> HttpResponse:
    tickets = _tickets(request.person, [contact])
    return shown(ContactShown(**_row(contact, tickets), text=contact.text), status=status)


def _row(contact: Contact, tickets: dict[int, str]) -> dict[str, Any]:
    return {
        "id": contact.pk,
        "channel": contact.channel,
        "outcome": contact.outcome,
        "reason": contact.reason,
        "why": contact.why if contact.reason else "",
        "sender": contact.sender,
        "sender_name": contact.sender_name,
        "to": contact.mailbox.address if contact.mailbox else contact.envelope_to,
        "subject": contact.subject,
        "size": contact.size,
        "received_at": contact.received_at,
        "read_at": contact.read_at,
        "ticket": tickets.get(contact.ticket_id or 0),
        "mentions": tickets.get(contact.mentions_id or 0),
        "copy_of": contact.copy_of_id,
        "decided_by": named(contact.decided_by),
        "decided_at": contact.decided_at,
        "detail": contact.detail,
        "may": _may(contact),
    }


def _may(contact: Contact) -> list[str]:
    """What can be decided about it now."""
    if contact.outcome == Outcome.QUARANTINE:
        return ["accept", "attach", "discard", *(["read-again"] if contact.reason == reasons.TROUBLE else [])]
    if contact.outcome == Outcome.AUTOMATIC:
        return ["accept", "attach"]
    return ["undo"] if contact.is_undoable else []
