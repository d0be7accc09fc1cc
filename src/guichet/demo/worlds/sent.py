"""The worlds' outgoing mail of the last days: what the desk's requesters were written, and what did not arrive."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.utils import translation

from guichet.activity.models import Event
from guichet.lib.models import Outgoing
from guichet.lib.sending import Unneeded
from guichet.notifications import letters, of_majors
from guichet.notifications.addressing import KIND
from guichet.people.models import Organisation, Person
from guichet.tickets.major_people import affected
from guichet.tickets.models import MajorAudience, MajorNews, Ticket

_LAST = timedelta(days=10)
_MOST = 60
_TOLD = ("ticket.opened", "ticket.replied", "ticket.resolved", "ticket.held", "ticket.closed")
_TAKEN = "250 2.0.0 Ok: queued as {}"
_UNKNOWN = "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
_BUSY = "451 4.7.1 <{}>: Recipient address rejected: Greylisted, please try again later"


def write(desk: Organisation, *, now: datetime) -> None:
    """Rows of the outbox as they would be there, had the product written to everybody."""
    tickets = Ticket.objects.filter(desk=desk).exclude(requester__email="").select_related("requester")
    by_id = tickets.in_bulk()
    events = Event.objects.filter(
        subject_type="ticket", subject_id__in=list(by_id), verb__in=_TOLD, at__gt=now - _LAST, at__lt=now
    )
    written = 0
    for event in events.order_by("-at", "-pk"):
        ticket = by_id[event.subject_id]
        if written < _MOST and event.actor_id != ticket.requester_id:
            written += _sent(event, ticket=ticket, trouble=written, now=now)
    told = MajorNews.objects.filter(major__desk=desk, at__gt=now - _LAST, at__lte=now).select_related("major")
    for news in told.exclude(major__audience=MajorAudience.DESK).order_by("pk"):
        for number, person in enumerate(affected(news.major).exclude(email="").order_by("pk")[:_MOST]):
            _news(news, person=person, refused=number == 1, now=now)


def _news(news: MajorNews, *, person: Person, refused: bool, now: datetime) -> None:
    major, at = news.major, news.at
    key = f"major:{major.pk}:n{news.pk}:{person.pk}"
    with translation.override(person.language):
        payload = {"major": major.pk, "news": news.pk, "person": person.pk, "subject": of_majors.subject_of(news)}
    row = Outgoing(
        key=key, kind=of_majors.KIND, recipient=person.email.lower(), about=major.reference, attempts=1, next_at=at,
        created_at=at, payload=payload,
    )  # fmt: skip
    if refused:
        row.given_up_at, row.answer = min(at + timedelta(seconds=7), now), _UNKNOWN.format(row.recipient)
    else:
        row.delivered_at = min(at + timedelta(seconds=9), now)
        row.answer = _TAKEN.format(hashlib.sha256(key.encode()).hexdigest()[:10].upper())
    row.save()


def _sent(event: Event, *, ticket: Ticket, trouble: int, now: datetime) -> bool:
    person = ticket.requester
    key = f"news:{ticket.pk}:{person.pk}:{event.number}"
    row = Outgoing(
        key=key, kind=KIND, recipient=person.email.lower(), about=ticket.reference, attempts=1, next_at=event.at,
        created_at=event.at, payload={"ticket": ticket.pk, "person": person.pk, "events": [event.number]},
    )  # fmt: skip
    try:
        letter = letters.letter_of(row, now=event.at)
    except Unneeded:
        return False
    row.payload |= {"subject": letter.subject, "message_id": letter.message_id}
    if trouble == 5:
        row.given_up_at, row.answer = event.at + timedelta(seconds=41), _UNKNOWN.format(row.recipient)
    elif trouble == 17 and event.at + timedelta(days=5) < now:
        row.given_up_at, row.answer = event.at + timedelta(days=5), _BUSY.format(row.recipient)
        row.attempts = 125
    else:
        row.delivered_at = min(event.at + timedelta(seconds=33), now)
        row.answer = _TAKEN.format(hashlib.sha256(key.encode()).hexdigest()[:10].upper())
    row.save()
    return True
