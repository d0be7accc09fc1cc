"""The waiting room's screen in a browser: a call appears and is said aloud, in the language of whoever is called."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from guichet.walkup import counter
from tests.e2e.conftest import Door, eventually
from tests.walkup import stage

# What the voice was asked to say, instead of a voice that no test machine has.
LISTENER = """
window.said = [];
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [], cancel() {},
  speak(words) { if (words.text) window.said.push([words.lang, words.text]); setTimeout(() => words.onend?.(), 5); },
} });
"""


@pytest.fixture
def place(door: Door) -> stage.Place:
    number = timezone.now().timestamp()
    return stage.seated(stage.place(slug=f"hall-{number:.0f}", board_key=f"clef-{number:.0f}"), now=timezone.now())


def _board(door: Door, place: stage.Place, *, script: str = "", **options: Any) -> Page:
    page = door.context(viewport={"width": 1920, "height": 1080}, **options).new_page()
    page.add_init_script(LISTENER + script)
    page.goto(f"/board/{place.venue.slug}/{place.venue.board_key}/")
    page.wait_for_timeout(500)
    return page


def test_a_call_appears_and_is_said_in_its_language_first(door: Door, place: stage.Place) -> None:
    now = timezone.now()
    first = stage.comes(place, at=now)
    second = stage.comes(place, at=now)
    type(second).objects.filter(pk=second.pk).update(language="en")
    page = _board(door, place)
    counter.call_next(place.counters[0], actor=place.nadia, now=timezone.now())
    expect(page.locator(".call:first-child .number")).to_have_text(first.number)
    # Not wait_for_function: where it has to wait, it evaluates text in the page, which the policy forbids.
    assert eventually(lambda: page.evaluate("window.said.length") == 2, seconds=20)
    # Two at once are said one after the other, none over another.
    counter.call_next(place.counters[1], actor=place.felix, now=timezone.now())
    expect(page.locator(".call:first-child .counter")).to_have_text("Guichet 2")
    # Not wait_for_function: where it has to wait, it evaluates text in the page, which the policy forbids.
    assert eventually(lambda: page.evaluate("window.said.length") == 4, seconds=20)
    french, english = f"Numéro {first.number}\N{NO-BREAK SPACE}: Guichet 1", f"Number {first.number}: Counter 1"
    assert page.evaluate("window.said") == [
        ["fr-CA", french],
        ["en-CA", english],
        ["en-CA", f"Number {second.number}: Counter 2"],
        ["fr-CA", f"Numéro {second.number}\N{NO-BREAK SPACE}: Guichet 2"],
    ]


def test_what_was_called_before_the_screen_came_on_is_not_said(door: Door, place: stage.Place) -> None:
    stage.comes(place, at=timezone.now())
    counter.call_next(place.counters[0], actor=place.nadia, now=timezone.now())
    page = _board(door, place)
    expect(page.locator(".call")).to_have_count(1)
    page.wait_for_timeout(1500)
    assert page.evaluate("window.said") == []


def test_silence_is_shown_until_somebody_touches(door: Door, place: stage.Place) -> None:
    page = _board(door, place)
    expect(page.locator("[data-sound]")).to_be_visible()
    page.locator("[data-sound]").click()
    expect(page.locator("[data-sound]")).to_be_hidden()


REFUSED = """
AudioContext.prototype.__defineGetter__("state", () => "running");
speechSynthesis.speak = (words) => { if (words.text) setTimeout(() => words.onerror?.({ error: "not-allowed" }), 5); };
"""


def test_a_voice_that_the_browser_refuses_is_told_until_somebody_touches(door: Door, place: stage.Place) -> None:
    stage.comes(place, at=timezone.now())
    page = _board(door, place, script=REFUSED)
    sign = page.locator("[data-sound]")
    expect(sign).to_be_hidden()
    counter.call_next(place.counters[0], actor=place.nadia, now=timezone.now())
    expect(sign).to_be_visible()
    page.wait_for_timeout(2500)  # longer than its clock takes to go on
    assert sign.is_visible()
    sign.click()
    expect(sign).to_be_hidden()


@pytest.mark.parametrize(
    ("voices", "told"), [("[]", True), ('[{ lang: "de-DE" }]', True), ('[{ lang: "fr-CA" }]', False)]
)
def test_a_machine_without_a_voice_says_so(door: Door, place: stage.Place, voices: str, told: bool) -> None:
    page = _board(door, place, script=f"speechSynthesis.getVoices = () => {voices};")
    assert page.locator("[data-voiceless]").is_visible() is told


@pytest.mark.parametrize(("region", "sign"), [("fr-CA", "\N{NO-BREAK SPACE}h"), ("fr-FR", ":")])
def test_its_clock_goes_on_as_times_are_written_there(door: Door, place: stage.Place, region: str, sign: str) -> None:
    home = place.venue.organisation
    type(home).objects.filter(pk=home.pk).update(region=region)
    page = _board(door, place)
    clock = page.locator("[data-clock]")
    assert sign in str(clock.text_content())
    clock.evaluate("node => { node.textContent = '' }")
    expect(clock).not_to_be_empty()
    assert sign in str(clock.text_content())


def test_it_says_since_when_it_is_offline_and_comes_back(door: Door, place: stage.Place) -> None:
    page = _board(door, place)
    expect(page.locator(".state.nobody")).to_be_visible()
    page.evaluate("Date.now = ((real) => () => real() + 20000)(Date.now)")
    page.context.set_offline(True)
    expect(page.locator("[data-lost]")).to_contain_text("Hors ligne depuis")
    assert "\N{NO-BREAK SPACE}h" in str(page.locator("[data-lost-at]").text_content())
    visit = stage.comes(place, at=timezone.now())
    page.context.set_offline(False)
    expect(page.locator(".next")).to_contain_text(visit.number)
    expect(page.locator("[data-lost]")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1080, 1920)])
def test_what_matters_is_readable_at_eight_metres(door: Door, place: stage.Place, width: int, height: int) -> None:
    """Type of 90 px on 1080 lines, nothing cut off."""
    for _number in range(9):
        stage.comes(place, at=timezone.now())
    for seat, agent in zip(place.counters, (place.nadia, place.felix), strict=True):
        counter.call_next(seat, actor=agent, now=timezone.now())
    page = _board(door, place)
    page.set_viewport_size({"width": width, "height": height})
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    for part in page.locator(".call .number, .call .counter, .next li:not(.more)").all():
        assert part.evaluate(size) >= 90
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width and box["y"] + box["height"] <= height
