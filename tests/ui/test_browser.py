"""The scripts in Chromium: keys, palette, overlays, drafts, files, themes. How pages look: tests/e2e/test_pages.py."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from guichet.lib import moments

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ZONE = ZoneInfo("America/Montreal")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("GUICHET_CHROMIUM") or shutil.which("chromium")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the driver's loop lives in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path or None, args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="fr-CA")
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert wrong == []


def test_keys_move_open_and_explain_themselves(page: Page) -> None:
    page.goto("/ui/frames/desk/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.hash") == "#G-7K4M2"
    page.keyboard.press("Enter")
    page.wait_for_url("**#G-7K4M2")
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**#tickets")
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    assert "Nouveau ticket" in page.locator("[data-keys-list]").inner_text()


def test_the_palette_filters_without_accents_and_acts(page: Page) -> None:
    page.goto("/ui/frames/desk/")
    page.keyboard.press("Control+k")
    assert page.locator("#palette").is_visible()
    page.keyboard.type("REGLAG")
    assert page.locator(".palette-item").count() == 1
    page.keyboard.press("Enter")
    assert page.url.endswith("#settings")
    assert not page.locator("#palette").is_visible()


def test_the_palette_says_that_nothing_matches_outside_its_list(page: Page) -> None:
    page.goto("/ui/frames/desk/")
    page.keyboard.press("Control+k")
    page.keyboard.type("xylophone")
    said = page.locator("#palette [role=status]")
    assert said.is_visible() and "Rien ne correspond" in said.inner_text()
    assert page.locator("[role=listbox] > *").count() == 0
    assert page.locator("[data-palette-input]").get_attribute("aria-expanded") == "false"
    page.keyboard.press("Control+a")
    page.keyboard.type("regl")
    assert not said.is_visible()


def test_who_types_on_before_the_answer_opens_what_the_whole_line_finds(page: Page) -> None:
    late: list[Route] = []

    def answer(route: Route) -> None:
        wanted = route.request.url.partition("q=")[2]
        if wanted == "imprimante":
            late.append(route)
        else:
            route.fulfill(json=[{"label": wanted, "url": f"#{wanted}"}])

    page.route("**/found?q=*", answer)
    page.goto("/ui/frames/desk/")
    page.locator("#palette").evaluate("dialog => { dialog.dataset.source = '/found'; }")
    page.keyboard.press("Control+k")
    page.keyboard.type("impr")
    page.locator(".palette-item", has_text="impr").wait_for()
    page.keyboard.type("imante")
    page.keyboard.press("Enter")
    for _step in range(50):
        if late:
            break
        page.wait_for_timeout(20)
    assert "#" not in page.url
    late[0].fulfill(json=[{"label": "imprimante", "url": "#imprimante"}])
    page.wait_for_url("**/#imprimante")


def test_typing_in_a_field_triggers_no_key(page: Page) -> None:
    page.goto("/ui/")
    page.locator("#composer-body").fill("")
    page.locator("#composer-body").press_sequentially("h? jk")
    assert page.locator("#composer-body").input_value() == "h? jk"
    assert page.locator("dialog:modal").count() == 0


def test_a_draft_survives_a_reload(page: Page) -> None:
    page.goto("/ui/")
    page.locator("#composer .note-kind").click()
    page.locator("#composer-body").fill("Ce que j’ai écrit")
    page.locator("#composer [data-draft-state]", has_text="enregistré").wait_for()
    page.reload()
    assert page.locator("#composer-body").input_value() == "Ce que j’ai écrit"
    assert page.locator("#composer input[value=note]").is_checked()
    assert "repris" in page.locator("#composer [data-draft-state]").inner_text()


def test_a_pasted_screenshot_becomes_a_file(page: Page) -> None:
    page.goto("/ui/")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(2048)], "image.png", {type: "image/png"}));
            document.querySelector("#composer-body").dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    assert "capture-" in page.locator("#composer .file-name").inner_text()
    assert page.evaluate("document.querySelector('#composer-files').files.length") == 1
    page.locator("#composer .file button").click()
    assert page.evaluate("document.querySelector('#composer-files').files.length") == 0


def test_sheet_and_menu_open_by_keyboard_and_give_focus_back(page: Page) -> None:
    page.goto("/ui/")
    opener = page.locator("[data-dialog=sheet-hand-over]")
    opener.focus()
    page.keyboard.press("h")
    assert page.locator("#sheet-hand-over").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.dialog") == "sheet-hand-over"
    page.locator("[popovertarget=menu-more]").press("Enter")
    page.locator("#menu-more .menu-item:focus").wait_for()
    page.keyboard.press("ArrowDown")
    assert "Fusionner" in page.evaluate("document.activeElement.innerText")


def test_the_theme_is_kept_without_a_flash(page: Page) -> None:
    page.goto("/ui/")
    page.locator("[popovertarget=preferences-menu]").click()
    page.locator("[name=theme][value=dark]").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_an_announced_toast_offers_the_way_back(page: Page) -> None:
    page.goto("/ui/")
    page.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true,"
        " detail: {text: 'Relais passé', undo: '/undo'}}))"
    )
    assert page.locator("#toasts form[action='/undo'] button").inner_text() == "Annuler"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_script_tells_time_as_the_server_does(page: Page, language: str) -> None:
    now = datetime(2026, 11, 24, 14, 0, tzinfo=ZONE)
    steps = [0, 30, 90, 3599, 3600, 7200, 40000, 86400, 100000, 172800, 500000, 604800, 700000, 4_000_000, 40_000_000]
    moments_at = [now + timedelta(seconds=sign * step) for step in steps for sign in (1, -1)]
    page.route("**/clock-test", lambda route: route.fulfill(
        content_type="text/html", body=f'<html lang="{language}" data-zone="America/Montreal"></html>'))  # fmt: skip
    page.goto("/clock-test")
    shown = page.evaluate(
        """async ([moments, now]) => {
            const { relative } = await import("/static/ui/js/time.js");
            return moments.map((at) => relative(new Date(at), new Date(now)));
        }""",
        [[at.isoformat() for at in moments_at], now.isoformat()],
    )
    wanted = [moments.relative(at=at, now=now, zone=ZONE, language=language) for at in moments_at]
    assert shown == wanted


def test_a_live_event_refetches_what_listens_and_nothing_else(page: Page) -> None:
    asked: list[str] = []
    sent = iter(["event: ready\ndata: {}\n\nevent: mine\ndata: {}\n\nevent: other\ndata: {}\n\n"])
    page.route("**/live?*", lambda route: (asked.append(route.request.url), route.fulfill(
        content_type="text/event-stream", body="retry: 60000\n" + next(sent, "")))[1])  # fmt: skip
    page.route("**/ui/frames/desk/", lambda route: route.fulfill(response=(answer := route.fetch()), body=answer.text()
        .replace("<body ", '<body data-live-topics="person:7" ', 1)
        .replace("<h1>", '<h1 id="a" data-live-on="mine" hx-get="/part-a" hx-trigger="live:mine">', 1)
        .replace('<ul class="rows"', '<ul id="b" data-live-on="theirs" hx-get="/part-b" '
                 'hx-trigger="live:theirs"', 1)))  # fmt: skip
    page.route("**/part-*", lambda route: route.fulfill(content_type="text/html", body="refetched"))
    page.goto("/ui/frames/desk/")
    page.locator("#a", has_text="refetched").wait_for()
    assert asked[0].endswith("/live?topics=person%3A7")
    assert "refetched" not in page.locator("#b").inner_text()


_ROW = '<li class="row" data-row><a class="row-link" href="#{0}">{0}</a></li>'
_MORE = (
    '<li class="more"><button id="{0}" hx-get="/part" hx-target="closest .more" hx-swap="outerHTML">more</button></li>'
)
_PANEL = '<details id="panel" open{}><summary>known</summary>{}</details>'
_OOB = ' hx-swap-oob="true"'
_ACT = '<button id="act" hx-get="/part" hx-swap="none">dismiss</button>'


@pytest.mark.parametrize(
    ("here", "there", "pressed", "held"),
    [
        (_ROW.format("one") + _MORE.format("m"), _ROW.format("two") + _ROW.format("three"), "#m", "two"),
        (_ROW.format("one") + _PANEL.format("", _ACT), _PANEL.format(_OOB, "nothing left"), "#act", "known"),
        (_ROW.format("one") + _PANEL.format("", _ACT), _PANEL.format(_OOB, _ACT), "#act", "dismiss"),
    ],
)
def test_what_is_taken_away_hands_the_focus_on(page: Page, here: str, there: str, pressed: str, held: str) -> None:
    page.route("**/ui/frames/desk/", lambda route: route.fulfill(response=(answer := route.fetch()), body=answer.text()
        .replace("<h1>", f"<ul>{here}</ul><h1>", 1)))  # fmt: skip
    page.route("**/part", lambda route: route.fulfill(content_type="text/html", body=there))
    page.goto("/ui/frames/desk/")
    page.locator(pressed).focus()
    with page.expect_response("**/part"):
        page.keyboard.press("Enter")
    page.wait_for_timeout(150)
    assert page.evaluate("document.activeElement.textContent") == held


def test_in_forced_colours_the_current_tab_is_told_from_the_others(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto("/ui/")
    edges = page.locator(".tabs .tab").evaluate_all(
        """tabs => tabs.map((tab) => [tab.hasAttribute("aria-current"), getComputedStyle(tab).borderBlockEndColor])"""
    )
    assert {edge for current, edge in edges if current} & {edge for current, edge in edges if not current} == set()
