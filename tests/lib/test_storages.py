"""Attachments stand where the settings say, and nothing but the storage knows where that is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from guichet.lib.backing import _names
from guichet.tickets import actions
from tests import builders

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


@pytest.mark.django_db
def test_a_file_is_kept_and_given_back_by_a_storage_without_folders(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {**settings.STORAGES, **ELSEWHERE}
    desk = builders.desk()
    requester = builders.person(desk.organisation)
    ticket = builders.ticket(requester)
    file = SimpleUploadedFile("écran.txt", "vu à l’écran".encode(), content_type="text/plain")
    actions.reply(ticket, body="Voici.", uploads=[file], actor=requester, now=timezone.now())
    attachment = ticket.attachments.get()
    assert list(_names(default_storage)) == [attachment.path]
    answer = builders.client_for(requester).get(f"/help/files/{attachment.key}/")
    assert b"".join(answer.streaming_content).decode() == "vu à l’écran"


def storage(**variables: str) -> subprocess.CompletedProcess[str]:
    code = "from guichet.config import settings; print(settings.STORAGES['default'])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "GUICHET_SECRET_KEY": "x", **variables}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)


def test_the_settings_name_it() -> None:
    said = storage(GUICHET_FILES_STORAGE="storages.backends.s3.S3Storage", GUICHET_FILES_OPTIONS='{"bucket_name": "g"}')
    assert said.stdout.strip() == "{'BACKEND': 'storages.backends.s3.S3Storage', 'OPTIONS': {'bucket_name': 'g'}}"
    for wrong in ("[]", "bucket", "{"):
        assert "GUICHET_FILES_OPTIONS must be a JSON object" in storage(GUICHET_FILES_OPTIONS=wrong).stderr
