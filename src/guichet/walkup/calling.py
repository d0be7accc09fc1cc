"""Calling people to a counter, receiving them, setting them aside."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Conflict
from guichet.people.models import Person
from guichet.tickets.actions import take
from guichet.tickets.actions.change import Change, promise_news
from guichet.tickets.models import PromiseKind
from guichet.walkup import queue, seats
from guichet.walkup.locking import at_venue, lock_visit, moving
from guichet.walkup.models import Call, CallKind, Counter, EstimateRecord, Venue, Visit, VisitState
from guichet.walkup.telling import need_words, noted, show, told


def call_next(counter: Counter, *, actor: Person, now: datetime) -> Visit | None:
    """Call whoever is next for this agent; None where nobody waits whom they may serve now. It ends their break."""
    with at_venue(counter.venue) as venue:
        _ready(counter, actor=actor, venue=venue, now=now)
        found = queue.next_for(actor, venue=venue, now=now)
        if found is None:
            return None
        return _call(lock_visit(found, venue=venue), counter=counter, actor=actor, now=now)


def call(visit: Visit, counter: Counter, *, actor: Person, now: datetime) -> Visit:
    """Call this person, whoever is before them; that it was out of turn is recorded."""
    with moving(visit, among=(VisitState.WAITING, VisitState.HELD)) as locked:
        if counter.venue_id != locked.venue_id:
            raise Conflict(_("This counter is at another walk-up point."), code="foreign", field="counter")
        _ready(counter, actor=actor, venue=locked.venue, now=now)
        ahead = [other.pk for other in queue.waiting(locked.venue, now=now)]
        place = ahead.index(locked.pk) if locked.pk in ahead else 0
        return _call(locked, counter=counter, actor=actor, now=now, overtook=place)


def _ready(counter: Counter, *, actor: Person, venue: Venue, now: datetime) -> None:
    seats.own_sitting(counter, actor=actor, venue=venue)
    seats.need_free(counter)
    seats.back_at_work(actor, now=now)


def _call(visit: Visit, *, counter: Counter, actor: Person, now: datetime, overtook: int = 0) -> Visit:
    """Whoever calls takes the ticket on."""
    visit.state = VisitState.CALLED
    visit.first_called_at = visit.first_called_at or visit.called_at
    visit.counter, visit.agent, visit.called_at, visit.served_at = counter, actor, now, None
    visit.save(update_fields=["state", "counter", "agent", "first_called_at", "called_at", "served_at"])
    Call.objects.create(
        visit=visit, counter=counter, agent=actor, kind=CallKind.CALL, at=now, reason_id=visit.reason_id
    )
    waited = (now - visit.arrived_at).total_seconds() / 60
    EstimateRecord.objects.filter(visit=visit, waited__isnull=True).update(waited=waited)
    seats.occupy(counter)
    data = {"overtook": overtook} if overtook else {}
    with told(visit, verb="visit.called", actor=actor, now=now, counter=counter.name, **data):
        pass
    if visit.ticket.is_unsolved and visit.ticket.assignee_id != actor.pk:
        visit.ticket = take(visit.ticket, actor=actor, now=now)
    show(visit.venue, visit)
    return visit


def recall(visit: Visit, *, actor: Person, now: datetime) -> Visit:
    """Call again somebody who was called and hasn't come yet."""
    with moving(visit, among=(VisitState.CALLED,)) as locked:
        seats.need_receiver(actor, locked.venue)
        counter = _counter(locked)
        Call.objects.create(visit=locked, counter=counter, agent=actor, kind=CallKind.RECALL, at=now)
        with told(locked, verb="visit.recalled", actor=actor, now=now, counter=counter.name):
            pass
        show(locked.venue, locked)
    return locked


def begin(visit: Visit, *, actor: Person, now: datetime) -> Visit:
    """They are here: to be received is the first answer that their ticket promises."""
    with moving(visit, among=(VisitState.CALLED,)) as locked:
        seats.need_receiver(actor, locked.venue)
        locked.state, locked.served_at = VisitState.SERVING, now
        locked.save(update_fields=["state", "served_at"])
        Call.objects.filter(visit=locked, kind=CallKind.CALL, left_at=None).update(served_at=now)
        with told(locked, verb="visit.serving", actor=actor, now=now, counter=_counter(locked).name) as step:
            answered(step)
        show(locked.venue, locked)
    return locked


def answered(step: Change) -> None:
    ticket = step.ticket
    ticket.answered_at = ticket.answered_at or step.at
    if ticket.is_unsolved and ticket.promise_kind in {PromiseKind.FIRST_ANSWER, PromiseKind.TAKE_ON}:
        promise_news(step)


def hold(visit: Visit, *, actor: Person, now: datetime, why: str = "") -> Visit:
    """Set somebody aside: they fetch something, a machine works; they keep the moment they count from."""
    why = need_words(why, field="why")
    with moving(visit, among=(VisitState.WAITING, VisitState.CALLED, VisitState.SERVING)) as locked:
        seats.need_receiver(actor, locked.venue)
        seats.leave_free(locked, now=now)
        locked.state = VisitState.HELD
        locked.save(update_fields=["state"])
        with told(locked, verb="visit.held", actor=actor, now=now) as step:
            noted(step, why, actor=actor)
        show(locked.venue, locked)
    return locked


def release(visit: Visit, *, actor: Person, now: datetime) -> Visit:
    """Back into the queue, at the place that they had."""
    with moving(visit, among=(VisitState.HELD,)) as locked:
        seats.need_receiver(actor, locked.venue)
        locked.state = VisitState.WAITING
        locked.save(update_fields=["state"])
        with told(locked, verb="visit.resumed", actor=actor, now=now):
            pass
        show(locked.venue, locked)
    return locked


def _counter(visit: Visit) -> Counter:
    """The counter of somebody who was called; the database holds that there is one."""
    assert visit.counter is not None
    return visit.counter
