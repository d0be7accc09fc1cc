"""Processes that are killed at every point: no message is lost, none is there twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.tickets.models import Ticket
from tests import builders
from tests.channels.crashing import ADDRESS, POINTS
from tests.databases import address_of

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
MESSAGES = 36


def run(role: str, folder: Path, point: str = "none", seed: int = 0, order: str = "") -> int:
    """The process's exit status; negative where it was killed."""
    name = connection.settings_dict["NAME"]
    environment = {
        **os.environ, "DATABASE_URL": address_of(name), "DJANGO_SETTINGS_MODULE": "guichet.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "GUICHET_LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    words = [
        sys.executable,
        "-m",
        "tests.channels.crashing",
        role,
        str(folder),
        point,
        str(seed),
        *([order] if order else []),
    ]
    return subprocess.run(words, cwd=ROOT, env=environment, check=False, timeout=60).returncode


def arrive(folder: Path) -> None:
    desk = builders.desk()
    Mailbox.objects.create(organisation=desk.organisation, address=ADDRESS)
    for n in range(MESSAGES):
        text = f"From: p{n}@x.example\nTo: {ADDRESS}\nSubject: numero-{n}\nMessage-ID: <{n}@x.example>\n\nmessage {n}\n"
        (folder / f"{n:03}.eml").write_text(text, encoding="utf-8")


def finish(folder: Path, order: str = "") -> None:
    """After the last crash everything runs to its end; leases of the dead are over."""
    assert run("feed", folder, order=order) == 0
    Contact.objects.filter(outcome=Outcome.WAITING).update(tried_at=timezone.now() - timedelta(days=1))
    assert run("read", folder) == 0


def tickets() -> Counter[str]:
    return Counter(Ticket.objects.values_list("title", flat=True))


def test_killed_at_every_point_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    arrive(tmp_path)
    killed = []
    for seed, point in enumerate(name for name in POINTS if name != "none"):
        role = POINTS[point][0]
        if role == "read" and any(tmp_path.iterdir()):
            assert run("feed", tmp_path) == 0
        # What a dead reader held is his for a while; the next one goes on with the rest.
        if run(role, tmp_path, point, seed) < 0:
            killed.append(point)
    assert set(killed) == set(POINTS) - {"none"}, "a process did not die where it should have"
    finish(tmp_path)
    assert tickets() == Counter(f"numero-{n}" for n in range(MESSAGES))
    assert not Contact.objects.exclude(outcome=Outcome.TICKET).exists()


def test_the_test_sees_what_is_lost_when_a_message_is_taken_before_it_is_stored(tmp_path: Path) -> None:
    arrive(tmp_path)
    assert run("feed", tmp_path, "before it is stored", 1, "seen-first") < 0
    finish(tmp_path, order="seen-first")
    assert sum(tickets().values()) < MESSAGES


def test_the_test_sees_what_is_doubled_without_a_key(tmp_path: Path) -> None:
    arrive(tmp_path)
    assert run("feed", tmp_path, "after it is stored", 1, "no-key") < 0
    finish(tmp_path, order="no-key")
    assert max(tickets().values()) > 1
