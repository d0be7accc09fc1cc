"""Problems of the worlds: one that is looked into, known errors that people live around, and one that was fixed."""

from __future__ import annotations

from datetime import datetime

from guichet.demo.stage import Stage, Story
from guichet.demo.typography import french
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, ProblemLink, Ticket


def found(s: Stage, by: str, title: str, symptoms: str, *, category: str) -> Problem:
    return problems.open_problem(
        desk=s.ground.desk,
        title=french(title),
        symptoms=french(symptoms),
        category=s.ground.categories[category],
        actor=s.person(by),
        now=s._moment(),
    )


def under(s: Stage, problem: Problem, by: str, *tickets: Ticket) -> None:
    for ticket in tickets:
        s.do(causes.link, ticket, by, problem=problem)


def cause(s: Stage, problem: Problem, by: str, text: str) -> None:
    s.do(problems.state_cause, problem, by, cause=text)


def around(s: Stage, problem: Problem, by: str, text: str, *, public: str, until: datetime) -> None:
    s.do(problems.work_around, problem, by, text=text, public_text=public, expires_at=until)


def restored(s: Stage, ticket: Ticket, by: str, test: str, body: str) -> None:
    s.do(causes.resolve_by_workaround, ticket, by, test=test, body=body)


def fixed(s: Stage, problem: Problem, by: str, *, text: str, test: str, public: str) -> None:
    """Told at once, as the job would within the minute."""
    s.do(problems.fix, problem, by, text=text, test=test, public_text=public)
    for link in ProblemLink.objects.filter(problem=problem).select_related("ticket"):
        causes.tell_of_fix(link, now=s._moment())


def docking_stations(s: Stage) -> Story:
    """A known error: three live on its workaround, a fourth ticket has just come in and says the same."""
    yield s.at(9, "9:05")
    first = s.open(
        "isabelle", "L’écran externe reste noir après la pause", "Quand l’ordinateur se met en veille, l’écran relié à "
        "la station d’accueil ne se rallume plus. Il faut tout redémarrer.", urgency="blocked", category="hardware",
        facts={"since": "Lundi", "place": "R-226", "tried": "Débrancher et rebrancher le câble"},
    )  # fmt: skip
    s.take(first, "karim")
    yield s.later(70)
    second = s.open(
        "jean-francois", "Station d’accueil : écran noir au retour de veille", "L’écran de mon bureau ne se rallume "
        "pas après la veille, la souris et le clavier de la station non plus.", category="hardware",
    )  # fmt: skip
    s.take(second, "karim")
    problem = found(
        s, "karim", "Stations d’accueil : écran noir au retour de veille",
        "Les stations d’accueil du modèle 2024 ne reviennent pas de la veille prolongée : écran noir, clavier "
        "et souris muets. Vu aux pavillons Marie-Rollet et des Sciences, depuis la mise à jour de lundi.",
        category="hardware",
    )  # fmt: skip
    under(s, problem, "karim", first, second)
    yield s.later(150)
    around(
        s, problem, "karim", "Panneau d’alimentation : désactiver la veille prolongée sur secteur, puis débrancher la "
        "station dix secondes.", public="Débranchez la station d’accueil dix secondes, puis rebranchez-la : l’écran "
        "revient sans redémarrer. Rien de ce qui était ouvert n’est perdu.", until=s.hence(days=12, clock="17:00"),
    )  # fmt: skip
    restored(s, first, "karim", "Trois mises en veille, trois réveils.", "L’écran revient maintenant de la veille. "
             "C’est un contournement : nous vous écrirons quand la cause sera corrigée.")  # fmt: skip
    restored(s, second, "karim", "Réveil essayé devant la personne.", "Votre station se réveille de nouveau. Nous "
             "cherchons la cause et vous préviendrons.")  # fmt: skip
    yield s.later(40)
    s.confirm(first, "isabelle", 4, "Merci, j’attends la suite.")
    yield from _known_by_now(s, problem, second)


def _known_by_now(s: Stage, problem: Problem, second: Ticket) -> Story:
    """A third is helped at once; the cause is found, and somebody else meets it."""
    yield s.at(6, "10:20")
    third = s.open(
        "lucie",
        "Mon deuxième écran ne se rallume pas",
        "Après le dîner, l’écran de la station d’accueil reste noir, l’ordinateur fonctionne.",
        by="nadia",
        channel="phone",
        category="hardware",
    )
    under(s, problem, "nadia", third)
    restored(s, third, "nadia", "Réveil essayé au téléphone.", "C’est un défaut connu : la station débranchée dix "
             "secondes revient. Nous vous écrirons quand il sera corrigé.")  # fmt: skip
    yield s.at(4, "8:10")
    s.close(second)
    yield s.at(4, "14:45")
    cause(
        s,
        problem,
        "priya",
        "Le micrologiciel 1.3.8 des stations, poussé lundi par l’outil du fabricant, perd la "
        "liaison quand le poste sort de la veille prolongée. Confirmé avec le fabricant (dossier 40-7712).",
    )
    yield s.at(1, "8:20")
    s.close(third)
    yield s.ago(minutes=95)
    s.open(
        "catherine",
        "Écran noir au retour de la pause",
        "L’écran de ma station d’accueil ne se rallume pas après "
        "la veille, et je reçois des étudiants toute la journée.",
        urgency="hampered",
        category="hardware",
    )


def eduroam_profile(s: Stage) -> Story:
    """Fixed: one said yes, one has still to say, one says no."""
    yield s.at(8, "11:10")
    asked = [
        s.open(who, title, text, category="wifi", urgency="blocked")
        for who, title, text in (
            ("zoe", "Eduroam refuse mon mot de passe", "Mon téléphone refuse Eduroam depuis ce matin, le mot de passe "
             "marche pourtant partout ailleurs."),
            ("olivier", "Plus d’Eduroam depuis la mise à jour", "Depuis la mise à jour de mon téléphone, Eduroam "
             "demande un certificat et refuse la connexion."),
            ("samuel", "Eduroam stopped working on my phone", "Since this morning my phone refuses Eduroam and asks "
             "for a certificate."),
        )
    ]  # fmt: skip
    problem = found(s, "etienne", "Profil Eduroam refusé par les téléphones récents", "Les téléphones à jour refusent "
                    "le profil Wi-Fi du collège et demandent un certificat.", category="wifi")  # fmt: skip
    under(s, problem, "etienne", *asked)
    yield s.later(120)
    cause(s, problem, "etienne", "Le certificat du serveur RADIUS est signé par une autorité que les systèmes récents "
          "n’acceptent plus.")  # fmt: skip
    around(s, problem, "etienne", "Ouvrir un accès invité de sept jours au nom de la personne.", public="Utilisez le "
           "réseau « Collège-Invités » en attendant : votre accès y est ouvert.", until=s.hence(days=5))  # fmt: skip
    for ticket in asked:
        restored(s, ticket, "etienne", "Connexion au réseau des invités vérifiée.", "Un accès invité vous est ouvert "
                 "en attendant que nous changions le certificat.")  # fmt: skip
    yield s.later(60)
    for ticket, who in zip(asked, ("zoe", "olivier"), strict=False):
        s.confirm(ticket, who)
    yield s.at(3, "11:40")
    s.close(asked[2])
    yield s.at(2, "16:10")
    fixed(
        s,
        problem,
        "etienne",
        text="Nouveau certificat RADIUS signé par l’autorité publique, profil Wi-Fi réémis.",
        test="Eduroam essayé avec trois téléphones à jour et deux anciens.",
        public="Le Wi-Fi Eduroam accepte de nouveau tous les "
        "téléphones. Oubliez le réseau une fois, puis reconnectez-vous avec votre mot de passe du collège.",
    )
    yield s.at(1, "9:15")
    s.confirm(asked[0], "zoe", 5)
    s.refuse(asked[1], "olivier", "Encore refusé chez moi : « Impossible de rejoindre le réseau ».")


def monday_portal(s: Stage) -> Story:
    """Looked into: nothing is known yet but when it happens."""
    yield s.at(5, "9:30")
    problem = found(s, "genevieve", "Portail très lent le lundi entre 8 h et 9 h", "Trois lundis de suite, les pages "
                    "mettent plus de vingt secondes à s’afficher entre 8 h et 9 h, puis tout revient. La charge du "
                    "serveur est normale.", category="portal")  # fmt: skip
    ticket = s.open("paul-emile", "Le portail est interminable le lundi matin", "Impossible de prendre les présences : "
                    "chaque page met vingt secondes.", category="portal", urgency="blocked")  # fmt: skip
    under(s, problem, "genevieve", ticket)
    s.take(ticket, "genevieve")
    s.reply(ticket, "genevieve", "Trois lundis de suite, à la même heure : nous mesurons lundi prochain de 8 h à 9 h, "
            "et je vous écris ensuite.")  # fmt: skip
    s.hold(ticket, "genevieve", "other", s.hence(days=6, clock="9:15"), note="Mesures de lundi, de 8 h à 9 h.")


def card_readers(s: Stage) -> Story:
    """At the service company: tickets of two clients under one cause, and a workaround whose time is over."""
    yield s.at(11, "9:20")
    first = s.open(
        "mariette", "Le lecteur de cartes d’identité n’est plus reconnu", "Depuis ce matin, impossible de signer un "
        "acte : le lecteur de cartes n’apparaît plus.", urgency="blocked", category="workstation",
    )  # fmt: skip
    second = s.open(
        "karin", "Lecteur eID inactif à la réception", "Les patients ne peuvent plus s’inscrire avec leur carte : le "
        "lecteur clignote en rouge.", impact="group", category="workstation",
    )  # fmt: skip
    problem = found(s, "gregory", "Lecteurs eID refusés depuis la mise à jour de sécurité", "Le pilote des lecteurs de "
                    "cartes n’est plus chargé au démarrage. Vu chez deux clients.", category="workstation")  # fmt: skip
    under(s, problem, "gregory", first, second)
    cause(s, problem, "gregory", "La mise à jour de sécurité du mois bloque la signature du pilote 5.1.")
    around(s, problem, "gregory", "Désinstaller la mise à jour, ou recharger le pilote avec l’outil de parc.",
           public="Débranchez le lecteur, redémarrez l’ordinateur, puis rebranchez-le : il est reconnu jusqu’au "
           "prochain redémarrage.", until=s.ago(hours=3))  # fmt: skip
    for ticket in (first, second):
        restored(s, ticket, "gregory", "Carte lue devant la personne.", "Le lecteur fonctionne de nouveau. C’est "
                 "provisoire : nous vous écrirons quand le pilote sera corrigé.")  # fmt: skip
    yield s.at(4, "8:05")
    for ticket in (first, second):
        s.close(ticket)


COLLEGE = (docking_stations, eduroam_profile, monday_portal)
COMPANY = (card_readers,)
