"""Where training is needed: what an organisation's people ask about again and again.

Counted are the tickets of the last 90 days by what they are about: a topic where one covers the category, else the
category. Not counted is what teaching would not spare: cancelled tickets, things asked for with a form of their own
(an access, a machine), and tickets under a problem or a major incident, whose cause is known to lie elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from guichet.people.models import Organisation, Person
from guichet.tickets.models import MajorTicket, ProblemLink, State, Ticket
from guichet.tickets.queries import TicketQuerySet
from guichet.training.models import Need, Topic

WINDOW = timedelta(days=90)
# From so many tickets on, of so many people or of one who asks as often: fewer may be chance.
LEAST_TICKETS, LEAST_PEOPLE, OFTEN = 5, 3, 3
MOST = 200
# A subject: a topic's number, or a category's that no topic covers.
Subject = tuple[str, int]


@dataclass
class Asked:
    """What one organisation asked about one subject: each one's tickets, and how many there were before."""

    each: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    before: int = 0

    @property
    def tickets(self) -> int:
        return sum(self.each.values())

    @property
    def again(self) -> int:
        return sum(n > 1 for n in self.each.values())

    @property
    def is_need(self) -> bool:
        several = len(self.each) >= LEAST_PEOPLE or max(self.each.values(), default=0) >= OFTEN
        return self.tickets >= LEAST_TICKETS and several


def teachable() -> TicketQuerySet:
    """Tickets that teaching could have spared."""
    tickets: TicketQuerySet = Ticket.objects.filter(request_type__isnull=True).exclude(state=State.CANCELLED)
    return tickets.filter(
        ~Exists(ProblemLink.objects.filter(ticket=OuterRef("pk"))),
        ~Exists(MajorTicket.objects.filter(ticket=OuterRef("pk"))),
    )


def look_at_all(*, now: datetime) -> int:
    """Find the needs of each desk anew; how many there are."""
    return sum(look_at(desk, now=now) for desk in Organisation.objects.filter(served_by__isnull=True))


def look_at(desk: Organisation, *, now: datetime) -> int:
    """Find the needs of one desk's organisations anew."""
    counts = _counts(desk, now=now)
    sizes = _sizes(desk)
    total: dict[Subject, int] = defaultdict(int)
    for (_organisation, subject), count in counts.items():
        total[subject] += count.tickets
    found = [
        _need(desk, organisation, subject, count, sizes=sizes, total=total[subject], now=now)
        for (organisation, subject), count in counts.items()
        if count.is_need
    ]
    found.sort(key=lambda need: -need.tickets)
    with transaction.atomic():
        # One who looks at a time: whoever is second finds what the first wrote, and writes it anew.
        Organisation.objects.select_for_update(no_key=True).get(pk=desk.pk)
        Need.objects.filter(desk=desk).delete()
        Need.objects.bulk_create(found[:MOST])
    return len(found[:MOST])


def subjects_of(desk: Organisation) -> dict[int, Subject]:
    """Category → the topic that covers it, the first where there are several."""
    rows = Topic.objects.filter(desk=desk, active=True).order_by("-pk").values_list("categories", "pk")
    return {category: ("topic", topic) for category, topic in rows if category is not None}


def _counts(desk: Organisation, *, now: datetime) -> dict[tuple[int, Subject], Asked]:
    topics = subjects_of(desk)
    since = now - WINDOW
    rows = (
        teachable()
        .filter(desk=desk, category__isnull=False, opened_at__gte=since - WINDOW, opened_at__lt=now)
        .order_by()
        .values_list("organisation", "category", "requester")
        .annotate(
            after=Count("pk", filter=Q(opened_at__gte=since)),
            before=Count("pk", filter=Q(opened_at__lt=since)),
        )
    )
    counts: dict[tuple[int, Subject], Asked] = defaultdict(Asked)
    for organisation, category, requester, after, before in rows.iterator():
        assert category is not None  # the query leaves the others out
        count = counts[organisation, topics.get(category, ("category", category))]
        count.before += before
        if after:
            count.each[requester] += after
    return counts


def _sizes(desk: Organisation) -> dict[int, int]:
    people = Person.objects.filter(Q(organisation=desk) | Q(organisation__served_by=desk), unconfirmed=False)
    rows: Iterable[tuple[int, int]] = people.order_by().values_list("organisation").annotate(size=Count("pk"))
    return dict(rows)


def _need(
    desk: Organisation, organisation: int, subject: Subject, count: Asked, *, sizes: dict[int, int], total: int,
    now: datetime,
) -> Need:  # fmt: skip
    size = sizes.get(organisation, 0)
    others = sum(sizes.values()) - size
    kind, number = subject
    return Need(
        desk=desk,
        organisation_id=organisation,
        topic_id=number if kind == "topic" else None,
        category_id=number if kind == "category" else None,
        tickets=count.tickets,
        people=len(count.each),
        again=count.again,
        before=count.before,
        size=size,
        elsewhere=100 * (total - count.tickets) / others if others else None,
        since=now - WINDOW,
        at=now,
    )
