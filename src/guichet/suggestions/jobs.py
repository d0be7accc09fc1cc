"""What suggestions do by themselves: read new tickets, learn by night, say what came of what was shown."""

from __future__ import annotations

import contextlib
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.batches import at_end
from guichet.lib.database import prepared
from guichet.lib.jobs import job
from guichet.people.models import Organisation
from guichet.suggestions import deflection, lessons, proposing
from guichet.suggestions.models import Field


@job(name="suggestions.read", queueing_lock="suggestions.read", lock="suggestions.read")
def read(timestamp: int = 0) -> int:
    """What new tickets' texts say of their fields; how many tickets were read."""
    return proposing.read_new(now=timezone.now())


@job(name="suggestions.learn", queueing_lock="suggestions.learn", lock="suggestions.learn", attempts=2)
def learn(timestamp: int) -> int:
    """What each desk's own solved tickets teach about each field; how many versions that made."""
    return lessons.learn_all(now=timezone.now())


@job(name="suggestions.learn_field", lock="suggestions.learn", attempts=2)
def learn_field(desk: int, field: str) -> int:
    """The same of one field of one desk, because somebody asked."""
    found = Organisation.objects.filter(pk=desk).first()
    return len(lessons.learn_desk(found, now=timezone.now(), fields=[Field(field)])) if found else 0


@job(name="suggestions.settle", queueing_lock="suggestions.settle")
def settle(timestamp: int) -> int:
    """What came of what people were shown before they asked, once 48 hours are over; who it was, after 90 days."""
    now = timezone.now()
    return deflection.decide(now=now) + deflection.forget(now=now)


def read_soon(*, event: Event, subject: object) -> None:
    """As soon as the ticket is there; where a job waits already, it reads this one too."""
    if not events.is_long_ago():
        transaction.on_commit(partial(_call_reader, at=event.at), robust=True)


# At most one waits to begin, so one is not to be waited for to learn that it needs no other.
_BEGINS = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = 'suggestions.read' AND status = 'todo' LIMIT 1"


def _call_reader(*, at: datetime) -> None:
    """Once for all tickets of a batch; should that fail, the next round of five minutes reads them."""
    if not at_end(_read_now, at=at):
        _read_now(at=at)


def _read_now(*, at: datetime) -> None:
    with prepared() as cursor:
        cursor.execute(_BEGINS)
        if cursor.fetchone():
            return
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        read.defer()


def learn_soon(desk: Organisation, *, field: str) -> None:
    """At once, instead of next night; asked twice it is learned once."""
    asked = learn_field.configure(queueing_lock=f"suggestions.learn_field:{desk.pk}:{field}")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        asked.defer(desk=desk.pk, field=field)
