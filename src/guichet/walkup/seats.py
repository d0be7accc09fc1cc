"""Who sits at which counter, and who is on a break."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.people.models import Person
from guichet.walkup import policies
from guichet.walkup.locking import at_venue
from guichet.walkup.models import Call, CallKind, Counter, Sitting, Venue, Visit
from guichet.walkup.queries import AT_COUNTER
from guichet.walkup.telling import show

LONGEST_BREAK = 240


def sit(counter: Counter, *, actor: Person, now: datetime) -> Sitting:
    """Sit down at a counter, at two of them if need be. Sitting there already changes nothing."""
    with at_venue(counter.venue) as venue:
        need_receiver(actor, venue)
        # They might sit down at another venue in the same moment.
        Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
        if not counter.active:
            raise Refused(_("This counter is no longer used."), code="inactive", field="counter")
        taken = open_sitting(counter)
        if taken is not None and taken.agent_id == actor.pk:
            return taken
        if taken is not None:
            raise Conflict(
                _("%(name)s sits at counter %(counter)s.") % {"name": taken.agent.name, "counter": counter.name},
                code="taken",
                field="counter",
            )
        elsewhere = _sittings(actor).exclude(counter__venue=venue).first()
        if elsewhere is not None:
            raise Conflict(
                _("You still sit at counter %(counter)s of another walk-up point: leave it first.")
                % {"counter": elsewhere.counter.name},
                code="elsewhere",
            )
        made = Sitting.objects.create(counter=counter, agent=actor, opened_at=now, idle_since=now)
        show(venue)
    return made


def rise(counter: Counter, *, actor: Person, now: datetime) -> None:
    """Leave a counter, or free one that a colleague forgot; not while somebody is received there."""
    with at_venue(counter.venue) as venue:
        need_receiver(actor, venue)
        need_free(counter)
        sitting = open_sitting(counter)
        if sitting is None:
            return
        Sitting.objects.filter(pk=sitting.pk).update(closed_at=now, paused_at=None, paused_until=None)
        if not _sittings(sitting.agent).exists():
            # Nobody waits for somebody who has gone.
            Visit.objects.filter(venue=venue, wanted=sitting.agent).present().update(wanted=None)
        show(venue)


def pause(counter: Counter, *, actor: Person, now: datetime, minutes: int) -> None:
    """Begin a break of so many minutes, at every counter that one sits at."""
    if not 1 <= minutes <= LONGEST_BREAK:
        raise Refused(
            _("A break lasts from 1 to %(limit)d minutes.") % {"limit": LONGEST_BREAK}, code="range", field="minutes"
        )
    with at_venue(counter.venue) as venue:
        own_sitting(counter, actor=actor, venue=venue)
        for sitting in _sittings(actor):
            need_free(sitting.counter)
        _sittings(actor).update(paused_at=now, paused_until=now + timedelta(minutes=minutes), idle_since=None)
        show(venue)


def resume(counter: Counter, *, actor: Person, now: datetime) -> None:
    """End the break, on time or not."""
    with at_venue(counter.venue) as venue:
        own_sitting(counter, actor=actor, venue=venue)
        back_at_work(actor, now=now)
        show(venue)


def back_at_work(agent: Person, *, now: datetime) -> None:
    paused = _sittings(agent).filter(paused_at__isnull=False)
    paused.update(paused_at=None, paused_until=None, idle_since=now)


def need_receiver(actor: Person, venue: Venue) -> None:
    if not policies.may_receive(actor, venue):
        raise Forbidden(_("Only this venue’s desk receives here."), code="not_desk")


def need_free(counter: Counter) -> None:
    """Nobody stands at this counter, or is on their way to it."""
    visit = Visit.objects.filter(counter=counter, state__in=AT_COUNTER).first()
    if visit is not None:
        raise Conflict(
            _("%(number)s is at counter %(counter)s: finish with them first.")
            % {"number": visit.number, "counter": counter.name},
            code="occupied",
        )


def own_sitting(counter: Counter, *, actor: Person, venue: Venue) -> Sitting:
    """The actor's sitting at this counter; refused where they don't sit there."""
    need_receiver(actor, venue)
    sitting = open_sitting(counter)
    if sitting is None or sitting.agent_id != actor.pk:
        raise Conflict(_("Sit down at this counter first."), code="not_seated")
    return sitting


def open_sitting(counter: Counter) -> Sitting | None:
    return Sitting.objects.filter(counter=counter, closed_at__isnull=True).select_related("agent").first()


def occupy(counter: Counter) -> None:
    """Somebody was called to it."""
    Sitting.objects.filter(counter=counter, closed_at__isnull=True).update(idle_since=None)


def leave_free(visit: Visit, *, now: datetime) -> None:
    """Whoever was called to a counter has gone from there: from now on it is idle."""
    if visit.state in AT_COUNTER:
        Call.objects.filter(visit=visit, kind=CallKind.CALL, left_at=None).update(left_at=now)
        Sitting.objects.filter(counter=visit.counter, closed_at__isnull=True).update(idle_since=now)


def _sittings(agent: Person) -> QuerySet[Sitting]:
    return Sitting.objects.filter(agent=agent, closed_at__isnull=True).select_related("counter")
