"""The page on one's phone: a number and a state, by a token, for a day; small, and nobody's name on it."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

import guichet
from guichet.config import live_access
from guichet.kiosk import shown
from guichet.kiosk.shown import Place
from guichet.walkup import counter
from guichet.walkup.models import Visit
from guichet.walkup.who import Who
from tests.kiosk.conftest import World
from tests.walkup import stage

STATIC = Path(guichet.__file__).parent


def comes(world: World, **more: object) -> Visit:
    return stage.comes(world.place, at=timezone.now(), **more)


def page(visit: Visit, query: str = "", **headers: str) -> str:
    answer = Client().get(f"/visit/{visit.token}/{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_number_place_and_reason_and_nobodys_name(world: World) -> None:
    first, second = comes(world), comes(world, who=Who(person=world.place.amelie))
    text = page(second)
    assert second.number in text and "1 personne avant vous" in text and second.reason.name in text
    for private in (world.place.amelie.name, world.place.amelie.email, second.ticket.reference, first.token):
        assert private not in text
    assert 'name="robots" content="noindex"' in text


def test_each_state_has_its_words(world: World) -> None:
    nadia, desk, now = world.place.nadia, world.place.counters[0], timezone.now()
    visit = comes(world)
    counter.call_next(desk, actor=nadia, now=now)
    text = page(visit, "?state")
    assert "C’est votre tour" in text and "Guichet 1" in text and 'data-alarm="turn"' in text
    counter.begin(Visit.objects.get(pk=visit.pk), actor=nadia, now=now)
    assert "Nous vous recevons" in page(visit)
    counter.finish(Visit.objects.get(pk=visit.pk), ending="resolved", solution="Réglé", actor=nadia, now=now)
    assert "C’est terminé" in page(visit)


def test_who_has_an_account_is_led_to_the_ticket(world: World) -> None:
    nadia, desk, now = world.place.nadia, world.place.counters[0], timezone.now()
    visit = comes(world, who=Who(person=world.place.amelie))
    counter.call_next(desk, actor=nadia, now=now)
    counter.begin(Visit.objects.get(pk=visit.pk), actor=nadia, now=now)
    counter.finish(Visit.objects.get(pk=visit.pk), ending="resolved", solution="Réglé", actor=nadia, now=now)
    assert f"/help/tickets/{visit.ticket.reference}/" in page(visit)


def test_held_and_no_show(world: World) -> None:
    nadia, desk, now = world.place.nadia, world.place.counters[0], timezone.now()
    held, gone = comes(world), comes(world)
    counter.call_next(desk, actor=nadia, now=now)
    counter.hold(Visit.objects.get(pk=held.pk), why="Va chercher son poste", actor=nadia, now=now)
    assert "suspendu" in page(held) and "chercher" not in page(held)
    counter.call_next(desk, actor=nadia, now=now)
    counter.no_show(Visit.objects.get(pk=gone.pk), actor=nadia, now=now)
    assert "sans réponse" in page(gone)


def test_leaving_is_two_touches_and_once(world: World) -> None:
    visit, browser = comes(world), Client()
    text = page(visit)
    assert re.search(r"<details.*Quitter la file.*<form method=\"post\".*Oui, je quitte", text, re.S)
    assert browser.get(f"/visit/{visit.token}/leaving/").status_code == 405
    for _ in range(2):
        assert browser.post(f"/visit/{visit.token}/leaving/")["Location"] == f"/visit/{visit.token}/"
    assert Visit.objects.get().outcome == "abandoned"
    text = page(visit)
    assert "Vous avez quitté la file" in text and "Oui, je quitte" not in text


def test_one_who_is_being_received_does_not_leave_by_an_old_page(world: World) -> None:
    visit, nadia, now = comes(world), world.place.nadia, timezone.now()
    counter.call_next(world.place.counters[0], actor=nadia, now=now)
    counter.begin(Visit.objects.get(), actor=nadia, now=now)
    Client().post(f"/visit/{visit.token}/leaving/")
    assert Visit.objects.get().state == "serving"


def test_after_a_day_it_is_gone(world: World) -> None:
    visit = comes(world)
    Visit.objects.update(arrived_at=timezone.now() - timedelta(hours=25))
    answer = Client().get(f"/visit/{visit.token}/")
    assert answer.status_code == 410 and "plus valable" in answer.content.decode()
    assert Client().post(f"/visit/{visit.token}/leaving/").status_code == 302
    assert Visit.objects.get().state == "waiting"


def test_the_language_of_the_kiosk_unless_this_phone_chose(world: World) -> None:
    visit = comes(world)
    Visit.objects.update(language="en")
    assert '<html lang="en"' in page(visit)
    browser = Client()
    browser.cookies["guichet_language"] = "fr"
    assert '<html lang="fr"' in browser.get(f"/visit/{visit.token}/").content.decode()


def test_it_is_kept_and_found_by_nobody(world: World) -> None:
    answer = Client().get(f"/visit/{comes(world).token}/")
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("private, no-store", "noindex")
    assert "guichet_kiosk" not in answer.cookies and "sessionid" not in answer.cookies


def test_guessing_stops(world: World) -> None:
    browser, visit = Client(), comes(world)
    statuses = [browser.get(f"/visit/essai-{n}/").status_code for n in range(40)]
    assert statuses[0] == 404 and statuses[-1] == 429
    assert browser.get(f"/visit/{visit.token}/").status_code == 200  # whose page it is goes on
    assert len(visit.token) >= 32


def test_a_phone_may_ask_often_and_not_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guichet.kiosk.views.visit.ASKED_PER_MINUTE", 5)
    browser, visit = Client(), comes(world)
    assert [browser.get(f"/visit/{visit.token}/?state").status_code for _ in range(7)] == [200] * 5 + [429] * 2


def test_the_page_with_all_its_files_is_below_thirty_kilobytes(world: World) -> None:
    text = page(comes(world)).encode()
    files = ["ui/static/ui/tokens.css", "ui/static/ui/favicon.svg"]
    files += [f"kiosk/static/kiosk/{name}" for name in ("visit.css", "visit.js", "visit-worker.js")]
    assert len(text) + sum((STATIC / name).stat().st_size for name in files) < 30_000
    assert len(gzip.compress(text)) < 3_000
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', text.decode())
    assert sorted(linked) == ["kiosk/visit.css", "kiosk/visit.js", "ui/favicon.svg", "ui/tokens.css"]


def test_whoever_has_the_token_hears_of_it_and_of_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_access, "close_old_connections", lambda: None)  # the test's own is among them
    visit, other = comes(world), comes(world)
    wanted = [f"visit:{visit.token}", f"visit:{other.token}", f"ticket:{visit.ticket.reference}",
              f"venue:{world.venue.pk}"]  # fmt: skip
    grant = live_access.authorise(cookies={}, authorization="", topics=wanted)
    assert grant is not None and grant.topics == {f"visit:{visit.token}"}
    for topics in (["visit:"], ["visit:essai"], [f"ticket:{visit.ticket.reference}"], []):
        assert live_access.authorise(cookies={}, authorization="", topics=topics) is None
    assert live_access.authorise(cookies={}, authorization="Bearer x", topics=wanted) is None
    Visit.objects.update(arrived_at=timezone.now() - timedelta(hours=25))
    assert live_access.authorise(cookies={}, authorization="", topics=wanted) is None


@pytest.mark.parametrize(
    ("ahead", "low", "near", "coffee"),
    [(0, 40.0, True, False), (2, None, True, False), (3, 5.0, True, False), (3, 5.1, False, False),
     (9, 15.0, False, True), (9, None, False, False)],
)  # fmt: skip
def test_when_to_come_back(ahead: int, low: float | None, near: bool, coffee: bool) -> None:
    place = Place(ahead=ahead, low=low, high=None if low is None else low + 10)
    assert (place.near, place.time_for_coffee) == (near, coffee)


def test_no_range_is_told_where_too_little_is_known(world: World) -> None:
    """A venue without a past of its own."""
    assert "trop peu pour estimer" in page(comes(world))
    assert shown.wait_words(Place(ahead=1, low=12.6, high=19.2))
    assert shown.wait_words(Place(ahead=1, little_data=True)) == ""
