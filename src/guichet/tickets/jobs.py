"""What happens to tickets by itself: waits that end, silence that closes, drafts that are forgotten."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from guichet.activity.models import Event
from guichet.lib import events
from guichet.lib.errors import Refused
from guichet.lib.house_rules import forget_notes
from guichet.lib.jobs import job
from guichet.people.models import Person
from guichet.tickets import actions, applications, causes, drafts, major, major_people, problems, trying
from guichet.tickets.models import MajorIncident, Presence, ProblemLink, PromiseKind, State, Ticket, Trial, Workaround
from guichet.tickets.presence import GONE_AFTER
from guichet.tickets.rebuilding import rebuild_all

# One run's share; the next minute takes the rest.
BATCH = 500


@job(name="tickets.wake_due", queueing_lock="tickets.wake_due")
def wake_due(timestamp: int) -> int:
    """Holds whose time has come end; how many."""
    now = timezone.now()
    due = Ticket.objects.filter(state=State.ON_HOLD, holds__ended_at__isnull=True, holds__wake_at__lte=now)
    return sum(_done(partial(actions.wake, ticket, actor=None, now=now)) for ticket in due.order_by("pk")[:BATCH])


@job(name="tickets.close_silent", queueing_lock="tickets.close_silent")
def close_silent(timestamp: int) -> int:
    """Solved tickets whose requester had the time to object and did not are closed; how many."""
    now = timezone.now()
    silent = Ticket.objects.filter(
        state=State.RESOLVED, promise_kind=PromiseKind.CONFIRM, promise_due_at__lte=now
    ).order_by("pk")[:BATCH]
    return sum(_done(partial(actions.close, ticket, actor=None, now=now)) for ticket in silent)


@job(name="sla.rebuild", queueing_lock="sla.rebuild")
def rebuild_clocks(timestamp: int) -> int:
    """The clocks of live tickets are computed anew from the log; how many were wrong."""
    return rebuild_all(now=timezone.now()).corrected


@job(name="tickets.tidy", queueing_lock="tickets.tidy")
def tidy(timestamp: int) -> int:
    """Old drafts and trials, departed readers, what nobody applied, old notes of changes are forgotten; how many."""
    now = timezone.now()
    gone, _ = Presence.objects.filter(seen_at__lt=now - GONE_AFTER).delete()
    gone += drafts.forget_old(now=now) + applications.forget_old(now=now) + trying.forget_old(now=now)
    return gone + forget_notes()


@job(name="tickets.try_promises", attempts=3)
def try_promises(trial: int) -> int:
    """A draft of a policy or calendar is tried on past tickets; how many."""
    found = Trial.objects.select_related("desk", "by").filter(pk=trial).first()
    return trying.carry_out(found).tried if found else 0


@job(name="tickets.tell_of_fixes", queueing_lock="tickets.tell_of_fixes")
def tell_of_fixes(timestamp: int = 0) -> int:
    """Requesters under a fixed problem are told and asked to confirm; how many tickets were looked at."""
    now = timezone.now()
    waiting = ProblemLink.objects.filter(causes.to_be_told())
    return sum(
        _done(partial(causes.tell_of_fix, link, now=now))
        for link in waiting.select_related("ticket").order_by("problem__fixed_at", "pk")[:BATCH]
    )


@job(name="tickets.remind_workarounds", queueing_lock="tickets.remind_workarounds")
def remind_workarounds(timestamp: int) -> int:
    """Workarounds whose time is over come back to whoever sees to the problem; how many."""
    now = timezone.now()
    over = Workaround.objects.filter(ended_at__isnull=True, reminded_at__isnull=True, expires_at__lte=now)
    return sum(
        _done(partial(problems.remind, workaround, now=now))
        for workaround in over.select_related("problem").order_by("expires_at", "pk")[:BATCH]
    )


@job(name="tickets.alert_late_news", queueing_lock="tickets.alert_late_news")
def alert_late_news(timestamp: int) -> int:
    """Of a running major incident whose news is late, lead and management are told, once for each; how many."""
    now = timezone.now()
    late = MajorIncident.objects.running().filter(next_news_at__lt=now, late_told_at__isnull=True)
    return sum(major.tell_late(found, now=now) for found in late.order_by("next_news_at", "pk")[:BATCH])


@job(name="tickets.solve_with_major")
def solve_with_major(incident: int, actor: int) -> int:
    """The tickets that go with a restored major incident are solved; how many."""
    found = MajorIncident.objects.filter(pk=incident).first()
    person = Person.objects.filter(pk=actor).first()
    if found is None or person is None:
        return 0
    return major_people.solve_linked(found, actor=person, now=timezone.now())


@job(name="sla.plan_application")
def plan_application(application: int) -> int:
    """What present policies would change for a desk's open tickets is worked out; how many were looked at."""
    return applications.plan(application, now=timezone.now())


@job(name="sla.apply_policies")
def apply_policies(application: int) -> int:
    """Present policies are applied to the open tickets that were shown; how many changed."""
    return applications.carry_out(application, clock=timezone.now)


def solve_soon(*, event: Event, subject: MajorIncident) -> None:
    """The service is back: whoever said so, in their name its tickets are solved."""
    if not events.is_long_ago() and event.actor_id is not None:
        solve_with_major.defer(incident=subject.pk, actor=event.actor_id)


def tell_soon(*, event: Event, subject: object) -> None:
    """A fix is told as soon as it is true; where a job waits already, it does the work of both."""
    if not events.is_long_ago():
        transaction.on_commit(_tell_now, robust=True)


def _tell_now() -> None:
    with contextlib.suppress(AlreadyEnqueued):
        tell_of_fixes.defer()


def _done(act: Callable[[], object]) -> bool:
    """Whether the action was done; somebody may have been faster, and then it needn't be."""
    try:
        act()
    except Refused:
        return False
    return True
