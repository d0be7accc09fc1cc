"""Who gets mail about what. Decided inside the action's transaction, worded when the mail is sent.

What happens while a mail waits joins it: ten changes are one mail. Nobody is told what they did themselves, except that
what they asked for has arrived; and that at most once a ticket, never to an automatic sender, and only so often an hour
to one address, so that two machines can't keep one another awake.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from guichet.activity.models import Event
from guichet.channels.mail import composing, dkim, smtp
from guichet.lib import events, outbox
from guichet.lib.models import Outgoing
from guichet.lib.sending import Down, Never
from guichet.notifications import addressing, letters
from guichet.notifications.addressing import KIND
from guichet.people.models import Person
from guichet.tickets.actions import undelivered
from guichet.tickets.models import Ticket, Watcher

# Verb → who gets mail. The assignee only where installations want it, and only for what the requester's side says.
CIRCLES: dict[str, tuple[str, ...]] = {
    "ticket.opened": ("requester",),
    "ticket.replied": ("requester", "watchers", "assignee"),
    "ticket.attached": ("requester", "watchers"),
    "ticket.held": ("requester", "watchers"),
    "ticket.resolved": ("requester", "watchers"),
    "ticket.fixed": ("requester", "watchers"),
    "ticket.confirmed": ("requester", "watchers"),
    "ticket.refused": ("requester", "watchers", "assignee"),
    "ticket.reopened": ("requester", "watchers", "assignee"),
    "ticket.closed": ("requester", "watchers"),
    "ticket.cancelled": ("requester", "watchers"),
}
_ACKNOWLEDGEMENT = "acknowledgement"


def write(*, event: Event, subject: Ticket) -> None:
    """Put the event into the mail of everybody who should read of it."""
    if settings.SMTP is None or events.is_long_ago():
        return
    people = _people(event, subject)
    if not people or addressing.identity(subject.desk) is None:
        return
    # The requester is at hand, and mostly the only one.
    near = [subject.requester] if people == {subject.requester_id} else Person.objects.filter(pk__in=people)
    # To addresses that are said not to exist too: their mail is given up where everybody can see it.
    for person in near:
        if person.email:
            _put(event, ticket=subject, person=person)


def deliver(outgoing: Outgoing) -> str:
    """The outbox's transport for mail."""
    if settings.SMTP is None:
        raise Down("mail is turned off")
    return post(outgoing, letter=letters.letter_of(outgoing, now=timezone.now()))


def post(outgoing: Outgoing, *, letter: composing.Letter) -> str:
    """Sign it, hand it to the server, and keep with the row what was sent; the server's answer."""
    if settings.SMTP is None:
        raise Down("mail is turned off")
    try:
        data = composing.compose(letter)
        recipient = composing.address(letter.to_address)
        sender = composing.address(letter.sender_address)
    except composing.UnwritableError as error:
        raise Never(str(error)) from error
    if addressing.is_dead(letter.to_address):
        raise Never(addressing.DEAD)
    data = dkim.signed(data, signers=settings.MAIL_SIGNERS, sender=sender, now=timezone.now())
    outgoing.recipient = letter.to_address.lower()
    outgoing.payload = {**outgoing.payload, "subject": letter.subject, "message_id": letter.message_id}
    hello = letter.sender_address.rpartition("@")[2]
    return smtp.send(settings.SMTP, sender=letter.reply_to, recipient=recipient, data=data, hello=hello)


def given_up(outgoing: Outgoing) -> None:
    """Refused for good or tried for five days: the desk learns that it has to reach the person otherwise."""
    ticket = Ticket.objects.filter(pk=outgoing.payload["ticket"]).first()
    person = Person.objects.filter(pk=outgoing.payload["person"]).first()
    if ticket is not None and person is not None:
        undelivered(ticket, person=person, actor=None, now=timezone.now(), source=f"outgoing:{outgoing.pk}")


def _people(event: Event, ticket: Ticket) -> set[int]:
    people: set[int] = set()
    for circle in CIRCLES[event.verb]:
        if circle == "requester":
            people.add(ticket.requester_id)
        elif circle == "watchers":
            people.update(Watcher.objects.filter(ticket=ticket).values_list("person_id", flat=True))
        elif settings.MAIL_AGENTS and ticket.assignee_id and event.data.get("from_desk") is False:
            people.add(ticket.assignee_id)
    if event.verb == "ticket.opened":
        # The one thing that one is told of one's own doing: that it has arrived.
        return set() if event.data.get("auto") else people
    return people - {event.actor_id}


def _put(event: Event, *, ticket: Ticket, person: Person) -> None:
    address = person.email.lower()
    key, seldom = f"news:{ticket.pk}:{person.pk}:{event.number}", None
    if event.verb == "ticket.opened":
        # Nothing about it can wait to be sent yet.
        most = settings.MAIL_ACKNOWLEDGEMENTS_PER_HOUR
        seldom = outbox.Seldom(f"{_ACKNOWLEDGEMENT}:", most=most, since=event.at - timedelta(hours=1))
        key = f"{_ACKNOWLEDGEMENT}:{ticket.pk}:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
    elif _join(event, about=ticket.reference, address=address, person=person):
        return
    outbox.enqueue(
        kind=KIND,
        key=key,
        payload={"ticket": ticket.pk, "person": person.pk, "events": [event.number]},
        recipient=address,
        about=ticket.reference,
        now=event.at,
        not_before=event.at + timedelta(seconds=settings.MAIL_DELAY),
        seldom=seldom,
    )


def _join(event: Event, *, about: str, address: str, person: Person) -> bool:
    """Put it into the mail that waits, if one does."""
    row = outbox.waiting(kind=KIND, about=about, recipient=address, person=person.pk)
    if row is not None:
        row.payload["events"].append(event.number)
        row.save(update_fields=["payload"])
    return row is not None
