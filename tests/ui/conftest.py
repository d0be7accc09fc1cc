"""`ui` is tested on its own addresses, so that a page of an audience cannot break its tests."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.ui.urls"
