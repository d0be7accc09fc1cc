"""Warns of promises that will probably be broken, while there is still time: one message for each person.

A promise is told of once. As long as somebody hasn't read their last warning, what is added to it is added there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from guichet.lib.moments import LIKELY
from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.routing.forecasting import Crew, at_work
from guichet.routing.models import Forecast
from guichet.routing.pending import STATES
from guichet.tickets.models import Ticket

# One run's share; the next minute takes the rest.
BATCH = 1_000
# A message that names more helps nobody.
GATHERED = 50
# Of what nobody has, those of the team hear who did something lately; all of them where nobody did.
_LATELY = timedelta(hours=4)


@transaction.atomic
def warn(*, now: datetime) -> int:
    """How many people were told of something new."""
    ahead = Forecast.objects.filter(chance__gte=LIKELY, due_at__gt=now, ticket__state__in=STATES)
    # Whoever else runs this at the same time takes others.
    rows = ahead.exclude(told_of=F("due_at")).select_for_update(skip_locked=True, of=("self",))
    found = list(
        rows.select_related("ticket")
        .only("due_at", "ticket__desk", "ticket__team", "ticket__assignee")
        .order_by("due_at", "pk")[:BATCH]
    )
    if not found:
        return 0
    told = sum(_tell(person, tickets, now=now) for person, tickets in _hearers([f.ticket for f in found], now=now))
    Forecast.objects.filter(pk__in=[f.pk for f in found]).update(told_of=F("due_at"))
    return told


def _hearers(tickets: Iterable[Ticket], *, now: datetime) -> list[tuple[Person, list[int]]]:
    """Who has it; of what nobody has, those of its team who are at work. The soonest due first."""
    crews: dict[int, Crew] = {}
    wanted: dict[int, list[int]] = defaultdict(list)
    for ticket in tickets:
        people: Iterable[int] = [ticket.assignee_id] if ticket.assignee_id else []
        if not ticket.assignee_id:
            if ticket.desk_id not in crews:
                crews[ticket.desk_id] = Crew.read(ticket.desk_id, active=at_work(ticket.desk_id, since=now - _LATELY))
            people = crews[ticket.desk_id].of.get(ticket.team_id, ())
        for person in people:
            wanted[person].append(ticket.pk)
    known = Person.objects.filter(pk__in=wanted, account__is_active=True).order_by("pk")
    return [(person, wanted[person.pk]) for person in known]


def _tell(person: Person, tickets: list[int], *, now: datetime) -> bool:
    seen = set(Ticket.objects.at_desk_of(person).filter(pk__in=tickets).values_list("pk", flat=True))
    new = [ticket for ticket in tickets if ticket in seen]
    if not new:
        return False
    mine = Notification.objects.select_for_update().filter(person=person, event__isnull=True, read_at__isnull=True)
    last = mine.order_by("-at", "-id").first()
    if last is None:
        Notification.objects.create(person=person, warns=new[:GATHERED], at=now)
        return True
    last.warns = list(dict.fromkeys([*new, *last.warns]))[:GATHERED]
    last.at = now
    last.save(update_fields=["warns", "at"])
    return True


def in_danger(news: Iterable[Notification], *, person: Person) -> dict[int, Ticket]:
    """The tickets that warnings name, those that the person may see, by number; in one query."""
    named = {ticket for one in news for ticket in one.warns}
    if not named:
        return {}
    seen = Ticket.objects.at_desk_of(person).filter(pk__in=named)
    return {ticket.pk: ticket for ticket in seen.only("reference", "title", "severity", "promise_due_at")}
