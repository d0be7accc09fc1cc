"""One's place on one's phone: live, honest without network, left with two touches."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import expect

from guichet.walkup import counter
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Counter, Reason, Venue, Visit
from guichet.walkup.who import Who
from tests.e2e import language
from tests.e2e.conftest import Door, eventually
from tests.e2e.kiosk import hands

PHONE = {"width": 390, "height": 844}


def comes(venue: Venue) -> Visit:
    reason = Reason.objects.get(venue=venue, name_fr="Impression")
    return check_in(venue=venue, reason=reason, now=timezone.now(), language="fr", who=Who())


def test_the_call_is_on_the_phone_at_once(door: Door) -> None:
    venue = hands.venue(door)
    visit, nadia = comes(venue), door.world.person("nadia")
    context = door.context(viewport=PHONE, has_touch=True)
    context.add_init_script("navigator.vibrate = (pattern) => { window.shaken = pattern; return true; };")
    page = context.new_page()
    page.goto(f"/visit/{visit.token}/")
    expect(page.locator(".number")).to_contain_text(visit.number)
    expect(page.get_by_text("Revenez maintenant")).to_be_visible()
    page.wait_for_timeout(500)
    desk = Counter.objects.get(venue=venue)
    counter.sit(desk, actor=nadia, now=timezone.now())
    counter.call_next(desk, actor=nadia, now=timezone.now())
    expect(page.get_by_role("heading", name="C’est votre tour")).to_be_visible(timeout=5000)
    expect(page.locator(".where")).to_have_text("Guichet 3")
    assert page.title().startswith("C’est votre tour") and page.evaluate("window.shaken.length") == 5
    expect(page.locator("[data-leave]")).to_be_hidden()


def test_accessible_narrow_and_in_one_language(door: Door) -> None:
    visit = comes(hands.venue(door))
    wrong = []
    for lang in ("fr", "en"):
        for theme in ("light", "dark"):
            page = door.context(viewport={"width": 320, "height": 640}, language=lang, color_scheme=theme).new_page()
            page.goto(f"/visit/{visit.token}/")
            page.evaluate(AXE_SCRIPT)
            found = page.evaluate("axe.run({preload: false}).then(answer => answer.violations.map(rule => rule.id))")
            wrong += [f"{lang} {theme}: {rule}" for rule in found]
            wrong += [f"{lang}: {text}" for text in language.strays(page, lang, names={visit.reason.name_fr})]
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                wrong.append("too wide")
    assert wrong == []


def test_without_network_it_shows_what_it_knew_and_when(door: Door) -> None:
    visit = comes(hands.venue(door))
    context = door.context(viewport=PHONE, has_touch=True)
    page = context.new_page()
    page.goto(f"/visit/{visit.token}/")
    here = f"/visit/{visit.token}/"
    assert eventually(lambda: page.evaluate(hands.KEPT, [here, "/static/kiosk/visit.js", "/static/kiosk/visit.css"]))
    context.set_offline(True)
    expect(page.locator("[data-lost]")).to_contain_text("Sans réseau. Situation à")
    page.reload()
    expect(page.locator(".number")).to_contain_text(visit.number)
    expect(page.locator("[data-lost]")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("[data-lost]")).to_be_hidden()


def test_two_touches_leave_the_queue(door: Door) -> None:
    visit = comes(hands.venue(door))
    page = door.context(viewport=PHONE, has_touch=True).new_page()
    page.goto(f"/visit/{visit.token}/")
    page.tap("summary")
    assert Visit.objects.get(pk=visit.pk).state == "waiting"
    page.tap(".danger")
    expect(page.get_by_role("heading", name="Vous avez quitté la file")).to_be_visible()
    assert Visit.objects.get(pk=visit.pk).outcome == "abandoned"


def test_without_scripts_it_is_left_as_well(door: Door) -> None:
    visit = comes(hands.venue(door))
    page = door.context(viewport=PHONE, has_touch=True, java_script_enabled=False).new_page()
    page.goto(f"/visit/{visit.token}/")
    page.tap("summary")
    page.tap(".danger")
    expect(page.get_by_role("heading", name="Vous avez quitté la file")).to_be_visible()
