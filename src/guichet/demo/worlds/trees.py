"""Decision trees that both demo desks go through with callers: no Wi-Fi, cannot print, a forgotten password."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Grown:
    """A tree: its names, the category it is about, its steps; `walks` are answers of runs, the key of who began them
    first ("alone" where a requester did so alone)."""

    names: tuple[str, str]
    category: str
    steps: tuple[dict[str, Any], ...]
    walks: tuple[tuple[str, ...], ...] = field(default_factory=tuple)


def _step(
    key: str,
    kind: str,
    fr: str,
    en: str,
    *ways: tuple[str, str, str],
    help_fr: str = "",
    help_en: str = "",
    **more: Any,
) -> dict[str, Any]:
    answers = [{"key": f"a{n}", "fr": said, "en": english, "to": to} for n, (said, english, to) in enumerate(ways, 1)]
    return {
        "key": key,
        "kind": kind,
        "fr": fr,
        "en": en,
        "help_fr": help_fr,
        "help_en": help_en,
        "answers": answers,
        **more,
    }


def _do(key: str, fr: str, en: str, to: str, *, help_fr: str = "", help_en: str = "") -> dict[str, Any]:
    made = _step(key, "instruction", fr, en, help_fr=help_fr, help_en=help_en)
    return {**made, "answers": [{"key": "done", "to": to}]}


def _works(key: str, to: str) -> dict[str, Any]:
    return _step(
        key,
        "question",
        "Est-ce que cela fonctionne maintenant ?",
        "Does it work now?",
        ("Oui", "Yes", "fini"),
        ("Non", "No", to),
    )


_SOLVED = _step("fini", "solved", "Cela fonctionne de nouveau.", "It works again.")

WIFI = Grown(
    names=("Pas de Wi-Fi", "No Wi-Fi"),
    category="wifi",
    steps=(
        _step(
            "reseau",
            "question",
            "Votre appareil voit-il le nom du réseau dans la liste ?",
            "Does your device see the network’s name in its list?",
            ("Oui, il le voit", "Yes, it does", "ailleurs"),
            ("Non, le nom n’y est pas", "No, the name isn’t there", "avion"),
            ("Il n’y a aucune liste", "There is no list at all", "avion"),
            help_fr="La liste s’ouvre en cliquant sur l’icône du réseau, près de l’heure.",
            help_en="The list opens with the network’s icon, near the clock.",
        ),
        _do(
            "avion",
            "Vérifiez que le Wi-Fi est allumé et que le mode avion est éteint.",
            "Check that Wi-Fi is on and aeroplane mode is off.",
            "essai-avion",
            help_fr="Sur certains portables, un bouton ou une touche de fonction coupe le Wi-Fi.",
        ),
        _works("essai-avion", "lieu"),
        _step(
            "ailleurs",
            "question",
            "Vos collègues autour de vous ont-ils le même problème ?",
            "Do colleagues around you have the same trouble?",
            ("Oui, plusieurs", "Yes, several", "borne"),
            ("Non, moi seulement", "No, only me", "oublier"),
            ("Il n’y a personne autour de moi", "Nobody is around me", "oublier"),
        ),
        _do(
            "oublier",
            "Oubliez le réseau dans les réglages, puis connectez-vous de nouveau avec votre mot de passe.",
            "Forget the network in the settings, then connect again with your password.",
            "essai-oublier",
            help_fr="Si votre mot de passe a été changé il y a peu, c’est presque toujours la cause.",
        ),
        _works("essai-oublier", "redemarrer"),
        _do(
            "redemarrer",
            "Redémarrez l’appareil et attendez deux minutes.",
            "Restart the device and wait two minutes.",
            "essai-redemarrer",
        ),
        _works("essai-redemarrer", "poste"),
        _step(
            "lieu",
            "question",
            "Le Wi-Fi fonctionne-t-il dans une autre pièce ?",
            "Does Wi-Fi work in another room?",
            ("Oui", "Yes", "borne"),
            ("Non", "No", "poste"),
            ("Je n’ai pas pu essayer", "I couldn’t try", "poste"),
        ),
        _step(
            "borne",
            "hand_over",
            "La borne du secteur ne répond sans doute plus : l’équipe du réseau prend le relais.",
            "The access point here has probably failed: the network team takes over.",
        ),
        _step(
            "poste",
            "ticket",
            "Il faut regarder l’appareil de près.",
            "Somebody has to look at the device.",
            facts={"tried": "Wi-Fi éteint puis rallumé, réseau oublié, appareil redémarré"},
        ),
        _SOLVED,
    ),
    walks=(
        ("agent", "a1", "a2", "done", "a1"),
        ("agent", "a2", "done", "a1"),
        ("agent", "a1", "a1"),
        ("alone", "a1", "a2", "done", "a1"),
        ("alone", "a1", "a3", "done", "a2", "done", "a1"),
        ("alone", "a2", "none"),
        ("agent", "a1", "a2", "done", "a2", "done", "a2"),
        ("alone", "a1"),
    ),
)

PRINTING = Grown(
    names=("Je ne peux pas imprimer", "I cannot print"),
    category="printing",
    steps=(
        _step(
            "ecran",
            "question",
            "Qu’affiche l’écran de l’imprimante ?",
            "What does the printer’s screen say?",
            ("Rien, il est noir", "Nothing, it is dark", "courant"),
            ("Plus de papier ou bourrage", "No paper, or a jam", "papier"),
            ("Prête", "Ready", "file"),
            ("Un code d’erreur", "An error code", "panne"),
        ),
        _do(
            "courant",
            "Vérifiez que l’imprimante est branchée, puis allumez-la.",
            "Check that the printer is plugged in, then switch it on.",
            "essai-courant",
        ),
        _works("essai-courant", "panne"),
        _do(
            "papier",
            "Remettez du papier, ou ouvrez les capots dans l’ordre indiqué et retirez la feuille coincée.",
            "Add paper, or open the covers in the order shown and take the jammed sheet out.",
            "essai-papier",
            help_fr="Tirez toujours dans le sens du papier, sans forcer.",
        ),
        _works("essai-papier", "panne"),
        _step(
            "file",
            "question",
            "Votre document est-il dans la file d’attente de votre poste ?",
            "Is your document in your computer’s print queue?",
            ("Oui, il attend", "Yes, it waits", "vider"),
            ("Oui, en erreur", "Yes, with an error", "vider"),
            ("Non, la file est vide", "No, the queue is empty", "bonne"),
        ),
        _do(
            "vider",
            "Annulez tous les documents de la file, puis imprimez une seule page.",
            "Cancel every document of the queue, then print a single page.",
            "essai-vider",
        ),
        _works("essai-vider", "pilote"),
        _step(
            "bonne",
            "question",
            "Est-ce bien cette imprimante qui est choisie dans la fenêtre d’impression ?",
            "Is this printer the one chosen in the print window?",
            ("Oui", "Yes", "pilote"),
            ("Non, une autre l’était", "No, another was", "essai-vider"),
        ),
        _step(
            "pilote",
            "ticket",
            "Il faut réinstaller l’imprimante sur le poste.",
            "The printer has to be installed again on the computer.",
            facts={"tried": "File d’impression vidée"},
        ),
        _step(
            "panne",
            "hand_over",
            "L’appareil est en panne : quelqu’un doit venir sur place.",
            "The device has failed: somebody has to come.",
        ),
        _SOLVED,
    ),
    walks=(
        ("agent", "a2", "done", "a1"),
        ("agent", "a4"),
        ("alone", "a3", "a1", "done", "a1"),
        ("alone", "a3", "a3", "a1"),
        ("agent", "a1", "done", "a1"),
        ("alone", "a2", "done", "none"),
        ("agent", "a3", "a2", "done", "a2"),
    ),
)

PASSWORD = Grown(
    names=("Mot de passe oublié ou double validation", "Forgotten password or second factor"),
    category="password",
    steps=(
        _step(
            "quoi",
            "question",
            "Qu’est-ce qui ne va pas ?",
            "What is wrong?",
            ("J’ai oublié mon mot de passe", "I forgot my password", "portail"),
            ("Il est refusé alors qu’il est bon", "It is refused although it is right", "majuscules"),
            ("On me demande un code que je ne reçois pas", "I am asked for a code that I don’t get", "telephone"),
        ),
        _step(
            "portail",
            "question",
            "Avez-vous encore accès à votre courriel personnel ou à votre téléphone ?",
            "Can you still use your own e-mail or your phone?",
            ("Oui", "Yes", "reinit"),
            ("Non", "No", "identite"),
        ),
        _do(
            "reinit",
            "Sur la page de connexion, choisissez « Mot de passe oublié » et suivez le lien reçu.",
            "On the sign-in page, choose “Forgotten password” and follow the link that you get.",
            "essai-reinit",
            help_fr="Le lien vaut trente minutes. Regardez aussi dans les indésirables.",
        ),
        _works("essai-reinit", "identite"),
        _do(
            "majuscules",
            "Vérifiez le verrouillage des majuscules et la langue du clavier, puis tapez-le dans un champ visible.",
            "Check caps lock and the keyboard’s language, then type it where you can see it.",
            "essai-majuscules",
        ),
        _works("essai-majuscules", "bloque"),
        _step(
            "bloque",
            "question",
            "Avez-vous fait plus de cinq essais ?",
            "Have you tried more than five times?",
            ("Oui", "Yes", "attendre"),
            ("Non", "No", "portail"),
        ),
        _do(
            "attendre",
            "Le compte se débloque seul : attendez un quart d’heure sans essayer.",
            "The account unlocks by itself: wait a quarter of an hour without trying.",
            "essai-reinit",
        ),
        _step(
            "telephone",
            "question",
            "Avez-vous changé de téléphone ou de numéro ?",
            "Have you a new phone or number?",
            ("Oui", "Yes", "identite"),
            ("Non", "No", "heure"),
        ),
        _do(
            "heure",
            "Réglez l’heure du téléphone sur automatique, puis demandez un nouveau code.",
            "Set the phone’s clock to automatic, then ask for a new code.",
            "essai-heure",
            help_fr="Un téléphone en retard d’une minute donne des codes refusés.",
        ),
        _works("essai-heure", "identite"),
        _step(
            "identite",
            "hand_over",
            "Il faut vérifier votre identité : ne donnez jamais votre mot de passe, même à nous.",
            "Your identity has to be checked: never give your password, not even to us.",
        ),
        _SOLVED,
    ),
    walks=(
        ("agent", "a1", "a1", "done", "a1"),
        ("alone", "a1", "a1", "done", "a1"),
        ("alone", "a2", "done", "a1"),
        ("agent", "a3", "a1"),
        ("agent", "a3", "a2", "done", "a1"),
        ("alone", "a2", "done", "a2", "a1"),
    ),
)

TREES = (WIFI, PRINTING, PASSWORD)
