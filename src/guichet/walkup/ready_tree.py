"""The reasons that a new venue begins with: ten pictures that most desks know, put onto the desk's own categories."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from guichet.catalog.models import Category
from guichet.people.managing import need_manager
from guichet.people.models import Organisation, Person
from guichet.walkup.models import Reason, Venue
from guichet.walkup.setting_up import changed, locked


@dataclass(frozen=True)
class Ready:
    """A picture; `words` are beginnings of category names that fit it, the best first."""

    fr: str
    en: str
    icon: str
    minutes: int = 10
    words: tuple[str, ...] = ()
    urgent: bool = False
    leaves: tuple[Ready, ...] = ()


READY: tuple[Ready, ...] = (
    Ready("Compte et mot de passe", "Account and password", "key-round", words=("compte", "acces", "account"), leaves=(
        Ready("Mot de passe oublié ou refusé", "Password forgotten or refused", "key-round", 6,
              ("mot de passe", "password", "compte", "account")),
        Ready("Accès à un système ou à un dossier", "Access to a system or a folder", "lock", 12,
              ("droit", "acces", "access", "compte", "account")),
    )),
    Ready("Ordinateur", "Computer", "laptop", words=("poste", "ordinateur", "workstation", "computer"), leaves=(
        Ready("Lent, bloqué ou en panne", "Slow, frozen or broken", "laptop", 20,
              ("poste lent", "panne", "poste", "ordinateur", "materiel", "workstation", "computer", "hardware")),
        Ready("Logiciel à installer ou qui ne va pas", "Software to install or not working", "app-window", 15,
              ("logiciel", "software", "application")),
    )),
    Ready("Wi-Fi et internet", "Wi-Fi and internet", "wifi", 10, ("wi-fi", "wifi", "internet", "reseau", "network")),
    Ready("Impression", "Printing", "printer", 8, ("imprim", "impression", "print")),
    Ready("Courriel et calendrier", "E-mail and calendar", "mail", 10, ("courriel", "e-mail", "messagerie", "mail")),
    Ready("Prêt ou retour de matériel", "Borrow or return equipment", "package", 5,
          ("pret", "loan", "materiel", "hardware", "equipement", "equipment")),
    Ready("Cours ou rencontre en panne", "A class or meeting is held up", "presentation", 8,
          ("salle", "classroom", "room", "projecteur", "audiovisuel"), urgent=True),
    Ready("Autre chose", "Something else", "circle-question-mark", 10),
)  # fmt: skip


def plant(*, venue: Venue, actor: Person, now: datetime) -> list[Reason]:
    """Give a venue without reasons the ready tree; one that has some keeps what it has."""
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        if Reason.objects.filter(venue=venue).exists():
            return []
        categories = _known(venue.organisation.desk)
        made = []
        for position, ready in enumerate(READY, start=1):
            top = _row(venue, ready, categories, position=position)
            made.append(top)
            made += [
                _row(venue, leaf, categories, position=number, parent=top)
                for number, leaf in enumerate(ready.leaves, start=1)
            ]
        changed("reasons planted", venue, actor=actor, now=now)
    return made


def _row(
    venue: Venue, ready: Ready, categories: list[tuple[str, Category]], *, position: int, parent: Reason | None = None
) -> Reason:
    return Reason.objects.create(
        venue=venue, parent=parent, position=position, name_fr=ready.fr, name_en=ready.en, icon=ready.icon,
        minutes=ready.minutes, urgent=ready.urgent, category=fitting(ready.words, categories),
    )  # fmt: skip


def _known(desk: Organisation) -> list[tuple[str, Category]]:
    """Each category in use under its plain names; the desk's own before those of everybody."""
    rows = Category.objects.filter(Q(organisation=desk) | Q(organisation=None), active=True)
    ordered = sorted(rows, key=lambda row: (row.organisation_id is None, row.pk))
    return [(plain(name), row) for row in ordered for name in (row.name_fr, row.name_en) if name]


def fitting(words: tuple[str, ...], categories: list[tuple[str, Category]]) -> Category | None:
    """The first category in whose name a word begins so; earlier words fit better, names that begin so best."""
    for word in words:
        found = [(not name.startswith(word), number, row) for number, (name, row) in enumerate(categories)
                 if f" {name}".find(f" {word}") >= 0]  # fmt: skip
        if found:
            return min(found, key=lambda entry: entry[:2])[2]
    return None


def plain(text: str) -> str:
    """Small letters without accents: « Accès » → “acces”."""
    bare = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).replace("’", " ")
