"""French as it is printed: no line begins with a colon, no quotation mark stands alone, in any catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import polib
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "guichet"
CATALOGUES = sorted(SOURCE.rglob("locale/fr/LC_MESSAGES/django.po"))
HARD = "\u00a0\u202f"
WRONG = {
    "an ordinary space before : ; ! ? »": re.compile(rf"[^\S{HARD}][:;!?»]"),
    "no space before ! ?": re.compile(r"[\w’)»][!?](?=\s|$)"),
    "no space before : ;": re.compile(r"[\w’)»][:;](?=\s|$)"),
    "no hard space after «": re.compile(rf"«(?![{HARD}])"),
    "no hard space before »": re.compile(rf"(?<![{HARD}])»"),
    "a straight apostrophe": re.compile(r"(?<=\w)'(?=\w)"),
    "three dots for …": re.compile(r"\.\.\."),
}


def wrong(text: str) -> list[str]:
    return [name for name, sign in WRONG.items() if sign.search(text)]


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.parents[3].relative_to(SOURCE)))
def test_signs_stand_with_hard_spaces(catalogue: Path) -> None:
    found = [
        f"{entry.linenum}: {', '.join(wrong(text))}: {text[:80]!r}"
        for entry in polib.pofile(str(catalogue))
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if wrong(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("Qui êtes-vous ?", False),
        ("Qui êtes-vous\u00a0?", True),
        ("Qui êtes-vous\u202f?", True),
        ("Qui êtes-vous?", False),
        ("Attention\u00a0: « ceci »", False),
        ("Attention\u00a0: «\u00a0ceci\u00a0»", True),
        ("Attention: ceci", False),
        ("à 12:30, sur https://exemple.ca/?q=1", True),
        ("l'heure", False),
        ("l’heure…", True),
        ("Patience...", False),
    ],
)
def test_the_rule_itself(text: str, fine: bool) -> None:
    assert (wrong(text) == []) is fine


def test_every_room_that_speaks_is_looked_at() -> None:
    assert {"kiosk", "walkup", "desk", "portal", "tickets"} <= {path.parts[-5] for path in CATALOGUES}
