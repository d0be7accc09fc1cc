"""Decides who hears of an event and writes their news. Runs inside the action's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.database import prepared
from guichet.lib.house_rules import house_rule
from guichet.notifications.models import Notification
from guichet.people.models import Membership, Person, Role, RoleKind
from guichet.tickets.models import MajorIncident, Ticket, Watcher

# Verb → the circles that hear of it. The actor never hears of what they did themselves.
CIRCLES: dict[str, tuple[str, ...]] = {
    "ticket.opened": ("team",),
    "ticket.replied": ("requester", "holder", "watchers"),
    "ticket.noted": ("assignee",),
    "ticket.attached": ("holder",),
    "ticket.assigned": ("assignee",),
    "ticket.handed_over": ("team",),
    "ticket.escalated": ("managers",),
    "ticket.held": ("requester",),
    "ticket.woken": ("holder",),
    "ticket.promised": ("requester",),
    "ticket.resolved": ("requester", "watchers"),
    "ticket.fixed": ("requester", "watchers"),
    "ticket.refused": ("holder",),
    "ticket.reopened": ("holder", "requester"),
    "ticket.cancelled": ("requester", "holder"),
    "ticket.closed": ("requester",),
    "ticket.rated": ("assignee",),
    "ticket.undelivered": ("holder",),
    "appointment.booked": ("assignee", "requester"),
    "appointment.moved": ("assignee", "requester"),
    "appointment.cancelled": ("assignee", "requester"),
    "appointment.no_show": ("assignee", "requester"),
}


# Only those who can sign in have a bell to look at.
_TELL = """
INSERT INTO notifications_notification (person_id, ticket_id, event_id, at)
SELECT person_id, %s, %s, %s FROM people_account WHERE person_id = ANY(%s) AND is_active
ON CONFLICT DO NOTHING
"""


def tell(*, event: Event, subject: Ticket) -> None:
    if events.is_long_ago():
        return
    circles = CIRCLES.get(event.verb, ())
    people: set[int] = set()
    for circle in circles:
        people.update(_CIRCLE[circle](subject))
    people.discard(event.actor_id or 0)
    if people:
        with prepared() as cursor:
            cursor.execute(_TELL, [subject.pk, event.pk, event.at, sorted(people)])


# With every page of the desk.
_UNREAD = "SELECT count(*) FROM notifications_notification WHERE person_id = %s AND read_at IS NULL"


def unread(person: Person) -> int:
    with prepared() as cursor:
        cursor.execute(_UNREAD, [person.pk])
        return int(cursor.fetchone()[0])


def mark_read(
    person: Person, *, now: datetime, ticket: Ticket | None = None, major: MajorIncident | None = None
) -> int:
    """All of the person's news, or that about one ticket or major incident, as read; how many there were."""
    news = Notification.objects.filter(person=person, read_at__isnull=True)
    if ticket is not None:
        news = news.filter(ticket=ticket)
    if major is not None:
        news = news.filter(major=major)
    return news.update(read_at=now)


def _requester(ticket: Ticket) -> Iterable[int]:
    return (ticket.requester_id,)


def _assignee(ticket: Ticket) -> Iterable[int]:
    return (ticket.assignee_id,) if ticket.assignee_id else ()


def _holder(ticket: Ticket) -> Iterable[int]:
    """Whoever has it; as long as nobody does, the whole team: no news falls between two chairs."""
    return _assignee(ticket) or _team(ticket)


def _team(ticket: Ticket) -> Iterable[int]:
    return _members(ticket.team_id)


@house_rule
def _members(team: int) -> list[int]:
    return list(Membership.objects.filter(team_id=team).values_list("person_id", flat=True))


def _watchers(ticket: Ticket) -> Iterable[int]:
    return Watcher.objects.filter(ticket=ticket).values_list("person_id", flat=True)


def _managers(ticket: Ticket) -> Iterable[int]:
    return Role.objects.filter(organisation_id=ticket.desk_id, kind=RoleKind.MANAGER).values_list(
        "person_id", flat=True
    )


_CIRCLE = {
    "requester": _requester,
    "assignee": _assignee,
    "holder": _holder,
    "team": _team,
    "watchers": _watchers,
    "managers": _managers,
}
