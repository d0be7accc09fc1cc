"""What a desk learns from its own log: how long handling takes, by category.

Nobody writes down how long they worked on a ticket. What an agent does next on any ticket is taken to be what they did
since their last step (Nakatumba & van der Aalst, "Analyzing Resource Behavior Using Process Mining", 2009), unless the
pause between the two is so long that something else lay in it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from guichet.people.models import Membership, Organisation, Team
from guichet.routing.effort import Efforts, Handling, learn
from guichet.routing.models import Effort

WINDOW = timedelta(days=120)
# A longer pause than this is no work on the ticket that follows; then so much is taken for the step itself.
PAUSE, STEP = timedelta(minutes=45), timedelta(minutes=5)
# The youngest tickets are enough.
TICKETS = 20_000

_SPENT = """
WITH steps AS (
    SELECT subject_type, subject_id, at - lag(at) OVER (PARTITION BY actor_id ORDER BY at, id) AS since
    FROM activity_event
    WHERE organisation_id = ANY(%(organisations)s) AND at >= %(since)s AND actor_id = ANY(%(agents)s)
), spent AS (
    SELECT subject_id AS ticket, sum(CASE WHEN since <= %(pause)s THEN since ELSE %(step)s END) AS took
    FROM steps WHERE subject_type = 'ticket' GROUP BY subject_id
)
SELECT t.category_id, extract(epoch FROM spent.took) / 60
FROM spent JOIN tickets_ticket AS t ON t.id = spent.ticket
WHERE t.desk_id = %(desk)s AND t.resolved_at >= %(since)s AND spent.took >= interval '1 minute'
ORDER BY t.resolved_at DESC LIMIT %(tickets)s
"""


def learn_all(*, now: datetime) -> int:
    """Every desk's handling anew; how many rows. Done twice it says the same."""
    desks = Team.objects.values_list("organisation", flat=True).distinct().order_by()
    return sum(learn_desk(desk, now=now) for desk in Organisation.objects.filter(pk__in=desks).order_by("pk"))


def learn_desk(desk: Organisation, *, now: datetime) -> int:
    found = learn(_samples(desk, now=now))
    if not found.pool.count:
        return 0
    rows = [(None, found.pool), *((category, told) for category, told in found.by_category.items() if category)]
    with transaction.atomic():
        Effort.objects.filter(organisation=desk).delete()
        Effort.objects.bulk_create(
            Effort(organisation=desk, category_id=category, minutes=told.minutes, count=told.count, learnt_at=now)
            for category, told in rows
        )
    return len(rows)


def _samples(desk: Organisation, *, now: datetime) -> dict[int, list[float]]:
    """Minutes that each solved ticket took, by category; 0 stands for none."""
    served = Organisation.objects.filter(Q(pk=desk.pk) | Q(served_by=desk))
    agents = Membership.objects.filter(team__organisation=desk)
    values: dict[str, Any] = {
        "organisations": list(served.values_list("pk", flat=True)),
        "agents": list(agents.values_list("person", flat=True).distinct()),
        "since": now - WINDOW,
        "pause": PAUSE,
        "step": STEP,
        "desk": desk.pk,
        "tickets": TICKETS,
    }
    samples: dict[int, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, values)
        for category, minutes in cursor.fetchall():
            samples.setdefault(category or 0, []).append(float(minutes))
    return samples


def efforts_of(desks: Collection[int]) -> dict[int, Efforts[int]]:
    """What each desk expects; a first guess where it has learnt nothing yet."""
    pools: dict[int, Handling] = {}
    known: dict[int, dict[int, Handling]] = {desk: {} for desk in desks}
    rows = Effort.objects.filter(organisation__in=desks)
    for desk, category, minutes, count in rows.values_list("organisation", "category", "minutes", "count"):
        if category is None:
            pools[desk] = Handling(minutes, count)
        else:
            known[desk][category] = Handling(minutes, count)
    guess = learn({}).pool
    return {desk: Efforts(pools.get(desk, guess), known[desk]) for desk in desks}
