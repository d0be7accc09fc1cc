"""Which known word was meant by one that isn't known."""

import random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.search.spelling import Dictionary, distance

KNOWN = Dictionary(
    {
        "imprimante": 90, "imprimantes": 40, "imprimer": 20, "reseau": 80, "reseaux": 10, "connexion": 70,
        "deconnexion": 9, "ordinateur": 50, "serveur": 30, "serveuse": 1, "password": 60, "printer": 30,
        "courriel": 20, "kb5034441": 5, "vpn": 9,
    }
)  # fmt: skip
letters = st.text("abcdé", max_size=10)
dictionaries = st.dictionaries(st.text("abcd", min_size=4, max_size=10), st.integers(1, 99), max_size=30)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("imprimnate", "imprimante"),
        ("imrpimente", "imprimante"),
        ("Impriment", "imprimante"),
        ("résau", "reseau"),
        ("connection", "connexion"),
        ("conexion", "connexion"),
        ("ordinnateur", "ordinateur"),
        ("servuer", "serveur"),
        ("pasword", "password"),
        ("paswword", "password"),
    ],
)
def test_a_mistyped_word_means_the_nearest_one(typed: str, meant: str) -> None:
    assert KNOWN.nearest(typed)[0] == meant


@pytest.mark.parametrize("typed", ["", "vpm", "kb5034442", "0x80070005", "zzzzzzzz", "a" * 500, "imprimante" * 9])
def test_what_means_no_known_word(typed: str) -> None:
    assert KNOWN.nearest(typed) == []


def test_a_short_word_has_one_slip_and_a_long_one_two() -> None:
    assert KNOWN.nearest("rezzau") == []
    assert KNOWN.nearest("imrpimqnte") == ["imprimante"]


def test_the_most_written_comes_first() -> None:
    assert KNOWN.nearest("serveurs") == ["serveur"]
    assert KNOWN.nearest("imprimants") == ["imprimante", "imprimantes"]
    assert KNOWN.nearest("imprimants", most=1) == ["imprimante"]


def test_what_is_known() -> None:
    assert len(KNOWN) == 13
    assert "reseau" in KNOWN
    assert "resea" not in KNOWN
    assert Dictionary({}).nearest("reseau") == []


def plainly(one: str, other: str) -> int:
    """The distance by its definition, without any bound."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, beside in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != beside)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == beside:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@given(one=letters, other=letters, most=st.integers(0, 3))
def test_the_bounded_distance_is_the_plain_one(one: str, other: str, most: int) -> None:
    assert distance(one, other, most=most) == min(plainly(one, other), most + 1)
    assert distance(one, other, most=most) == distance(other, one, most=most)


@given(counts=dictionaries, word=st.text("abcd", min_size=4, max_size=11))
def test_nothing_near_is_missed(counts: dict[str, int], word: str) -> None:
    found = Dictionary(counts).nearest(word, most=99)
    slips = 2 if len(word) >= 8 else 1
    gaps = {known: plainly(word, known) for known in counts if 0 < plainly(word, known) <= slips}
    nearest = min(gaps.values(), default=0)
    assert sorted(found) == sorted(known for known, gap in gaps.items() if gap == nearest)


def test_sixty_thousand_words_answer_at_once() -> None:
    dice = random.Random(7)
    parts = [
        "con",
        "im",
        "pri",
        "man",
        "te",
        "re",
        "seau",
        "ser",
        "veur",
        "for",
        "ma",
        "tion",
        "lo",
        "gi",
        "ciel",
        "pas",
    ]
    words = {"".join(dice.choices(parts, k=dice.randint(2, 5)))[:30] for _ in range(120_000)}
    known = Dictionary({word: dice.randint(1, 999) for word in sorted(words)[:60_000]})
    assert len(known) > 50_000
    typed = [word[:3] + word[4:6] + "x" + word[6:] for word in dice.sample(sorted(words), 200)]
    began = perf_counter()
    for word in typed:
        known.nearest(word)
    # Two thousandths of a second each; a busy machine may take some more.
    assert (perf_counter() - began) / len(typed) < 0.02
