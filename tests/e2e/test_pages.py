"""Every page of the URL map in Chromium: axe, no sideways scrolling, one language, a title that says where one is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from guichet.demo import cast
from guichet.knowledge.models import Run
from guichet.people.models import Team
from guichet.suggestions.models import Suggestion
from guichet.tickets.models import Problem
from guichet.walkup.models import Venue
from tests import builders
from tests.e2e import language
from tests.e2e.conftest import Door
from tests.e2e.page import Page, first
from tests.e2e.pages import NO_PAGE, PAGES, POSTED, ROWS, SENDS, names
from tests.e2e.pages_majors import major_of
from tests.e2e.pages_venues import part_of_venue, visit_of
from tests.e2e.world import World

WIDTHS = (390, 1280, 2560)
HEIGHT = 900
SHOTS = os.environ.get("GUICHET_SHOTS", "")


@pytest.fixture(scope="module")
def tour(browser: Browser, server: str, world: World) -> Iterator[dict[tuple[str, str], Tab]]:
    """One tab for each person and language, kept open from page to page."""
    door = Door(browser=browser, server=server, world=world)
    tabs: dict[tuple[str, str], Tab] = {}
    yield _Tabs(door, tabs)
    door.close()


class _Tabs:
    def __init__(self, door: Door, tabs: dict[tuple[str, str], Tab]) -> None:
        self.door, self.tabs = door, tabs

    def of(self, who: str, lang: str) -> Tab:
        if (who, lang) not in self.tabs:
            # Only the French one runs scripts: the English one is read.
            self.tabs[who, lang] = self.door.enter(who, language=lang, java_script_enabled=lang == "fr")
        return self.tabs[who, lang]


def test_every_name_of_the_url_map_is_a_page_or_says_why_not() -> None:
    known = {page.name for page in PAGES} | set(NO_PAGE)
    every = set(names())
    assert sorted(every - known) == []
    assert sorted(set(NO_PAGE) - every) == []
    assert sorted(set(NO_PAGE) & {page.name for page in PAGES}) == []


@pytest.mark.parametrize("name", sorted(name for name, why in NO_PAGE.items() if why == POSTED))
def test_what_only_takes_post_refuses_get(name: str, world: World) -> None:
    key = "helene" if "settings" in name else "nadia" if name.startswith("desk:") else "amelie"
    answer = builders.client_for(world.person(key)).get(_somewhere(name, world))
    # A page that was moved to its parent may also send there; it never shows one of its own.
    assert answer.status_code in {405, 302}, answer.status_code


def _somewhere(name: str, world: World) -> str:
    """An address of that name, with the world's values for its parts."""
    from django.urls import NoReverseMatch, reverse

    values: dict[str, Any] = {
        "reference": world.tickets["mine"], "token": world.words["journey"], "desk": "riviere-aux-pins",
        "pk": 1, "type": 1, "person": 1, "organisation": "riviere-aux-pins", "number": 1, "part": 1,
        "venue": "", "stray": 1, "problem": "", "major": "", "article": "", "counter": 1, "visit": 1,
        "key": "", "suggestion": 1,
    }  # fmt: skip
    row = name.rpartition(":")[2].partition("_")[0]
    values["contact"] = first("channels.Contact", cast.COLLEGE)(world)
    if row in ROWS:
        values["pk"] = first(ROWS[row], cast.COLLEGE)(world)
    elif row == "problem":
        values["problem"] = Problem.objects.filter(desk__slug=cast.COLLEGE).values_list("reference", flat=True)[0]
    elif row == "major":
        values |= {"major": major_of("running"), "number": 1}
    elif row == "outage":
        values["reference"] = major_of("running")
    elif row == "join":
        values["major"] = major_of("running")
    elif row == "article":
        values["article"] = world.words["article:published"]
    elif row == "guide":
        who = {"by__name": cast.AMELIE.name} if name.startswith("portal:") else {"alone": False}
        values["key"] = Run.objects.filter(tree__desk__slug=cast.COLLEGE, **who)[0].key
    elif row == "suggestion":
        made = Suggestion.objects.filter(ticket__desk__slug=cast.COLLEGE)[0]
        values |= {"reference": made.ticket.reference, "suggestion": made.pk}
    elif row == "appointment":
        values["number"] = world.numbers["appointment"]
    elif row == "member":
        values |= {"pk": world.numbers["team"], "person": world.numbers["member"]}
    elif row in {"venue", "counter", "device", "duty", "ready", "reason"} and "settings" in name:
        values |= {"pk": first("walkup.Venue", cast.COLLEGE)(world), "person": world.person("nadia").pk}
        if row in {"counter", "device", "reason"}:
            values["part"] = part_of_venue(row)(world)
    elif name.startswith(("desk:counter_", "desk:visit_")):
        venue = Venue.objects.get(organisation__slug=cast.COLLEGE)
        values |= {"venue": venue.slug, "visit": visit_of("waiting")}
        values["counter"] = part_of_venue("counter")(world)
    forms = (("desk", "type", "pk"), ("desk", "pk", "part"), ("desk", "pk", "person"), ("desk", "pk", "organisation"),
             ("desk", "pk"), ("desk", "organisation"), ("desk",), ("problem", "reference"), ("major", "reference"),
             ("major", "number"), ("major",), ("article",), ("key",), ("reference",), ("reference", "suggestion"),
             ("contact",), ("token",), ("number",), ("venue", "stray"), ("venue", "counter"), ("visit",),
             ())  # fmt: skip
    for wanted in forms:
        try:
            return reverse(name, kwargs={key: values[key] for key in wanted})
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address for {name}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.id)
def test_page(page: Page, tour: Any, world: World) -> None:
    address = page.address(world)
    wrong = [*_in_french(page, tour.of(page.who, "fr"), address), *_in_english(page, tour.of(page.who, "en"), address)]
    unexpected = [line for line in tour.door.wrong if not (page.status >= 400 and line.startswith(str(page.status)))]
    tour.door.wrong.clear()
    if found := [*wrong, *unexpected]:
        pytest.fail("\n".join(found), pytrace=False)


def _in_french(page: Page, tab: Tab, address: str) -> list[str]:
    tab.set_viewport_size({"width": 1280, "height": HEIGHT})
    wrong = _open(page, tab, address, "fr")
    wrong += [f"1280 light: {found}" for found in _axe(tab)]
    if page.name.startswith("ui:"):
        # Every component in every state; the other pages are looked at in the dark where they are narrow.
        tab.emulate_media(color_scheme="dark")
        wrong += [f"1280 dark: {found}" for found in _axe(tab)]
        tab.emulate_media(color_scheme="light")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": HEIGHT})
        over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            wrong.append(f"{width}: {over} px too wide ({_widest(tab, width)})")
        # The desk scrolls within its frame; a frame that scrolls away with the page does not come back.
        below = tab.evaluate("document.body.matches('.desk') ? document.documentElement.scrollHeight - innerHeight : 0")
        if below > 0:
            wrong.append(f"{width}: {below} px below the frame")
        if width == 390:
            tab.emulate_media(color_scheme="dark")
            wrong += [f"390 dark: {found}" for found in _axe(tab)]
            tab.emulate_media(color_scheme="light")
    _shoot(page, tab, "fr")
    return wrong


def _in_english(page: Page, tab: Tab, address: str) -> list[str]:
    wrong = _open(page, tab, address, "en")
    _shoot(page, tab, "en")
    return wrong


def _open(page: Page, tab: Tab, address: str, lang: str) -> list[str]:
    answer = tab.goto(address)
    assert answer is not None
    wrong = []
    if answer.status != page.status:
        wrong.append(f"answered {answer.status}")
    if tab.evaluate("location.pathname") != address.split("?", maxsplit=1)[0] and "invitation" not in address:
        wrong.append(f"sent to {tab.url}")
    if tab.evaluate("document.documentElement.lang") != lang:
        wrong.append("another lang attribute")
    title = tab.title()
    if not re.fullmatch(r"(?!Guichet ·)\S.* · Guichet", title):
        wrong.append(f"title: {title!r}")
    if not page.name.startswith("ui:"):
        teams = set(Team.objects.values_list("name", flat=True))
        wrong += [f"in the wrong language ({lang}): {text!r}" for text in language.strays(tab, lang, names=teams)]
    return wrong


def _axe(tab: Tab) -> list[str]:
    if tab.evaluate("typeof axe") == "undefined":
        tab.evaluate(AXE_SCRIPT)
    # Preloading fetches each stylesheet once more, for a rule about locked orientation that is off by default.
    found = tab.evaluate("axe.run({resultTypes: ['violations'], preload: false}).then(answer => answer.violations)")
    return [f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']][:3]}" for rule in found]


def _widest(tab: Tab, width: int) -> str:
    """What sticks out most, to find it quickly."""
    return str(
        tab.evaluate(
            """width => [...document.querySelectorAll("body *")]
                .map(node => [node.getBoundingClientRect().right, node.outerHTML.slice(0, 120)])
                .filter(([right]) => right > width + 1).sort((a, b) => b[0] - a[0]).slice(-1).join()""",
            width,
        )
    )


def _shoot(page: Page, tab: Tab, lang: str) -> None:
    """Pictures of the page at every width and theme, when somebody wants to look at them."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        tab.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": HEIGHT})
            tab.screenshot(path=Path(SHOTS) / f"{page.id}-{lang}-{width}-{theme}.png", full_page=True)
    tab.emulate_media(color_scheme="light")


def test_what_sends_elsewhere_sends_there(world: World) -> None:
    assert {name for name, why in NO_PAGE.items() if why == SENDS} == {"home", "desk:alert", "desk:settings:entrance"}
    for key, target in (("amelie", "/help/"), ("nadia", "/desk/"), ("helene", "/desk/")):
        assert builders.client_for(world.person(key)).get("/")["Location"] == target
    assert Client().get("/")["Location"].startswith("/sign-in/")
    assert builders.client_for(world.person("helene")).get("/desk/settings/")["Location"].endswith(
        "/desk/settings/riviere-aux-pins/")  # fmt: skip
