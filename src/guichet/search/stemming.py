"""The common stem of a word's forms, in French and in English (pure).

Words come folded (`lib.text.fold`), since people type « reseau » for « réseau » and must find the same. The Snowball
algorithm for French leans on accents, so what they told it is said to it in letters first: « connectée » is read as
« connecte », « dernière » as « dernier ». A few families of words of our trade that no rule brings together are listed.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

import Stemmer

# Words shorter than this are their own stem.
_SHORTEST = 4
# The letters that a stem has besides a last i.
_BARE = 5
# A family's stem, then its forms; only where the rules would part what belongs together, or join what doesn't.
_FRENCH_FAMILIES = """
acces acces accede acceder accedent accedez
avantage avantage avantages
camera camera cameras
delai delai delais
dell dell
donnee donnee donnees
eteint eteint eteints eteinte eteintes eteins eteignent eteignez
fichier fichier fichiers
frequent frequent frequents frequente frequentes frequemment
imprim impression impressions impriment
lent lent lente lents lentes lenteur lenteurs lentement
message message messages messagerie messageries
nouveau nouvel nouvelle nouvelles nouveaux
ouvr ouvert ouverte ouverts ouvertes ouverture ouvertures
partag partage partages
passage passage passages
perd perdu perdue perdus perdues perte pertes
recev recu recue recus recues recois recoit recoivent reception receptions
scan scan scans scanner scanners scanne scannes scannez scannent
souris souris
supprim suppression suppressions
telephon telephonie telephonique telephoniques
transfer transfert transferts
virus virus
"""
_ENGLISH_FAMILIES = """
mous mice
print printer printers
scan scanner scanners
"""


def _families(listed: str) -> dict[str, str]:
    lines = [line.split() for line in listed.split("\n") if line]
    return {form: stem for stem, *forms in lines for form in forms}


_FRENCH_FORMS, _ENGLISH_FORMS = _families(_FRENCH_FAMILIES), _families(_ENGLISH_FAMILIES)
# Endings that lost their accent, or that Snowball doesn't take for endings; each with what is read in its stead.
_READ_AS = (
    (re.compile(r"(?<=\w\w)ees?$"), "e"),
    (re.compile(r"(?<=\w\w)i(?:es?|eres?|ez)$"), "ier"),
    (re.compile(r"(?<=[aou])yes?$"), "yer"),
    (re.compile(r"(?<=\w{3})ers$"), "er"),
    (re.compile(r"(?<=\w{3}[^aeiou])ites?$"), "er"),
    (re.compile(r"nexions?$"), "necter"),
    (re.compile(r"(?<=[eao])indre$"), "int"),
    (re.compile(r"(?<=\w{5})ages?$"), "er"),
    (re.compile(r"(?<=\w)(nn|ch|ss|tt|ll|ff|rr|[^e]qu|us|is|mb|[^o]nt|st|nd|iv)ent$"), r"\1er"),
)
_own = threading.local()


def _snowball(language: str) -> Stemmer.Stemmer:
    """This thread's stemmer: one may not be used by two threads at once."""
    made: dict[str, Stemmer.Stemmer] = _own.__dict__
    if language not in made:
        made[language] = Stemmer.Stemmer(language, 0)
    return made[language]


@lru_cache(maxsize=20_000)
def french(word: str) -> str:
    """The stem of a folded word, as French."""
    if word in _FRENCH_FORMS:
        return _FRENCH_FORMS[word]
    if len(word) < _SHORTEST:
        return word
    for ending, instead in _READ_AS:
        word = ending.sub(instead, word)
    stem = str(_snowball("french").stemWord(word))
    # « Vérifier » keeps an i that « vérification » loses.
    return stem[:-1] if len(stem) > _BARE and stem[-1] == "i" else stem


@lru_cache(maxsize=20_000)
def english(word: str) -> str:
    """The stem of a folded word, as English."""
    if word in _ENGLISH_FORMS:
        return _ENGLISH_FORMS[word]
    return word if len(word) < _SHORTEST else str(_snowball("english").stemWord(word))
