"""Who hears of what happens to a problem: under the bell of whoever sees to it."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from guichet.activity.models import Event
from guichet.lib import events
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.tickets.models import Problem

# All of them are told to the owner, who never hears of what they did themselves.
VERBS = frozenset({"problem.assigned", "problem.workaround_expired"})

_TELL = """
INSERT INTO notifications_notification (person_id, problem_id, event_id, at)
SELECT person_id, %s, %s, %s FROM people_account WHERE person_id = %s AND is_active
ON CONFLICT DO NOTHING
"""


def tell(*, event: Event, subject: Problem) -> None:
    if events.is_long_ago() or subject.owner_id == event.actor_id:
        return
    with connection.cursor() as cursor:
        cursor.execute(_TELL, [subject.pk, event.pk, event.at, subject.owner_id])


def mark_read(person: Person, *, problem: Problem, now: datetime) -> int:
    """The person's news about this problem, as read; how many there were."""
    return Notification.objects.filter(person=person, problem=problem, read_at__isnull=True).update(read_at=now)
