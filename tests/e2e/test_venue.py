"""A newcomer sets up a venue in five minutes: by the pages, with scripts and without, to the first number taken."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core.cache import cache
from playwright.sync_api import Page, expect

from guichet.demo import cast
from guichet.walkup.models import Device, Duty, Reason, Venue, Visit
from tests.e2e.conftest import Door

HERE = f"/desk/settings/{cast.COLLEGE}/venues/"
FIVE_MINUTES = 300


def open_now(venue: Venue) -> None:
    """Whatever the day and the hour at which tests run."""
    venue.opening = [[[0, 1440]]] * 7
    venue.save()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_from_nothing_to_a_number(door: Door, scripts: bool) -> None:
    name = f"Comptoir {'vif' if scripts else 'sobre'}"
    began = time.monotonic()
    page = door.enter("helene", HERE, java_script_enabled=scripts)
    page.get_by_role("link", name="Nouveau point d’accueil").first.click()
    page.fill("[name=name_fr]", name)
    page.get_by_label("Jolaine Ouellet" if scripts else "Sylvain Lacroix").check()
    page.get_by_label("Priya Raghunathan" if scripts else "Étienne Beaulieu").check()
    page.get_by_role("button", name="Créer le point d’accueil").click()
    expect(page.locator("h1")).to_have_text(name)
    venue = Venue.objects.get(name_fr=name)
    assert venue.counters.count() == 2 and venue.reasons.count() == 12
    assert Duty.objects.filter(venue=venue).values("agent").distinct().count() == 2
    _change_a_week(page)
    _add_a_counter(page)
    _add_a_reason(page, venue)
    _let_appointments_go_first(page)
    code = _make_a_code(page)
    _poster(page, venue)
    assert time.monotonic() - began < FIVE_MINUTES
    open_now(venue)
    _kiosk_takes_its_place(door, code)
    _take_a_number(door, venue, scripts=scripts)


def _change_a_week(page: Page) -> None:
    page.locator(".duty-week tbody th a").first.click()
    page.fill("[name=hours_4]", "8:00-12:00")
    page.fill("[name=breaks_4]", "11:30-12:30")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".field-error")).to_contain_text("hors des heures")
    page.fill("[name=breaks_4]", "10:00-10:15")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".duty-week")).to_contain_text("10\u00a0h\u00a0–\u00a010\u00a0h\u00a015")


def _add_a_counter(page: Page) -> None:
    form = page.locator("#counters form")
    form.locator("[name=name]").fill("3")
    form.get_by_role("button").click()
    expect(page.locator(".venue-counters")).to_contain_text("Guichet 3")


def _add_a_reason(page: Page, venue: Venue) -> None:
    page.locator("#reasons .reason-more a").first.click()
    page.fill("[name=name_fr]", "Double authentification")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator(".reason-tree")).to_contain_text("Double authentification")
    assert Reason.objects.get(venue=venue, name_fr="Double authentification").parent is not None


def _let_appointments_go_first(page: Page) -> None:
    page.locator("#identity a", has_text="Modifier").click()
    page.get_by_label("Les personnes avec rendez-vous").check()
    page.get_by_role("button", name="Enregistrer").click()
    page.locator("#rules a", has_text="Modifier").click()
    page.fill("[name=head_appointment]", "30 min")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#rules")).to_contain_text(re.compile(r"moins de 30.min avant son heure"))


def _make_a_code(page: Page) -> str:
    page.fill("[name=device_name]", "Borne de l’entrée")
    page.locator("#devices").get_by_role("button", name="Créer un code").click()
    code = page.locator("#device-code strong").inner_text()
    assert re.fullmatch(r"\w{4} \w{4}", code)
    return code


def _poster(page: Page, venue: Venue) -> None:
    page.get_by_role("link", name="Imprimer l’affiche").click()
    expect(page.locator(".poster-code svg")).to_be_visible()
    expect(page.locator(".poster-address")).to_contain_text(f"/visit/new/{venue.slug}/")


def _kiosk_takes_its_place(door: Door, code: str) -> None:
    machine = door.enter("", "/kiosk/enrol/")
    machine.locator("[name=code]").fill(code)
    machine.locator("[name=code]").press("Enter")
    machine.wait_for_url("**/kiosk/")
    device = Device.objects.order_by("-pk")[0]
    assert device.enrolled_at is not None and device.seen_at is not None


def _take_a_number(door: Door, venue: Venue, *, scripts: bool) -> None:
    cache.clear()
    phone = door.enter(
        "", f"/visit/new/{venue.slug}/", viewport={"width": 390, "height": 844}, java_script_enabled=scripts
    )
    phone.get_by_role("link", name="Impression").click()
    phone.fill("[name=name]", "Zoé")
    if scripts:
        assert _flaws(phone) == []
    phone.get_by_role("button", name="Prendre mon numéro").click()
    visit = Visit.objects.get(venue=venue)
    phone.wait_for_url(f"**/visit/{visit.token}/")
    expect(phone.locator(".number strong")).to_have_text(visit.number)


def _flaws(tab: Page) -> list[Any]:
    tab.evaluate(AXE_SCRIPT)
    found = tab.evaluate("axe.run()")["violations"]
    return [(flaw["id"], [node["html"] for node in flaw["nodes"]]) for flaw in found]


def test_the_poster_fits_one_sheet(door: Door) -> None:
    venue = Venue.objects.get(organisation__slug=cast.COLLEGE, slug="le-comptoir")
    page = door.enter("helene", f"{HERE}{venue.pk}/poster/")
    sheet = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12][.\d]*\]", sheet)
