"""Sending somebody on: to another reason, an agent, a venue. Nobody starts at the end of the queue again."""

from __future__ import annotations

import pytest

from guichet.lib.errors import Refused
from guichet.tickets.models import Ticket
from guichet.walkup import counter as verbs
from guichet.walkup import queue
from guichet.walkup.models import Outcome, Standing, Visit, VisitState
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return seated(place())


def at_counter(here: Place) -> Visit:
    visit = verbs.call_next(here.counters[1], actor=here.felix, now=later(5))
    assert visit is not None
    return visit


def test_to_another_reason(here: Place) -> None:
    """Félix finds that it is the machine: Nadia, who knows, gets them at their place."""
    comes(here)
    visit = at_counter(here)
    sent = verbs.transfer(
        visit, reason=here.reasons["laptop"], note="C’est le clavier.", actor=here.felix, now=later(7)
    )
    assert (sent.state, sent.reason, sent.counts_from) == (VisitState.WAITING, here.reasons["laptop"], NOW)
    ticket = Ticket.objects.get(pk=visit.ticket_id)
    assert ticket.assignee is None
    comes(here, why="laptop", at=later(1))
    assert verbs.call_next(here.counters[1], actor=here.felix, now=later(8)) is None
    assert verbs.call_next(here.counters[0], actor=here.nadia, now=later(8)) == visit


def test_what_is_urgent_now_goes_first_and_no_longer_where_it_is_not(here: Place) -> None:
    visit = comes(here)
    assert (
        verbs.transfer(visit, reason=here.reasons["outage"], actor=here.felix, now=later(1)).standing == Standing.URGENT
    )
    again = verbs.transfer(visit, reason=here.reasons["password"], actor=here.felix, now=later(2))
    assert again.standing == Standing.WALK_IN


def test_to_somebody_who_sits_here(here: Place) -> None:
    comes(here)
    visit = at_counter(here)
    verbs.transfer(visit, agent=here.nadia, actor=here.felix, now=later(7))
    assert Ticket.objects.get(pk=visit.ticket_id).assignee == here.nadia
    assert verbs.call_next(here.counters[1], actor=here.felix, now=later(8)) is None
    # Whoever leaves is no longer waited for.
    verbs.rise(here.counters[0], actor=here.nadia, now=later(9))
    assert verbs.call_next(here.counters[1], actor=here.felix, now=later(10)) == visit


def test_to_an_agent_who_lacks_the_skill(here: Place) -> None:
    """Nadia sends them to Félix, who knows nothing of equipment: he calls them all the same, and nobody else does."""
    comes(here, why="laptop")
    visit = verbs.call_next(here.counters[0], actor=here.nadia, now=later(5))
    assert visit is not None
    verbs.transfer(visit, agent=here.felix, actor=here.nadia, now=later(7))
    assert verbs.call_next(here.counters[0], actor=here.nadia, now=later(8)) is None
    assert verbs.call_next(here.counters[1], actor=here.felix, now=later(8)) == visit


def test_to_nobody_who_is_not_there(here: Place) -> None:
    visit = comes(here)
    with pytest.raises(Refused, match="not_seated"):
        verbs.transfer(visit, agent=here.helene, actor=here.felix, now=later(1))
    with pytest.raises(Refused, match="required"):
        verbs.transfer(visit, actor=here.felix, now=later(1))
    assert Visit.objects.get().reason == here.reasons["password"]


def test_to_another_venue(here: Place) -> None:
    there = place(here.desk, slug="annexe")
    comes(here)
    visit = at_counter(here)
    with pytest.raises(Refused, match="required"):
        verbs.transfer(visit, venue=there.venue, actor=here.felix, now=later(7))
    with pytest.raises(Refused, match="foreign"):
        verbs.transfer(visit, venue=there.venue, reason=here.reasons["laptop"], actor=here.felix, now=later(7))
    both = {"venue": there.venue, "reason": there.reasons["laptop"], "agent": here.nadia}
    with pytest.raises(Refused, match="both"):
        verbs.transfer(visit, **both, actor=here.felix, now=later(7))
    new = verbs.transfer(visit, venue=there.venue, reason=there.reasons["laptop"], actor=here.felix, now=later(7))
    old = Visit.objects.get(pk=visit.pk)
    assert (old.state, old.outcome) == (VisitState.ENDED, Outcome.TRANSFERRED)
    assert (new.venue, new.ticket_id, new.counts_from, new.number) == (there.venue, old.ticket_id, NOW, "B 1")
    assert new.token != old.token
    assert queue.waiting(there.venue, now=later(8)) == [new]
    assert queue.waiting(here.venue, now=later(8)) == []


def test_to_no_other_desks_venue(here: Place) -> None:
    foreign = place(slug="ailleurs")
    visit = comes(here)
    with pytest.raises(Refused, match="foreign"):
        verbs.transfer(visit, venue=foreign.venue, reason=foreign.reasons["laptop"], actor=here.felix, now=later(1))
    assert Visit.objects.get().state == VisitState.WAITING
