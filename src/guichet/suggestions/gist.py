"""What somebody's sentence is about (pure): the words that tell it, and whether what was found is about the same.

People write « Bonjour, depuis ce matin mon imprimante ne marche plus au local B-214, merci ». Where, when and that it
fails is said of anything; what is about printers is what helps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from guichet.lib.text import fold
from guichet.search.highlights import Piece
from guichet.search.lexicon import SMALL
from guichet.search.words import asked, typed

# So much of a text is read, and so many of its words are asked for: who writes more says it again.
_READ, _MOST = 600, 8
# How many of them must be found, where there are so many.
_ENOUGH = 2
# A room, a seat, a bay.
_PLACE = re.compile(r"[a-z]{1,3}-?\d{1,4}[a-z]?")
# Said of anything, folded: greetings and thanks; that it fails or is wanted; when; where.
_SAID = (
    "bonjour bonsoir salut allo madame monsieur merci svp stp cordialement avance aide aider aidez probleme "
    "problemes souci soucis panne bug marche marchent fonctionne fonctionnent fonctionner arrive arrivons arriver "
    "peux peut pouvez pouvoir puis veux veut vouloir voudrais voudrait souhaite souhaiterais aimerais besoin "
    "faire fait dois doit faudrait faut quand comment pourquoi quelqu quelque chose toujours encore jamais plus "
    "malgre semble reste essaye essaie essayer nouveau nouvelle matin midi soir hier aujourd hui semaine jour "
    "jours heure heures minutes lundi mardi mercredi jeudi vendredi samedi dimanche temps moment depuis urgent "
    "local salle bureau poste etage batiment service equipe collegue collegues ici hello hi dear thanks thank "
    "please regards help helping problem problems issue issues trouble broken work works working worked cannot "
    "can could want wants would like need needs get gets getting try tried trying doing since morning today "
    "yesterday week day days hour hours minutes monday tuesday wednesday thursday friday now again still anything "
    "something room floor building desk colleague colleagues urgent "
)
_OF_ANYTHING = frozenset(_SAID.split())
# These tell something beside another word, and nothing alone.
_BESIDE_OTHERS = frozenset({"rien", "nothing"})


def gist(text: str) -> list[str]:
    """The words that tell what `text` is about, in its order, each once; [] where nothing does."""
    found: dict[str, str] = {}
    for word in typed(text[:_READ]):
        plain = fold(word)
        if len(plain) < 2 or plain in SMALL or plain in _OF_ANYTHING or _PLACE.fullmatch(plain) or not asked(word):
            continue
        found.setdefault(asked(word)[0], word)
    telling = list(found.values())[:_MOST]
    return telling if any(fold(word) not in _BESIDE_OTHERS for word in telling) else []


def is_about(words: Sequence[str], *, title: Sequence[Piece], text: Sequence[Piece]) -> bool:
    """Whether what bears this title is about these words: its title says one of them, and it says two, if there are so
    many; or the title says nothing else."""
    in_title, in_all = _said(words, title), _said(words, [*title, *text])
    if not in_title:
        return False
    return len(in_all) >= min(_ENOUGH, len(words)) or _whole(title)


def _said(words: Iterable[str], pieces: Iterable[Piece]) -> set[str]:
    """Which of `words` the marked pieces stand for."""
    marked = {token for piece in pieces if piece.hit for word in typed(piece.text) for token in asked(word)}
    return {word for word in words if marked & set(asked(word))}


def _whole(title: Iterable[Piece]) -> bool:
    unmarked = " ".join(piece.text for piece in title if not piece.hit)
    return not gist(unmarked)
