"""What a contact becomes: a new ticket, a reply, an automatic message on record, or a case for people.

Runs inside the reader's transaction: what it becomes and its line in the ledger are committed together or not at all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import DEFAULT_DB_ALIAS
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext, override

from guichet.channels import ledger, reasons, threads
from guichet.channels.mail.forwarded import forwarded
from guichet.channels.mail.kinds import Bounce, Kind, Ours
from guichet.channels.mail.pictures import picture_type
from guichet.channels.mail.reading import Address, Mail, read
from guichet.channels.models import Contact, DeadAddress, Mailbox, Outcome, Strangers
from guichet.lib.batches import read_once
from guichet.lib.database import prepared
from guichet.lib.models import Outgoing
from guichet.lib.text import clean, one_line
from guichet.people.known import now_known
from guichet.people.models import Organisation, Person
from guichet.routing.actions import submit
from guichet.tickets import actions, files
from guichet.tickets.models import Channel, Impact, Ticket, Urgency

_BODY_LIMIT = 20_000
_NAME_LIMIT = 120
_HEAD_LIMIT = 100_000
_BODY = re.compile(rb"\r?\n\r?\n")
# RFC 3463: the address itself is wrong. A full mailbox or a policy says nothing about tomorrow.
_NO_SUCH_ADDRESS = "5.1."
# Only what makes the message itself: the traces of its way differ between copies.
_OWN = ("message-id", "from", "date", "subject")


def instance() -> str:
    """What our messages are recognised by; it says nothing about the secret it is made from."""
    return salted_hmac("guichet.instance", "mail").hexdigest()[:16]


def ours(mailboxes: Iterable[Mailbox]) -> Ours:
    addresses = {a.lower() for m in mailboxes for a in (m.address, *m.aliases)}
    if settings.MAIL_FROM is not None:
        addresses.add(settings.MAIL_FROM[1].lower())
    domains = frozenset(address.rpartition("@")[2] for address in addresses)
    return Ours(domains=domains, addresses=frozenset(addresses), instance=instance())


def interpret(contact: Contact, *, now: datetime) -> None:
    """Give the contact its outcome."""
    contact.read_at = now
    raw = bytes(contact.raw)
    box = next((m for m in ledger.mailboxes() if m.pk == contact.mailbox_id), None)
    if box is not None:
        contact.mailbox, contact.desk = box, box.organisation
    mail = understood(contact)
    _take_down(contact, mail)
    _place(contact, mail)
    contact.fingerprint = fingerprint(mail, raw)
    standing = _standing(contact)
    if standing.original is not None:
        end(contact, Outcome.DUPLICATE, copy_of_id=standing.original, ticket_id=standing.ticket)
    elif mail.kind is Kind.UNPARSEABLE:
        _quarantine(contact, reasons.UNREADABLE, mail.reason)
    elif mail.kind is Kind.LIST:
        _quarantine(contact, reasons.LIST, mail.reason)
    elif mail.kind is not Kind.MESSAGE:
        _record(contact, mail, now=now)
    elif contact.desk is None or contact.mailbox is None:
        _quarantine(contact, reasons.CLOSED_DOOR)
    elif mail.sender is None or not mail.sender.email:
        _quarantine(contact, reasons.NOBODY)
    elif standing.recent >= settings.MAIL_FLOOD_PER_HOUR:
        _quarantine(contact, reasons.FLOOD)
    else:
        if standing.dead:
            DeadAddress.objects.filter(email=contact.sender).delete()
        _hear(contact, mail, mailbox=contact.mailbox, sender=mail.sender, now=now)


def understood(contact: Contact) -> Mail:
    return read(bytes(contact.raw), ours=ours(ledger.mailboxes()))


def _hear(contact: Contact, mail: Mail, *, mailbox: Mailbox, sender: Address, now: datetime) -> None:
    """A person wrote: let them join their conversation, or open a ticket."""
    desk = mailbox.organisation
    writer = known(sender.email, desk=desk)
    thread = threads.find(mail, writer=writer, desk=desk, joins=mailbox.joins, envelope_to=contact.envelope_to)
    if thread.joins is not None and writer is not None:
        join(contact, mail, ticket=thread.joins, writer=writer, now=now)
        return
    contact.mentions = thread.mentions
    if thread.unproven:
        _quarantine(contact, reasons.UNPROVEN)
    elif writer is None and mailbox.strangers == Strangers.QUARANTINE:
        _quarantine(contact, reasons.STRANGER)
    else:
        writer = writer or meet(sender, home=mailbox.home or desk)
        open_from(contact, mail, mailbox=mailbox, writer=writer, now=now)


def open_from(contact: Contact, mail: Mail, *, mailbox: Mailbox, writer: Person, now: datetime) -> Ticket:
    """A new ticket of the writer's, or of the person whose message an agent passed on."""
    desk = mailbox.organisation
    requester = writer
    passed = forwarded(mail.text, subject=mail.subject)
    if passed and passed.from_email and desk.pk in writer.grants.treats_in:
        requester = known(passed.from_email, desk=desk) or meet(
            Address(email=passed.from_email, name=passed.from_name), home=mailbox.home or desk
        )
    with override(requester.language):
        description = clean(mail.text).strip()[:_BODY_LIMIT] or gettext("(The message has no text.)")
        title = one_line(mail.subject)[:200] or gettext("A message without a subject")
    ticket = submit(
        organisation=requester.organisation if requester.organisation.desk == desk else desk,
        requester=requester,
        actor=writer,
        now=now,
        description=description,
        title=title,
        impact=mailbox.impact if mailbox.impact in Impact.values else Impact.PERSON,
        urgency=mailbox.urgency if mailbox.urgency in Urgency.values else Urgency.HAMPERED,
        channel=Channel.MAIL,
        category=mailbox.category,
        source=f"contact:{contact.pk}",
    )
    files.store(ticket=ticket, message=None, uploads=_uploads(mail), by=writer, now=now)
    end(contact, Outcome.TICKET, ticket=ticket)
    return ticket


def join(contact: Contact, mail: Mail, *, ticket: Ticket, writer: Person, now: datetime) -> None:
    body = clean(mail.new_text).strip() or clean(mail.text).strip()
    uploads = _uploads(mail)
    if not body and not uploads:
        with override(writer.language):
            body = gettext("(The message has no text.)")
    said = actions.reply(
        ticket,
        body=body[:_BODY_LIMIT],
        actor=writer,
        now=now,
        uploads=uploads,
        channel=Channel.MAIL,
        source=f"contact:{contact.pk}",
    )
    end(contact, Outcome.REPLY, ticket=ticket, reply=said)


def _record(contact: Contact, mail: Mail, *, now: datetime) -> None:
    """An automatic message is kept with the ticket it is about; it is never answered and never a request."""
    if contact.desk is not None:
        known_ids = [b.original_message_id for b in mail.bounces if b.original_message_id]
        about = next(threads.traces(_about(mail, known_ids), desk=contact.desk, envelope_to=contact.envelope_to), None)
        contact.mentions = about.ticket if about else None
    contact.reason, contact.detail = str(mail.kind), one_line(mail.reason)[:400]
    end(contact, Outcome.AUTOMATIC)
    if contact.desk is not None:
        written_to = threads.written_to(mail, envelope_to=contact.envelope_to) if mail.bounces else frozenset()
        for bounce in mail.bounces:
            proven = bounce.address.lower() in written_to or _wrote(bounce)
            _bounced(bounce, contact=contact, desk=contact.desk, proven=proven, now=now)


def _wrote(bounce: Bounce) -> bool:
    """Whether the message that came back is one that we sent to that address."""
    sent = Outgoing.objects.filter(recipient=bounce.address.lower(), payload__message_id=bounce.original_message_id)
    return bool(bounce.original_message_id) and sent.exists()


def _bounced(bounce: Bounce, *, contact: Contact, desk: Organisation, proven: bool, now: datetime) -> None:
    """Remember an address that doesn't exist, and tell the agent whose mail did not arrive.

    Anybody can write a bounce: whoever shows no trace of what we sent there silences nobody.
    """
    if not bounce.permanent or not bounce.address:
        return
    if proven and bounce.status.startswith(_NO_SUCH_ADDRESS):
        DeadAddress.objects.get_or_create(
            email=bounce.address.lower()[:254], defaults={"status": bounce.status[:20], "since": now}
        )
    person = known(bounce.address, desk=desk)
    if contact.mentions is not None and person is not None:
        actions.undelivered(contact.mentions, person=person, actor=None, now=now, source=f"contact:{contact.pk}")


def _about(mail: Mail, known_ids: list[str]) -> Mail:
    mail.references = [*mail.references, *known_ids]
    return mail


def known(email: str, *, desk: Organisation) -> Person | None:
    """Whose address it is, among the desk's own people and its clients'; who has an account before who has none."""
    with prepared() as cursor:
        cursor.execute(_ASK_PEOPLE, [email.lower()])
        people = cursor.fetchall()
    for row in people:
        person = Person.from_db(DEFAULT_DB_ALIAS, _OF_PERSON, row)
        person.organisation = _organisation(person.organisation_id)
        if person.organisation.desk == desk:
            return person
    return None


# As the index has it: iexact would compare capitals, and a plan for any value doesn't know that none is empty.
_OF_PERSON = [f.attname for f in Person._meta.concrete_fields]
_ASK_PEOPLE = f"""
SELECT {", ".join(f"person.{name}" for name in _OF_PERSON)}
FROM people_person AS person LEFT JOIN people_account AS account ON account.person_id = person.id
WHERE lower(person.email) = %s AND person.email <> '' ORDER BY account.id, person.id
"""  # noqa: S608


@read_once
def _organisation(pk: int) -> Organisation:
    return Organisation.objects.select_related("served_by").get(pk=pk)


def meet(sender: Address, *, home: Organisation) -> Person:
    """A record of somebody nobody knew. It lets them in nowhere: it has no account, no role and no colleagues."""
    name = one_line(sender.name)[:_NAME_LIMIT] or sender.email.partition("@")[0][:_NAME_LIMIT]
    person, made = Person.objects.get_or_create(
        organisation=home,
        email=sender.email.lower()[:254],
        defaults={"name": name, "language": home.language, "unconfirmed": True},
    )
    if made:
        now_known([person])
    return person


def fingerprint(mail: Mail, raw: bytes) -> str:
    """The same for two copies of one message, and for nothing else. Without a Message-ID only all its bytes say so."""
    if not mail.message_id:
        return hashlib.sha256(raw).hexdigest()
    _head, _gap, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    own = "\n".join(mail.headers.first(name) for name in _OWN)
    return hashlib.sha256(own.encode("utf-8", "surrogateescape") + b"\n\n" + body.strip()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Standing:
    """What we know of a message before it is heard."""

    # Another copy that was read before, and the ticket that it became or joined.
    original: int | None
    ticket: int | None
    # How many of the sender's were read within the hour.
    recent: int
    # Whether mail to the sender was sent back because the address doesn't exist.
    dead: bool


# Plain statements where each message passes: to build them anew costs more than to run them.
_ASK_STANDING = """
SELECT original.id, original.ticket_id,
    (SELECT count(*) FROM channels_contact
     WHERE sender = %s AND sender <> '' AND received_at >= %s AND read_at IS NOT NULL AND id <> %s),
    EXISTS (SELECT 1 FROM channels_deadaddress WHERE email = %s)
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT id, ticket_id FROM channels_contact
    WHERE desk_id = %s AND fingerprint = %s AND fingerprint <> '' AND id <> %s
        AND outcome <> 'duplicate' AND outcome <> 'waiting'
    ORDER BY id LIMIT 1
) AS original ON true
"""
# Of a message that reached no desk: a statement of its own, or one plan would have to suit both.
_ASK_STANDING_NOWHERE = _ASK_STANDING.replace("desk_id = %s", "desk_id IS NULL")


def _standing(contact: Contact) -> _Standing:
    since = contact.received_at - timedelta(hours=1)
    place = [] if contact.desk_id is None else [contact.desk_id]
    values: list[Any] = [contact.sender, since, contact.pk, contact.sender, *place, contact.fingerprint, contact.pk]
    with prepared() as cursor:
        cursor.execute(_ASK_STANDING if place else _ASK_STANDING_NOWHERE, values)
        return _Standing(*cursor.fetchone())


def head_of(raw: bytes) -> dict[str, str]:
    """What the head of a message says, as the ledger has it; its body is not looked at."""
    return _named(read(_BODY.split(raw[:_HEAD_LIMIT], maxsplit=1)[0] + b"\n\n"))


def _named(mail: Mail) -> dict[str, str]:
    return {
        "sender": one_line(mail.sender.email).lower()[:320] if mail.sender else "",
        "sender_name": one_line(mail.sender.name)[:200] if mail.sender else "",
        "subject": one_line(mail.subject)[:300],
        "message_id": mail.message_id[:300],
    }


def _take_down(contact: Contact, mail: Mail) -> None:
    for name, value in _named(mail).items():
        setattr(contact, name, value)
    contact.text = clean(mail.text)[:_BODY_LIMIT]


def _place(contact: Contact, mail: Mail) -> None:
    """Whose desk it reached, where the way it came doesn't say."""
    if contact.mailbox is not None:
        return
    for address in [contact.envelope_to, *mail.delivered_to, *(a.email for a in (*mail.to, *mail.cc))]:
        found = ledger.mailbox_for(address) if address else None
        if found:
            contact.mailbox, contact.desk = found, found.organisation
            return


def _uploads(mail: Mail) -> list[UploadedFile[Any]]:
    """The attachments that a ticket takes; what is too many or too large stays with the whole message."""
    taken: list[UploadedFile[Any]] = []
    for attached in mail.attachments:
        if len(attached.content) <= settings.ATTACHMENT_MAX_BYTES and len(taken) < settings.ATTACHMENTS_PER_MESSAGE:
            # A picture is one by its bytes: many programs call theirs "application/octet-stream" or "image/jpg".
            kind = picture_type(attached.content) or attached.content_type
            taken.append(SimpleUploadedFile(attached.name, attached.content, content_type=kind))
    return taken


def _quarantine(contact: Contact, reason: str, detail: str = "") -> None:
    contact.reason, contact.detail = reason, one_line(detail)[:400]
    end(contact, Outcome.QUARANTINE)


class DecidedError(Exception):
    """Somebody else gave the contact its outcome meanwhile: everything that was begun has to be undone."""


def end(contact: Contact, outcome: str, **became: Any) -> None:
    """Write the contact's line in the ledger, where it still stands as it was found."""
    found, contact.outcome = contact.outcome, outcome
    for name, value in became.items():
        setattr(contact, name, value)
    with prepared() as cursor:
        cursor.execute(_END, [*(getattr(contact, name) for name in _ENDING), contact.pk, found])
        if not cursor.rowcount:
            raise DecidedError(contact.pk)


_ENDING = [
    f.attname for f in Contact._meta.concrete_fields
    if f.name not in {"id", "source_key", "channel", "raw", "size", "envelope_from", "envelope_to", "received_at",
                      "tries", "tried_at"}
]  # fmt: skip
_END = (
    f"UPDATE channels_contact SET {', '.join(f'{name} = %s' for name in _ENDING)}"  # noqa: S608
    " WHERE id = %s AND outcome = %s"
)
