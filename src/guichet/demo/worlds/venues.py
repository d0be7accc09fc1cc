"""The worlds' venues, as plain data: what stands there, who is on duty when, and how people come."""
# fmt: off

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from guichet.demo import cast
from guichet.demo.plan import Pair


@dataclass(frozen=True)
class DutyPlan:
    """Days of the week (Monday 0) on which somebody is there, from and to, and their breaks, in minutes."""

    agent: str
    days: tuple[int, ...]
    span: tuple[int, int]
    breaks: tuple[tuple[int, int], ...] = ()
    pace: float = 1.0


@dataclass(frozen=True)
class VenuePlan:
    name: Pair
    site: str
    manager: str
    counters: int
    duties: tuple[DutyPlan, ...]
    # Arrivals an hour, by hour of the day.
    influx: dict[int, float]
    # Skills and shares of the ready reasons: French name → value.
    skills: dict[str, str] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    # What was done about it, by the reason's French name.
    solutions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    appointments: bool = False
    days_back: int = 20
    # Who asks now, the one who came first last: their keys.
    cast: tuple[str, ...] = ()
    visitors: int = 120


WEEK = (0, 1, 2, 3, 4)
SHARES = {
    "Mot de passe oublié ou refusé": 6, "Accès à un système ou à un dossier": 2, "Lent, bloqué ou en panne": 4,
    "Logiciel à installer ou qui ne va pas": 3, "Wi-Fi et internet": 5, "Impression": 4, "Courriel et calendrier": 3,
    "Prêt ou retour de matériel": 4, "Cours ou rencontre en panne": 0.7, "Autre chose": 1.5,
}
SOLUTIONS: dict[str, tuple[str, ...]] = {
    "Mot de passe oublié ou refusé": ("Identité vérifiée, mot de passe changé sur place.", "Compte déverrouillé et "
                                      "méthode de secours ajoutée."),
    "Accès à un système ou à un dossier": ("Accès ouvert avec l’accord de la coordination.", "Groupe corrigé, accès "
                                           "vérifié ensemble."),
    "Lent, bloqué ou en panne": ("Mise à jour terminée et poste redémarré.", "Disque plein : fichiers temporaires "
                                 "supprimés."),
    "Logiciel à installer ou qui ne va pas": ("Logiciel installé et ouvert avec la personne.", "Licence réactivée."),
    "Wi-Fi et internet": ("Profil Wi-Fi installé de nouveau.", "Ancien certificat retiré, connexion rétablie."),
    "Impression": ("File d’impression vidée, page d’essai sortie.", "Imprimante du pavillon ajoutée."),
    "Courriel et calendrier": ("Boîte rattachée au téléphone.", "Calendrier partagé retrouvé."),
    "Prêt ou retour de matériel": ("Matériel prêté, fiche signée.", "Matériel repris et vérifié."),
    "Cours ou rencontre en panne": ("Câble remplacé, la salle est repartie.",),
    "Autre chose": ("Question répondue sur place.",),
}

COLLEGE = VenuePlan(
    name=("Le comptoir", "The counter"),
    site=cast.ROLLET,
    manager="helene",
    counters=4,
    duties=(
        DutyPlan("thierno", WEEK, (450, 750), pace=1.3),
        DutyPlan("nadia", WEEK, (480, 960), ((720, 60),), pace=1.2),
        DutyPlan("felix", (0, 1, 2, 3), (630, 1050), ((780, 60),), pace=1.45),
        DutyPlan("felix", (4,), (630, 1020), ((780, 60),), pace=1.45),
        DutyPlan("maxime", (1, 3), (660, 900), pace=1.3),
        DutyPlan("karim", (0,), (690, 870), pace=1.2),
    ),
    influx={7: 1.5, 8: 3, 9: 3.5, 10: 3, 11: 5, 12: 6.5, 13: 4.5, 14: 3, 15: 2, 16: 1},
    skills={"Accès à un système ou à un dossier": "Comptes et accès"},
    shares=SHARES,
    solutions=SOLUTIONS,
    appointments=True,
    cast=("olivier", "zoe", "fatoumata", "william", "mohamed-amine", "samuel"),
)

COMPANY = VenuePlan(
    name=("Accueil de Liège", "Liège front desk"),
    site="",
    manager="christine",
    counters=2,
    duties=(
        DutyPlan("aurelie", WEEK, (510, 1020), ((720, 45),)),
        DutyPlan("loic", (1, 3), (540, 780)),
    ),
    influx={8: 0.5, 9: 1.5, 10: 2, 11: 1.5, 12: 1, 13: 1, 14: 1.5, 15: 1, 16: 0.5},
    shares=SHARES,
    solutions=SOLUTIONS,
    cast=(),
    visitors=30,
    days_back=10,
)

FIRST_NAMES = (
    "Alice", "Noah", "Jade", "Émile", "Rosalie", "Malik", "Charlotte", "Théo", "Inès", "Édouard", "Maëlle", "Karl",
    "Sofia", "Laurent", "Amina", "Béatrice", "Yannick", "Chloé", "Gabriel", "Awa", "Hugo", "Noémie", "Tariq", "Élise",
)
LAST_NAMES = (
    "Bergeron", "Lévesque", "Nadeau", "Traoré", "Fontaine", "Giroux", "Pham", "Desrochers", "Morin", "Haddadi",
    "Caron", "Villeneuve", "Rousseau", "Mercier", "Kaba", "Thériault", "Lemay", "Okafor", "Plourde", "Simard",
)
AROUND = timedelta(hours=4)
