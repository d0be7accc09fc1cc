"""What people at the large desk write, made up from chance (pure): the same for a seed on every machine.

Words follow a Zipf–Mandelbrot law, as in any language: the first of them stand in every third ticket, the last in one
or none. The common ones are those of the trade, the rare ones names of programmes, files and projects that nobody
else knows; they are put together from syllables. A phrase is a sentence of one language, told by its small words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

LANGUAGES = ("fr", "en")
# ruff: noqa: SIM905 (lists of words read better as text)
_TRADE = {
    # All masculine and beginning with a consonant: what is put together of them has to be French.
    "fr": """
    courriel réseau compte fichier serveur poste message téléphone portable clavier navigateur logiciel dossier partage
    bureau projecteur document dépôt toner papier câble chargeur pilote démarrage blocage calendrier jeton certificat
    domaine disque lecteur badge scanner formulaire budget classeur tableur module copieur routeur pare-feu mot-clé
    registre profil journal modèle rapport lien raccourci script bordereau planning virement relevé devis
    """.split(),
    "en": """
    printer email mailbox network connection account laptop screen file server access desktop error message application
    session phone mobile keyboard mouse browser software update folder share backup licence antivirus office floor
    room projector document toner paper cable socket tablet battery charger driver installation startup slowness outage
    freeze display signature calendar meeting attachment permission token certificate directory firewall domain address
    disk memory card reader badge scanner form invoice order budget payroll schedule spreadsheet macro formula column
    version module dashboard report export import login reset
    """.split(),
}
_STARTS = {
    "fr": "b c d f g j l m n p r s t v br ch cl cr dr fl fr gr pl pr tr".split(),
    "en": "b c d f g h j k l m n p r s t w bl br ch cl dr fl gr pl pr sh st th tr".split(),
}
_MIDDLES = {"fr": "a e i o u é ou an on in oi ai eu".split(), "en": "a e i o u ea oo ai ou ee".split()}
_ENDS = {
    "fr": "r l s t n c d m ge ble tion ment teur".split(),
    "en": "r l s t n ck d m ge ble tion ment ter ng".split(),
}
_WORDS = {"fr": 24_000, "en": 12_000}

# {a} and {b} are words, {n} is a number. None of the signs that Markdown or HTML would read.
_PHRASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "fr": {
        "title": (
            "Le {a} de la salle {n} ne répond plus",
            "Plus d’accès au {a} depuis la mise à jour",
            "Le {a} est bloqué",
            "Une erreur dans le {a} {b}",
            "Le {a} ne s’ouvre pas chez nous",
            "Demande de {a} pour un nouveau poste",
            "Le {a} est très lent avec le {b}",
            "Le compte {a} est refusé par le {b}",
            "Un {a} à remplacer, bureau {n}",
            "Il manque le {a} dans le dossier {b}",
            "Le {a} et le {b} ne se parlent plus",
        ),
        "body": (
            "Bonjour, depuis ce matin le {a} ne répond plus et je ne peux pas ouvrir le {b}.",
            "Le message dit que le {a} {n} est introuvable dans le {b}.",
            "J’ai essayé de redémarrer le {a}, sans succès avec le {b}.",
            "Nous sommes plusieurs dans le bureau {n} à ne plus voir le {a}.",
            "Le {a} fonctionnait encore hier, avant la mise à jour du {b}.",
            "C’est urgent pour nous, le {a} doit partir avec le {b} avant ce soir.",
            "Un collègue a le même souci avec son {a} au local {n}.",
            "Quand je clique sur le {a}, une fenêtre {b} s’affiche et tout se fige.",
            "J’ai changé le {a} et vérifié le {b}, cela ne change rien.",
            "Pouvez-vous nous dire si le {a} est prévu pour le {b}.",
            "Il y a un voyant orange sur le {a} près du {b}.",
            "Je n’ai plus les droits sur le {a} ni sur le {b}.",
            "Le {a} demande sans cesse le mot de passe du {b}.",
            "Merci de votre aide pour le {a}.",
        ),
        "reply": (
            "Bonjour, nous avons bien reçu votre demande sur le {a}.",
            "Pouvez-vous nous envoyer le nom du {a} concerné.",
            "Nous avons vérifié le {a} de notre côté et tout semble correct.",
            "Voici ce que je vois quand j’ouvre le {a} avec le {b}.",
            "Le {a} a été remplacé par un {b} et nous suivons.",
            "Essayez de fermer le {a} puis de rouvrir le {b}.",
            "Cela marche de nouveau pour le {a}, merci.",
            "Le problème est toujours là avec le {a} dans le {b}.",
            "Nous passons vous voir au local {n} pour le {a}.",
        ),
        "note": (
            "Vu avec le fournisseur du {a}, le {b} est connu de leur côté.",
            "Le journal du {a} montre une erreur {n}.",
            "Le {a} n’est pas sur la liste du {b}.",
            "À voir avec les collègues du {a} avant de toucher au {b}.",
            "Le poste {n} est sur l’ancien {a}.",
        ),
        "short": (
            "Le {a} est en cause",
            "La pile du {a} est à plat",
            "Redémarrage du {a} et du {b}",
            "Le {a} est remplacé par un {b}",
            "Les droits du {a} sont remis",
            "Vérifié sur le {a} avec la personne",
            "On attend le {a} du fournisseur",
        ),
    },
    "en": {
        "title": (
            "The {a} in room {n} is not working",
            "I cannot open the {a} after the update",
            "The {a} is locked",
            "There is an error in the {a} {b}",
            "The {a} does not start with the {b}",
            "A new {a} is needed for our team",
            "My {a} is very slow with the {b}",
            "The {a} account was refused by the {b}",
            "The {a} on floor {n} is broken",
            "The {b} folder is missing from the {a}",
        ),
        "body": (
            "Hello, since this morning the {a} does not answer and I cannot open the {b}.",
            "The message says that the {a} {n} was not found in the {b}.",
            "I have tried to restart the {a}, but it is the same with the {b}.",
            "We are several people in office {n} who can no longer see the {a}.",
            "The {a} was still working yesterday before the {b} was updated.",
            "This is urgent for us because the {a} has to go out with the {b} today.",
            "When I click on the {a} there is the {b} window and then it all freezes.",
            "I changed the {a} and checked the {b}, but it does not help.",
            "Could you tell us if the {a} is meant to be used with the {b}.",
            "I do not have the rights on the {a} and on the {b} any more.",
            "The {a} keeps asking me for the password of the {b}.",
        ),
        "reply": (
            "Hello, we have received your request about the {a}.",
            "Could you send us the name of the {a} that is used.",
            "We have checked the {a} on our side and it looks right to us.",
            "This is what I see when I open the {a} with the {b}.",
            "The {a} was replaced by the {b} and we will follow it.",
            "Please try to close the {a} and then to open the {b} again.",
            "It is working again with the {a}, thank you.",
            "The problem is still there with the {a} in the {b}.",
            "We will come to see you in room {n} about the {a}.",
        ),
        "note": (
            "I asked the supplier of the {a}, the {b} is known to them.",
            "The log of the {a} shows the error {n}.",
            "The {a} is not on the list of the {b}.",
            "The computer {n} is still on the old {a} from before.",
        ),
        "short": (
            "The {a} is the cause of it",
            "The battery of the {a} is flat",
            "I restarted the {a} and the {b}",
            "The {a} was replaced by the {b}",
            "The rights on the {a} are set again",
            "I checked it on the {a} with them",
            "We wait for the {a} from the supplier",
        ),
    },
}


@dataclass(frozen=True)
class Vocabulary:
    """The words of a language by falling frequency, and the law by which they are drawn."""

    words: list[str]
    law: list[float]

    @classmethod
    @cache
    def of(cls, language: str) -> Vocabulary:
        chance = random.Random(f"words {language}")  # noqa: S311 (believable, not secret)
        words = dict.fromkeys(_TRADE[language])
        while len(words) < _WORDS[language]:
            syllables = 1 + (len(words) > 300) + (chance.random() < 0.6)
            pieces = [chance.choice(_STARTS[language]) + chance.choice(_MIDDLES[language]) for _ in range(syllables)]
            words["".join(pieces) + chance.choice(_ENDS[language])] = None
        return cls(list(words), list(accumulate(1 / (rank + 8) ** 1.05 for rank in range(len(words)))))

    def draw(self, chance: random.Random) -> str:
        return chance.choices(self.words, cum_weights=self.law)[0]


def phrases(language: str, kind: str, *, many: int, seed: int) -> Iterator[str]:
    """`many` phrases of a kind: title, body, reply, note, short."""
    chance = random.Random(f"{seed} {language} {kind}")  # noqa: S311
    words, patterns = Vocabulary.of(language), _PHRASES[language][kind]
    for _ in range(many):
        yield chance.choice(patterns).format(a=words.draw(chance), b=words.draw(chance), n=chance.randrange(100, 1000))


def assets(*, many: int, seed: int) -> Iterator[str]:
    """Labels on equipment."""
    chance = random.Random(f"{seed} assets")  # noqa: S311
    for number in range(many):
        yield f"{chance.choice(('PC', 'PORT', 'IMP', 'TEL', 'ECR'))}-{10_000 + number}"
