"""What somebody's sentence is about, and whether what was found is about the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.search.highlights import marked
from guichet.suggestions.gist import gist, is_about


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bonjour, depuis ce matin le Wi-Fi ne marche plus dans le local B-214, merci", ["Wi-Fi"]),
        ("Mon imprimante n’imprime plus rien", ["imprimante", "rien"]),
        ("Je n’arrive pas à me connecter : mot de passe oublié", ["connecter", "mot", "passe", "oublié"]),
        ("My printer does not print anything since yesterday", ["printer"]),
        ("Office 365 est lent", ["Office", "365", "lent"]),
        ("Plus rien ne marche", []),
        ("Bonjour !", []),
        ("", []),
    ],
)
def test_where_and_when_it_fails_is_said_of_anything(text: str, words: list[str]) -> None:
    assert gist(text) == words


def about(text: str, title: str, body: str = "") -> bool:
    words = gist(text)
    return is_about(words, title=marked(title, words), text=marked(body, words))


@pytest.mark.parametrize(
    ("text", "title", "body", "fits"),
    [
        ("le wifi est en panne", "Se connecter au Wi-Fi du collège", "", True),
        ("mon imprimante n’imprime rien", "Je ne peux pas imprimer", "", True),
        ("mon imprimante n’imprime rien", "Imprimer, et quoi faire si rien ne sort", "", True),
        ("mon imprimante n’imprime rien", "Imprimante à résine Elegoo Saturn 3", "impression", False),
        ("le projecteur est noir", "Guide de l’amphithéâtre", "le projecteur s’éteint", False),
        ("mot de passe oublié", "Changer un mot de passe", "", True),
        ("la porte grince", "Salle de visionnement", "la porte", False),
    ],
)
def test_its_title_says_so(text: str, title: str, body: str, fits: bool) -> None:
    assert about(text, title, body) is fits


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_can_be_read(text: str, title: str) -> None:
    words = gist(text)
    assert len(words) <= 8 and len(set(words)) == len(words)
    if not words:
        assert not about(text, title, title)
