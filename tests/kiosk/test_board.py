"""The waiting room’s screen: opened by its key, says numbers and no names, costs a query for whoever looks again."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.config import live_access
from guichet.walkup import counter, enrolment
from guichet.walkup.days import zone_of
from guichet.walkup.models import DeviceKind
from guichet.walkup.who import Who
from tests.kiosk.conftest import World
from tests.walkup import stage


@pytest.fixture
def address(world: World) -> str:
    return f"/board/{world.venue.slug}/{world.venue.board_key}/"


def _state(address: str) -> str:
    answer = Client().get(f"{address}?state")
    assert answer.status_code == 200
    return answer.content.decode()


def test_nothing_to_show_says_what_to_do(world: World, address: str) -> None:
    assert "Personne n’attend." in _state(address)
    assert "Prenez un numéro" in _state(address)


def test_a_call_is_shown_and_worded_for_the_voice(world: World, address: str) -> None:
    now = timezone.now()
    visit = stage.comes(world.place, at=now, who=Who(name="Marie Tremblay", email="marie@essai.example"))
    other = stage.comes(world.place, at=now)
    before = _state(address)
    assert visit.number in before and other.number in before and "data-call=" not in before
    counter.call_next(world.place.counters[0], actor=world.place.nadia, now=now)
    after = _state(address)
    assert f'data-say-fr="Numéro {visit.number}\N{NO-BREAK SPACE}: Guichet 1"' in after
    assert f'data-say-en="Number {visit.number}: Counter 1"' in after
    assert 'data-first="fr"' in after
    for secret in ("Marie", "Tremblay", "essai.example", visit.token, visit.ticket.reference, visit.reason.name_fr):
        assert secret not in re.sub(r"<dl>.*</dl>", "", after)


def test_who_was_called_again_is_one_line_with_a_new_call(world: World, address: str) -> None:
    now = timezone.now()
    stage.comes(world.place, at=now)
    visit = counter.call_next(world.place.counters[0], actor=world.place.nadia, now=now)
    assert visit is not None
    first = re.findall(r'data-call="(\d+)"', _state(address))
    counter.recall(visit, actor=world.place.nadia, now=timezone.now())
    again = re.findall(r'data-call="(\d+)"', _state(address))
    assert len(first) == len(again) == 1 and int(again[0]) > int(first[0])


def test_who_went_back_to_the_queue_is_no_longer_called(world: World, address: str) -> None:
    now = timezone.now()
    stage.comes(world.place, at=now)
    visit = counter.call_next(world.place.counters[0], actor=world.place.nadia, now=now)
    assert visit is not None
    counter.hold(visit, actor=world.place.nadia, now=now)
    counter.release(visit, actor=world.place.nadia, now=now)
    assert "data-call=" not in _state(address)


def test_looking_again_costs_one_query(world: World, address: str) -> None:
    stage.comes(world.place, at=timezone.now())
    _state(address)
    with CaptureQueriesContext(connection) as queries:
        _state(address)
    assert len(queries) == 1


def test_a_wrong_key_opens_nothing(world: World) -> None:
    for key in ("x", world.venue.board_key + "x", world.venue.board_key[:-1]):
        assert Client().get(f"/board/{world.venue.slug}/{key}/").status_code == 404
    type(world.venue).objects.update(active=False)
    assert Client().get(f"/board/{world.venue.slug}/{world.venue.board_key}/").status_code == 404


def test_the_address_is_told_to_nobody(world: World, address: str) -> None:
    answer = Client().get(address)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_without_scripts_it_comes_back_by_itself(world: World, address: str) -> None:
    assert '<noscript><meta http-equiv="refresh"' in Client().get(address).content.decode()


def test_an_enrolled_screen_is_led_to_its_board(world: World, address: str) -> None:
    now = timezone.now()
    _device, code = enrolment.add_device(
        venue=world.venue, name="Écran du hall", actor=world.place.helene, now=now, kind=DeviceKind.BOARD
    )
    browser = Client()
    answer = browser.post("/kiosk/enrol/", {"code": code})
    assert answer["Location"] == "/kiosk/board/"
    assert browser.get("/kiosk/board/")["Location"] == address
    assert browser.get("/kiosk/").status_code == 403  # a screen checks nobody in
    assert world.machine().get("/kiosk/board/").status_code == 403  # nor is a kiosk a screen


def test_a_key_lets_listen_to_its_board_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_access, "close_old_connections", lambda: None)

    def heard(*topics: str) -> frozenset[str] | None:
        grant = live_access.authorise(cookies={}, authorization="", topics=list(topics))
        return grant and grant.topics

    own = f"board:{world.venue.board_key}"
    assert heard(own, f"venue:{world.venue.pk}", "desk:1") == {own}
    assert heard("board:autre") is None
    assert heard("board:") is None
    assert heard(f"venue:{world.venue.pk}") is None
    grant = live_access.authorise(cookies={}, authorization="", topics=[own])
    assert grant is not None and grant.most >= 200  # a building full of screens has one key


@pytest.mark.parametrize(
    ("region", "language", "shown"),
    [("fr-CA", "fr", "9\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}05"), ("fr-BE", "fr", "09:05"), ("fr-CA", "en", "09:05")],
)
def test_its_clock_is_written_as_there(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch, region: str, language: str, shown: str
) -> None:
    type(world.venue.organisation).objects.filter(pk=world.venue.organisation_id).update(region=region)
    morning = datetime(2026, 6, 15, 9, 5, tzinfo=zone_of(world.venue))
    monkeypatch.setattr("guichet.kiosk.views.board.timezone.now", lambda: morning)
    text = Client().get(address, {"language": language}).content.decode()
    assert f"data-clock>{shown}</time>" in text


def test_a_counter_with_a_name_of_its_own_keeps_it(world: World, address: str) -> None:
    seat = world.place.counters[0]
    type(seat).objects.filter(pk=seat.pk).update(name="Comptoir Est")
    stage.comes(world.place, at=timezone.now())
    counter.call_next(seat, actor=world.place.nadia, now=timezone.now())
    assert "Comptoir Est" in _state(address) and "Guichet Comptoir" not in _state(address)
