"""Two at once, each with a connection of their own: nobody is called twice, counted twice, or waits for ever."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Refused
from guichet.tickets.actions import note
from guichet.tickets.models import Ticket
from guichet.walkup import counter as verbs
from guichet.walkup.checking_in import leave
from guichet.walkup.models import Call, Counter, Outcome, Sitting, Visit, VisitState
from tests import builders, cast
from tests.walkup.stage import Place, comes, place, seated

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of it in the same instant; what each gave, or the refusal. Anything else fails the test."""
    start = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def run(place: int, deed: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[place] = deed()
        except BaseException as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, deed)) for n, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Refused):
            raise result
    return results


@pytest.fixture
def here() -> Place:
    return seated(place(), now=timezone.now())


def test_two_agents_who_press_at_once_never_get_the_same(here: Place) -> None:
    for _n in range(6):
        comes(here, at=timezone.now())
    got: list[int] = []
    for _turn in range(3):
        pairs = list(zip(here.counters, (here.nadia, here.felix), strict=True))
        called = at_once(*(lambda c=c, a=a: verbs.call_next(c, actor=a, now=timezone.now()) for c, a in pairs))
        got += [visit.pk for visit in called]
        for visit in called:
            verbs.finish(visit, ending="open", actor=visit.agent, now=timezone.now())
    assert len(got) == len(set(got)) == 6


def test_one_person_for_two_agents(here: Place) -> None:
    for _try in range(3):
        visit = comes(here, at=timezone.now())
        called = at_once(
            lambda: verbs.call_next(here.counters[0], actor=here.nadia, now=timezone.now()),
            lambda: verbs.call_next(here.counters[1], actor=here.felix, now=timezone.now()),
        )
        assert sorted(found is None for found in called) == [False, True]
        assert Call.objects.filter(visit=visit).count() == 1
        verbs.abandon(visit, actor=here.nadia, now=timezone.now())


def test_called_while_leaving(here: Place) -> None:
    """Whoever was first: gone, or called and then gone; never called when gone."""
    for _try in range(4):
        visit = comes(here, at=timezone.now())
        called, _left = at_once(
            lambda: verbs.call_next(here.counters[0], actor=here.nadia, now=timezone.now()),
            lambda v=visit: leave(v, now=timezone.now()),
        )
        gone = Visit.objects.get(pk=visit.pk)
        assert (gone.state, gone.outcome) == (VisitState.ENDED, Outcome.ABANDONED)
        assert Call.objects.filter(visit=visit).count() == (0 if called is None else 1)
        events = list(Event.objects.filter(subject_id=visit.ticket_id).order_by("number"))
        assert broken_links(events) == []
        assert [e.verb for e in events].count("visit.abandoned") == 1


def test_the_same_check_in_handed_over_twice_at_once(here: Place) -> None:
    found = at_once(*(lambda: comes(here, at=timezone.now(), client_key="k1") for _n in range(4)))
    assert len({visit.pk for visit in found}) == 1
    assert Visit.objects.count() == Ticket.objects.count() == 1


def test_check_ins_at_once_get_different_numbers(here: Place) -> None:
    found = at_once(*(lambda: comes(here, at=timezone.now()) for _n in range(6)))
    assert sorted(visit.number for visit in found) == [f"A {n}" for n in range(1, 7)]
    # Without a name they are one person's, made once.
    assert len({visit.ticket.requester_id for visit in found}) == 1


def test_two_sit_down_at_one_counter(here: Place) -> None:
    third = Counter.objects.create(venue=here.venue, name="3")
    sat = at_once(
        lambda: verbs.sit(third, actor=here.nadia, now=timezone.now()),
        lambda: verbs.sit(third, actor=here.felix, now=timezone.now()),
    )
    assert sum(isinstance(result, Refused) for result in sat) == 1
    assert Sitting.objects.filter(counter=third, closed_at=None).count() == 1


def test_two_transfers_that_cross(here: Place) -> None:
    """From here to there and from there to here: the venues are locked in one order."""
    there = place(here.desk, slug="annexe")
    for _try in range(3):
        mine, theirs = comes(here, at=timezone.now()), comes(there, at=timezone.now())
        at_once(
            lambda v=mine: verbs.transfer(
                v, venue=there.venue, reason=there.reasons["password"], actor=here.felix, now=timezone.now()
            ),
            lambda v=theirs: verbs.transfer(
                v, venue=here.venue, reason=here.reasons["password"], actor=here.felix, now=timezone.now()
            ),
        )
        assert Visit.objects.filter(pk__in=(mine.pk, theirs.pk), outcome=Outcome.TRANSFERRED).count() == 2


def test_a_storm_ends_and_accounts_for_everybody(here: Place) -> None:
    """Check-ins, calls, verbs, people who leave and colleagues who write on the tickets, all at once."""
    third = Counter.objects.create(venue=here.venue, name="3", position=3)
    marie = builders.agent(here.desk, cast.MARIE_EVE)
    verbs.sit(third, actor=marie, now=timezone.now())
    seats = [*zip(here.counters, (here.nadia, here.felix), strict=True), (third, marie)]

    def crowd(seed: int) -> Callable[[], None]:
        def deed() -> None:
            chance = random.Random(seed)
            for _n in range(4):
                visit = comes(here, why=chance.choice(["password", "laptop", "outage"]), at=timezone.now())
                if chance.random() < 0.3:
                    leave(visit, now=timezone.now())

        return deed

    def agent(counter: Counter, person: Any, seed: int) -> Callable[[], None]:
        def deed() -> None:
            chance = random.Random(seed)
            for _n in range(7):
                try:
                    visit = verbs.call_next(counter, actor=person, now=timezone.now())
                    if visit is None:
                        continue
                    note(visit.ticket, body="Vu.", actor=person, now=timezone.now())
                    end = chance.choice(["finish", "hold", "no_show"])
                    if end == "finish":
                        verbs.finish(visit, ending="open", actor=person, now=timezone.now())
                    elif end == "hold":
                        verbs.hold(visit, actor=person, now=timezone.now())
                        verbs.release(visit, actor=person, now=timezone.now())
                    else:
                        verbs.no_show(visit, actor=person, now=timezone.now())
                except Refused:
                    continue  # they left in the same instant

        return deed

    at_once(*(crowd(n) for n in range(3)), *(agent(c, p, 10 + n) for n, (c, p) in enumerate(seats)))
    assert Visit.objects.count() == 12 == Ticket.objects.count()
    for visit in Visit.objects.all():
        events = list(Event.objects.filter(subject_id=visit.ticket_id).order_by("number"))
        assert broken_links(events) == []
        ends = [e.verb for e in events if e.verb in {"visit.served", "visit.no_show", "visit.abandoned"}]
        assert len(ends) == (1 if visit.state == VisitState.ENDED else 0), (visit.state, ends)
    assert len(set(Visit.objects.values_list("number", flat=True))) == 12
