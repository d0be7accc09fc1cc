"""What a kiosk accepted and the queue didn't take is shown to whoever receives there, until they settle it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guichet.walkup.models import StrayCause, StrayCheckIn
from tests import builders, cast
from tests.walkup import stage


@pytest.fixture
def place(db: None) -> stage.Place:
    return stage.seated(stage.place(), now=timezone.now())


def stray(place: stage.Place, **fields: object) -> StrayCheckIn:
    now = timezone.now()
    said = {"way": "name", "typed": "Marie <b>Tremblay</b>", "reason": place.reasons["password"].pk}
    return StrayCheckIn.objects.create(
        venue=place.venue, client_key="k", number="K1-7", arrived_at=now, at=now, said=said, cause=StrayCause.REFUSED,
        words="Ce point d’accueil est fermé.", **fields,
    )  # fmt: skip


def test_it_is_announced_shown_and_settled(place: stage.Place) -> None:
    row, browser = stray(place), builders.client_for(place.nadia)
    counter = browser.get(f"/desk/counter/{place.venue.slug}/").content.decode()
    assert "1 arrivée à examiner" in counter and f"/desk/counter/{place.venue.slug}/strays" in counter
    text = browser.get(f"/desk/counter/{place.venue.slug}/strays").content.decode()
    for words in ("K1-7", "Marie &lt;b&gt;Tremblay", "Comptes › Mot de passe", "Refusé", "fermé"):
        assert words in text, words
    answer = browser.post(f"/desk/counter/{place.venue.slug}/strays/{row.pk}/settling")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert row.settled_by == place.nadia and row.settled_at is not None
    # Who it was is kept no longer than it takes to look.
    assert row.said == {}
    assert "K1-7" not in browser.get(answer["Location"]).content.decode()
    assert "à examiner" not in browser.get(f"/desk/counter/{place.venue.slug}/").content.decode()


def test_settled_twice_it_stays_with_the_first(place: stage.Place) -> None:
    row = stray(place)
    for agent in (place.nadia, place.felix):
        builders.client_for(agent).post(f"/desk/counter/{place.venue.slug}/strays/{row.pk}/settling")
    row.refresh_from_db()
    assert row.settled_by == place.nadia


def test_nobody_else_sees_or_settles_it(place: stage.Place) -> None:
    row = stray(place)
    other = builders.desk()
    for person in (place.amelie, builders.agent(other, cast.RACHEL), builders.manager(other)):
        browser = builders.client_for(person)
        assert browser.get(f"/desk/counter/{place.venue.slug}/strays").status_code == 404
        assert browser.post(f"/desk/counter/{place.venue.slug}/strays/{row.pk}/settling").status_code == 404
    row.refresh_from_db()
    assert row.settled_at is None


@pytest.mark.parametrize("said", [{}, {"reason": 0, "way": 3, "typed": None}, {"reason": 999, "typed": '{"key": 1}'}])
def test_whatever_it_says_it_can_be_shown(place: stage.Place, said: dict[str, object]) -> None:
    row = stray(place)
    row.said, row.device = said, None
    row.save()
    answer = builders.client_for(place.nadia).get(f"/desk/counter/{place.venue.slug}/strays")
    assert answer.status_code == 200 and "K1-7" in answer.content.decode()
