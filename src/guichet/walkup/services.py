"""Services: each stay of somebody at a counter, from the call to the moment they left it, as plain rows for the laws.

Whoever was set aside or sent on and called again was there several times; each is a service of its own.
"""

from __future__ import annotations

from datetime import datetime

from guichet.walkup.days import zone_of
from guichet.walkup.laws import Served
from guichet.walkup.models import Call, CallKind, Venue

# A call and an end in the same moment: nobody is served in no time.
_LEAST = 0.1


def services_of(venue: Venue, *, since: datetime, until: datetime, most: int) -> list[Served]:
    """Those that ended after `since` and not after `until`; of more than `most`, the last ones."""
    zone = zone_of(venue)
    found = Call.objects.filter(
        visit__venue=venue, kind=CallKind.CALL, served_at__isnull=False, left_at__gt=since, left_at__lte=until
    )
    rows = found.order_by("-left_at").values_list("at", "left_at", "reason_id", "agent_id")[:most]
    return [
        Served(
            day=at.astimezone(zone).date().toordinal(),
            category=str(reason),
            agent=agent,
            minutes=max((left - at).total_seconds() / 60, _LEAST),
        )
        for at, left, reason, agent in rows
        if left is not None and reason is not None
    ]
