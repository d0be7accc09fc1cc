"""A desk with its people, and a folder of its own for files."""

from pathlib import Path
from typing import Any

import pytest

from tests.tickets.stage import Stage


@pytest.fixture
def stage(db: Any) -> Stage:
    return Stage()


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}},
    }
