"""What every test gets: a database of its own on whatever DATABASE_URL points to. `make test` provides one."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.db import connections

from guichet.lib.memory import settle
from tests.databases import template

if TYPE_CHECKING:
    from tests.scheduling import SurvivingGroups

os.environ.setdefault("GUICHET_SECRET_KEY", "tests-only")
os.environ.setdefault("GUICHET_DATA", str(Path(tempfile.gettempdir()) / f"guichet-tests-{os.getpid()}"))


# A busy machine is no finding: how long an example takes is for bench/ to say.
hypothesis.settings.register_profile("guichet", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("guichet")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    connections["default"].settings_dict["TEST"]["TEMPLATE"] = template()


def pytest_collection_finish() -> None:
    # Each of Django's test clients would look through every static file anew; none of them asks for one.
    django_settings.WHITENOISE_USE_FINDERS = False
    from guichet.connectors import wanted

    # No test's number of queries depends on the clock: who makes a webhook has it known at once.
    wanted.SECONDS = wanted._until = math.inf
    settle()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SurvivingGroups | None:
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.scheduling import SurvivingGroups

    return SurvivingGroups(config, log)


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "browser: drives Chromium; run apart with -m browser",
        "process: starts whole processes",
        "exhaustive: every role on every page, every payload in every field, both demo worlds; minutes, not seconds",
    ):
        config.addinivalue_line("markers", line)
