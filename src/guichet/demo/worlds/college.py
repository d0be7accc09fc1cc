"""The college, before its first ticket: « Cégep de la Rivière-aux-Pins », Québec."""

from guichet.demo import cast
from guichet.demo.plan import CategoryPlan, Place, QuestionPlan, RulePlan, TeamPlan, TypePlan, WorldPlan
from guichet.demo.worlds import habits

CATEGORIES = (
    CategoryPlan("accounts", ("Comptes et accès", "Accounts and access"), "key-round", service="accounts"),
    CategoryPlan("password", ("Mot de passe", "Password"), "key-round", "accounts", "accounts"),
    CategoryPlan("rights", ("Droits et dossiers partagés", "Rights and shared folders"), "folder-lock", "accounts",
                 "files", skill="Comptes et accès"),
    CategoryPlan("mail", ("Courriel et calendrier", "E-mail and calendar"), "mail", service="mail"),
    CategoryPlan("workstation", ("Postes de travail", "Workstations"), "monitor", service="workstation"),
    CategoryPlan("slow", ("Poste lent ou bloqué", "Slow or frozen computer"), "monitor", "workstation", "workstation"),
    CategoryPlan("hardware", ("Matériel et périphériques", "Hardware and peripherals"), "laptop", "workstation",
                 "workstation"),
    CategoryPlan("printing", ("Imprimantes", "Printers"), "printer", service="printing"),
    CategoryPlan("network", ("Réseau et Wi-Fi", "Network and Wi-Fi"), "wifi", service="network"),
    CategoryPlan("wifi", ("Wi-Fi", "Wi-Fi"), "wifi", "network", "network"),
    CategoryPlan("cable", ("Prise réseau", "Network socket"), "network", "network", "network"),
    CategoryPlan("classroom", ("Salles de classe", "Classrooms"), "presentation", service="classroom"),
    CategoryPlan("projector", ("Projecteur et écran", "Projector and screen"), "projector", "classroom", "classroom"),
    CategoryPlan("sound", ("Son et visioconférence", "Sound and video calls"), "presentation", "classroom",
                 "classroom"),
    CategoryPlan("portal", ("Portail pédagogique", "Teaching portal"), "graduation-cap", service="portal"),
    CategoryPlan("grades", ("Notes et bulletins", "Grades and reports"), "graduation-cap", "portal", "portal"),
    CategoryPlan("phone", ("Téléphonie IP", "IP telephony"), "phone", service="phone"),
    CategoryPlan("software", ("Logiciels", "Software"), "app-window", service="software"),
    CategoryPlan("security", ("Sécurité", "Security"), "shield-alert", service="security"),
)  # fmt: skip

SERVICES = {
    "accounts": ("Comptes et authentification", "Accounts and sign-in"),
    "files": ("Dossiers partagés", "Shared folders"),
    "mail": ("Messagerie", "E-mail"),
    "workstation": ("Postes de travail", "Workstations"),
    "printing": ("Impression", "Printing"),
    "network": ("Réseau", "Network"),
    "classroom": ("Équipement des salles", "Room equipment"),
    "portal": ("Portail pédagogique", "Teaching portal"),
    "phone": ("Téléphonie IP", "IP telephony"),
    "software": ("Logiciels pédagogiques et administratifs", "Teaching and office software"),
    "security": ("Sécurité de l’information", "Information security"),
}

TYPES = (
    TypePlan(
        "access",
        ("Accès à un système ou à un dossier", "Access to a system or a folder"),
        ("Pour vous ou pour une personne de votre équipe.", "For yourself or somebody of your team."),
        "rights",
        "key-round",
        (
            QuestionPlan(
                "system",
                ("À quoi faut-il accéder ?", "What is the access to?"),
                "choice",
                choices=(
                    ("folder", "Un dossier partagé", "A shared folder"),
                    ("portal", "Le portail pédagogique", "The teaching portal"),
                    ("mailbox", "Une boîte de courriel commune", "A shared mailbox"),
                    ("other", "Autre chose", "Something else"),
                ),
                required=True,
            ),
            QuestionPlan(
                "folder",
                ("Quel dossier ?", "Which folder?"),
                help=("Son chemin, tel qu’on le voit sur un poste qui y a accès.", "The path, as seen by a colleague."),
                shown_if={"key": "system", "value": "folder"},
            ),
            QuestionPlan("right", ("Quel droit ?", "Which right?"), "choice",
                         choices=(("read", "Lire", "Read"), ("write", "Lire et modifier", "Read and change"))),
            QuestionPlan("until", ("Jusqu’à quelle date ?", "Until when?"), "date",
                         help=("Laissez vide si l’accès est durable.", "Leave empty for a lasting access.")),
            QuestionPlan("approved_by", ("Qui l’autorise ?", "Who allows it?"), required=True),
        ),
    ),
    TypePlan(
        "new-computer",
        ("Nouveau poste ou remplacement", "New computer or replacement"),
        ("Arrivée d’une personne ou remplacement d’un poste.", "For a newcomer, or to replace a computer."),
        "hardware",
        "laptop",
        (
            QuestionPlan("model", ("Portable ou fixe ?", "Laptop or desktop?"), "choice",
                         choices=(("laptop", "Portable", "Laptop"), ("desktop", "Fixe", "Desktop")), required=True),
            QuestionPlan("needed_on", ("Pour quelle date ?", "By when?"), "date", required=True),
            QuestionPlan("screens", ("Combien d’écrans ?", "How many screens?"), "number"),
            QuestionPlan("replaces", ("Remplace-t-il un poste ?", "Does it replace a computer?"), "yes_no"),
            QuestionPlan("old_asset", ("Lequel ?", "Which one?"),
                         help=("L’étiquette « POSTE- » sous l’appareil.", "The “POSTE-” label under the device."),
                         shown_if={"key": "replaces", "value": "yes"}),
        ),
    ),
    TypePlan(
        "install",
        ("Installation d’un logiciel", "Software installation"),
        ("Sur votre poste ou dans un laboratoire.", "On your computer or in a laboratory."),
        "software",
        "download",
        (
            QuestionPlan("software", ("Quel logiciel, quelle version ?", "Which software and version?"), required=True),
            QuestionPlan("where", ("Où ?", "Where?"), "choice",
                         choices=(("mine", "Sur mon poste", "On my computer"),
                                  ("lab", "Dans un laboratoire", "In a lab")), required=True),
            QuestionPlan("room", ("Quel local ?", "Which room?"), shown_if={"key": "where", "value": "lab"}),
            QuestionPlan("licence", ("Avez-vous une licence ?", "Do you have a licence?"), "yes_no"),
        ),
    ),
    TypePlan(
        "loan",
        ("Prêt de matériel", "Equipment loan"),
        ("Portable, projecteur, micro, trépied.", "Laptop, projector, microphone, tripod."),
        "hardware",
        "package",
        (
            QuestionPlan("what", ("De quoi avez-vous besoin ?", "What do you need?"), required=True),
            QuestionPlan("from", ("Du", "From"), "date", required=True),
            QuestionPlan("to", ("Au", "To"), "date", required=True),
        ),
    ),
    TypePlan(
        "information",
        ("Renseignement", "Information"),
        ("Une question sur un service ou une marche à suivre.", "A question about a service or a procedure."),
        "software",
        "info",
    ),
)  # fmt: skip

RULES = (
    RulePlan(("Hameçonnage et rançongiciel : aux spécialistes", "Phishing and ransomware: to the specialists"),
             cast.PRINCIPAL, {"keyword": ("hameçonnage", "hameçon", "phishing", "rançongiciel", "ransomware")}),
    RulePlan(("Téléphonie en panne grave", "Telephony, grave failure"),
             cast.PRINCIPAL, {"category": ("phone",), "severity": ("S1", "S2")}),
    RulePlan(("Prêt de matériel : aux opérateurs", "Loans: to the operators"),
             cast.OPERATORS, {"request_type": ("loan",)}),
    RulePlan(("Nouveaux postes : à la proximité", "New computers: to field technicians"),
             cast.FIELD, {"request_type": ("new-computer",)}),
    RulePlan(("Notes et bulletins : à l’analyste", "Grades: to the analyst"),
             cast.ANALYSTS, {"category": ("grades",), "kind": ("incident",)}),
    RulePlan(("Guichet du Pavillon des Métiers : aux opérateurs", "Counter of the Pavillon des Métiers: to operators"),
             cast.OPERATORS, {"site": (cast.METIERS,), "channel": ("kiosk",)}),
    RulePlan(("Wi-Fi du Pavillon des Sciences : à la classe principale (à l’essai)",
              "Wi-Fi of the Pavillon des Sciences: to the principal technicians (on trial)"),
             cast.PRINCIPAL, {"category": ("wifi", "network"), "site": (cast.SCIENCES,)}, live=False),
)  # fmt: skip

# A whole pavilion that stops is as grave as the whole college: courses are given there all day.
MATRIX = {
    "everyone": {"stopped": "S1", "blocked": "S1", "hampered": "S2", "none": "S4"},
    "department": {"stopped": "S1", "blocked": "S2", "hampered": "S3", "none": "S4"},
    "group": {"stopped": "S2", "blocked": "S3", "hampered": "S3", "none": "S4"},
    "person": {"stopped": "S3", "blocked": "S3", "hampered": "S4", "none": "S5"},
}

_DAY = [[450, 1050]]  # 7:30 to 17:30

PLAN = WorldPlan(
    key="college",
    title=("Cégep de la Rivière-aux-Pins", "Cégep de la Rivière-aux-Pins"),
    place=Place(
        slug=cast.COLLEGE,
        name="Cégep de la Rivière-aux-Pins",
        region="fr-CA",
        time_zone="America/Montreal",
        phone="819 555-0199",
        sites={
            cast.ROLLET: "100, rue du Collège, Rivière-aux-Pins (Québec)",
            cast.SCIENCES: "130, rue du Collège, Rivière-aux-Pins (Québec)",
            cast.METIERS: "8, chemin de l’Écluse, Rivière-aux-Pins (Québec)",
        },
    ),
    clients=(),
    opening=[_DAY, _DAY, _DAY, _DAY, [[450, 1020]], [], []],
    holidays="CA-QC",
    special_days=((12, 24, [[450, 720]], "Veille de Noël"), (1, 2, [], "Lendemain du jour de l’An")),
    calendars={"Soirs et samedis": [[[450, 1320]]] * 5 + [[[540, 1020]], []]},
    scheme="n0-n4",
    skills={
        "Comptes et accès": "Accounts and access",
        "Messagerie": "E-mail",
        "Réseau": "Network",
        "Téléphonie IP": "IP telephony",
        "Impression": "Printing",
        "Postes de travail": "Workstations",
        "Audiovisuel": "Audio and video",
        "Portail pédagogique": "Teaching portal",
    },
    teams=(
        TeamPlan(cast.OPERATORS, "N0", skills=("Audiovisuel",)),
        TeamPlan(cast.SERVICE_DESK, "N1", is_front=True, takes_calls=True, skills=("Comptes et accès",)),
        TeamPlan(cast.FIELD, "N2", skills=("Postes de travail", "Impression", "Audiovisuel")),
        TeamPlan(cast.PRINCIPAL, "N3", skills=("Messagerie", "Réseau", "Téléphonie IP")),
        TeamPlan(cast.ANALYSTS, "N4", skills=("Portail pédagogique",)),
    ),
    services=SERVICES,
    categories=CATEGORIES,
    types=TYPES,
    policies=habits.policies(s1_news=30),
    macros=habits.MACROS,
    rules=RULES,
    tags=("rentrée", "examens", "salle de classe", "fournisseur", "à documenter", "récurrent", "télétravail"),
    matrix=MATRIX,
    people=cast.COLLEGE_PEOPLE,
)
