"""What suggestions do by themselves: read new tickets, learn by night."""

from __future__ import annotations

import contextlib

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.jobs import job
from guichet.people.models import Organisation
from guichet.suggestions import lessons, proposing
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


def read_soon(*, event: Event, subject: object) -> None:
    """As soon as the ticket is there; where a job waits already, it reads this one too."""
    if not events.is_long_ago():
        transaction.on_commit(_read_now, robust=True)


def learn_soon(desk: Organisation, *, field: str) -> None:
    """At once, instead of next night; asked twice it is learned once."""
    asked = learn_field.configure(queueing_lock=f"suggestions.learn_field:{desk.pk}:{field}")
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        asked.defer(desk=desk.pk, field=field)


def _read_now() -> None:
    with contextlib.suppress(AlreadyEnqueued):
        read.defer()
