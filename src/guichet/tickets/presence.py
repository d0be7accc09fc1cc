"""Who else has the ticket open at the desk, and who is writing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from guichet.lib.live import Event, publish
from guichet.people.models import Person
from guichet.tickets.models import Presence, Ticket

GONE_AFTER = timedelta(seconds=60)

# One statement: the row as it was before and is now, so that others are only woken by news.
_TOUCH = """
WITH before AS (SELECT writing, seen_at FROM tickets_presence WHERE ticket_id = %(ticket)s AND person_id = %(person)s),
now AS (
    INSERT INTO tickets_presence (ticket_id, person_id, writing, seen_at)
    VALUES (%(ticket)s, %(person)s, %(writing)s, %(at)s)
    ON CONFLICT (ticket_id, person_id) DO UPDATE SET writing = excluded.writing, seen_at = excluded.seen_at
)
SELECT writing, seen_at FROM before
"""


def touch(*, ticket: Ticket, person: Person, writing: bool, now: datetime) -> None:
    """Say that `person` has the ticket open; the others' pages hear of it when that is news."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TOUCH, {"ticket": ticket.pk, "person": person.pk, "writing": writing, "at": now})
            before = cursor.fetchone()
        if before is None or before[0] != writing or before[1] < now - GONE_AFTER:
            publish(Event(kind="presence", topic=f"work:{ticket.reference}", ref=ticket.reference))


def leave(*, ticket: Ticket, person: Person) -> None:
    """The page was closed."""
    with transaction.atomic():
        if Presence.objects.filter(ticket=ticket, person=person).delete()[0]:
            publish(Event(kind="presence", topic=f"work:{ticket.reference}", ref=ticket.reference))


def others(*, ticket: Ticket, person: Person, now: datetime) -> list[Presence]:
    """Who else was there within the last minute, whoever writes first."""
    return list(
        Presence.objects.filter(ticket=ticket, seen_at__gt=now - GONE_AFTER)
        .exclude(person=person)
        .select_related("person")
        .order_by("-writing", "person__name")
    )
