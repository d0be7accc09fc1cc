"""A whole check-in by finger, by keyboard alone, by scanner; at every size of a kiosk; everybody forgotten after."""

from __future__ import annotations

import re
import time

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Route, expect

from guichet.demo.cast import AMELIE
from guichet.walkup.models import Visit
from tests.e2e import language
from tests.e2e.conftest import Door, eventually
from tests.e2e.kiosk import hands

# What of that may be touched, with its place and size.
BOXES = """wanted => [...document.querySelectorAll(wanted)].filter(node => node.checkVisibility()).map((node) => {
  const { top, width, height } = node.getBoundingClientRect();
  return [node.textContent.trim(), top, width, height]; })"""
# A machine without a touch screen shows no letters to touch.
NO_FINGER = """matchMedia = ((all) => (query) =>
  query === "(any-pointer: coarse)" ? { matches: false } : all(query))(matchMedia.bind(window));"""


def axe(page: Page) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations'], preload: false}).then(answer => answer.violations)")
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']][:3]}" for rule in found]


def heading_or_field(page: Page) -> str:
    """Where the focus went when a step came."""
    return str(page.evaluate("document.activeElement.id"))


def test_by_finger_in_a_few_touches_and_seconds(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    began, touches = time.monotonic(), 0
    for touch in ("[value=name]", ".letter:text-is('z')", ".letter:text-is('o')", ".letter:text-is('é')", ".key-main",
                  ".tile:has-text('Ordinateur')", ".tile:has-text('Lent')"):  # fmt: skip
        page.tap(touch)
        touches += 1
    number = hands.number(page)
    assert time.monotonic() - began < 10
    assert touches - 3 == 4  # the letters are the name's
    visit = Visit.objects.get(venue=venue)
    assert (visit.number, visit.person.name, visit.reason.name_fr) == (number, "Zoé", "Lent, bloqué ou en panne")
    expect(page.locator(".qr")).to_be_visible()
    assert hands.kept_on(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_step_is_accessible_in_both_languages(door: Door, theme: str) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue, color_scheme=theme)
    page = hands.opened(context)
    wrong: list[str] = []

    def judge(step: str) -> None:
        # The letters to touch are smaller than what one must touch once.
        for lang in ("fr", "en"):
            assert page.evaluate("document.documentElement.lang") == lang
            wrong.extend(f"{step} {lang}: {found}" for found in axe(page))
            wrong.extend(f"{step} {lang}: {text!r}" for text in language.strays(page, lang, names=set()))
            page.tap(hands.OTHER_LANGUAGE)
        assert heading_or_field(page) in {"title", "typed"}, step

    judge("start")
    for way in ("badge", "name", "email", "appointment"):
        page.tap(f"[value={way}]")
        assert heading_or_field(page) == "typed"
        judge(way)
        page.tap(".key-main")
        expect(page.locator("[data-error]")).to_be_visible()
        judge(f"{way} empty")
        page.tap("[name=back]")
    page.tap("[value=none]")
    judge("reasons")
    page.tap(".tile:has-text('Impression')")
    page.wait_for_selector("[data-step=done]")
    judge("done")
    assert wrong == []


@pytest.mark.parametrize(
    "size", [hands.PORTRAIT, hands.LANDSCAPE, hands.WIDE, hands.TABLET], ids=lambda size: f"{size[0]}x{size[1]}"
)
def test_everything_fits_and_is_large_enough(door: Door, size: tuple[int, int]) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue, size=size)
    page = hands.opened(context)
    wrong: list[str] = []

    def measure(step: str) -> None:
        over = page.evaluate(
            "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight - innerHeight]"
        )
        if max(over) > 0:
            wrong.append(f"{step}: {over} px too large")
        for text, top, width, height in page.evaluate(BOXES, hands.TARGETS):
            # Letters share their row's width.
            if height < 63.5 or (width < 63.5 and len(text) > 1):
                wrong.append(f"{step}: {text!r} is {width:.0f}×{height:.0f}")
            if size[1] > size[0] and step != "done" and top < size[1] / 3 - 1:
                wrong.append(f"{step}: {text!r} is too high up ({top:.0f})")

    measure("start")
    page.tap("[value=email]")
    measure("email")
    page.tap(".key-main")
    measure("empty")
    page.tap("[name=back]")
    page.tap("[value=none]")
    measure("reasons")
    high = page.locator(".tile").first.bounding_box()
    page.tap(hands.HEIGHT)
    low = page.locator(".tile").first.bounding_box()
    assert high and low and low["y"] > high["y"] + 20
    if size[1] > size[0]:
        assert low["y"] >= size[1] * 0.5 - 1
    measure("low")
    page.tap(hands.HEIGHT)
    page.tap(".tile:has-text('Impression')")
    page.wait_for_selector("[data-step=done]")
    measure("done")
    assert wrong == []


def test_every_french_letter_can_be_touched_and_taken_back_where_the_cursor_is(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    page.tap("[value=name]")
    for letter in "éèêëàâçîïôùûü+-’":
        page.tap(f".letter:text-is('{letter}')")
    field = page.locator("#typed")
    expect(field).to_have_value("Éèêëàâçîïôùûü+-’")
    field.fill("Zooé")
    field.evaluate("field => field.setSelectionRange(2, 2)")
    page.tap(".letter-wide")
    expect(field).to_have_value("Zoé")
    page.tap(".letter:text-is('x')")
    expect(field).to_have_value("Zxoé")
    field.evaluate("field => field.setSelectionRange(1, 3)")
    page.tap(".letter-wide")
    expect(field).to_have_value("Zé")
    page.tap("[name=back]")
    page.tap("[value=email]")
    for letter in "a+b":
        page.tap(f".letter:text-is('{letter}')")
    page.tap(".letter-wide")
    expect(field).to_have_value("a+")


def test_by_keyboard_alone(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue, size=hands.LANDSCAPE)
    context.add_init_script(NO_FINGER)
    page = hands.opened(context)

    def press_until(wanted: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                ring = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
                assert float(ring.removesuffix("px")) >= 3, ring
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"no way to {wanted}")

    press_until("[value=name]")
    assert heading_or_field(page) == "typed"
    page.keyboard.type("Marie Tremblay")
    page.keyboard.press("Enter")
    assert heading_or_field(page) == "title" and page.evaluate("document.activeElement.textContent.trim()")
    press_until(".tile[data-more]")
    press_until(".tile")
    number = hands.number(page)
    assert Visit.objects.get(venue=venue).number == number
    assert number in page.evaluate("document.activeElement.textContent")  # read aloud
    press_until("[data-finish]")
    expect(page.locator("[data-step=start]")).to_be_visible()


def test_a_scanner_is_a_keyboard_that_ends_with_enter(door: Door) -> None:
    venue, amelie, nadia = hands.venue(door), door.world.person("amelie"), door.world.person("nadia")
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    badge = AMELIE.badge
    printed = f"{badge[:4]}-{badge[4:7]}-{badge[7:]}"
    for read, whose in ((printed, amelie), (f"MAILTO:{nadia.email}", nadia)):
        # On the start, or on the next one's hands, with nothing touched: the number of the one before gives way.
        page.keyboard.type(read)
        page.keyboard.press("Enter")
        page.tap(".tile:has-text('Impression')")
        expect(page.locator("[data-step=done]")).to_be_visible()
        assert eventually(lambda whose=whose: Visit.objects.filter(venue=venue, person=whose).exists())
        for secret in (badge, printed, amelie.name, amelie.email, nadia.name):
            assert secret not in page.locator("main").inner_text()
    assert Visit.objects.filter(venue=venue).count() == 2
    page.keyboard.type("0001234567")
    page.keyboard.press("Enter")
    expect(page.locator("[data-step=reasons]")).to_be_visible()
    page.tap("[name=back]")
    expect(page.locator("#typed")).to_have_value("0001234567")


def test_forty_seconds_without_a_touch_forget_everybody(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = context.new_page()
    page.clock.install()
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    page.tap(hands.OTHER_LANGUAGE)
    page.tap("[value=name]")
    page.fill("#typed", "Marie Tremblay")
    page.clock.run_for(19_000)
    expect(page.locator("dialog")).to_have_count(0)
    page.clock.run_for(2_000)
    expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    # Twenty seconds to answer, said aloud now and then.
    told = page.locator("dialog [data-say]")
    expect(told).to_have_text("This screen goes back to the start in 20 seconds.")
    expect(page.locator("dialog")).to_have_accessible_description(re.compile("This screen goes back to the start in"))
    assert axe(page) == []
    said = []
    while "5 seconds" not in str(told.text_content()):
        page.clock.run_for(250)
        said.append(re.findall(r"\d+", str(told.text_content()))[0])
    assert sorted(set(said), key=int) == ["5", "10", "20"]
    page.tap("[data-here]")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("#typed")).to_have_value("Marie Tremblay")
    page.clock.run_for(35_000)
    expect(page.locator("[data-slot=seconds]")).to_have_text("5")
    page.clock.run_for(6_000)
    expect(page.locator("[data-step=start]")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert "Tremblay" not in page.content()
    page.tap("[value=name]")
    expect(page.locator("#typed")).to_have_value("")
    assert page.evaluate("history.length") <= 2
    stored = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "Tremblay" not in stored
    assert not Visit.objects.filter(venue=venue).exists()


def test_refused_it_says_so_in_their_language_and_keeps_what_was_typed(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue)
    page = hands.opened(context)
    page.tap(hands.OTHER_LANGUAGE)
    page.tap("[value=appointment]")
    page.fill("#typed", "Personne Ici")
    page.tap(".key-main")
    expect(page.locator("[data-error]")).to_contain_text("We find no appointment here today")
    expect(page.locator("#typed")).to_have_value("Personne Ici")
    page.tap(hands.OTHER_LANGUAGE)
    expect(page.locator("h1")).to_contain_text("rendez-vous")
    assert hands.kept_on(page) == []


def test_without_scripts(door: Door) -> None:
    venue = hands.venue(door)
    context, _device = hands.machine(door, venue, java_script_enabled=False)
    page = context.new_page()
    page.goto("/kiosk/")
    page.tap("[value=name]")
    page.fill("#typed", "Zoé")
    page.tap(hands.OTHER_LANGUAGE)
    assert page.locator("#typed").input_value() == "Zoé"
    page.tap(".key-main")
    page.tap(".tile:has-text('Computer')")
    page.tap(".tile:has-text('Slow')")
    assert page.locator("p.number").inner_text() == Visit.objects.get(venue=venue).number
    page.tap("[data-finish]")
    expect(page.locator("[data-step=start]")).to_be_visible()


def test_a_machine_that_learned_meanwhile_that_it_is_revoked_gives_no_number(door: Door) -> None:
    """Its own look at the server told it, while somebody was choosing."""
    from django.utils import timezone

    from guichet.walkup import enrolment

    venue = hands.venue(door)
    context, device = hands.machine(door, venue)
    page = hands.opened(context)
    door.expect(401)
    door.expect(403, "/kiosk/")
    page.tap("[value=none]")
    enrolment.revoke(device, actor=door.world.person("helene"), now=timezone.now())
    # It asks a second time, to be sure; on a slow machine that takes a while.
    looks: list[Route] = []

    def look(route: Route) -> None:
        looks.append(route)
        if len(looks) == 1:
            route.continue_()

    page.route("**/kiosk/ready/", look)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(100)
    assert eventually(lambda: page.wait_for_timeout(50) or len(looks) > 1)
    page.tap(".tile:has-text('Impression')")
    expect(page.locator("[data-step=revoked]")).to_be_visible()
    assert eventually(lambda: hands.kept_on(page) == []) and not Visit.objects.filter(venue=venue).exists()


def test_a_revoked_machine_says_so_at_once(door: Door) -> None:
    from django.utils import timezone

    from guichet.walkup import enrolment

    venue = hands.venue(door)
    context, device = hands.machine(door, venue)
    page = hands.opened(context)
    door.expect(401)
    door.expect(403, "/kiosk/")
    enrolment.revoke(device, actor=door.world.person("helene"), now=timezone.now())
    page.tap("[value=none]")
    page.tap(".tile:has-text('Impression')")
    expect(page.locator("[data-step=revoked]")).to_be_visible()
    assert eventually(lambda: hands.kept_on(page) == []) and not Visit.objects.filter(venue=venue).exists()
    page.reload()
    expect(page.get_by_role("heading", name="Cette machine n’est pas inscrite")).to_be_visible()
