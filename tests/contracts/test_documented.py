"""What a person can set, call or hear of is written down, and what is written down exists."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from procrastinate.contrib.django import app

from guichet.config import recurring
from guichet.knowledge import sentences as articles
from guichet.lib import events
from guichet.tickets.sentences import VERBS as OF_TICKETS
from guichet.training import sentences as sessions

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
VERBS = OF_TICKETS | articles.VERBS | sessions.VERBS


def listed(page: str) -> set[str]:
    """The first cell of each row of a page's tables, where it is code."""
    return set(re.findall(r"^\| `([^`]+)` \|", (REFERENCE / page).read_text(encoding="utf-8"), flags=re.M))


def test_settings() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "guichet" / "config").glob("*.py"))
    source += "".join(p.read_text(encoding="utf-8") for p in (ROOT / "src" / "guichet" / "lib").glob("*.py"))
    used = set(re.findall(r"\"(GUICHET_[A-Z_]+|DATABASE_URL)\"", source))
    assert used == listed("settings.md")


def test_events() -> None:
    assert listed("events.md") == VERBS


def test_every_verb_that_is_recorded_is_known() -> None:
    rooms = (ROOT / "src" / "guichet" / room for room in ("tickets", "walkup", "knowledge", "training"))
    source = "".join(p.read_text(encoding="utf-8") for room in rooms for p in room.rglob("*.py"))
    subjects = "ticket|visit|appointment|problem|major|article|session"
    recorded = set(re.findall(rf"(?:event|verb)=\"((?:{subjects})\.[a-z_]+)\"", source))
    assert recorded == VERBS
    assert set(events.subscriptions()) - {"*"} <= VERBS


def test_jobs() -> None:
    app.perform_import_paths()
    assert recurring
    ours = {name for name in app.tasks if not name.startswith(("builtin:", "procrastinate."))}
    assert listed("jobs.md") == ours


def test_commands() -> None:
    ours = {name for name, package in get_commands().items() if str(package).startswith("guichet.")}
    documented = listed("commands.md")
    assert ours
    assert {name for name in ours if f"guichet {name.replace('_', ' ')}" not in " ".join(documented)} == set()


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")) + sorted(ROOT.glob("*.md")), ids=str)
def test_links_inside_the_documentation_lead_somewhere(path: Path) -> None:
    # What stands as code is an example.
    text = re.sub(r"`[^`\n]*`", "", path.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (path.parent / target).exists(), target
