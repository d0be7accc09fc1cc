"""Three ladders of levels to start from, as data: names, what each level treats, and for how long.

Minutes are how long one may work on a ticket before a hand-over is proposed; None: no limit. Levels stand in order.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LevelStart:
    """One level of a ladder, in both languages."""

    code: str
    name_fr: str
    name_en: str
    treats_fr: str
    treats_en: str
    minutes: int | None


@dataclass(frozen=True)
class SchemeStart:
    """A ladder to start from and for whom it is meant."""

    key: str
    name_fr: str
    name_en: str
    suits_fr: str
    suits_en: str
    levels: tuple[LevelStart, ...]


FIVE_LEVELS = SchemeStart(
    key="n0-n4",
    name_fr="Cinq niveaux, N0 à N4",
    name_en="Five levels, N0 to N4",
    suits_fr="Un service informatique qui a un accueil, un centre de services et des spécialistes.",
    suits_en="An IT department with a front counter, a service desk and specialists.",
    levels=(
        LevelStart(
            "N0",
            "Opérateurs",
            "Operators",
            "Accueil de la demande, identification, enregistrement, réponses toutes prêtes.",
            "Taking the request in, identifying the person, recording, ready-made answers.",
            5,
        ),
        LevelStart(
            "N1",
            "Agents du centre de services",
            "Service-desk agents",
            "Incidents connus, comptes et mots de passe, bureautique, aide à distance.",
            "Known incidents, accounts and passwords, office software, remote help.",
            15,
        ),
        LevelStart(
            "N2",
            "Techniciens",
            "Technicians",
            "Diagnostic approfondi, déplacement sur place, postes de travail, imprimantes.",
            "Deeper diagnosis, going on the spot, workstations, printers.",
            120,
        ),
        LevelStart(
            "N3",
            "Spécialistes",
            "Specialists",
            "Systèmes, réseau, sécurité, applications métier\u00a0: ce qui demande des droits ou un savoir rare.",
            "Systems, network, security, business applications: what needs rights or rare knowledge.",
            480,
        ),
        LevelStart(
            "N4",
            "Architectes et prestataires",
            "Architects and providers",
            "Conception, défauts des produits, constructeurs, éditeurs et fournisseurs.",
            "Design, faults of the products themselves, manufacturers, publishers and suppliers.",
            None,
        ),
    ),
)

ENTERPRISE = SchemeStart(
    key="enterprise",
    name_fr="Quatre niveaux d’entreprise",
    name_en="Four enterprise levels",
    suits_fr="Une société de services ou une direction informatique organisée par métiers.",
    suits_en="A service company or an IT department organised by professions.",
    levels=(
        LevelStart(
            "N1",
            "Technicien\u00a0: assistance",
            "Technician: assistance",
            "Aide aux utilisateurs, incidents courants, installations simples.",
            "Helping users, everyday incidents, simple installations.",
            30,
        ),
        LevelStart(
            "N2",
            "Administrateur\u00a0: opérationnel",
            "Administrator: operational",
            "Exploitation des serveurs, des comptes, des sauvegardes et du réseau.",
            "Running servers, accounts, backups and the network.",
            240,
        ),
        LevelStart(
            "N3",
            "Ingénieur\u00a0: tactique",
            "Engineer: tactical",
            "Causes de fond, évolutions, intégration, automatisation.",
            "Root causes, changes, integration, automation.",
            960,
        ),
        LevelStart(
            "N4",
            "Architecte\u00a0: stratégique",
            "Architect: strategic",
            "Choix d’ensemble, refonte, arbitrages avec la direction et les éditeurs.",
            "Overall choices, redesign, decisions with management and publishers.",
            None,
        ),
    ),
)

CALL_CENTRE = SchemeStart(
    key="call-centre",
    name_fr="Centre d’appels, par expérience",
    name_en="Call centre, by experience",
    suits_fr="Un centre d’appels où l’on monte de niveau avec l’ancienneté.",
    suits_en="A call centre where one rises with experience.",
    levels=(
        LevelStart(
            "N1",
            "Moins de 6 mois d’expérience",
            "Less than 6 months of experience",
            "Appels courants, en suivant les fiches.",
            "Everyday calls, following the scripts.",
            10,
        ),
        LevelStart(
            "N2",
            "De 6 mois à 2 ans",
            "6 months to 2 years",
            "Appels qui sortent des fiches, reprises d’appels du N1.",
            "Calls that leave the scripts, taking over from N1.",
            20,
        ),
        LevelStart(
            "N3",
            "De 2 à 4 ans",
            "2 to 4 years",
            "Cas difficiles, outils d’administration, formation des nouveaux.",
            "Difficult cases, administration tools, training newcomers.",
            45,
        ),
        LevelStart(
            "N4",
            "4 ans et plus",
            "4 years and more",
            "Cas sans précédent, lien avec les équipes techniques et les prestataires.",
            "Cases without precedent, the link with technical teams and providers.",
            None,
        ),
    ),
)

SCHEMES = {scheme.key: scheme for scheme in (FIVE_LEVELS, ENTERPRISE, CALL_CENTRE)}
