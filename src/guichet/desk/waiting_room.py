"""What an agent sees of a walk-up point: who is at which counter, who waits and why at that place, who is set aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.lib.moments import clock_time
from guichet.people.models import Person, Skill
from guichet.tickets.models import Ticket
from guichet.walkup import queue
from guichet.walkup.days import closes_at, is_open
from guichet.walkup.dispatcher import Agent
from guichet.walkup.models import Call, Counter, Sitting, Standing, Venue, Visit, VisitState
from guichet.walkup.reasons import Tree, tree_of
from guichet.walkup.wording import counter_words

_PAST = 3


@dataclass
class Line:
    """Somebody in the queue or set aside. `why`: the reason of their place; `able`: the reader may serve them."""

    visit: Visit
    path: str
    why: str
    able: bool = True
    needs: str = ""
    next: bool = False

    @property
    def menu_id(self) -> str:
        return f"visit-menu-{self.visit.pk}"


@dataclass
class Seat:
    """A counter, who sits there and whom they have."""

    counter: Counter
    sitting: Sitting | None
    visit: Visit | None
    path: str = ""
    # What they said besides.
    words: str = ""
    calls: int = 0
    overdue: bool = False
    past: list[Ticket] = field(default_factory=list)
    # The first of the reader's own that is free: where the key calls to.
    main: bool = False

    @property
    def label(self) -> str:
        return counter_words(self.counter.name)

    @property
    def until(self) -> str:
        """When whoever sits there means to be back from their break."""
        back = self.sitting.paused_until if self.sitting is not None else None
        return _clock(back) if back is not None else ""

    @property
    def called(self) -> bool:
        return self.visit is not None and self.visit.state == VisitState.CALLED


@dataclass
class Room:
    """One venue at one moment, as `person` sees it."""

    venue: Venue
    open: bool
    closes: str
    mine: list[Seat]
    others: list[Seat]
    line: list[Line]
    held: list[Line]

    @property
    def free_counter(self) -> Counter | None:
        """Mine, with nobody at it: where one would call somebody to."""
        return next((seat.counter for seat in self.mine if seat.visit is None), None)


def room_of(venue: Venue, *, person: Person, now: datetime) -> Room:
    tree = tree_of(venue)
    present = list(
        Visit.objects.filter(venue=venue)
        .present()
        .select_related("reason", "appointment", "person", "ticket__team", "ticket__level", "wanted", "agent")
    )
    for visit in present:
        visit.venue = venue
    seats = _seats(venue, present, tree=tree)
    mine = [s for s in seats if s.sitting is not None and s.sitting.agent_id == person.pk]
    _look_closer(mine, person=person, now=now)
    for seat in mine:
        seat.main = seat.visit is None and not any(other.main for other in mine)
    reader = queue.as_agent(person)
    closing = closes_at(venue, now=now)
    # Until midnight is all day.
    closes = _clock(closing) if closing is not None and closing.time() != time() else ""
    waiting = [visit for visit in present if visit.state == VisitState.WAITING]
    return Room(
        venue=venue,
        open=is_open(venue, now=now),
        closes=closes,
        mine=mine,
        others=[seat for seat in seats if seat not in mine],
        line=_line(waiting, reader=reader, venue=venue, tree=tree, now=now),
        held=[
            Line(visit=visit, path=tree.path(visit.reason), why=_since(visit, now=now))
            for visit in present
            if visit.state == VisitState.HELD
        ],
    )


def _seats(venue: Venue, present: Iterable[Visit], *, tree: Tree) -> list[Seat]:
    there = {v.counter_id: v for v in present if v.state in {VisitState.CALLED, VisitState.SERVING}}
    sittings = {
        sitting.counter_id: sitting
        for sitting in Sitting.objects.filter(counter__venue=venue, closed_at__isnull=True).select_related("agent")
    }
    return [
        Seat(
            counter=counter,
            sitting=sittings.get(counter.pk),
            visit=there.get(counter.pk),
            path=tree.path(visit.reason) if (visit := there.get(counter.pk)) else "",
            words=tree.beyond(visit.reason, visit.ticket.description) if visit and visit.ticket else "",
        )
        for counter in Counter.objects.filter(venue=venue, active=True)
    ]


def _look_closer(mine: list[Seat], *, person: Person, now: datetime) -> None:
    """At whom the reader has: how often they were called, and what they came for before."""
    for seat in mine:
        visit = seat.visit
        if visit is None:
            continue
        calls = list(Call.objects.filter(visit=visit, at__gte=visit.called_at).order_by("at"))
        seat.calls = len(calls)
        patience = timedelta(minutes=visit.venue.answer_minutes)
        seat.overdue = seat.called and bool(calls) and now - calls[-1].at >= patience
        if visit.person is not None:
            before = Ticket.objects.at_desk_of(person).filter(requester=visit.person).exclude(pk=visit.ticket_id)
            seat.past = list(
                before.order_by("-opened_at", "-id").only("reference", "title", "state", "opened_at")[:_PAST]
            )


def _line(waiting: list[Visit], *, reader: Agent, venue: Venue, tree: Tree, now: datetime) -> list[Line]:
    ordered = queue.in_order(waiting, venue=venue, now=now, tree=tree)
    following = queue.next_among(waiting, agent=reader, venue=venue, now=now, tree=tree)
    wanted = {v.pk: tree.skill(v.reason) for v in ordered}
    missing = {skill for skill in wanted.values() if skill is not None and str(skill) not in reader.skills}
    names = {skill.pk: skill.name for skill in Skill.objects.filter(pk__in=missing)} if missing else {}
    return [
        Line(
            visit=visit,
            path=tree.path(visit.reason),
            why=_place(visit, now=now),
            able=wanted[visit.pk] not in missing if visit.wanted_id is None else visit.wanted_id == reader.id,
            needs=names.get(wanted[visit.pk] or 0, ""),
            next=following is not None and following.pk == visit.pk,
        )
        for visit in ordered
    ]


def _place(visit: Visit, *, now: datetime) -> str:
    """Why somebody stands where they stand."""
    waited = _since(visit, now=now)
    if visit.standing == Standing.APPOINTMENT and visit.appointment is not None:
        return _("appointment at %(time)s, %(waited)s") % {
            "time": _clock(visit.appointment.starts_at),
            "waited": waited,
        }
    if visit.standing == Standing.URGENT:
        return _("urgent, %(waited)s") % {"waited": waited}
    if visit.appointment is not None:
        return _("late for their appointment at %(time)s, %(waited)s") % {
            "time": _clock(visit.appointment.starts_at),
            "waited": waited,
        }
    return waited


def _since(visit: Visit, *, now: datetime) -> str:
    minutes = max(int((now - visit.arrived_at).total_seconds() // 60), 0)
    return _("waiting for %(minutes)d min") % {"minutes": minutes}


def _clock(moment: datetime) -> str:
    return clock_time(at=timezone.localtime(moment), language=get_language() or "fr")
