"""The counter’s page while things happen around it: what one holds in one’s hands stays there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from guichet.walkup import counter
from guichet.walkup.models import Appointment, Visit
from tests import builders
from tests.e2e.conftest import Door
from tests.e2e.hands import focused
from tests.walkup import stage


@pytest.fixture
def place(door: Door) -> stage.Place:
    number = timezone.now().timestamp()
    made = stage.place(slug=f"compt-{number:.0f}", board_key=f"clef-{number:.0f}", appointments=True)
    return stage.seated(made, now=timezone.now())


@pytest.fixture
def page(door: Door, place: stage.Place) -> Page:
    return at(door, place, f"/desk/counter/{place.venue.slug}/")


def at(door: Door, place: stage.Place, address: str) -> Page:
    context = door.context()
    name = settings.SESSION_COOKIE_NAME
    value = builders.client_for(place.nadia).cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": door.server}])
    page = context.new_page()
    page.goto(address)
    expect(page.locator("[data-live-state][data-state=on]").first).to_be_attached()
    return page


def line(page: Page, visit: Visit) -> Locator:
    return page.locator(f"#visit-{visit.pk}")


def comes(page: Page, place: stage.Place) -> Visit:
    """Somebody checks in, and the page has had the time to say so."""
    with page.expect_response(lambda answer: "part=1" in answer.url):
        visit = stage.comes(place, at=timezone.now())
    page.wait_for_timeout(300)
    return visit


def test_an_open_menu_stays_open_and_the_queue_is_shown_when_it_closes(page: Page, place: stage.Place) -> None:
    first = comes(page, place)
    menu = page.locator(f"#visit-menu-{first.pk}")
    line(page, first).locator("[popovertarget]").click()
    expect(menu).to_be_visible()
    second, third = comes(page, place), comes(page, place)
    expect(menu).to_be_visible()
    expect(menu.locator(".menu-item").first).to_be_visible()
    page.keyboard.press("Escape")
    for visit in (second, third):
        expect(line(page, visit)).to_be_visible()
    assert focused(page, "id") == f"visit-menu-{first.pk}-button"


def test_what_one_does_in_a_menu_closes_it(page: Page, place: stage.Place) -> None:
    first = comes(page, place)
    line(page, first).locator("[popovertarget]").click()
    page.locator(f"#visit-menu-{first.pk} button").last.scroll_into_view_if_needed()
    page.get_by_role("button", name="La personne est partie").click()
    expect(line(page, first)).to_have_count(0)


def test_the_focus_stays_on_what_it_was_on(page: Page, place: stage.Place) -> None:
    first = comes(page, place)
    counter.sit(place.counters[1], actor=place.felix, now=timezone.now())
    for wanted in (line(page, first).locator(".row-link"), line(page, first).locator("[popovertarget]"),
                   page.locator(".counter-next button"), page.locator(".counter-seat .split button")):  # fmt: skip
        wanted.focus()
        before = focused(page, "id")
        comes(page, place)
        assert focused(page, "id") == before != ""
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_a_field_that_has_the_focus_is_left_alone(page: Page, place: stage.Place) -> None:
    minutes = page.locator("[name=minutes]")
    minutes.focus()
    minutes.select_option("45")
    visit = comes(page, place)
    page.evaluate("htmx.trigger('#counter-live', 'every')")
    assert minutes.input_value() == "45" and focused(page, "name") == "minutes"
    page.locator("h1").click()
    expect(line(page, visit)).to_be_visible()


def test_the_day_of_appointments_keeps_an_open_question_and_the_focus(door: Door, place: stage.Place) -> None:
    now = timezone.now()
    booked = Appointment.objects.create(
        venue=place.venue, reason=place.reasons["laptop"], person=place.amelie, starts_at=now, minutes=30, place=0,
        uid=f"{now.timestamp()}", booked_by=place.amelie, booked_at=now - timedelta(days=1),
    )  # fmt: skip
    page = at(door, place, f"/desk/appointments/?venue={place.venue.slug}")

    def something_happens() -> None:
        with page.expect_response(lambda answer: "/appointments/" in answer.url):
            stage.comes(place, at=timezone.now())
        page.wait_for_timeout(300)

    move = page.locator(f"a[href$='/{booked.pk}/move']")
    move.focus()
    something_happens()
    assert focused(page, "href").endswith(f"/{booked.pk}/move")
    page.get_by_role("button", name="Annuler – Amélie Bouchard").click()
    sure = page.get_by_role("button", name="Oui, annuler le rendez-vous")
    something_happens()
    sure.click()
    expect(page.get_by_text("est annulé").first).to_be_visible()
    booked.refresh_from_db()
    assert booked.state == "cancelled"
