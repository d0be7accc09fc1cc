"""What a text says by itself: usual words, phrases and tags; silent where they don't speak clearly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.suggestions import rules, tags

CATEGORIES = {
    1: ("Imprimantes", "Printers"),
    2: ("Réseau et Wi-Fi", "Network and Wi-Fi"),
    3: ("Wi-Fi", ""),
    4: ("Mot de passe", "Password"),
    5: ("Courriel et calendrier", "E-mail and calendar"),
    6: ("Postes de travail", "Workstations"),
    7: ("Autres", "Other"),
}


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Bourrage papier à l’imprimante du R-214", "1"),
        ("The printer on the second floor says paper jam", "1"),
        ("Plus de Wi-Fi au pavillon des sciences", "3"),
        ("Internet ne marche plus, le câble réseau est bien branché", "2"),
        ("J’ai oublié mon mot de passe", "4"),
        ("Outlook says that my mailbox is full", "5"),
        ("Mon ordinateur portable est très lent au démarrage", "6"),
    ],
)
def test_usual_words_name_the_category(title: str, number: str) -> None:
    said = rules.category(title, "", CATEGORIES)
    assert said is not None
    assert said.value == number
    assert all(word in title.lower() for word in said.words)


@pytest.mark.parametrize("title", ["", "Bonjour", "J’ai une question", "Imprimante et mot de passe", "?!" * 50])
def test_silent_where_nothing_or_several_speak(title: str) -> None:
    assert rules.category(title, "", CATEGORIES) is None


def test_without_categories_there_is_nothing_to_say() -> None:
    assert rules.category("Imprimante", "", {}) is None
    assert rules.category("Imprimante", "", {1: ("", "")}) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Pourriez-vous installer AutoCAD sur mon poste ?", "request"),
        ("I would like access to the shared folder", "request"),
        ("L’écran ne s’allume plus et affiche une erreur", "incident"),
        ("My mouse doesn't work", "incident"),
        ("Je voudrais un accès mais j’ai une erreur", None),
        ("Bonjour", None),
    ],
)
def test_asked_for_or_broken(text: str, kind: str | None) -> None:
    said = rules.kind("", text)
    assert (said.value if said else None) == kind


@pytest.mark.parametrize(
    ("text", "impact", "urgency"),
    [
        ("Tout le monde est touché, nous ne pouvons plus travailler.", "everyone", "stopped"),
        ("Plusieurs collègues ont le même souci, c’est urgent", "group", "blocked"),
        ("Ce n’est pas urgent, quand vous aurez le temps.", None, "none"),
        ("The whole floor is affected", "department", None),
        ("Seulement chez moi", "person", None),
        ("Une question", None, None),
    ],
)
def test_how_many_and_how_fast(text: str, impact: str | None, urgency: str | None) -> None:
    said, fast = rules.impact("", text), rules.urgency("", text)
    assert (said.value if said else None, fast.value if fast else None) == (impact, urgency)


@given(
    st.text(max_size=300),
    st.text(max_size=600),
    st.dictionaries(st.integers(1, 50), st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=6),
)
def test_any_text_is_borne(title: str, text: str, categories: dict[int, tuple[str, str]]) -> None:
    said = rules.category(title, text, categories)
    if said is not None:
        assert int(said.value) in categories
        assert 0 < said.confidence <= 1
        assert said.words
    for way in (rules.kind, rules.impact, rules.urgency):
        found = way(title, text)
        assert found is None or (found.words and 0 < found.confidence < 1)


KNOWN = ["PC-0001", "PC-0002", "PC-0231", "IMP-R108", "PC-0231"]


@pytest.mark.parametrize(
    ("text", "tag", "before"),
    [
        ("Le poste PC-0231 du local R-214", "PC-0231", 2),
        ("le pc0231 ne démarre plus", "PC-0231", 2),
        ("imp-r108 : bourrage", "IMP-R108", 1),
        ("Nouveau poste PC-0400 à préparer", "PC-0400", 0),
    ],
)
def test_a_known_tag_and_one_of_a_known_form(text: str, tag: str, before: int) -> None:
    assert tags.find(text, KNOWN) == tags.Found(tag, before)


@pytest.mark.parametrize(
    "text",
    [
        "PC-0001 et PC-0002 sont lents", "Erreur 0x80070005 après KB5034441", "Local R-214", "voir G-7K4M2",
        "windows11 en 10h30", "https://exemple.ca/PC-0231x", "imprimante", "",
    ],
)  # fmt: skip
def test_two_tags_or_none_are_no_tag(text: str) -> None:
    assert tags.find(text, KNOWN) is None


@given(st.text(max_size=500), st.lists(st.text(max_size=30), max_size=8))
def test_any_text_names_at_most_one(text: str, known: list[str]) -> None:
    found = tags.find(text, known)
    assert found is None or found.tag in known or found.tag in text
