"""The service company and its three clients, before their first ticket: « Meuse Informatique », Liège."""

from guichet.demo import cast
from guichet.demo.plan import CategoryPlan, Place, QuestionPlan, RulePlan, TeamPlan, TypePlan, WorldPlan
from guichet.demo.worlds import habits

CATEGORIES = (
    CategoryPlan("accounts", ("Comptes et accès", "Accounts and access"), "key-round", service="accounts"),
    CategoryPlan("mail", ("E-mail et agenda", "E-mail and calendar"), "mail", service="mail"),
    CategoryPlan("workstation", ("Postes de travail", "Workstations"), "monitor", service="workstation"),
    CategoryPlan("printing", ("Imprimantes et scanners", "Printers and scanners"), "printer", service="printing"),
    CategoryPlan("network", ("Internet et réseau", "Internet and network"), "router", service="network"),
    CategoryPlan("wifi", ("Wi-Fi", "Wi-Fi"), "wifi", "network", "network"),
    CategoryPlan("server", ("Serveurs et sauvegardes", "Servers and backups"), "server", service="server"),
    CategoryPlan("backup", ("Sauvegarde et restauration", "Backup and restore"), "database", "server", "server"),
    CategoryPlan("business", ("Logiciels métier", "Business software"), "app-window", service="business"),
    CategoryPlan("deeds", ("Gestion des actes", "Deeds"), "scale", "business", "business"),
    CategoryPlan("warehouse", ("Gestion d’entrepôt", "Warehouse"), "warehouse", "business", "business"),
    CategoryPlan("dental", ("Dossiers dentaires et imagerie", "Dental records and imaging"), "stethoscope", "business",
                 "business"),
    CategoryPlan("scanner", ("Lecteurs de codes-barres", "Barcode readers"), "scan-line", "warehouse", "business"),
    CategoryPlan("phone", ("Téléphonie", "Telephony"), "phone", service="phone"),
    CategoryPlan("security", ("Sécurité", "Security"), "shield-alert", service="security"),
)  # fmt: skip

SERVICES = {
    "accounts": ("Comptes", "Accounts"),
    "mail": ("Messagerie", "E-mail"),
    "workstation": ("Postes gérés", "Managed workstations"),
    "printing": ("Impression", "Printing"),
    "network": ("Accès internet et réseau", "Internet access and network"),
    "server": ("Serveurs et sauvegardes", "Servers and backups"),
    "business": ("Logiciels métier", "Business software"),
    "phone": ("Téléphonie", "Telephony"),
    "security": ("Sécurité", "Security"),
}

TYPES = (
    TypePlan(
        "newcomer",
        ("Arrivée d’une personne", "Somebody joins"),
        ("Compte, messagerie, poste et accès, prêts le premier jour.", "Account, mail and computer, ready on day one."),
        "accounts",
        "user-plus",
        (
            QuestionPlan("who", ("Prénom et nom", "First and last name"), required=True),
            QuestionPlan("starts_on", ("Premier jour", "First day"), "date", required=True),
            QuestionPlan("computer", ("Faut-il un poste ?", "Is a computer needed?"), "choice",
                         choices=(("none", "Non", "No"), ("laptop", "Un portable", "A laptop"),
                                  ("desktop", "Un fixe", "A desktop")), required=True),
            QuestionPlan("like", ("Mêmes accès que qui ?", "Same access as whom?"),
                         help=("Quelqu’un qui fait le même travail, par exemple.", "Somebody who does the same job.")),
        ),
    ),
    TypePlan(
        "leaver",
        ("Départ d’une personne", "Somebody leaves"),
        ("Nous fermons les accès à l’heure dite et gardons la boîte.", "We close access on time and keep the mailbox."),
        "accounts",
        "user-plus",
        (
            QuestionPlan("who", ("Qui part ?", "Who leaves?"), required=True),
            QuestionPlan("ends_on", ("Dernier jour", "Last day"), "date", required=True),
            QuestionPlan("mailbox", ("Qui reprend la boîte ?", "Who takes over the mailbox?")),
        ),
    ),
    TypePlan(
        "restore",
        ("Restauration d’un fichier", "Restore a file"),
        ("Un document effacé ou abîmé.", "A document that was deleted or damaged."),
        "backup",
        "database",
        (
            QuestionPlan("path", ("Où se trouvait-il ?", "Where was it?"), required=True),
            QuestionPlan("good_on", ("Quand était-il encore bon ?", "When was it still good?"), "date"),
        ),
    ),
    TypePlan(
        "install",
        ("Installation d’un logiciel", "Software installation"),
        ("Sur un poste géré.", "On a managed workstation."),
        "workstation",
        "download",
        (
            QuestionPlan("software", ("Quel logiciel ?", "Which software?"), required=True),
            QuestionPlan("licence", ("La licence est-elle achetée ?", "Is the licence bought?"), "yes_no",
                         required=True),
        ),
    ),
    TypePlan(
        "information",
        ("Question", "Question"),
        ("Une question, un avis, un devis.", "A question, advice, a quote."),
        "workstation",
        "info",
    ),
)  # fmt: skip

RULES = (
    RulePlan(("Hameçonnage : à l’ingénierie", "Phishing: to engineering"),
             cast.ENGINEERING, {"keyword": ("hameçonnage", "phishing", "rançongiciel", "ransomware")}),
    RulePlan(("Internet coupé chez un client", "A client’s internet is down"),
             cast.ENGINEERING, {"category": ("network",), "severity": ("S1", "S2")}),
    RulePlan(("Restauration : à l’administration", "Restores: to the administrators"),
             cast.SYSTEMS, {"request_type": ("restore",)}),
    RulePlan(("Lecteurs de l’entrepôt : aux itinérants", "Warehouse readers: to travelling technicians"),
             cast.TRAVELLING, {"organisation": (cast.WHOLESALER,), "category": ("scanner",)}),
    RulePlan(("Imagerie dentaire : à l’administration (à l’essai)", "Dental imaging: to the administrators (on trial)"),
             cast.SYSTEMS, {"organisation": (cast.CLINICS,), "category": ("dental",)}, live=False),
)  # fmt: skip

_DAY = [[480, 720], [780, 1080]]  # 8:00 to 12:00, 13:00 to 18:00


def _client(slug: str, name: str, phone: str, sites: dict[str, str]) -> Place:
    return Place(slug=slug, name=name, region="fr-BE", time_zone="Europe/Brussels", phone=phone, sites=sites)


PLAN = WorldPlan(
    key="company",
    title=("Meuse Informatique et ses clients", "Meuse Informatique and its clients"),
    place=Place(
        slug=cast.COMPANY,
        name="Meuse Informatique",
        region="fr-BE",
        time_zone="Europe/Brussels",
        phone="+32 4 000 01 99",
        sites={"Liège, quai des Ardoisiers": "Quai des Ardoisiers 12, 4020 Liège"},
    ),
    clients=(
        _client(cast.NOTARY, "Étude Lambertin & Associés, notaires", "+32 4 000 01 99",
                {"Étude de Huy": "Rue des Tilleuls 3, 4500 Huy"}),
        _client(cast.WHOLESALER, "Ardenne Primeurs", "+32 4 000 01 98",
                {"Siège de Marche": "Chaussée de Liège 210, 6900 Marche-en-Famenne",
                 "Entrepôt de Bastogne": "Zoning du Bois Noir 17, 6600 Bastogne"}),
        _client(cast.CLINICS, "Cliniques dentaires Sourire Mosan", "+32 4 000 01 97",
                {"Clinique de Liège": "Place des Guillemins-Hautes 5, 4000 Liège",
                 "Clinique de Verviers": "Rue de la Laine 41, 4800 Verviers",
                 "Clinique d’Eupen": "Klosterallee 9, 4700 Eupen"}),
    ),
    opening=[_DAY, _DAY, _DAY, _DAY, _DAY, [], []],
    holidays="BE-French",
    special_days=((12, 26, [], "Pont de Noël"), (12, 31, [[480, 720]], "Réveillon")),
    calendars={"Garde étendue": [[[360, 1320]]] * 6 + [[[540, 1080]]]},
    scheme="enterprise",
    skills={
        "Microsoft 365": "Microsoft 365",
        "Serveurs": "Servers",
        "Sauvegardes": "Backups",
        "Réseau": "Network",
        "Imprimantes": "Printers",
        "Lecteurs de codes-barres": "Barcode readers",
    },
    teams=(
        TeamPlan(cast.RECEPTION, "N1", is_front=True, takes_calls=True),
        TeamPlan(cast.TRAVELLING, "N1", skills=("Imprimantes", "Lecteurs de codes-barres")),
        TeamPlan(cast.SYSTEMS, "N2", skills=("Microsoft 365", "Serveurs", "Sauvegardes")),
        TeamPlan(cast.ENGINEERING, "N3", skills=("Réseau",)),
        TeamPlan(cast.ARCHITECTURE, "N4"),
    ),
    services=SERVICES,
    categories=CATEGORIES,
    types=TYPES,
    policies=habits.policies(s1_news=45),
    macros=habits.MACROS,
    rules=RULES,
    tags=("contrat or", "hors contrat", "déplacement", "opérateur", "à documenter", "récurrent", "nis2"),
    people=cast.COMPANY_PEOPLE,
)  # fmt: skip
