"""A kiosk goes on when nobody answers, and hands over what it accepted: all of it, in order, once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from guichet.walkup.models import StrayCheckIn, Venue, Visit
from tests.e2e.conftest import Door, eventually
from tests.e2e.kiosk import hands

FORGET = """() => new Promise((resolve, reject) => { const gone = indexedDB.deleteDatabase("guichet-kiosk");
  gone.onblocked = gone.onsuccess = resolve;
  gone.onerror = () => reject(gone.error); })"""
# A browser that waits as long as it takes: on a busy machine the cut may come late.
PATIENT = "AbortSignal.timeout = () => new AbortController().signal"


def numbers(venue: Venue) -> list[str]:
    return list(Visit.objects.filter(venue=venue).order_by("arrived_at").values_list("number", flat=True))


def beat(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def test_offline_and_back(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context, kept=True)
    context.set_offline(True)
    assert hands.without_name(page) == "K1-1"
    expect(page.locator("main")).to_contain_text("L’attente n’est pas connue pour l’instant")
    expect(page.locator("main")).to_contain_text("Votre arrivée est bien notée")
    page.tap("[data-finish]")
    page.reload()  # the browser was started anew, still without network
    page.wait_for_selector("html.js [data-step=start]")
    page.tap("[value=name]")
    page.fill("#typed", "Zoé Tremblay")
    page.tap(".key-main")
    page.tap(".tile:has-text('Ordinateur')")
    page.tap(".tile:has-text('Lent')")
    assert hands.number(page) == "K1-2"
    expect(page.locator("[data-link]")).to_contain_text("Arrivées conservées ici\u00a0: 2")
    page.tap("[data-finish]")
    assert numbers(venue) == [] and len(hands.kept_on(page)) == 2
    context.set_offline(False)
    assert eventually(lambda: len(numbers(venue)) == 2, seconds=20)
    assert numbers(venue) == ["K1-1", "K1-2"]
    assert eventually(lambda: hands.kept_on(page) == [])
    expect(page.locator("[data-link]")).to_be_hidden()
    # From here on the server counts again.
    assert hands.without_name(page).startswith("D ")
    assert Visit.objects.get(venue=venue, number="K1-2").person.name == "Zoé Tremblay"


def test_a_killed_server_that_comes_back(door: Door) -> None:
    venue = hands.venue(door)
    port = hands.free_port()
    kill = hands.serve(port)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/kiosk/")
    assert eventually(lambda: page.evaluate(hands.KEPT, ["/kiosk/", "/static/kiosk/keys.js"]), seconds=20)
    door.expect(500, "/kiosk/ready/")  # what it was answering as it died
    kill()
    given = [hands.without_name(page)]
    page.close()
    page = context.new_page()  # and the machine was switched off meanwhile
    page.goto(f"http://127.0.0.1:{port}/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    given.append(hands.without_name(page))
    assert given == ["K1-1", "K1-2"]
    kill = hands.serve(port)
    try:
        beat(page)
        assert eventually(lambda: numbers(venue) == given, seconds=20), numbers(venue)
        assert eventually(lambda: hands.kept_on(page) == [])
    finally:
        page.close()
        kill()


def test_an_answer_that_was_lost(door: Door) -> None:
    """The visit was saved, the machine doesn't know: what it showed is the number that is called."""
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/kiosk/handover/", lose)
    assert hands.without_name(page) == "K1-1"
    assert numbers(venue) == ["D 1"]
    page.unroute("**/kiosk/handover/")
    beat(page)
    assert eventually(lambda: numbers(venue) == ["K1-1"], seconds=20)
    assert eventually(lambda: hands.kept_on(page) == []) and not StrayCheckIn.objects.filter(venue=venue).exists()


@pytest.mark.parametrize("saved", [True, False])
def test_a_power_cut_in_the_middle(door: Door, saved: bool) -> None:
    """Pressed, and dark: whoever still stands there gets their number when the machine is back; nobody gets two."""
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    page.add_init_script(PATIENT)
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    asked: list[Any] = []

    def never(route: Route) -> None:
        if saved:
            route.fetch()
        asked.append(route)

    page.route("**/kiosk/handover/", never)
    page.tap("[value=none]")
    page.tap(".tile:has-text('Impression')")
    assert eventually(lambda: page.evaluate("document.body.ariaBusy") == "true")
    assert eventually(lambda: page.wait_for_timeout(50) or len(asked) == 1)
    assert len(hands.kept_on(page)) == 1
    hands.begun_at(page, hands.a_while_ago())
    page.close()
    page = context.new_page()
    page.goto("/kiosk/")
    expect(page.locator("[data-step=done]")).to_be_visible()
    assert numbers(venue) == [hands.number(page)] == ["D 1"] and hands.kept_on(page) == []


def test_two_tabs_give_no_number_twice_and_nothing_twice(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    tabs = [hands.opened(context, kept=True) for _ in range(2)]
    context.set_offline(True)
    given = []
    for _round in range(3):
        for tab in tabs:
            given.append(hands.without_name(tab))
            tab.tap("[data-finish]")
    assert len(set(given)) == 6
    context.set_offline(False)
    for tab in tabs:
        beat(tab)
    assert eventually(lambda: len(numbers(venue)) == 6, seconds=20)
    assert sorted(numbers(venue)) == sorted(given)
    assert eventually(lambda: hands.kept_on(tabs[0]) == [])


def test_what_the_queue_refuses_leaves_the_machine_and_reaches_the_desk(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context, kept=True)
    context.set_offline(True)
    number = hands.without_name(page)
    Venue.objects.filter(pk=venue.pk).update(anonymous=False)
    context.set_offline(False)
    beat(page)
    assert eventually(lambda: StrayCheckIn.objects.filter(venue=venue, number=number).exists(), seconds=20)
    assert eventually(lambda: hands.kept_on(page) == []) and numbers(venue) == []


def test_a_machine_that_forgot_its_count_goes_on_after_it(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context, kept=True)
    context.set_offline(True)
    assert hands.without_name(page) == "K1-1"
    context.set_offline(False)
    beat(page)
    assert eventually(lambda: numbers(venue) == ["K1-1"], seconds=20)
    page.evaluate(FORGET)
    page.close()
    page = hands.opened(context)
    beat(page)
    page.wait_for_timeout(1000)
    context.set_offline(True)
    assert hands.without_name(page) == "K1-2"
