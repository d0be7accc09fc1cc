"""How references are read aloud."""

import pytest

from guichet.lib.references import ALPHABET, PREFIX, reference
from guichet.portal.spelling import spell


@pytest.mark.parametrize("language", ["fr", "en", "fr-ca"])
def test_every_character_of_a_reference_has_a_word(language: str) -> None:
    said = spell(PREFIX + ALPHABET, language=language)
    assert [part.character for part in said] == list("G" + ALPHABET)
    assert all(len(part.word) > 1 for part in said)
    assert len({part.word for part in said}) == len(said)


def test_the_dash_is_not_said() -> None:
    assert len(spell(reference(41), language="fr")) == len(reference(41)) - 1


def test_digits_are_said_in_the_language() -> None:
    assert [part.word for part in spell("7", language="fr")] == ["sept"]
    assert [part.word for part in spell("7", language="en")] == ["seven"]
