"""Names in two languages: the reader's, or the other one where it is missing."""

import pytest
from django.utils.translation import override

from guichet.catalog.models import Service
from guichet.lib.bilingual import pick


@pytest.mark.parametrize(
    ("language", "french", "english", "shown"),
    [
        ("fr", "Réseau", "Network", "Réseau"),
        ("fr-ca", "Réseau", "Network", "Réseau"),
        ("en", "Réseau", "Network", "Network"),
        ("en-gb", "Réseau", "Network", "Network"),
        ("en", "Réseau", "", "Réseau"),
        ("fr", "", "Network", "Network"),
        ("de", "Réseau", "Network", "Réseau"),
        (None, "Réseau", "Network", "Réseau"),
        ("fr", "", "", ""),
    ],
)
def test_pick(language: str | None, french: str, english: str, shown: str) -> None:
    with override(language):
        assert pick(french, english) == shown
        assert Service(name_fr=french, name_en=english).name == shown
        assert str(Service(name_fr=french, name_en=english)) == shown
