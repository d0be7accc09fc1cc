"""Which texts speak of the same thing."""

from hypothesis import given
from hypothesis import strategies as st

from guichet.tickets.likeness import alike, words

WIFI = "Le Wi-Fi tombe à la bibliothèque chaque après-midi"
TEXTS = {
    1: "Plus de Wi-Fi à la bibliothèque",
    2: "L’imprimante de la bibliothèque bourre",
    3: "Mot de passe oublié",
    4: "Wi-Fi très lent à la cafétéria de la bibliothèque chaque midi",
}
said = st.text(alphabet="abcdeé '", max_size=60)
many = st.dictionaries(st.integers(1, 50), said, max_size=12)


def test_only_words_that_say_something() -> None:
    assert words("Bonjour, l’Écran est noir depuis ce matin. Merci !") == {"ecran", "noir"}


def test_what_shares_the_rarer_words_comes_first() -> None:
    found = alike("Imprimante de la bibliothèque en panne", TEXTS, most=5)
    assert [m.key for m in found] == [2, 1, 4]
    assert found[0].shared == ("imprimante", "bibliotheque")


def test_nothing_shared_is_no_match() -> None:
    assert 3 not in {m.key for m in alike(WIFI, TEXTS, most=9)}


@given(about=said, texts=many, most=st.integers(0, 5))
def test_bounds_order_and_number(about: str, texts: dict[int, str], most: int) -> None:
    found = alike(about, texts, most=most)
    assert len(found) <= most
    assert all(0 < m.score <= 1 and m.shared for m in found)
    assert [(-m.score, m.key) for m in found] == sorted((-m.score, m.key) for m in found)
    assert all(set(m.shared) == words(about) & words(texts[m.key]) for m in found)


@given(about=said, texts=many)
def test_the_order_in_which_texts_come_does_not_matter(about: str, texts: dict[int, str]) -> None:
    turned = dict(reversed(list(texts.items())))
    assert alike(about, texts, most=20) == alike(about, turned, most=20)


@given(about=said.filter(lambda text: bool(words(text))), texts=many)
def test_the_very_same_text_is_entirely_alike(about: str, texts: dict[int, str]) -> None:
    found = alike(about, {**texts, 99: about}, most=60)
    assert next(m.score for m in found if m.key == 99) == 1
    assert found[0].score == 1
