"""What a day leaves behind is cleared by night: nobody waits in an empty room, nobody sits there for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from guichet.tickets.models import Ticket
from guichet.walkup import counter as verbs
from guichet.walkup import leftovers
from guichet.walkup.leftovers import clear
from guichet.walkup.models import Outcome, Sitting, Visit
from tests.walkup.stage import NOW, comes, later, place, seated

pytestmark = pytest.mark.django_db
# 10:00 to 16:00 in Montréal; NOW is 10:00 there.
HOURS = [[[600, 960]]] * 7
CLOSING = NOW + timedelta(hours=6)
NIGHT = NOW + timedelta(hours=16)


def test_a_day_is_cleared_by_night_and_its_tickets_stay() -> None:
    here = seated(place(opening=HOURS))
    waited, served, aside = comes(here), comes(here), comes(here)
    verbs.hold(aside, actor=here.nadia, now=later(1))
    verbs.call(served, here.counters[0], actor=here.nadia, now=later(2))
    verbs.begin(served, actor=here.nadia, now=later(3))
    # Not in the same evening, when the last ones are still received.
    assert clear(now=CLOSING + timedelta(hours=1)) == 0
    assert clear(now=NIGHT) == 3
    ends = {v.pk: (v.outcome, v.ended_at) for v in Visit.objects.all()}
    assert ends[waited.pk] == ends[aside.pk] == (Outcome.ABANDONED, CLOSING)
    assert ends[served.pk] == (Outcome.SERVED, CLOSING)
    assert all(ticket.is_unsolved for ticket in Ticket.objects.all())
    assert not Sitting.objects.filter(closed_at=None).exists()
    assert clear(now=NIGHT) == 0


def test_a_venue_that_is_open_over_midnight_goes_on() -> None:
    here = seated(place())
    comes(here)
    assert clear(now=NIGHT) == 0
    assert Sitting.objects.filter(closed_at=None).count() == 2


def test_one_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    here = seated(place(opening=HOURS))
    broken, other = comes(here), comes(here)
    end = leftovers._end

    def fails(visit: Visit, *, now: Any) -> bool:
        if visit == broken:
            raise RuntimeError("no such row")
        return end(visit, now=now)

    with mock.patch.object(leftovers, "_end", fails):
        assert clear(now=NIGHT) == 1
    assert [visit.pk for visit in Visit.objects.present()] == [broken.pk]
    assert Visit.objects.get(pk=other.pk).forgotten and "no such row" in caplog.text
    assert not Sitting.objects.filter(closed_at=None).exists()


def test_where_it_never_closes_a_day_later_is_too_late() -> None:
    here = seated(place())
    old = comes(here)
    young = comes(here, at=later(60))
    verbs.call(young, here.counters[0], actor=here.nadia, now=later(60 * 23))
    verbs.finish(young, ending="open", actor=here.nadia, now=later(60 * 23 + 5))
    recent = comes(here, at=later(60 * 24))
    assert clear(now=later(60 * 24 + 1)) == 1
    assert Visit.objects.get(pk=old.pk).outcome == Outcome.ABANDONED
    assert Visit.objects.get(pk=recent.pk).outcome == ""
    # Nadia still works there; Félix forgot to leave.
    assert [sitting.agent for sitting in Sitting.objects.filter(closed_at=None)] == [here.nadia]
