"""Lines of the list that nothing can break yet: the day the product gains what they speak of, this fails.

Then write the line's own test in this folder, name its file here, and strike the line from the README.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "guichet"
HERE = Path(__file__).resolve().parent
# Line of the list → what a program that could break it would import or say, and the test that it would then need.
LINES = {
    "chat identity": (r"\bwebsocket\b|^\s*(?:import|from) channels\b", "test_chat.py"),
    "formula injection in exports": (r"\b(?:csv\.\w*[Ww]riter|xlsxwriter|openpyxl|text/csv)\b", "test_formulas.py"),
    "XML": (r"\b(?:xml\.(?:etree|dom|sax)|lxml|defusedxml|expat)\b", "test_xml.py"),
    "archives": (r"\b(?:zipfile|tarfile|shutil\.unpack_archive)\b", "test_archives.py"),
    "pictures that are opened": (r"\b(?:PIL|Pillow|pyvips|wand)\b", "test_pictures.py"),
    "LDAP": (r"^\s*(?:import|from) (?:ldap3?|django_auth_ldap)\b", "test_ldap.py"),
    "vault": (r"\bcryptography\b|\bfernet\b", "test_vault.py"),
    "SAML, OIDC": (r"\b(?:allauth|saml2?|authlib|oauthlib)\b", "test_federation.py"),
}
# What reads nothing but a file of a package that we install (the icons), what only names a type of file, and what signs
# with a key that is not ours to keep.
OURS = {"ui/html.py", "channels/mail/names.py", "channels/mail/dkim.py"}


@pytest.mark.parametrize("line", LINES)
def test_nothing_can_break_it_or_its_test_is_there(line: str) -> None:
    pattern, test = LINES[line]
    uses = [
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if re.search(pattern, path.read_text(encoding="utf-8"), flags=re.M)
        and str(path.relative_to(SOURCE)) not in OURS
    ]
    assert not uses or (HERE / test).exists(), f"{uses} can now break “{line}”: write tests/security/{test}"


def test_the_readme_says_the_same() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    for line, (_pattern, test) in LINES.items():
        assert f"`{test}`" in text, line
