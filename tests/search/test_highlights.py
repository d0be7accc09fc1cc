"""What of a text is shown for a search, and what of it is marked."""

import unicodedata
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.lib.text import one_line
from guichet.search.highlights import Piece, excerpt, marked

LONG = (
    "Bonjour, je vous écris au sujet de la salle de réunion. " * 8
    + "L’imprimante du deuxième étage n’imprime plus. Les réseaux sont pourtant joignables. "
    + "Merci de passer quand vous pourrez, nous serons là. " * 8
)
texts = st.text(max_size=400) | st.lists(st.sampled_from(LONG.split()), max_size=60).map(" ".join)
some_words = st.lists(
    st.sampled_from(["imprimante", "réseau", "salle", "étage", "x"]) | st.text(max_size=5), max_size=4
)


def hits(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.hit]


def plain(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Deux imprimantes en panne", "imprimante", ["imprimantes"]),
        ("L’imprimante imprime mal", "imprimer", ["imprimante", "imprime"]),
        ("Reseau coupé", "réseaux", ["Reseau"]),
        ("RÉSEAU coupé", "reseau", ["RÉSEAU"]),
        ("The user’s printers", "user", ["user"]),
        ("The user’s printers", "printing", ["printers"]),
        ("Le Wi-Fi tombe", "wifi", ["Wi-Fi"]),
        ("Voir G-7K4M2.", "g7k4m2", ["G-7K4M2"]),
        ("Rappeler le 01 23 45 67 89 demain", "0123456789", ["01 23 45 67 89"]),
        ("Rien à voir", "imprimante", []),
        ("Mot de passe", "mot-de-passe", ["Mot", "passe"]),
        ("Courriel perdu", "mail", ["Courriel"]),
    ],
)
def test_marks_go_by_stem(text: str, word: str, expected: list[str]) -> None:
    assert hits(marked(text, [word])) == expected
    assert plain(marked(text, [word])) == text


def test_the_word_being_typed_is_marked_too() -> None:
    assert hits(marked("Deux imprimantes, un imprévu", [], growing="impr")) == ["imprimantes", "imprévu"]
    assert hits(marked("Deux imprimantes", [], growing="imprimant")) == ["imprimantes"]
    assert hits(marked("Deux imprimantes", ["deux"], growing="")) == ["Deux"]


def test_the_excerpt_is_where_the_words_stand_together() -> None:
    shown = excerpt(LONG, ["imprimante", "réseau", "merci"], length=120)
    assert hits(shown)[:3] == ["imprimante", "imprime", "réseaux"]
    assert plain(shown).startswith("…L’imprimante du deuxième étage")
    assert plain(shown).endswith("…")


def test_without_a_hit_it_is_the_beginning() -> None:
    assert plain(excerpt(LONG, ["toner"], length=40)) == "Bonjour, je vous écris au sujet de la…"
    assert excerpt("", ["toner"]) == []


def test_markup_stays_text() -> None:
    assert plain(marked("<b>écran</b> & co", ["écran"])) == "<b>écran</b> & co"


@given(text=texts, words=some_words, length=st.integers(20, 200), growing=st.sampled_from(["", "im", "rése", "é"]))
def test_an_excerpt_is_a_bounded_part_of_the_text(text: str, words: list[str], length: int, growing: str) -> None:
    line = unicodedata.normalize("NFC", one_line(text))
    shown = excerpt(text, words, length=length, growing=growing)
    assert len(plain(shown)) <= length
    assert plain(shown) == line or plain(shown).removeprefix("…").removesuffix("…") in line
    assert all(piece.text for piece in shown)
    assert plain(marked(text, words, growing=growing)) == line
    # What stands anywhere in the text that can be marked is seen in its excerpt.
    assert bool(hits(shown)) == bool(hits(marked(text, words, growing=growing)))


def test_a_long_text_costs_little() -> None:
    text = LONG * 200
    excerpt(text, ["imprimante"])
    began = perf_counter()
    for _ in range(10):
        excerpt(text, ["salle", "imprimante", "réseau"])
    assert perf_counter() - began < 2
