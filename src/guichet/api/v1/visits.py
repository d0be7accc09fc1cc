"""The counter for programs: sit down, call, receive, set aside, send on, finish."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from guichet.activity.models import Event
from guichet.api.door import ApiRequest
from guichet.api.resource import Resource, shown
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, OneOf, PathId, RowId, Shown
from guichet.api.v1.venues import CounterShown, counters_shown
from guichet.api.v1.visits_shape import (
    AROUND,
    VisitShown,
    find_visit,
    need_receiver,
    show_visit,
    visit_shown,
    visits,
)
from guichet.lib.errors import Conflict
from guichet.people.models import Team
from guichet.tickets.models import HandOverReason, Unsolved
from guichet.walkup import counter as verbs
from guichet.walkup import policies, waits
from guichet.walkup.checking_in import leave
from guichet.walkup.models import Counter, Reason, Venue, Visit, VisitState

router = Resource(tag="Visits", scope="visits")
_REASONS = ("", *(str(v) for v in HandOverReason.values), *(str(v) for v in Unsolved.values))


class CallGiven(Given):
    """To which counter, for somebody who waits: out of turn. Whoever was called already is called there again."""

    counter: RowId | None = None


class NextShown(Shown):
    """Who was called; null: nobody waits whom you may serve now."""

    visit: VisitShown | None


class BreakGiven(Given):
    """How long it is meant to last."""

    minutes: Annotated[int, Field(ge=1, le=240)]


class VisitHoldGiven(Given):
    """What they are waiting for; an internal note."""

    why: Annotated[str, Field(max_length=500)] = ""


class VisitCancellationGiven(Given):
    """Why they are taken out of the queue; said in public, on the ticket."""

    why: Annotated[str, Field(max_length=500)]


class TransferGiven(Given):
    """To another reason (of this venue or of another one of the same desk), or to an agent who sits here."""

    reason: RowId | None = None
    agent: RowId | None = None
    note: Annotated[str, Field(max_length=500)] = ""


class EndingGiven(Given):
    """What becomes of the ticket: solved (with the solution, or the reason why there is none), handed over (with team
    and reason), to the workshop or on the spot (with the team), or open: it stays yours."""

    ending: Annotated[str, OneOf.these(verbs.Ending)]
    solution: Annotated[str, Field(max_length=4000)] = ""
    team: RowId | None = None
    reason: Annotated[str, OneOf(*_REASONS)] = ""
    note: Annotated[str, Field(max_length=500)] = ""


@router.read("/visits/{number}", answer=VisitShown)
def read_visit(request: ApiRequest, number: PathId) -> HttpResponse:
    """One's own, or one at a venue where you receive."""
    visit = reach.in_path(visits(request.person), number)
    waiting = visit.state == VisitState.WAITING
    expected = waits.waits_of(visit.venue, now=request.now).get(visit.pk) if waiting else None
    return shown(visit_shown(visit, wait=expected))


@router.write("POST", "/visits/{number}/calls", answer=VisitShown, status=201, guarded=False)
def call_visit(request: ApiRequest, number: PathId, body: CallGiven) -> HttpResponse:
    """Call them again; or, with a counter of yours, call somebody who waits before their turn."""
    visit = find_visit(request, number)
    if body.counter is None:
        verbs.recall(visit, actor=request.person, now=request.now)
    else:
        counters = Counter.objects.filter(venue=visit.venue).select_related("venue__organisation__served_by")
        counter = reach.named_in_body(counters, body.counter, field="counter")
        assert counter is not None
        verbs.call(visit, counter, actor=request.person, now=request.now)
    return show_visit(visit, status=201)


@router.write("PUT", "/visits/{number}/serving", answer=VisitShown, guarded=False)
def begin_visit(request: ApiRequest, number: PathId) -> HttpResponse:
    """They are at the counter."""
    visit = find_visit(request, number)
    with _once(request, visit, "visit.serving"):
        verbs.begin(visit, actor=request.person, now=request.now)
    return show_visit(visit)


@router.write("PUT", "/visits/{number}/hold", answer=VisitShown, guarded=False)
def hold_visit(request: ApiRequest, number: PathId, body: VisitHoldGiven) -> HttpResponse:
    """Set them aside; they keep the moment they count from."""
    visit = find_visit(request, number)
    with _once(request, visit, "visit.held"):
        verbs.hold(visit, why=body.why, actor=request.person, now=request.now)
    return show_visit(visit)


@router.write("DELETE", "/visits/{number}/hold", answer=VisitShown, guarded=False)
def release_visit(request: ApiRequest, number: PathId) -> HttpResponse:
    """Back into the queue, at the place that they had."""
    visit = find_visit(request, number)
    verbs.release(visit, actor=request.person, now=request.now)
    return show_visit(visit)


@router.write("POST", "/visits/{number}/transfers", answer=VisitShown, status=201, guarded=False)
def transfer_visit(request: ApiRequest, number: PathId, body: TransferGiven) -> HttpResponse:
    """Send them on. To another venue it is a new visit there, on the same ticket: the one that is answered."""
    visit = find_visit(request, number)
    desk = policies.desk_of(visit.venue)
    places = Venue.objects.received_at_by(request.person).with_desk()
    near = [v.pk for v in places if policies.desk_of(v) == desk and (v.active or v == visit.venue)]
    found = Reason.objects.filter(venue__in=near).select_related("venue__organisation__served_by")
    reason = reach.named_in_body(found, body.reason, field="reason")
    sent = verbs.transfer(
        visit,
        reason=reason,
        venue=reason.venue if reason is not None else None,
        agent=reach.named_in_body(reach.colleagues(request.person), body.agent, field="agent"),
        note=body.note,
        actor=request.person,
        now=request.now,
    )
    return show_visit(sent, status=201)


@router.write("PUT", "/visits/{number}/no-show", answer=VisitShown, guarded=False)
def miss_visit(request: ApiRequest, number: PathId) -> HttpResponse:
    """They were called and didn't come; the ticket that the check-in opened is cancelled."""
    visit = find_visit(request, number)
    with _once(request, visit, "visit.no_show"):
        verbs.no_show(visit, actor=request.person, now=request.now)
    return show_visit(visit)


@router.write("PUT", "/visits/{number}/departure", answer=VisitShown, guarded=False)
def leave_visit(request: ApiRequest, number: PathId) -> HttpResponse:
    """They have left the queue: said by themselves, or by those who receive there."""
    visit = reach.in_path(visits(request.person), number)
    if policies.may_receive(request.person, visit.venue):
        with _once(request, visit, "visit.abandoned"):
            verbs.abandon(visit, actor=request.person, now=request.now)
    else:
        leave(visit, now=request.now)
    return show_visit(visit)


@router.write("PUT", "/visits/{number}/cancellation", answer=VisitShown, guarded=False)
def cancel_visit(request: ApiRequest, number: PathId, body: VisitCancellationGiven) -> HttpResponse:
    """Take them out of the queue, and say why."""
    visit = find_visit(request, number)
    with _once(request, visit, "visit.cancelled"):
        verbs.cancel(visit, why=body.why, actor=request.person, now=request.now)
    return show_visit(visit)


@router.write("PUT", "/visits/{number}/ending", answer=VisitShown, guarded=False)
def end_visit(request: ApiRequest, number: PathId, body: EndingGiven) -> HttpResponse:
    """They were served."""
    visit = find_visit(request, number)
    teams = Team.objects.filter(organisation=visit.ticket.desk_id).select_related("level")
    with _once(request, visit, "visit.served", ending=body.ending):
        verbs.finish(
            visit,
            ending=body.ending,
            solution=body.solution,
            team=reach.named_in_body(teams, body.team, field="team"),
            reason=body.reason,
            note=body.note,
            actor=request.person,
            now=request.now,
        )
    return show_visit(visit)


@router.write("POST", "/counters/{number}/calls", answer=NextShown, status=201, guarded=False)
def call_next(request: ApiRequest, number: PathId) -> HttpResponse:
    """Call whoever is next for you to a counter where you sit."""
    counter = _counter(request, number)
    visit = verbs.call_next(counter, actor=request.person, now=request.now)
    called = Visit.objects.select_related(*AROUND).get(pk=visit.pk) if visit is not None else None
    return shown(NextShown(visit=visit_shown(called) if called is not None else None), status=201)


@router.write("PUT", "/counters/{number}/sitting", answer=CounterShown, guarded=False)
def sit_down(request: ApiRequest, number: PathId) -> HttpResponse:
    """Sit down there."""
    counter = _counter(request, number)
    verbs.sit(counter, actor=request.person, now=request.now)
    return _shown(counter)


@router.write("DELETE", "/counters/{number}/sitting", answer=CounterShown, guarded=False)
def rise_up(request: ApiRequest, number: PathId) -> HttpResponse:
    """Leave it, or free one that a colleague forgot; not while somebody is received there."""
    counter = _counter(request, number)
    verbs.rise(counter, actor=request.person, now=request.now)
    return _shown(counter)


@router.write("PUT", "/counters/{number}/break", answer=CounterShown, guarded=False)
def begin_break(request: ApiRequest, number: PathId, body: BreakGiven) -> HttpResponse:
    """A break, at every counter where you sit."""
    counter = _counter(request, number)
    verbs.pause(counter, minutes=body.minutes, actor=request.person, now=request.now)
    return _shown(counter)


@router.write("DELETE", "/counters/{number}/break", answer=CounterShown, guarded=False)
def end_break(request: ApiRequest, number: PathId) -> HttpResponse:
    """Back, on time or not."""
    counter = _counter(request, number)
    verbs.resume(counter, actor=request.person, now=request.now)
    return _shown(counter)


@contextmanager
def _once(request: ApiRequest, visit: Visit, verb: str, **said: str) -> Iterator[None]:
    """A PUT whose answer was lost is sent again: what the same person did already is done, and no conflict."""
    try:
        yield
    except Conflict:
        told = Event.objects.filter(subject_type="ticket", subject_id=visit.ticket_id, data__visit=visit.pk)
        last = told.filter(verb__startswith="visit.").order_by("-number").first()
        same = last is not None and (last.verb, last.actor_id) == (verb, request.person.pk)
        if last is None or not same or any(last.data.get(name) != value for name, value in said.items()):
            raise


def _counter(request: ApiRequest, number: int) -> Counter:
    near = Venue.objects.visible_to(request.person)
    found = Counter.objects.filter(venue__in=near).select_related("venue__organisation__served_by")
    counter = reach.in_path(found, number)
    need_receiver(request.person, counter.venue)
    return counter


def _shown(counter: Counter) -> HttpResponse:
    return shown(counters_shown([counter])[0])
