"""Who plays in the demo worlds: names, addresses, roles and languages; as whom to sign in. Plain data, no database.

Tests and documentation use the same people. Every address ends in `.example`, every number is fictional.
"""
# fmt: off

from dataclasses import dataclass
from typing import Any
from zlib import crc32

PASSWORD = "bienvenue-au-guichet"  # noqa: S105 (the demo's, shown on its sign-in page)

COLLEGE = "riviere-aux-pins"
COMPANY = "meuse-informatique"
NOTARY = "etude-lambertin"
WHOLESALER = "ardenne-primeurs"
CLINICS = "sourire-mosan"


@dataclass(frozen=True)
class Someone:
    """One of the cast. `roles` and `team` are those held at the desk of their organisation; most only ask for help."""

    key: str
    name: str
    email: str
    organisation: str
    title: str
    site: str = ""
    phone: str = ""
    language: str = "fr"
    expertise: str = "general"
    availability: str = ""
    roles: tuple[str, ...] = ()
    team: str = ""
    lead: bool = False
    skills: tuple[str, ...] = ()
    account: bool = True

    @property
    def badge(self) -> str:
        """The number that a scanner reads off their badge: the same in every load of the demo."""
        return f"{crc32(self.email.encode()):010d}"


@dataclass(frozen=True)
class Door:
    """Somebody to sign in as, with a sentence on what they see."""

    someone: Someone
    role_fr: str
    role_en: str
    fr: str
    en: str


def _college(key: str, name: str, title: str, **more: Any) -> Someone:
    return _someone(COLLEGE, more, key=key, name=name, title=title)


def _company(key: str, name: str, title: str, **more: Any) -> Someone:
    return _someone(COMPANY, more, key=key, name=name, title=title)


def _client(organisation: str, key: str, name: str, title: str, **more: Any) -> Someone:
    return _someone(organisation, more, key=key, name=name, title=title)


def _someone(organisation: str, more: dict[str, Any], *, key: str, name: str, title: str) -> Someone:
    local = more.pop("local", key)
    email = f"{local}@{organisation}.example"
    return Someone(key=key, name=name, email=email, organisation=organisation, title=title, **more)


ROLLET = "Pavillon Marie-Rollet"
SCIENCES = "Pavillon des Sciences"
METIERS = "Pavillon des Métiers"

OPERATORS = "Opérateurs"
SERVICE_DESK = "Centre de services"
FIELD = "Techniciens de proximité"
PRINCIPAL = "Classe principale"
ANALYSTS = "Analystes fonctionnels et prestataires"

# ── The college: « Cégep de la Rivière-aux-Pins », Québec ──────────────────────────────────────────────────────────

THIERNO = _college("thierno", "Thierno Bah", "Opérateur TI", local="t.bah", site=ROLLET, roles=("operator",),
                   team=OPERATORS, phone="819 555-0110")
MAXIME = _college("maxime", "Maxime Pelletier-Roy", "Opérateur TI, audiovisuel", local="m.pelletier-roy", site=METIERS,
                  roles=("operator",), team=OPERATORS, skills=("Audiovisuel",))
NADIA = _college("nadia", "Nadia Benali", "Agente de soutien aux utilisateurs", local="n.benali", site=ROLLET,
                 roles=("agent",), team=SERVICE_DESK, phone="819 555-0121", skills=("Comptes et accès",))
FELIX = _college("felix", "Félix Gagnon", "Agent de soutien aux utilisateurs", local="f.gagnon", site=ROLLET,
                 roles=("agent",), team=SERVICE_DESK, phone="819 555-0122")
MARIE_EVE = _college("marie-eve", "Marie-Ève Tremblay", "Agente principale du Centre de services",
                     local="me.tremblay", site=ROLLET, roles=("agent",), team=SERVICE_DESK, lead=True)
KARIM = _college("karim", "Karim Haddad", "Technicien en informatique, proximité", local="k.haddad", site=SCIENCES,
                 roles=("technician",), team=FIELD, phone="819 555-0131", skills=("Postes de travail", "Impression"))
JOLAINE = _college("jolaine", "Jolaine Ouellet", "Technicienne en informatique, proximité", local="j.ouellet",
                   site=ROLLET, roles=("technician",), team=FIELD, lead=True, skills=("Audiovisuel",))
SYLVAIN = _college("sylvain", "Sylvain Lacroix", "Technicien de classe principale, téléphonie", local="s.lacroix",
                   site=ROLLET, roles=("principal",), team=PRINCIPAL, skills=("Téléphonie IP",))
PRIYA = _college("priya", "Priya Raghunathan", "Administratrice de systèmes", local="p.raghunathan", site=ROLLET,
                 roles=("administrator",), team=PRINCIPAL, lead=True, skills=("Messagerie", "Comptes et accès"))
ETIENNE = _college("etienne", "Étienne Beaulieu", "Administrateur de réseau", local="e.beaulieu", site=SCIENCES,
                   roles=("administrator",), team=PRINCIPAL, skills=("Réseau",))
GENEVIEVE = _college("genevieve", "Geneviève Charbonneau-Dubé", "Analyste fonctionnelle, systèmes scolaires",
                     local="g.charbonneau-dube", site=ROLLET, roles=("analyst",), team=ANALYSTS, lead=True,
                     skills=("Portail pédagogique",))
ANOUK = _college("anouk", "Anouk Verreault", "Technicienne de Pédanova (prestataire du portail)",
                 local="a.verreault.pedanova", roles=("provider",), team=ANALYSTS, phone="514 555-0177")
HELENE = _college("helene", "Hélène Fortin", "Coordonnatrice du Centre de services", local="h.fortin", site=ROLLET,
                  roles=("manager",), phone="819 555-0101")

AMELIE = _college("amelie", "Amélie Bouchard", "Enseignante en littérature", local="a.bouchard", site=ROLLET,
                  phone="819 555-0142", availability="Mardi et jeudi, 13 h à 16 h, bureau R-214")
RACHEL = _college("rachel", "Rachel Whitfield", "English teacher", local="r.whitfield", site=ROLLET, language="en",
                  availability="Weekdays before 9:30")

COLLEGE_PEOPLE = (
    THIERNO, MAXIME, NADIA, FELIX, MARIE_EVE, KARIM, JOLAINE, SYLVAIN, PRIYA, ETIENNE, GENEVIEVE, ANOUK, HELENE,
    AMELIE, RACHEL,
    _college("jean-francois", "Jean-François Saint-Onge-Desrosiers", "Enseignant en physique",
             local="jf.saint-onge-desrosiers", site=SCIENCES, expertise="experienced"),
    _college("lucie", "Lucie Arsenault", "Secrétaire pédagogique", local="l.arsenault", site=ROLLET,
             expertise="inexperienced", phone="819 555-0150", availability="Tous les jours, 8 h à 15 h 30"),
    _college("kateri", "Kateri Awashish", "Conseillère à la vie étudiante", local="k.awashish", site=ROLLET),
    _college("ginette", "Ginette Lafrenière", "Adjointe à la direction des études", local="g.lafreniere", site=ROLLET,
             expertise="inexperienced", phone="819 555-0151"),
    _college("paul-emile", "Paul-Émile Thibodeau-Larochelle", "Enseignant en histoire",
             local="pe.thibodeau-larochelle", site=ROLLET, expertise="inexperienced"),
    _college("catherine", "Catherine Dion", "Registraire", local="c.dion", site=ROLLET, phone="819 555-0153"),
    _college("marguerite", "Marguerite de la Bruère-Sansregret", "Bibliothécaire", local="m.delabruere",
             site=ROLLET, availability="Comptoir du prêt, 9 h à 17 h"),
    _college("luis", "Luis Fernando Ortega Villanueva", "Technicien de laboratoire, chimie", local="lf.ortega",
             site=SCIENCES, expertise="experienced"),
    _college("bernard", "Bernard Quirion", "Directeur des études", local="b.quirion", site=ROLLET),
    _college("isabelle", "Isabelle Côté-Vaillancourt", "Enseignante en soins infirmiers",
             local="i.cote-vaillancourt", site=SCIENCES),
    _college("denis", "Denis L’Heureux", "Magasinier", local="d.lheureux", site=METIERS,
             expertise="inexperienced", phone="819 555-0160"),
    _college("nathalie", "Nathalie Joyal", "Technicienne à la paie", local="n.joyal", site=ROLLET),
    _college("alexandre", "Alexandre Poitras", "Enseignant en informatique", local="a.poitras", site=SCIENCES,
             expertise="specialised"),
    _college("eve", "Ève Lamontagne", "Conseillère en services adaptés", local="e.lamontagne", site=ROLLET),
    _college("mireille", "Mireille O’Bomsawin", "Coordonnatrice des ressources financières", local="m.obomsawin",
             site=ROLLET, roles=("approver",)),
    _college("raphael", "Raphaël Desjardins-Ouimet", "Entraîneur, centre sportif", local="r.desjardins-ouimet",
             site=METIERS),
    _college("tomasz", "Tomasz Wiśniewski", "Enseignant en philosophie", local="t.wisniewski", site=ROLLET,
             expertise="experienced"),
    _college("johanne", "Johanne Bélanger-Nault", "Enseignante en ébénisterie", local="j.belanger-nault",
             site=METIERS, expertise="inexperienced", availability="Atelier M-012, pause à 10 h"),
    _college("olivier", "Olivier Nguyen", "Étudiant, Sciences de la nature", local="o.nguyen.etu",
             expertise="experienced"),
    _college("zoe", "Zoé Marchand", "Étudiante, Arts, lettres et communication", local="z.marchand.etu"),
    _college("mohamed-amine", "Mohamed-Amine Cherkaoui", "Étudiant, Techniques de comptabilité",
             local="ma.cherkaoui.etu"),
    _college("samuel", "Samuel Ekwueme", "Student, Social Science", local="s.ekwueme.etu", language="en"),
    _college("xin-yi", "Xin Yi Zhao", "Étudiante, Techniques de l’informatique", local="xy.zhao.etu",
             expertise="specialised"),
    _college("fatoumata", "Fatoumata Diarra", "Étudiante, Soins infirmiers", local="f.diarra.etu"),
    _college("william", "William Gill-Bacon", "Étudiant, Métiers d’art", local="w.gill-bacon.etu", account=False),
)

# ── The service company: « Meuse Informatique », Liège, and its three clients ──────────────────────────────────────

RECEPTION = "Accueil et assistance"
TRAVELLING = "Techniciens itinérants"
SYSTEMS = "Administration des systèmes"
ENGINEERING = "Ingénierie"
ARCHITECTURE = "Architecture et prestataires"

AURELIE = _company("aurelie", "Aurélie Delvaux", "Technicienne d’assistance", local="a.delvaux", roles=("agent",),
                   team=RECEPTION, lead=True, phone="+32 4 000 01 21")
LOIC = _company("loic", "Loïc Vandermeulen", "Technicien d’assistance", local="l.vandermeulen", roles=("agent",),
                team=RECEPTION)
NAIMA = _company("naima", "Naïma El Amrani", "Technicienne itinérante", local="n.elamrani", roles=("technician",),
                 team=TRAVELLING, phone="+32 470 00 01 31", skills=("Imprimantes", "Lecteurs de codes-barres"))
GREGORY = _company("gregory", "Grégory Piron", "Administrateur de systèmes", local="g.piron",
                   roles=("administrator",), team=SYSTEMS, lead=True, skills=("Microsoft 365", "Serveurs"))
MALIKA = _company("malika", "Malika Ouertani", "Administratrice de systèmes", local="m.ouertani",
                  roles=("administrator",), team=SYSTEMS, skills=("Sauvegardes",))
JOKE = _company("joke", "Joke Van den Bossche", "Ingénieure réseau et sécurité", local="j.vandenbossche",
                roles=("principal",), team=ENGINEERING, lead=True, skills=("Réseau",))
BENOIT = _company("benoit", "Benoît Marchal", "Architecte", local="b.marchal", roles=("analyst",), team=ARCHITECTURE,
                  lead=True)
RUBEN = _company("ruben", "Ruben Claes", "Technicien de Fibrelux (opérateur)", local="r.claes.fibrelux",
                 roles=("provider",), team=ARCHITECTURE, phone="+32 2 000 01 77")
CHRISTINE = _company("christine", "Christine Dethier", "Responsable du support", local="c.dethier",
                     roles=("manager",), phone="+32 4 000 01 01")

EMILY = _client(CLINICS, "emily", "Emily Hargreaves", "Operations manager", local="e.hargreaves", language="en",
                roles=("contact",), site="Clinique de Liège", expertise="experienced")
SOPHIE = _client(NOTARY, "sophie", "Sophie Lambertin", "Notaire associée", local="s.lambertin", roles=("contact",),
                 site="Étude de Huy", availability="Après 16 h, jamais pendant un acte")
DOMINIQUE = _client(WHOLESALER, "dominique", "Dominique Rausch", "Directeur logistique", local="d.rausch",
                    roles=("contact",), site="Entrepôt de Bastogne", phone="+32 61 00 01 40")

COMPANY_PEOPLE = (
    AURELIE, LOIC, NAIMA, GREGORY, MALIKA, JOKE, BENOIT, RUBEN, CHRISTINE, SOPHIE, DOMINIQUE, EMILY,
    _client(NOTARY, "arnaud", "Arnaud Lambertin", "Notaire associé", local="a.lambertin", site="Étude de Huy"),
    _client(NOTARY, "valerie", "Valérie Noirhomme", "Clerc de notaire", local="v.noirhomme", site="Étude de Huy",
            expertise="experienced", phone="+32 85 00 01 52"),
    _client(NOTARY, "bastien", "Bastien Lejeune-Crahay", "Notaire stagiaire", local="b.lejeune", site="Étude de Huy",
            expertise="experienced"),
    _client(NOTARY, "mariette", "Mariette Fagnoul", "Secrétaire", local="m.fagnoul", site="Étude de Huy",
            expertise="inexperienced"),
    _client(WHOLESALER, "didier", "Didier Wathelet", "Chef d’entrepôt", local="d.wathelet",
            site="Entrepôt de Bastogne", expertise="inexperienced", phone="+32 61 00 01 41",
            availability="À partir de 4 h du matin, jusqu’à midi"),
    _client(WHOLESALER, "souad", "Souad Bouzid", "Comptable", local="s.bouzid", site="Siège de Marche"),
    _client(WHOLESALER, "jordan", "Jordan Thiry", "Préparateur de commandes", local="j.thiry",
            site="Entrepôt de Bastogne", account=False),
    _client(WHOLESALER, "monique", "Monique Hennuy", "Responsable des ventes", local="m.hennuy",
            site="Siège de Marche", expertise="inexperienced"),
    _client(WHOLESALER, "xavier", "Xavier de Grady de la Neuville", "Acheteur", local="x.degrady",
            site="Siège de Marche"),
    _client(CLINICS, "pierre-yves", "Dr Pierre-Yves Counet", "Dentiste", local="py.counet", site="Clinique de Liège",
            availability="Entre deux patients, vers 12 h 30"),
    _client(CLINICS, "leila", "Dr Leïla Haddouchi", "Orthodontiste", local="l.haddouchi", site="Clinique de Verviers",
            expertise="experienced"),
    _client(CLINICS, "karin", "Karin Schröder", "Réceptionniste", local="k.schroeder", site="Clinique d’Eupen"),
    _client(CLINICS, "fabienne", "Fabienne Minet", "Réceptionniste", local="f.minet", site="Clinique de Verviers",
            expertise="inexperienced", phone="+32 87 00 01 63"),
)

EVERYBODY = {someone.key: someone for someone in (*COLLEGE_PEOPLE, *COMPANY_PEOPLE)}

DOORS = (
    Door(AMELIE, "Demandeuse", "Requester",
         "Elle enseigne la littérature au cégep et demande de l’aide.",
         "Teaches literature at the college, and asks for help."),
    Door(NADIA, "Agente N1", "N1 agent",
         "Elle répond au téléphone et au portail, au Centre de services du cégep.",
         "Answers calls and the portal at the college’s service desk."),
    Door(KARIM, "Technicien de proximité N2", "N2 field technician",
         "Il se déplace dans les pavillons : postes, imprimantes, projecteurs.",
         "Goes where the machines are: workstations, printers, projectors."),
    Door(HELENE, "Coordonnatrice", "Manager",
         "Elle dirige le Centre de services et règle l’organisation.",
         "Runs the college’s service desk and sets it up."),
    Door(AURELIE, "Technicienne d’assistance N1", "N1 technician",
         "Elle assiste les trois clients de Meuse Informatique, à Liège.",
         "Helps the three clients of Meuse Informatique, in Liège."),
    Door(EMILY, "Personne-ressource d’un client", "A client’s contact",
         "Elle suit, en anglais, tous les tickets des cliniques Sourire Mosan.",
         "Follows every ticket of the Sourire Mosan dental clinics, in English."),
)


def find(key: str) -> Someone:
    """The one of the cast called `key`. KeyError when nobody is."""
    return EVERYBODY[key]
