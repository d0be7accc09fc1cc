"""Stored XSS, in Chromium: the pages that people look at most, poisoned; nothing runs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from guichet.lib.text import to_html
from tests.security import stage
from tests.security.payloads import MARKDOWN, MARKUP
from tests.security.test_stored_xss import poison

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def executions(chromium: Browser, base: str, session: str, paths: list[str], *, csp: bool = True) -> list[str]:
    """Where something ran: a dialog, the flag, or an address that left."""
    context = chromium.new_context(base_url=base, locale="fr-CA", bypass_csp=not csp)
    if session:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}])
    ran: list[str] = []
    for path in paths:
        page = context.new_page()
        page.on("dialog", lambda dialog, path=path: (ran.append(f"{path}: dialog"), dialog.dismiss()))
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
        page.wait_for_timeout(300)
        if page.evaluate("window.hacked !== undefined") or "evil.example" in page.url:
            ran.append(path)
        page.close()
    context.close()
    return ran


def test_the_trap_works(chromium: Browser, live_server: Any) -> None:
    """What would run does: a page that escapes nothing is caught by it."""
    page = chromium.new_page()
    page.set_content("".join(MARKUP))
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked === 1")
    page.close()


def test_no_message_runs_even_without_the_policy(chromium: Browser) -> None:
    """The policy is the second line; the sanitiser has to hold by itself."""
    page = chromium.new_page()
    page.set_content("".join(to_html(payload) for payload in (*MARKUP, *MARKDOWN)))
    for link in page.query_selector_all("a"):
        href = link.get_attribute("href") or ""
        assert href.startswith(("https://", "http://", "mailto:", "tel:")) or ":" not in href.split("/")[0], href
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked === undefined")
    page.close()


@pytest.mark.parametrize("csp", [True, False], ids=["as served", "without the policy"])
def test_nothing_runs_on_the_pages_people_look_at_most(chromium: Browser, live_server: Any, csp: bool) -> None:
    world = stage.world()
    poison(world)
    reference, desk = world.ticket.reference, world.desk.organisation.slug
    agent = world.browser("manager").cookies[settings.SESSION_COOKIE_NAME].value
    owner = world.browser("owner").cookies[settings.SESSION_COOKIE_NAME].value
    at_desk = ["/desk/", "/desk/tickets/?view=all", f"/desk/tickets/{reference}/", f"/desk/settings/{desk}/macros/"]
    as_requester = ["/help/", f"/help/tickets/{reference}/"]
    assert executions(chromium, live_server.url, agent, at_desk, csp=csp) == []
    assert executions(chromium, live_server.url, owner, as_requester, csp=csp) == []
