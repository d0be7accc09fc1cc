"""The large desk before its first ticket: three clients, six teams, fifty people who treat, and who asks."""

from __future__ import annotations

import random
from collections.abc import Iterator

from guichet.demo.cast import Someone
from guichet.demo.plan import CategoryPlan, Place, RulePlan, TeamPlan, TypePlan, WorldPlan
from guichet.demo.worlds import habits

DESK = "grand-centre"
FRONT, FIELD, NETWORK, SYSTEMS, APPLICATIONS, PRINTERS = (
    "Centre de services", "Soutien sur place", "Réseau et sécurité", "Systèmes et sauvegardes", "Applications",
    "Prestataire des copieurs",
)  # fmt: skip
# Team → how many treat tickets there, what they are, and their roles.
_CREW = {
    FRONT: (14, "Agent·e du centre de services", "agent"),
    FIELD: (12, "Technicien·ne", "technician"),
    NETWORK: (7, "Spécialiste réseau", "administrator"),
    SYSTEMS: (7, "Spécialiste systèmes", "administrator"),
    APPLICATIONS: (8, "Analyste", "analyst"),
    PRINTERS: (2, "Technicien·ne du prestataire", "provider"),
}
# Whose words are English.
ENGLISH = "Northgate School Board"

# ruff: noqa: SIM905 (lists of words read better as text)
_FIRST = {
    "fr": """
    Agathe Alain Amadou Anaïs Benoît Camille Cécile Charlotte Claude Daphnée Denis Élise Étienne Fanny Farid Félicité
    Gaston Hélène Hugo Inès Jérôme Josée Karima Laurent Léa Lucie Luc Malika Marc Maxime Mélanie Nadège Noémie Odile
    Olivier Pascale Philippe Raphaëlle Rémi Rosalie Sabine Samuel Solène Thomas Véronique Yannick Yasmine Zoé
    """.split(),
    "en": """
    Abigail Andrew Beth Brian Carol Claire Daniel Diane Edward Ellen Frank Grace Harry Helen Ian Jane Joseph Karen
    Kevin Laura Liam Mary Megan Nathan Nora Oliver Olivia Patrick Rachel Robert Ruth Sarah Scott Susan Tina Wendy
    """.split(),
}
_LAST = {
    "fr": """
    Arsenault Bélanger Bergeron Bernier Bouchard Caron Charest Cloutier Côté Demers Desjardins Dion Dubé Fontaine
    Fournier Gagné Gauthier Girard Hébert Huard Jacob Lachance Laflamme Lambert Lapierre Leclerc Lemieux Levasseur
    Martel Mercier Morin Nadeau Ouellet Paquette Pelletier Poirier Proulx Rivard Rousseau Savard Simard Tardif Thibault
    Tremblay Turcotte Vachon Veilleux
    """.split(),
    "en": """
    Adams Archer Baker Barnes Bishop Carter Chapman Clark Cooper Davies Ellis Foster Fraser Gibson Grant Harris Hughes
    Jenkins Kelly Lawson MacLeod Marshall Miller Morgan Murray Palmer Parker Reid Robinson Shaw Stewart Taylor Turner
    Walsh Watson Young
    """.split(),
}

CATEGORIES = (
    CategoryPlan("accounts", ("Comptes et accès", "Accounts and access"), "key-round", service="accounts"),
    CategoryPlan("mail", ("Courriel et agenda", "E-mail and calendar"), "mail", service="mail"),
    CategoryPlan("workstation", ("Postes de travail", "Workstations"), "monitor", service="workstation"),
    CategoryPlan("printing", ("Impression", "Printing"), "printer", service="workstation"),
    CategoryPlan("network", ("Réseau", "Network"), "router", service="network"),
    CategoryPlan("wifi", ("Wi-Fi", "Wi-Fi"), "wifi", "network", "network"),
    CategoryPlan("server", ("Serveurs et sauvegardes", "Servers and backups"), "server", service="server"),
    CategoryPlan("business", ("Logiciels métier", "Business software"), "app-window", service="business"),
    CategoryPlan("security", ("Sécurité", "Security"), "shield-alert", service="network"),
)

_EACH_DAY = [[0, 1440]]
_SITES = ("Siège", "Annexe nord", "Annexe sud")


def _place(slug: str, name: str, *, language: str = "fr") -> Place:
    return Place(
        slug=slug, name=name, region=f"{language}-CA", time_zone="America/Toronto", phone="+1 819 555-0142",
        sites={f"{site}, {name}": "" for site in _SITES}, language=language,
    )  # fmt: skip


_PLACE = _place(DESK, "Grand centre de services")
_CLIENTS = (
    _place("saint-aubert", "Ville de Saint-Aubert-des-Monts"),
    _place("val-fleuri", "Hôpital du Val-Fleuri"),
    _place("northgate", ENGLISH, language="en"),
)


def names(language: str, chance: random.Random) -> str:
    return f"{chance.choice(_FIRST[language])} {chance.choice(_LAST[language])}"


def _crew() -> Iterator[Someone]:
    chance = random.Random("crew")  # noqa: S311 (believable, not secret)
    number = 0
    for team, (many, title, role) in _CREW.items():
        for n in range(many):
            number += 1
            yield Someone(
                key=f"{team} {n}", name=names("fr", chance), email=f"agent{number}@{DESK}.example", organisation=DESK,
                title=title, site=next(iter(_PLACE.sites)), roles=(role,), team=team, lead=n == 0,
            )  # fmt: skip
    for client in _CLIENTS:
        yield Someone(
            key=f"contact {client.slug}", name=names("fr", chance), email=f"contact@{client.slug}.example",
            organisation=client.slug, title="Personne-ressource", site=next(iter(client.sites)), roles=("contact",),
        )  # fmt: skip
    for n in range(2):
        yield Someone(
            key=f"manager {n}", name=names("fr", chance), email=f"gestion{n + 1}@{DESK}.example", organisation=DESK,
            title="Gestionnaire du centre", site=next(iter(_PLACE.sites)), roles=("manager",),
        )  # fmt: skip


PLAN = WorldPlan(
    key="scale",
    title=("Le grand centre de services", "The large service desk"),
    place=_PLACE,
    clients=_CLIENTS,
    # Day and night: what was promised is as far off at any hour, so a story can be told again at any time.
    opening=[_EACH_DAY] * 7,
    holidays="",
    special_days=(),
    calendars={},
    scheme="enterprise",
    skills={},
    teams=(
        TeamPlan(FRONT, "N1", is_front=True, takes_calls=True),
        TeamPlan(FIELD, "N2"),
        TeamPlan(APPLICATIONS, "N2"),
        TeamPlan(NETWORK, "N3"),
        TeamPlan(SYSTEMS, "N3"),
        TeamPlan(PRINTERS, "N4"),
    ),
    services={
        "accounts": ("Comptes", "Accounts"),
        "mail": ("Messagerie", "E-mail"),
        "workstation": ("Postes gérés", "Managed workstations"),
        "network": ("Réseau et internet", "Network and internet"),
        "server": ("Serveurs et sauvegardes", "Servers and backups"),
        "business": ("Logiciels métier", "Business software"),
    },
    categories=CATEGORIES,
    types=(
        TypePlan("access", ("Demande d’accès", "Access request"), ("", ""), "accounts", "key-round"),
        TypePlan("install", ("Installation d’un logiciel", "Software installation"), ("", ""), "workstation",
                 "download"),
        TypePlan("equipment", ("Nouvel équipement", "New equipment"), ("", ""), "workstation", "monitor"),
    ),
    policies=habits.policies(s1_news=60),
    macros=habits.MACROS,
    rules=(
        RulePlan(("Réseau : aux spécialistes", "Network: to the specialists"), NETWORK,
                 {"category": ("wifi", "security")}),
        RulePlan(("Impression : sur place", "Printing: on the spot"), FIELD, {"category": ("printing",)}),
        RulePlan(("Logiciels métier : aux analystes", "Business software: to the analysts"), APPLICATIONS,
                 {"category": ("business",)}),
    ),
    tags=("vip", "récurrent", "télétravail", "garantie"),
    people=tuple(_crew()),
)  # fmt: skip
