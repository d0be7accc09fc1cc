"""A kiosk that nobody looks after for weeks: closed, revoked, updated, its page staying open or coming from a cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from guichet.walkup import enrolment
from guichet.walkup.days import day_of
from guichet.walkup.models import Device, StrayCheckIn, Venue, Visit
from tests.e2e.conftest import Door, eventually
from tests.e2e.kiosk import hands

BEAT = "dispatchEvent(new Event('online'))"


def revoked(door: Door, device: Device) -> None:
    door.expect(401)
    door.expect(403, "/kiosk/")
    enrolment.revoke(device, actor=door.world.person("helene"), now=timezone.now())


def shut(venue: Venue, *, days: int) -> None:
    """Closed for so many days from today on; open all day afterwards."""
    today = day_of(venue, now=timezone.now())
    closed = [(today + timedelta(days=n)).isoformat() for n in range(days)]
    Venue.objects.filter(pk=venue.pk).update(closed_on=closed)


def test_closed_it_says_what_is_known_of_the_next_opening_and_nothing_else(door: Door) -> None:
    venue = hands.venue(door)
    shut(venue, days=2)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=closed]")
    sentence = page.locator(".step-hint-large")
    expect(sentence).to_contain_text("ouvrons")
    before = sentence.inner_text()
    shut(venue, days=4)
    page.evaluate(BEAT)
    expect(sentence).not_to_have_text(before)
    expect(sentence).to_contain_text("ouvrons")
    Venue.objects.filter(pk=venue.pk).update(active=False)
    page.evaluate(BEAT)
    expect(sentence).to_be_hidden()
    expect(page.get_by_role("heading")).to_have_text("Nous sommes fermés pour l’instant")
    shut(venue, days=0)
    Venue.objects.filter(pk=venue.pk).update(active=True)
    page.evaluate(BEAT)
    expect(page.locator("[data-step=start]")).to_be_visible()


def test_a_page_that_opens_while_closed_is_taken_away_from_nobody_later(door: Door) -> None:
    venue = hands.venue(door)
    shut(venue, days=1)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    answer = page.goto("/kiosk/")
    assert answer is not None and "refresh" not in answer.headers
    page.wait_for_selector("html.js [data-step=closed]")
    assert page.locator("meta[http-equiv=refresh]").count() == 0


def test_revoked_it_is_never_without_network_and_remembers_when_started_anew(door: Door) -> None:
    venue = hands.venue(door)
    context, device = hands.machine(door, venue)
    page = hands.opened(context, kept=True)
    revoked(door, device)
    page.evaluate(BEAT)
    expect(page.locator("[data-step=revoked]")).to_be_visible()
    expect(page.locator("[data-link]")).to_be_hidden()
    context.set_offline(True)
    page.goto("/kiosk/")  # switched on again, from the cache
    page.wait_for_selector("html.js [data-step=revoked]")
    page.evaluate(BEAT)
    page.wait_for_timeout(300)
    expect(page.locator("[data-step=revoked]")).to_be_visible()
    expect(page.locator("[data-link]")).to_be_hidden()
    context.set_offline(False)
    page.goto("/kiosk/")
    expect(page.get_by_role("heading", name="Cette machine n’est pas inscrite")).to_be_visible()
    assert eventually(lambda: page.evaluate("caches.match('/kiosk/').then((page) => !page)"))
    # Enrolled once more, it is a kiosk again.
    now = timezone.now()
    _other, code = enrolment.add_device(venue=venue, name="Borne", actor=door.world.person("helene"), now=now)
    page.goto("/kiosk/enrol/")
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    page.wait_for_selector("html.js [data-step=start]")
    page.reload()
    page.wait_for_selector("html.js [data-step=start]")
    assert hands.without_name(page).startswith("D ")


def test_a_page_that_never_learned_how_to_post_promises_no_number_once_revoked(door: Door) -> None:
    """Its first look at the server hangs; what it learns then is that it is no kiosk."""
    venue = hands.venue(door)
    context, device = hands.machine(door, venue)
    page = context.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)
        if len(held) > 1:
            route.continue_()

    page.route("**/kiosk/ready/", hold)
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    revoked(door, device)
    page.tap("[name=way][value=none]")
    page.tap(".tile:has-text('Impression')")
    expect(page.locator("[data-step=revoked]")).to_be_visible()
    assert hands.kept_on(page) == []
    held[0].abort()


def test_a_number_promised_while_its_check_in_was_handed_over_is_still_handed_over(door: Door) -> None:
    """Two tabs, or a slow answer: what was sent without a number takes nothing away that has one by now."""
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    left = page.evaluate(
        """async ([at, reason]) => {
          const store = await import("/static/kiosk/store.js");
          const entry = { key: crypto.randomUUID(), venue: location.search, language: "fr", arrived_at: at, way: "none",
            typed: "", reason, number: "", promised: false };
          await store.add({ ...entry });
          const number = await store.promise(entry.key, { letter: "K1", day: "2026-01-01", known: 0 });
          await store.remove(entry);
          const after = (await store.all()).map((one) => one.number);
          await store.remove({ ...entry, promised: true });
          return [number, after, (await store.all()).length];
        }""",
        [timezone.now().timestamp(), hands.leaf(venue, "Impression").pk],
    )
    assert left == ["K1-1", ["K1-1"], 0]


def test_a_check_in_that_somebody_waits_for_is_left_to_them(door: Door) -> None:
    """However slow its answer: the heartbeat doesn’t hand it over a second time."""
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    asked: list[Route] = []
    page.route("**/kiosk/handover/", _hold(asked))
    page.tap("[name=way][value=none]")
    page.tap(".tile:has-text('Impression')")
    assert eventually(lambda: page.wait_for_timeout(20) or len(asked) == 1)
    hands.begun_at(page, 1)
    page.evaluate(BEAT)
    page.wait_for_timeout(1000)
    assert len(asked) == 1
    asked[0].continue_()
    assert hands.number(page) == Visit.objects.get(venue=venue).number
    assert hands.kept_on(page) == [] and not StrayCheckIn.objects.filter(venue=venue).exists()


def _hold(held: list[Route]) -> Callable[[Route], None]:
    """Requests that aren't answered until the test lets them go."""

    def hold(route: Route) -> None:
        held.append(route)

    return hold


def _slow(context: BrowserContext) -> list[Route]:
    """The page itself answers after the worker's patience."""
    held: list[Route] = []
    context.route(re.compile(r"/kiosk/$"), _hold(held))
    return held


def test_a_late_answer_is_kept_for_the_next_time(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context, kept=True)
    _under_the_worker(page)
    Venue.objects.filter(pk=venue.pk).update(name_fr="Comptoir neuf")
    held = _slow(context)
    page.reload()  # four seconds, then the old page from the cache
    page.wait_for_selector("html.js [data-step=start]")
    assert "Comptoir neuf" not in page.locator("main").inner_text()
    for route in held:
        route.continue_()
    context.unroute_all()
    cached: Any = "caches.match('/kiosk/').then((page) => page.text()).then((text) => text.includes('Comptoir neuf'))"
    assert eventually(lambda: page.evaluate(cached), seconds=10)


def test_a_new_page_that_came_from_the_cache_is_asked_for_again_some_minutes_later(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    page.clock.install()
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    loads: list[str] = []
    page.on("framenavigated", lambda frame: loads.append(frame.url))

    def newer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "version": "newer"})

    context.route("**/kiosk/ready/", newer)
    page.clock.run_for(16_000)
    assert eventually(lambda: page.wait_for_timeout(50) or len(loads) == 1)
    page.wait_for_selector("html.js [data-step=start]")
    page.clock.run_for(60_000)
    page.wait_for_timeout(500)
    assert len(loads) == 1
    page.clock.run_for(5 * 60_000)
    assert eventually(lambda: page.wait_for_timeout(50) or len(loads) == 2)


def _under_the_worker(page: Page) -> None:
    assert eventually(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"))
