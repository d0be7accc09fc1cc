"""What a text says by itself (pure): its category, kind, impact and urgency by usual words, for a desk's first days.

A rule knows words, not the desk: it speaks only where they speak clearly, and says by which. Its confidence orders
what it proposes; it is measured like a lesson's once people have decided.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from guichet.lib.text import fold
from guichet.search.stemming import english, french
from guichet.suggestions.topics import TOPICS

# What is said in the title counts for so much more.
_TITLE = 2.0
# The words of a category's own name, beside those that one usually says about its topic.
_OWN, _SAID = 1.5, 1.0
# So much has to speak for the first, and so many times as much as for the second.
_LEAST, _AHEAD = 3.0, 1.6
_WORD = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"(?<=\w)['’\-](?=\w)")
_SHORTEST = 3
# Words of categories' names that say nothing.
_EMPTY = frozenset(
    "autre autres other others divers misc general generale des les aux avec sans sur the and for with".split()  # noqa: SIM905
)
# Of a title and a text, no more is read.
_READ = 4_000


@dataclass(frozen=True)
class Said:
    """What a rule takes something for: the value, how sure (0 to 1), and the words as they were written."""

    value: str
    confidence: float
    words: tuple[str, ...]


def category(title: str, text: str, categories: Mapping[int, Sequence[str]]) -> Said | None:
    """The category of `categories` (names in each language, by number) that the words speak for; None where none or
    several do."""
    spoken = _spoken(title, text)
    found = []
    for number, names in categories.items():
        speech = _speaks_of(tuple(names))
        hits = {word: spoken[word] * weight for word in spoken if (weight := speech.weight(word))}
        if hits:
            found.append((sum(hits.values()) * (1 + speech.named(hits)), number, hits))
    if not found:
        return None
    found.sort(key=lambda one: (-one[0], one[1]))
    best, number, hits = found[0]
    second = found[1][0] if len(found) > 1 else 0.0
    if best < _LEAST or best < _AHEAD * second:
        return None
    told = sorted(hits, key=lambda word: (-hits[word], word))[:4]
    return Said(str(number), round(min(0.85, best / (best + second + 1.0)), 3), _as_written(told, f"{title} {text}"))


@dataclass(frozen=True)
class _Speech:
    """What speaks for a category: the stems of its own name with their weights, beginnings of words about its topic."""

    own: Mapping[str, float]
    names: tuple[frozenset[str], ...]
    about: tuple[str, ...]

    def weight(self, word: str) -> float:
        own = max((self.own.get(stem, 0.0) for stem in _stems(word)), default=0.0)
        # A short one is a word by itself: “pc” begins too many others.
        about = any(word == begun or (len(begun) >= 4 and word.startswith(begun)) for begun in self.about)
        return max(own, _SAID if about else 0.0)

    def named(self, hits: Collection[str]) -> float:
        """How much of the category's name is said, in the language that says most: “Wi-Fi” is more about the Wi-Fi than
        “Network and Wi-Fi”."""
        said = {stem for hit in hits for stem in _stems(hit)}
        return max((len(name & said) / len(name) for name in self.names if name), default=0.0)


@lru_cache(maxsize=2_000)
def _speaks_of(names: tuple[str, ...]) -> _Speech:
    own: dict[str, float] = {}
    told, about = [], []
    for name in names:
        words = [word for word in _words(name) if len(word) >= _SHORTEST and word not in _EMPTY]
        told.append(frozenset(_stems(word)[0] for word in words))
        for word in words:
            for stem in _stems(word):
                # A long name isn't said more clearly than a short one by being said wholly.
                own[stem] = max(own.get(stem, 0.0), 2 * _OWN / (1 + len(words)))
            about += [begun for topic in TOPICS if word.startswith(topic.names) for begun in topic.words]
    return _Speech(own, tuple(told), tuple(dict.fromkeys(about)))


@lru_cache(maxsize=20_000)
def _stems(word: str) -> tuple[str, ...]:
    """In either language, so that « imprimantes » and « imprimante » meet, and « compte » and « comptoir » don't."""
    return french(word), english(word)


def _spoken(title: str, text: str) -> dict[str, float]:
    spoken = dict.fromkeys(_words(text[:_READ]), 1.0)
    return spoken | dict.fromkeys(_words(title), _TITLE)


def _words(text: str) -> list[str]:
    """Folded; “Wi-Fi” is one word, “l’imprimante” is the printer."""
    folded = _JOINED.sub(lambda sign: "" if sign[0] == "-" else " ", fold(text))
    return _WORD.findall(folded)


def _as_written(words: Sequence[str], text: str) -> tuple[str, ...]:
    """The folded `words` as the text writes them."""
    written: dict[str, str] = {}
    for found in re.findall(r"[\w\-]+", text[:_READ].replace("’", " ").replace("'", " ")):
        written.setdefault(fold(found).replace("-", ""), found.lower())
    return tuple(written.get(word, word) for word in words)


def _phrases(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\w*")


_ASKS = _phrases(
    r"je (?:voudrais|souhaite|desire|demande)", r"j aimerais", r"nous (?:voudrions|souhaitons)", r"serait il possible",
    r"(?:pourriez|pouvez) vous (?:installer|creer|ajouter|donner|ouvrir|commander|fournir|preparer)",
    r"demande d (?:acces|installation|achat|ajout|un|une)", r"besoin d (?:un|une|acces|installer)",
    r"nouve(?:l|lle|au) (?:employe|collegue|arrivant|utilisat|compte|poste|telephone)", r"creation d un compte",
    r"commander", r"(?:i|we) (?:would|d) like",
    r"could you (?:please )?(?:install|create|add|give|order)",
    r"please (?:install|create|add|grant|provide|order|set up)", r"request(?:ing)? (?:for )?(?:access|a new|an? )",
    r"need access", r"need a new", r"new (?:employee|starter|hire|laptop|account)", r"access request",
)  # fmt: skip
_BREAKS = _phrases(
    r"ne (?:marche|fonctionne|repond|demarre|s allume|s ouvre|charge|s affiche)", r"plus moyen", r"en panne",
    r"hors service", r"erreur", r"bloque", r"plante", r"fige", r"impossible d", r"ne (?:peux|peut|pouvons) plus",
    r"n arrive (?:pas|plus)", r"casse", r"bourrage", r"lent", r"coupe", r"disparu", r"(?:do|does|is|did) ?n ?o?t work",
    r"(?:doesn|don|isn|won|can) t\b", r"not working", r"broken", r"error", r"fail", r"crash", r"frozen", r"stuck",
    r"cannot", r"unable to", r"slow", r"down\b",
)  # fmt: skip
_IMPACTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("everyone", _phrases(
        r"tout le monde", r"toute l (?:entreprise|organisation|ecole)", r"tout le (?:college|cegep|campus|reseau|site)",
        r"tous les (?:sites|services|utilisateurs|employes|bureaux)", r"personne ne (?:peut|parvient|arrive)",
        r"everyone", r"everybody", r"nobody can", r"no one can", r"(?:whole|entire) (?:company|organisation|"
        r"organization|campus|college)", r"all (?:users|sites|offices)",
    )),
    ("department", _phrases(
        r"tout (?:le service|le departement|l etage|le secretariat|le batiment|l atelier)",
        r"toute (?:l equipe|la salle|la boutique)",
        r"(?:whole|entire) (?:department|floor|team|office|building|room)",
    )),
    ("group", _phrases(
        r"plusieurs (?:collegues|personnes|postes|utilisateurs|etudiants|clients)", r"mes collegues (?:aussi|ont)",
        r"nous sommes (?:plusieurs|deux|trois|quatre|cinq)", r"several (?:people|colleagues|users|computers)",
        r"(?:my )?colleagues (?:too|also|have)",
    )),
    ("person", _phrases(
        r"je suis la? ?seule?", r"(?:que|seulement|uniquement) (?:chez|pour) moi", r"only (?:me|my|mine)", r"just me",
    )),
)  # fmt: skip
_URGENCIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("none", _phrases(
        r"(?:pas|rien d|aucune) urgen", r"sans urgence", r"quand vous (?:aurez|pourrez)", r"ca peut attendre",
        r"not urgent", r"no (?:hurry|rush)", r"when(?:ever)? you (?:have|get|can)", r"can wait",
    )),
    ("stopped", _phrases(
        r"tout est (?:arrete|bloque)", r"travail (?:est )?arrete", r"a l arret",
        r"ne (?:peux|pouvons|peut) (?:plus )?(?:rien faire|travailler)", r"(?:cannot|can t|can not) work\b",
        r"work has stopped", r"at a standstill", r"nobody can work",
    )),
    ("blocked", _phrases(
        r"(?:tres )?urgent", r"des que possible", r"au plus vite", r"asap\b", r"as soon as possible",
        r"(?:examen|cours|reunion|presentation) (?:dans|a) (?:une|deux|\d+) ?(?:heure|minute|h\b|min)",
    )),
)  # fmt: skip


def kind(title: str, text: str) -> Said | None:
    """Something broken or a service asked for, where the phrases say only one of both."""
    said = _sentence(title, text)
    asks, breaks = _ASKS.search(said), _BREAKS.search(said)
    if bool(asks) == bool(breaks):
        return None
    found = asks or breaks
    return Said("request" if asks else "incident", 0.7, (found[0].strip(),)) if found else None


def impact(title: str, text: str) -> Said | None:
    """How many are touched, where a phrase says so: the most that is said."""
    return _first(_IMPACTS, _sentence(title, text))


def urgency(title: str, text: str) -> Said | None:
    """How fast it gets worse, where a phrase says so; “pas urgent” is heard before “urgent”."""
    return _first(_URGENCIES, _sentence(title, text))


def _sentence(title: str, text: str) -> str:
    return " ".join(_WORD.findall(fold(f"{title} . {text[:_READ]}")))


def _first(signs: Sequence[tuple[str, re.Pattern[str]]], said: str) -> Said | None:
    for value, sign in signs:
        found = sign.search(said)
        if found:
            return Said(value, 0.65, (found[0].strip(),))
    return None
