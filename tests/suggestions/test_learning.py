"""Learning what a text is: it learns, measures itself honestly, keeps nothing of anybody, and comes back the same."""

import io
import subprocess
import sys
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guichet.suggestions import fitting, measuring
from guichet.suggestions.learning import Learned, TooLittle, learn, once
from guichet.suggestions.texts import Kind, features, pieces, same, words, written

THINGS = {
    "Imprimantes": ["imprimante", "papier", "toner", "bourrage", "impression"],
    "Réseau": ["wifi", "connexion", "réseau", "câble", "lent"],
    "Comptes": ["mot de passe", "compte", "verrouillé", "badge", "accès"],
}
FILLING = [
    "bonjour",
    "merci",
    "depuis ce matin",
    "au deuxième étage",
    "c’est urgent",
    "pouvez-vous m’aider",
    "chez nous",
]


def past(count: int = 120, *, noise: float = 0.0, seed: int = 1) -> tuple[list[str], list[str]]:
    """Tickets of three labels, with that share of labels drawn by lot."""
    draw = np.random.default_rng(seed)
    names = list(THINGS)
    texts, labels = [], []
    for number in range(count):
        name = names[number % 3]
        said = [*draw.choice(THINGS[name], 2, replace=False), *draw.choice(FILLING, 3, replace=False)]
        texts.append(f"{' '.join(draw.permutation(said))} poste {number}")
        labels.append(str(draw.choice(names)) if draw.random() < noise else name)
    return texts, labels


@cache
def taught() -> Learned:
    return learn(*past())[0]


@pytest.fixture
def learned() -> Learned:
    return taught()


def test_it_learns_and_says_which_words_spoke(learned: Learned) -> None:
    first, *rest = learned.guess("Bonjour, plus de TONER dans l’imprimante")
    assert first.label == "Imprimantes"
    assert first.confidence > 0.8
    assert set(first.because) <= {"Bonjour", "plus", "TONER", "dans", "imprimante"}
    assert "TONER" in first.because
    assert [guess.label for guess in rest] and all(guess.confidence <= first.confidence for guess in rest)
    assert len(learned.guess("imprimante", most=1)) == 1


def test_a_word_that_is_nearly_known_still_speaks(learned: Learned) -> None:
    assert learned.guess("les imprimantes")[0].label == "Imprimantes"
    assert learned.guess("RESEAUX")[0].label == "Réseau"


@pytest.mark.parametrize("text", ["", "   ", "!!!", "日本語", "12345678"])
def test_of_nothing_known_nothing_is_guessed(learned: Learned, text: str) -> None:
    assert learned.guess(text) == []
    assert learned.shares(text).sum() == pytest.approx(1)


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_gives_confidences_in_order(text: str) -> None:
    guesses = taught().guess(text)
    assert all(0 <= guess.confidence <= 1 for guess in guesses)
    assert guesses == sorted(guesses, key=lambda guess: -guess.confidence)


def test_it_comes_back_from_its_bytes_the_same(learned: Learned) -> None:
    again = Learned.from_bytes(learned.to_bytes())
    for text in past(20, seed=9)[0]:
        assert again.guess(text) == learned.guess(text)


def test_bytes_of_another_kind_are_refused_and_run_no_code(learned: Learned) -> None:
    poisoned = io.BytesIO()
    np.savez(poisoned, said=np.array([print], dtype=object))
    for kept in (b"", b"no archive", learned.to_bytes()[:200], poisoned.getvalue()):
        with pytest.raises(ValueError):
            Learned.from_bytes(kept)


def test_the_same_past_teaches_the_same() -> None:
    (one, measured), (other, again) = learn(*past(noise=0.1)), learn(*past(noise=0.1))
    assert one.to_bytes() == other.to_bytes()
    assert measured == again


def test_what_was_measured_is_what_comes_true() -> None:
    texts, labels = past(240, noise=0.2)
    learned, measured = learn(texts, labels)
    fresh, right = past(600, noise=0.2, seed=5)
    guesses = [learned.guess(text)[0] for text in fresh]
    hits = [guess.label == label for guess, label in zip(guesses, right, strict=True)]
    assert np.mean(hits) == pytest.approx(measured.accuracy, abs=0.06)
    assert measured.rows == 240
    assert measured.classes == 3
    assert measured.usual < 0.45 < measured.accuracy
    assert measured.ece < 0.12


def test_labels_that_mean_nothing_are_never_spoken_of() -> None:
    texts, _labels = past(150)
    draw = np.random.default_rng(0)
    measured = learn(texts, draw.choice(["a", "b"], 150).tolist())[1]
    assert measured.threshold is None or measured.coverage_at_90 < 0.2
    assert measured.accuracy < 0.65


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        ([], []),
        (["toner"] * 50, ["a", "b"] * 25),
        (past(18)[0], past(18)[1]),
        (past(60)[0], ["one"] * 60),
        (past(60)[0], [str(number) for number in range(60)]),
        ([f"   {'!' * n}" for n in range(60)], ["a", "b"] * 30),
        (past(60)[0], [""] * 60),
    ],
)
def test_too_little_to_learn_from_is_said(texts: Sequence[str], labels: Sequence[str]) -> None:
    with pytest.raises(TooLittle):
        learn(texts, labels)


def test_labels_that_came_once_do_no_harm() -> None:
    texts, labels = past(60)
    learned, measured = learn([*texts, "une seule fois"], [*labels, "Rare"])
    assert "Rare" in learned.labels
    assert measured.accuracy > 0.9


def test_a_text_that_comes_back_counts_once() -> None:
    texts = ["Toner vide", "toner VIDE !", "", "câble", "sans label"]
    assert once(texts, ["a", "b", "c", "d", " "]) == [0, 3]


def test_what_is_somebodys_is_never_learnt() -> None:
    private = "écrire à jean.dupont@example.org ou +33 6 12 34 56 78, 0612345678, (514) 555-0199, badge AB123456"
    texts, labels = past(60)
    learned, _measured = learn([f"{text} {private}" for text in texts], labels)
    for part in ("jean", "dupont", "example", "0612345678", "123456", "555", "0199", "34"):
        assert not any(part in name for name in learned.names), part
    assert words(private) == ["ecrire", "a", "ou", "badge"]


def test_what_one_ticket_alone_says_is_never_learnt() -> None:
    texts, labels = past(60)
    learned, _measured = learn(["Zyxwvut " + texts[0], *texts[1:]], labels)
    assert not any("zyx" in name for name in learned.names)


def test_features() -> None:
    assert features("Réseau réseau lent", (Kind.WORD, Kind.PAIR)) == {
        "reseau": 2, "lent": 1, "reseau reseau": 1, "reseau lent": 1,
    }  # fmt: skip
    assert pieces("vpn") == ("~ vp", "~vpn", "~pn ", "~ vpn", "~vpn ", "~ vpn ")
    assert same("  Toner,\nVIDE ") == same("toner vide")
    assert written("Le Réseau et le réseau")["reseau"] == "Réseau"


@given(st.lists(st.integers(0, 4), min_size=5, max_size=80))
def test_folds_spread_every_label_evenly(which: list[int]) -> None:
    labels = np.array(which)
    part = fitting.folds(labels, seed=3)
    for label in set(which):
        counts = np.bincount(part[labels == label], minlength=5)
        assert counts.max() - counts.min() <= 1


def test_coverage_is_the_largest_share_that_keeps_nine_in_ten() -> None:
    confidence = np.linspace(1.0, 0.5, 100)
    right = np.arange(100) < 54
    assert measuring.covered(confidence, right) == (0.6, pytest.approx(confidence[59]))
    assert measuring.covered(confidence, ~right) == (0.0, None)
    # Of equal confidence: all or none.
    assert measuring.covered(np.full(100, 0.7), right) == (0.0, None)


@pytest.mark.parametrize(("count", "speaks"), [(12, False), (44, False), (45, True), (200, True)])
def test_it_keeps_silent_until_enough_was_seen(count: int, speaks: bool) -> None:
    which = np.arange(count) % 2
    measured = measuring.measure(np.eye(2)[which], which, learnt=which, classes=2)
    assert measured.accuracy == 1
    assert (measured.threshold is not None) == speaks


def test_one_error_in_ten_is_too_much_where_few_were_seen() -> None:
    confidence, right = np.linspace(1, 0.5, 100), np.arange(100) % 10 > 0
    assert measuring.covered(confidence, right, doubt=measuring.DOUBT)[0] < 0.5
    assert measuring.covered(confidence, right)[0] == 1
    # Of many it makes next to no difference.
    many = np.linspace(1, 0.5, 10_000), np.arange(10_000) < 5_400
    assert 0.598 < measuring.covered(*many, doubt=measuring.DOUBT)[0] < 0.6


def test_of_few_texts_no_way_is_chosen_by_chance() -> None:
    assert len(fitting.ways(60)) == 1
    assert len(fitting.ways(300)) > 1


def test_of_many_texts_words_alone_are_a_way_too() -> None:
    machines = {machine for way in fitting.ways(50_000) for machine in way}
    assert {look for look, _balance in machines} == {fitting.SINGLE, fitting.COARSE}


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_from_its_threshold_on_nine_in_ten_are_right(told: list[tuple[float, bool]]) -> None:
    confidence, right = np.array([c for c, _ in told]), np.array([r for _, r in told])
    coverage, threshold = measuring.covered(confidence, right)
    if threshold is not None:
        spoken = confidence >= threshold
        assert right[spoken].mean() >= 0.9
        assert spoken.mean() == pytest.approx(coverage)
    assert 0 <= measuring.ece(confidence, right) <= 1


def test_f1_and_calibration_by_hand() -> None:
    assert measuring.macro_f1(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1])) == pytest.approx((2 / 3 + 0.5 + 0) / 3)
    assert measuring.ece(np.full(10, 0.8), np.arange(10) < 8, bins=1) == pytest.approx(0)
    assert measuring.ece(np.full(10, 0.9), np.arange(10) < 4, bins=1) == pytest.approx(0.5)


def test_asking_needs_no_learning_library() -> None:
    code = "import sys, guichet.suggestions.learning; sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
