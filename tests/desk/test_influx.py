"""A walk-up point in pictures: now, four weeks, advice; and how right what was told turned out to be."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.walkup import accuracy, influx
from guichet.walkup.models import EstimateRecord, Outcome, StaffingAdvice, Visit, VisitState
from tests import builders
from tests.walkup import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> Any:
    return timezone.now()


@pytest.fixture
def place(now: Any) -> stage.Place:
    return stage.seated(stage.place(), now=now)


def _past(place: stage.Place, *, now: Any, weeks: int = 2) -> None:
    """Visits of past days, as rows: one an hour apart from the other, each waiting a minute more."""
    model = stage.comes(place, at=now)
    rows = []
    for days in range(1, 7 * weeks + 1):
        for n in range(4):
            arrived = now - timedelta(days=days) + timedelta(minutes=n)
            waited = 5 + n
            outcome = [Outcome.SERVED, Outcome.SERVED, Outcome.NO_SHOW, Outcome.ABANDONED][n]
            called = None if outcome == Outcome.ABANDONED else arrived + timedelta(minutes=waited)
            rows.append(
                Visit(
                    venue=place.venue, ticket=model.ticket, reason=place.reasons["password"], number=f"P {days}-{n}",
                    day=arrived.astimezone().date(), token=f"past-{days}-{n}", arrived_at=arrived, counts_from=arrived,
                    state=VisitState.ENDED, outcome=outcome, called_at=called, agent=place.nadia,
                    ended_at=arrived + timedelta(minutes=20),
                )
            )  # fmt: skip
    made = Visit.objects.bulk_create(rows)
    EstimateRecord.objects.bulk_create(
        EstimateRecord(
            visit=visit, at=visit.arrived_at, median=4, low80=0, high80=6.5, low90=0, high90=9, usual=12, average=9,
            waited=(visit.called_at - visit.arrived_at).total_seconds() / 60,
        )
        for visit in made
        if visit.called_at is not None
    )  # fmt: skip
    Visit.objects.filter(pk=model.pk).delete()


def _page(place: stage.Place, name: str) -> str:
    answer = builders.client_for(place.nadia).get(f"/desk/counter/{place.venue.slug}/{name}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_past_it_says_so(place: stage.Place) -> None:
    assert "Pas encore de journée passée" in _page(place, "influx")
    assert "Nous ne pouvons pas encore le dire" in _page(place, "accuracy")


def test_now(place: stage.Place, now: Any) -> None:
    for minutes in (12, 3):
        stage.comes(place, at=now - timedelta(minutes=minutes))
    moment = influx.moment_of(place.venue, now=now)
    assert (moment.waiting, moment.longest, moment.seated, moment.serving) == (2, 12, 2, 0)
    assert "En attente" in _page(place, "influx")


def test_four_weeks_by_hour_and_weekday(place: stage.Place, now: Any) -> None:
    _past(place, now=now)
    history = influx.history_of(place.venue, now=now)
    assert (history.days, history.visits) in {(14, 56), (13, 52), (15, 56)}
    assert history.left == pytest.approx(0.25, abs=0.02)
    assert history.absent == pytest.approx(0.25, abs=0.02)
    assert history.median == pytest.approx(6)
    assert history.ninth == pytest.approx(7)
    assert sum(history.cells.values()) == pytest.approx(4 * 7, abs=1)
    page = _page(place, "influx")
    assert 'class="heat"' in page and "Voir les chiffres" in page


def test_how_right_we_were(place: stage.Place, now: Any) -> None:
    _past(place, now=now)
    whole, weeks = accuracy.weeks_of(place.venue, now=now)
    assert whole is not None and sum(week.count for week in weeks) == whole.count == 42
    # Waits of 5, 6 and 7 minutes, told 4; the range to 6.5 holds two of the three.
    assert whole.error == pytest.approx(2)
    assert whole.usual == pytest.approx(6)
    assert whole.average == pytest.approx(3)
    assert whole.inside80 == pytest.approx(2 / 3)
    assert whole.inside90 == 1
    page = _page(place, "accuracy")
    assert "<strong>2,0 minutes</strong>" in page and "<strong>67 fois sur cent</strong>" in page


def test_what_nobody_was_told_is_not_judged(place: stage.Place, now: Any) -> None:
    """Of a venue that knows too little no figure is shown; what it would have been is kept for the calibration."""
    visit = stage.comes(place, at=now)
    kept = EstimateRecord.objects.get(visit=visit)
    assert not kept.told and kept.quantiles
    _past(place, now=now)
    EstimateRecord.objects.update(told=False)
    assert accuracy.weeks_of(place.venue, now=now) == (None, [])
    EstimateRecord.objects.filter(visit__outcome=Outcome.NO_SHOW).update(told=True)
    whole, _weeks = accuracy.weeks_of(place.venue, now=now)
    assert whole is not None and whole.count == 14


def test_pictures_are_drawn_in_every_language(place: stage.Place, now: Any) -> None:
    """A comma in a length, and the bar isn't there."""
    _past(place, now=now)
    for name in ("influx", "accuracy"):
        lengths = re.findall(r'\s(?:x|y|width|height)="([^"]*)"', _page(place, name).split("<main")[1])
        assert len(lengths) > 20
        assert all(re.fullmatch(r"-?\d+(\.\d+)?", one) for one in lengths)


def test_advice_is_a_sentence(place: stage.Place, now: Any) -> None:
    StaffingAdvice.objects.create(
        venue=place.venue, at=now, day=now.date(), days=12, runs=48, usual=30,
        findings=[{
            "skill": str(place.skill.pk), "starts": 600, "ends": 720, "before": 41.2, "after": 17.9, "low": 14.6,
            "high": 21.2,
        }],
    )  # fmt: skip
    page = _page(place, "influx").replace("\N{NO-BREAK SPACE}", " ")
    assert "avec la compétence « Matériel » de 10 h à 12 h ramènerait de 41 à 18 minutes" in page
    assert "entre 14 et 21" in page


def test_the_work_is_bounded(place: stage.Place, now: Any) -> None:
    """As many statements for two weeks of visits as for one."""
    counts = []
    client = builders.client_for(place.nadia)
    for weeks in (1, 2):
        Visit.objects.all().delete()
        _past(place, now=now, weeks=weeks)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/desk/counter/{place.venue.slug}/influx")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_for_those_who_receive_there(place: stage.Place) -> None:
    stranger = builders.agent(builders.desk("Autre"), stage.cast.KARIM)
    for name in ("influx", "accuracy"):
        assert builders.client_for(stranger).get(f"/desk/counter/{place.venue.slug}/{name}").status_code == 404
