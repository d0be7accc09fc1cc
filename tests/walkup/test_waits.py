"""What is said of the wait: kept once for all readers, steady, recorded at check-in and settled by the call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.walkup import counter, learning, waits
from guichet.walkup.models import EstimateRecord, Forecast, Visit
from tests.walkup import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    return timezone.now()


@pytest.fixture
def place(now: Any) -> stage.Place:
    return stage.seated(stage.place(), now=now)


def test_a_check_in_foretells_and_readers_only_read(place: stage.Place, now: Any) -> None:
    visits = [stage.comes(place, at=now) for _ in range(4)]
    forecast = Forecast.objects.get(venue=place.venue)
    assert forecast.made_for == forecast.version
    assert set(forecast.waits["people"]) == {str(visit.pk) for visit in visits}
    with CaptureQueriesContext(connection) as queries:
        told = waits.waits_of(place.venue, now=forecast.at + timedelta(seconds=30))
    assert len(queries) == 1
    assert [told[visit.pk].ahead for visit in visits] == [0, 1, 2, 3]
    assert all(wait.low <= wait.median <= wait.high for wait in told.values())
    # Two idle agents sit there: the first two are as good as called.
    assert told[visits[3].pk].median > told[visits[0].pk].median


def test_a_call_has_the_waits_foretold_by_a_job(place: stage.Place, now: Any) -> None:
    visits = [stage.comes(place, at=now) for _ in range(3)]
    before = Forecast.objects.get(venue=place.venue)
    counter.call_next(place.counters[0], actor=place.nadia, now=now)
    after = Forecast.objects.get(venue=place.venue)
    assert (after.version, after.waits) == (before.version + 1, before.waits)
    waiting = ProcrastinateJob.objects.filter(task_name="walkup.foretell_venue", status="todo")
    assert waiting.count() == 1  # however much has changed
    # Whoever asks before it ran is told the truth all the same; a board takes the last one until it is told.
    assert visits[0].pk not in waits.waits_of(place.venue, now=now)
    assert str(visits[0].pk) in waits.forecast_of(place.venue, now=now, may_lag=True).waits["people"]
    assert learning.foretell(place.venue, now=now)
    assert not learning.foretell(place.venue, now=now)
    assert set(Forecast.objects.get().waits["people"]) == {str(visits[1].pk), str(visits[2].pk)}


def test_what_was_foretold_for_a_queue_that_changed_is_not_kept(
    place: stage.Place, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.comes(place, at=now)
    real = waits.state_of

    def changes_meanwhile(*given: Any, **more: Any) -> Any:
        state = real(*given, **more)
        waits.changed(place.venue)
        return state

    before = Forecast.objects.get(venue=place.venue).waits
    monkeypatch.setattr(waits, "state_of", changes_meanwhile)
    waits.refresh(place.venue, now=now + timedelta(minutes=1))
    after = Forecast.objects.get(venue=place.venue)
    assert after.waits == before and after.made_for != after.version


def test_the_clock_goes_on_between_two_forecasts(place: stage.Place, now: Any) -> None:
    visits = [stage.comes(place, at=now) for _ in range(6)]
    at = Forecast.objects.get(venue=place.venue).at
    first = waits.waits_of(place.venue, now=at)[visits[-1].pk]
    later = waits.waits_of(place.venue, now=at + timedelta(minutes=2))[visits[-1].pk]
    assert later.median == pytest.approx(first.median - 2)
    # Who would come now has their wait before them, whenever they ask.
    key = place.reasons["password"].pk
    same = {waits.if_now(place.venue, now=at + timedelta(minutes=m))[key].median for m in (0, 2)}
    assert len(same) == 1


def test_an_old_forecast_is_made_anew_by_whoever_reads(place: stage.Place, now: Any) -> None:
    stage.comes(place, at=now)
    Forecast.objects.update(waits={"people": {}, "if_now": {}}, at=now - timedelta(hours=1))
    assert len(waits.waits_of(place.venue, now=now)) == 1
    assert Forecast.objects.get().waits["people"] == {}  # reading writes nothing


def test_a_forecast_that_fails_stops_no_check_in(place: stage.Place, now: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_more: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(waits, "foretold", fails)
    visit = stage.comes(place, at=now)
    assert not EstimateRecord.objects.exists()
    assert counter.call_next(place.counters[0], actor=place.nadia, now=now) == visit


def test_what_was_told_is_kept_and_settled_by_the_call(place: stage.Place, now: Any) -> None:
    early = now - timedelta(minutes=12)
    first = stage.comes(place, at=early)
    record = EstimateRecord.objects.get(visit=first)
    assert record.low90 <= record.low80 <= record.median <= record.high80 <= record.high90
    assert record.usual is not None and record.quantiles and record.waited is None
    counter.call_next(place.counters[0], actor=place.nadia, now=now)
    record.refresh_from_db()
    assert record.waited == pytest.approx(12)


def test_a_check_in_that_comes_late_was_told_nothing(place: stage.Place, now: Any) -> None:
    visit = stage.comes(place, at=now, arrived_at=now - timedelta(minutes=20))
    assert not EstimateRecord.objects.filter(visit=visit).exists()


def _day(place: stage.Place, *, before: int, now: Any, service: int) -> None:
    start = now - timedelta(days=before)
    for number in range(8):
        at = start + timedelta(minutes=10 * number)
        stage.comes(place, at=at)
        call = counter.call_next(place.counters[0], actor=place.nadia, now=at + timedelta(minutes=3))
        assert call is not None
        counter.finish(call, ending="open", actor=place.nadia, now=at + timedelta(minutes=3 + service))


def test_a_venue_learns_from_its_own_days(place: stage.Place, now: Any) -> None:
    assert not learning.learn(place.venue, now=now)  # nothing to learn from
    _day(place, before=2, now=now, service=5)
    assert learning.learn_all(now=now) == 1
    place.venue.refresh_from_db()
    key = str(place.reasons["password"].pk)
    laws = place.venue.laws
    assert laws is not None
    assert laws["categories"][key]["count"] == laws["services"] == 8
    assert laws["calibration"]["count"] == 8
    learning.learn_all(now=now)
    again = type(place.venue).objects.get(pk=place.venue.pk).laws
    assert again == laws  # done twice it says the same


def test_more_of_the_same_brings_the_law_nearer(place: stage.Place, now: Any) -> None:
    from math import exp

    key = str(place.reasons["password"].pk)
    errors = []
    for before in (4, 3, 2):
        _day(place, before=before, now=now, service=4)
        learning.learn(place.venue, now=now)
        assert place.venue.laws is not None
        errors.append(abs(exp(place.venue.laws["categories"][key]["level"]) - 4))
    assert errors == sorted(errors, reverse=True)


def test_each_minute_the_waits_are_said_again(place: stage.Place, now: Any) -> None:
    visit = stage.comes(place, at=now)
    later = now + timedelta(minutes=5)
    assert learning.foretell_all(now=later) == 1
    forecast = Forecast.objects.get()
    assert forecast.at == later
    assert str(visit.pk) in forecast.waits["people"]
    Visit.objects.update(state="ended", outcome="cancelled", ended_at=later)
    learning.foretell_all(now=later)
    assert Forecast.objects.get().waits["people"] == {}
