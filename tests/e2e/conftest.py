"""The real server in a thread, Chromium, and people who are already signed in."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect, sync_playwright

from guichet.config import live_access
from guichet.config.wsgi import application as pages
from guichet.lib.server import Dispatcher, WebServer, bind
from tests import builders
from tests.e2e.world import World, build, database, point_at

PATIENCE = 30_000  # milliseconds: the machine may be busy
_ASYNC = "DJANGO_ALLOW_ASYNC_UNSAFE"


expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e/" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.browser)
            # Each module has its own copy of the world: only the pages, most of all tests, are worth two of them.
            if item.path.stem != "test_pages":
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, World]]:
    """The database that modules copy, and what is in it."""
    current, tests = str(connection.settings_dict["NAME"]), str(settings.DATABASES["default"]["TEST"]["NAME"])
    # The test database is only made when some test asks for it; whatever else is there is not ours to touch.
    template = current if current.startswith(tests) else ""
    name = f"{template or tests}_e2e{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with django_db_blocker.unblock(), database(name, template=template):
        if not template:
            call_command("migrate", verbosity=0)
        world = build()
        point_at(current)
        yield name, world


@pytest.fixture(scope="module")
def world(built: tuple[str, World], django_db_blocker: Any) -> Iterator[World]:
    """This module's copy; Django's connections lead to it as long as the module runs."""
    original, prepared = built
    with django_db_blocker.unblock(), database(f"{original}_now", template=original):
        yield deepcopy(prepared)


@contextmanager
def serving() -> Iterator[str]:
    """The product's own server, on a port of its own, in a thread."""
    socket = bind(host="127.0.0.1", port=0)
    dispatcher = Dispatcher(application=pages, authorise=live_access.authorise)
    ready = threading.Event()
    server = WebServer(dispatcher=dispatcher, ready=ready.set)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[socket])), daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[str]:
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = os.environ.get("GUICHET_CHROMIUM") or shutil.which("chromium")
    before = os.environ.get(_ASYNC)
    os.environ[_ASYNC] = "1"  # the driver's loop lives in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path or None, args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ[_ASYNC]


@dataclass
class Door:
    """Opens browsers for people, and remembers everything that went wrong in them."""

    browser: Browser
    server: str
    world: World
    wrong: list[str] = field(default_factory=list)
    # Answers that a test wants to see refused, as (status, part of the address).
    expected: set[tuple[int, str]] = field(default_factory=set)
    contexts: list[BrowserContext] = field(default_factory=list)

    def context(self, key: str = "", *, language: str = "fr", **options: Any) -> BrowserContext:
        """A browser of that person's own; nobody's when there is no key."""
        options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
        context = self.browser.new_context(base_url=self.server, locale="fr-CA", **options)
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "guichet_language", "value": language, "url": self.server}])
        if key:
            context.add_cookies(self.signed_in(key))
        context.on("console", self._console)
        context.on("weberror", lambda error: self.wrong.append(f"page error: {error.error}"))
        context.on("response", self._response)
        self.contexts.append(context)
        return context

    def signed_in(self, key: str) -> Any:
        """The cookie of a new session of that person's."""
        name = settings.SESSION_COOKIE_NAME
        value = builders.client_for(self.world.person(key)).cookies[name].value
        return [{"name": name, "value": value, "url": self.server}]

    def enter(self, key: str = "", address: str = "", **options: Any) -> Page:
        """That person, with a page open at the address."""
        page = self.context(key, **options).new_page()
        if address:
            page.goto(address)
        return page

    def expect(self, status: int, part: str = "") -> None:
        self.expected.add((status, part))

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def _console(self, message: Any) -> None:
        # Chromium reports each refused answer as an error; those are judged by their status below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrong.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        status, address = response.status, response.url
        fine = status < 400 or any(status == given and part in address for given, part in self.expected)
        # A form that is wrong is answered with 422 and shown again: that is how the product talks.
        if fine or (status == 422 and response.request.method == "POST"):
            return
        self.wrong.append(f"{status} {response.request.method} {address}")


@pytest.fixture
def door(browser: Browser, server: str, world: World) -> Iterator[Door]:
    door = Door(browser=browser, server=server, world=world)
    yield door
    door.close()
    assert door.wrong == []


def eventually(question: Any, *, seconds: float = 8) -> Any:
    """Ask until the answer is true; the last answer."""
    until = time.monotonic() + seconds
    while True:
        answer = question()
        if answer or time.monotonic() > until:
            return answer
        time.sleep(0.05)
