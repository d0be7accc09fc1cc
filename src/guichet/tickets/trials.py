"""Asking for a trial of a draft, and reading what came of it: managers of the desk only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import need_manager
from guichet.people.models import Organisation, Person
from guichet.sla import drafts
from guichet.tickets.jobs import try_promises
from guichet.tickets.models import Ticket, Trial, TrialChange, TrialState
from guichet.tickets.trying import TICKETS_MAX, carry_out, past_tickets

# The last quarter, and how far back one may go.
QUARTER, WEEKS_MAX = 13, 104
# So many tickets are tried while one waits; more are a job's.
AT_ONCE = 2_000
# At a desk, in the hour.
UNDER_WAY_MAX = 3


def start(
    *,
    desk: Organisation,
    draft: dict[str, Any],
    name: str,
    actor: Person,
    now: datetime,
    weeks: int = QUARTER,
    typed: Mapping[str, list[str]] | None = None,
) -> Trial:
    """Try a draft, as `sla.drafts` makes it, on the tickets opened in the last `weeks`."""
    need_manager(actor, desk)
    if not 1 <= weeks <= WEEKS_MAX:
        raise Refused(_("Between one week and two years."), code="out_of_range", field="weeks")
    drafts.under(desk, draft)  # Refused where what it is about is gone.
    under_way = trials_of(desk).filter(
        state__in=[TrialState.WAITING, TrialState.RUNNING], asked_at__gt=now - timedelta(hours=1)
    )
    if under_way.count() >= UNDER_WAY_MAX:
        raise Conflict(_("Some trials are still under way: wait for one to end."), code="busy")
    count = past_tickets(desk, by=actor, weeks=weeks, now=now).count()
    trial = Trial.objects.create(
        desk=desk,
        by=actor,
        asked_at=now,
        name=name[:120],
        draft=draft,
        typed=dict(typed or {}),
        weeks=weeks,
        tickets=min(count, TICKETS_MAX),
    )
    if count <= AT_ONCE:
        return carry_out(trial)
    try_promises.defer(trial=trial.pk)
    return trial


def trials_of(desk: Organisation) -> QuerySet[Trial]:
    """Newest first."""
    return Trial.objects.filter(desk=desk).select_related("by")


def changes_of(trial: Trial, *, viewer: Person) -> QuerySet[TrialChange]:
    """The tickets that change, as far as whoever looks sees them."""
    seen = Ticket.objects.at_desk_of(viewer).filter(desk=trial.desk_id)
    return trial.changes.filter(ticket__in=seen).select_related("ticket")
