"""The world that the tests of this folder play in, and a browser to look at it with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from typing import TYPE_CHECKING

import pytest

from tests.security import stage
from tests.shared import ground

if TYPE_CHECKING:
    from playwright.sync_api import Browser

made = ground(stage.world)


@pytest.fixture
def world(made: stage.World, db: None) -> stage.World:
    return deepcopy(made)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = os.environ.get("GUICHET_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the driver's loop lives in this thread
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
