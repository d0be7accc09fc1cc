"""How texts are cut into the index's tokens, and what a typed word stands for there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guichet.lib.references import reference
from guichet.lib.text import fold
from guichet.search.words import LONGEST, asked, begun, guess, stems, telephone, typed

# One family a line, as people write them: any form finds any other.
FRENCH = """
réseau réseaux Réseau RÉSEAUX
connexion connexions connecter connecté connectée connectées
déconnecté déconnectés déconnectée déconnexion
imprimante imprimantes imprimer imprime impression impriment
courriel courriels
éteint éteinte éteindre éteints
dernier dernière derniers dernières
vérifier vérifié vérifiée vérification vérifiez
oublié oubliée oublier oublies
envoyé envoyer envoyez
bloqué bloquée bloquent bloquer
fonctionne fonctionnent fonctionner fonctionnait
affichage afficher affichent
démarrage démarrer démarre
accès accéder
lent lente lenteur lenteurs
scanner scanners scanné scan
toner toners
supprimer suppression supprimé
fichier fichiers
clavier claviers
""".strip().split("\n")
ENGLISH = """
printer printers printing printed
password passwords
crash crashed crashes crashing
connection connections connected connecting
mouse mice
""".strip().split("\n")
NUMBERS = [
    "+33 1 23 45 67 89",
    "01 23 45 67 89",
    "01.23.45.67.89",
    "0123456789",
    "0033 1 23 45 67 89",
    "+33 (0)1 23 45 67 89",
]
texts = st.text(max_size=200) | st.text(alphabet="aeé-'’.@_ 019AZ+()/", max_size=120)


@pytest.mark.parametrize("family", FRENCH)
def test_forms_of_a_french_word_find_each_other(family: str) -> None:
    for written in family.split():
        token = stems(written, language="fr")
        assert len(token) == 1
        assert all(token[0] in asked(form) for form in family.split()), (written, token)


@pytest.mark.parametrize("family", ENGLISH)
def test_forms_of_an_english_word_find_each_other(family: str) -> None:
    for written in family.split():
        token = stems(written, language="en")
        assert all(token[0] in asked(form) for form in family.split()), (written, token)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_accents_and_capitals_change_nothing(language: str) -> None:
    for word in " ".join(FRENCH).split():
        assert (
            stems(word, language=language)
            == stems(fold(word), language=language)
            == stems(word.upper(), language=language)
        )
        assert asked(word) == asked(fold(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [("données", "donner"), ("caméra", "came"), ("fichier", "fiche"), ("panier", "panne"), ("Dell", "délais")],
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert stems(one, language="fr") != stems(other, language="fr")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("L’imprimante ne marche plus", "fr"),
        ("The printer is not working", "en"),
        ("Écran noir", "fr"),
        ("Password expired", "en"),
        ("HP 4050", "fr"),
        ("", "fr"),
    ],
)
def test_the_language_is_guessed(text: str, language: str) -> None:
    assert guess(text) == language


def test_a_title_that_could_be_either_is_found_in_both_languages() -> None:
    for typed_word in ("printing", "printer", "jamming"):
        assert set(stems("Printers jammed")) & set(asked(typed_word))
    assert set(stems("Imprimantes HP")) & set(asked("imprimer"))


def test_small_words_are_left_out_of_the_index() -> None:
    assert stems("L’imprimante du 2e étage n’a plus d’encre") == ["imprim", "2e", "etag", "encre"]
    assert stems("The printer is out of paper") == ["print", "paper"]


def test_small_words_are_asked_only_when_nothing_else_is() -> None:
    assert typed("où est l’imprimante") == ["imprimante"]
    assert typed("où est") == ["où", "est"]
    assert typed("") == typed("- ’ .") == []


@pytest.mark.parametrize(
    ("written", "typed_word"),
    [
        ("Le Wi-Fi tombe", "wifi"),
        ("Le wifi tombe", "Wi-Fi"),
        ("Le sous réseau", "sous-réseau"),
        ("Marie Ève", "Marie-Ève"),
        ("Marie-Ève", "Marie Ève"),
        ("Le haut-parleur", "haut parleur"),
        ("A check-list", "checklist"),
        ("Mot de passe perdu", "mot-de-passe"),
        ("Un e-mail", "courriel"),
        ("Mon courriel", "e-mail"),
        ("Un ordi", "ordinateurs"),
        ("Erreur 0x80070005", "0X80070005"),
        ("KB 5034441", "kb5034441"),
        ("Après KB5034441", "5034441"),
        ("ERR_CONNECTION_REFUSED", "err_connection_refused"),
        ("ERR_CONNECTION_REFUSED", "refused"),
        ("Dans OneDrive", "onedrive"),
        ("Dans OneDrive", "drive"),
        ("Écrire à h.fortin@riviere.example.", "H.Fortin@riviere.example"),
        ("Écrire à h.fortin@riviere.example.", "fortin"),
        ("Version 10.2", "10.2"),
        ("voir rapport.docx", "rapport"),
        ("C’est fini.Merci", "fini"),
        ("d'accès", "accès"),
        ("qu’il s’arrête", "arrêter"),
        ("the user’s screen", "user"),
        ("Le cœur", "coeur"),
    ],
)
def test_what_is_written_is_found_as_it_is_typed(written: str, typed_word: str) -> None:
    kept = set(stems(written))
    assert all(kept & set(asked(word)) for word in typed(typed_word)), (kept, typed(typed_word))


@pytest.mark.parametrize("written", NUMBERS)
@pytest.mark.parametrize("dialled", NUMBERS)
def test_a_telephone_number_is_found_however_it_is_spaced(written: str, dialled: str) -> None:
    (word,) = typed(dialled)
    assert set(stems(f"Rappeler au {written}, merci")) & set(asked(word))
    assert telephone(dialled) == "23456789"


@pytest.mark.parametrize("said", ["(514) 555-0199", "514-555-0199", "+1 514 555 0199", "1-514-555-0199", "5145550199"])
def test_a_number_of_north_america(said: str) -> None:
    assert telephone(said) == "45550199"
    assert "45550199" in stems(f"Phone: {said}.")


@pytest.mark.parametrize(
    "said", ["2026-11-01", "01/11/2026", "192.168.100.200", "10.0.19045.3803", "12:30", "1234", ""]
)
def test_what_is_no_telephone_number(said: str) -> None:
    assert telephone(said) == ""
    assert telephone(f"{said} 10") == ""


@given(number=st.integers(0, 10**7))
def test_a_reference_is_one_token_and_its_end_another(number: int) -> None:
    said = reference(number)
    kept = stems(f"Voir {said}.", language="fr")
    assert len(kept) == 3
    for spelling in (said, said.lower(), said.replace("-", ""), said[2:]):
        (word,) = typed(spelling)
        assert set(kept) & set(asked(word))


@pytest.mark.parametrize(
    ("start", "whole"),
    [
        ("imprimant", "imprimante"),
        ("connexi", "connexion"),
        ("déconnect", "déconnectés"),
        ("printi", "printing"),
        ("résea", "réseaux"),
    ],
)
def test_a_half_typed_word_begins_what_it_may_become(start: str, whole: str) -> None:
    kept = {*stems(whole, language="fr"), *stems(whole, language="en")}
    assert any(token.startswith(fold(start)) or token in begun(start) for token in kept)


@given(text=texts, language=st.sampled_from(["", "fr", "en", "fr-CA"]))
def test_tokens_are_folded_bounded_and_never_empty(text: str, language: str) -> None:
    for token in stems(text, language=language):
        assert 0 < len(token) <= LONGEST
        assert token == fold(token)
        assert not any(c.isspace() for c in token)


@given(text=texts)
def test_whatever_is_written_is_found_by_typing_it_again(text: str) -> None:
    for language in ("fr", "en"):
        kept = set(stems(text, language=language))
        words = [word for word in typed(text) if stems(word, language=language)]
        assert all(kept & set(asked(word)) for word in words)


@given(text=texts)
def test_what_was_cut_is_not_cut_again(text: str) -> None:
    for word in typed(text):
        assert typed(word) == [word]
        assert all(asked(word))
        assert all(len(token) < len(fold(word)) for token in begun(word))
