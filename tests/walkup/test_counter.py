"""The verbs of the counter, one after the other."""

from __future__ import annotations

import pytest

from guichet.lib.errors import Conflict, Forbidden, Refused
from guichet.tickets.models import Channel, State, Unsolved
from guichet.walkup import counter as verbs
from guichet.walkup import queue
from guichet.walkup.checking_in import leave
from guichet.walkup.models import Call, Outcome, Sitting, Visit, VisitState
from guichet.walkup.who import Who
from tests.walkup.stage import NOW, Place, comes, later, place, seated

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Place:
    return seated(place())


def called(here: Place) -> Visit:
    visit = verbs.call_next(here.counters[0], actor=here.nadia, now=later(5))
    assert visit is not None
    return visit


def told(visit: Visit) -> list[str]:
    from guichet.activity.models import Event

    events = Event.objects.filter(subject_type="ticket", subject_id=visit.ticket_id).order_by("number")
    return list(events.values_list("verb", flat=True))


def test_the_whole_way(here: Place) -> None:
    comes(here, who=Who(person=here.amelie))
    visit = called(here)
    assert visit.state == VisitState.CALLED and visit.counter == here.counters[0] and visit.agent == here.nadia
    assert visit.ticket.assignee == here.nadia and visit.ticket.state == State.OPEN
    verbs.recall(visit, actor=here.nadia, now=later(6))
    verbs.begin(visit, actor=here.nadia, now=later(7))
    done = verbs.finish(visit, ending="resolved", solution="Mot de passe changé.", actor=here.nadia, now=later(12))
    assert (done.state, done.outcome, done.served_at) == (VisitState.ENDED, Outcome.SERVED, later(7))
    ticket = Visit.objects.get(pk=visit.pk).ticket
    assert ticket.state == State.RESOLVED and ticket.channel == Channel.KIOSK
    assert ticket.answered_at == later(7)
    assert told(visit) == [
        "ticket.opened", "visit.checked_in", "visit.ticket_opened", "visit.called", "ticket.taken", "visit.recalled",
        "visit.serving", "visit.served", "ticket.attempted", "ticket.resolved",
    ]  # fmt: skip
    assert Call.objects.filter(visit=visit).count() == 2
