"""A venue with a kiosk in the browser's world, and what a person's finger does there."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from guichet.config import live_access
from guichet.config.wsgi import application as pages
from guichet.lib.server import Dispatcher, WebServer, bind
from guichet.walkup import enrolment, ready_tree
from guichet.walkup.models import Counter, Device, Reason, Venue
from tests.e2e.conftest import Door, eventually

PORTRAIT, LANDSCAPE, WIDE, TABLET = (1080, 1920), (1920, 1080), (1280, 800), (768, 1024)
# A worker answers for the page, and holds all of these addresses.
KEPT = """async (wanted) => navigator.serviceWorker.controller
  && (await Promise.all(wanted.map((path) => caches.match(path)))).every(Boolean)"""
OTHER_LANGUAGE, HEIGHT = "[name=stay][lang]", "[name=stay]:not([lang])"
# What one may touch in the step that is shown.
TARGETS = "main button, main a, main input:not([type=hidden])"


def venue(door: Door, **fields: Any) -> Venue:
    """One of its own for each test, open all day, with the ready tree of reasons."""
    helene = door.world.person("helene")
    slug = f"accueil-{uuid4().hex[:8]}"
    made = Venue.objects.create(
        **{
            "organisation": helene.organisation, "name_fr": "Comptoir TI", "name_en": "IT counter", "slug": slug,
            "board_key": slug, "opening": [[[0, 1440]]] * 7, "appointments": True, **fields,
        }
    )  # fmt: skip
    Counter.objects.create(venue=made, name="3")
    ready_tree.plant(venue=made, actor=helene, now=timezone.now())
    return made


def machine(
    door: Door, at: Venue, *, size: tuple[int, int] = PORTRAIT, **options: Any
) -> tuple[BrowserContext, Device]:
    """A browser that is enrolled as a kiosk there."""
    now = timezone.now()
    device, code = enrolment.add_device(venue=at, name="Borne", actor=door.world.person("helene"), now=now)
    device, key = enrolment.enrol(code, now=now)
    context = door.context(viewport={"width": size[0], "height": size[1]}, has_touch=True, **options)
    context.add_cookies([{
        "name": enrolment.COOKIE, "value": key, "domain": "127.0.0.1", "path": "/kiosk/", "httpOnly": True,
        "sameSite": "Strict",
    }])  # fmt: skip
    return context, device


def opened(context: BrowserContext, *, kept: bool = False) -> Page:
    """The kiosk's page, its scripts at work; `kept`: it would come back without network."""
    page = context.new_page()
    page.goto("/kiosk/")
    page.wait_for_selector("html.js [data-step=start]")
    if kept:
        assert eventually(lambda: page.evaluate(KEPT, ["/kiosk/", "/static/kiosk/keys.js"]), seconds=20)
    return page


def without_name(page: Page, reason: str = "Impression") -> str:
    """Two touches; the number that is shown then."""
    page.tap("[name=way][value=none]")
    page.tap(f".tile:has-text('{reason}')")
    return number(page)


def number(page: Page) -> str:
    page.wait_for_selector("[data-step=done], [data-step=alone]")
    return page.locator("p.number").inner_text()


def leaf(at: Venue, name: str) -> Reason:
    return Reason.objects.get(venue=at, name_fr=name)


def on_disk(page: Page, work: str, argument: Any = None) -> Any:
    """What `work` gives, done on the entries that the machine keeps; an error where it can’t be done."""
    return page.evaluate(
        f"""async (argument) => {{
             const answer = (request) => new Promise((resolve, reject) => {{
               request.onsuccess = () => resolve(request.result);
               request.onerror = () => reject(request.error); }});
             const base = await answer(indexedDB.open("guichet-kiosk"));
             try {{
               const entries = base.transaction("entries", "readwrite").objectStore("entries");
               return await ({work})({{ entries, answer, argument }});
             }} finally {{ base.close(); }} }}""",
        argument,
    )


def kept_on(page: Page) -> list[dict[str, Any]]:
    """What waits on the machine's disk."""
    found: list[dict[str, Any]] = on_disk(page, "({ entries, answer }) => answer(entries.getAll())")
    return found


def begun_at(page: Page, seconds: float) -> None:
    """The one check-in that is kept, as if it had been begun at another moment."""
    work = """async ({ entries, answer, argument }) => {
      const [one, ...others] = await answer(entries.getAll());
      if (!one || others.length) throw new Error("exactly one should be kept");
      await answer(entries.put({ ...one, arrived_at: argument })); }"""
    on_disk(page, work, seconds)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def serve(port: int) -> Callable[[], None]:
    """The product on that port; what is returned kills it."""
    listening = bind(host="127.0.0.1", port=port, tries=1)
    ready = threading.Event()
    server = WebServer(dispatcher=Dispatcher(application=pages, authorise=live_access.authorise), ready=ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    assert ready.wait(20)

    def kill() -> None:
        server.should_exit = server.force_exit = True
        thread.join(10)

    return kill


def a_while_ago() -> float:
    return (timezone.now() - timedelta(seconds=30)).timestamp()
