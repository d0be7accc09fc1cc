"""Major incidents of the worlds: one that was reviewed, one that waits for its review, and one that runs now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from guichet.demo import cast
from guichet.demo.stage import Stage, Story
from guichet.demo.typography import french
from guichet.tickets import major, major_people, major_review
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorIncident, Ticket

Both = tuple[str, str]


def declare(
    s: Stage,
    ticket: Ticket,
    by: str,
    *,
    title: Both,
    meanwhile: Both,
    lead: str = "",
    audience: str = "everybody",
    started_at: datetime | None = None,
    minutes: int | None = None,
    concerned: bool = False,
) -> MajorIncident:
    """Of the ticket's own service and place; `concerned`: its organisation's people alone.

    Whoever leads it says who may know of it, in the same minute.
    """
    words = Words(french(title[0]), title[1], french(meanwhile[0]), meanwhile[1])
    touched = Touched(
        organisations=[ticket.organisation] if concerned else (),
        services=[ticket.service] if ticket.service else (),
        sites=[ticket.site] if concerned and ticket.site else (),
    )
    made: MajorIncident = s.do(
        major.declare, ticket, by, words=words, touched=touched, lead=s.person(lead) if lead else None,
        audience="desk" if lead else audience, started_at=started_at, update_minutes=minutes,
    )  # fmt: skip
    if lead:
        s.do(major.show_to, made, lead, audience=audience)
    return made


def tell(s: Stage, found: MajorIncident, by: str, said: Both, *, following: int | None = None) -> None:
    s.do(major.tell, found, by, text_fr=said[0], text_en=said[1], next_minutes=following)


def too(s: Stage, found: MajorIncident, who: Iterable[str]) -> None:
    """Each says so with a touch."""
    for key in who:
        s.do(major_people.me_too, found, key, person=s.person(key))


def link(s: Stage, found: MajorIncident, by: str, ticket: Ticket) -> None:
    s.do(major_people.link, found, by, ticket=ticket)


def restore(s: Stage, found: MajorIncident, by: str, *, kind: str, what: str, test: str, said: Both) -> None:
    s.do(major.restore, found, by, kind=kind, solution=what, test=test, text_fr=said[0], text_en=said[1])
    found.refresh_from_db()
    s.do(major_people.solve_linked, found, by)


def review(
    s: Stage, found: MajorIncident, by: str, *, happened: str, cause: str, changes: Iterable[tuple[str, str, int]]
) -> None:
    """`changes`: what, who, within how many days."""
    promised = [
        major_review.Promised(text=french(text), who=s.person(who), due_on=_day(s, days)) for text, who, days in changes
    ]
    s.do(major_review.review, found, by, what_happened=happened, cause=cause, follow_ups=promised)


def done(s: Stage, found: MajorIncident, by: str, *, first: int) -> None:
    for made in found.follow_ups.select_related("major")[:first]:
        s.do(major_review.follow_up, made, by, done=True)


def close(s: Stage, found: MajorIncident, by: str) -> None:
    s.do(major_review.close, found, by)


def _day(s: Stage, days: int) -> date:
    return (s.clock + timedelta(days=days)).astimezone(s.zone).date()


def college_sign_in(s: Stage) -> Story:
    """Runs now: nobody can sign in to the teaching portal. Amélie and Rachel have not said anything yet."""
    yield s.ago(minutes=52)
    t = s.open(
        "catherine", "Personne n’arrive à se connecter au portail pédagogique",
        "Depuis 50 minutes, le portail répond « Service indisponible » à la connexion, pour le personnel comme pour "
        "les étudiants. Les remises de travaux de ce soir sont bloquées.",
        impact="everyone", urgency="stopped", by="felix", channel="phone", category="portal",
        facts={"error_message": "503 – Service indisponible", "since": "50 minutes", "place": "Tout le collège"},
    )  # fmt: skip
    s.hand(t, "felix", cast.ANALYSTS, "specialist", to="genevieve",
           note="Panne générale de connexion au portail. À mener en incident majeur.")  # fmt: skip
    found = declare(
        s, t, "felix", lead="genevieve", minutes=30,
        title=("Connexion impossible au portail pédagogique", "Nobody can sign in to the teaching portal"),
        meanwhile=("Les remises prévues aujourd’hui sont repoussées à demain midi : inutile d’envoyer vos travaux par "
                   "courriel. Le courriel, le Wi-Fi et les dossiers partagés fonctionnent.",
                   "Work due today may be handed in until noon tomorrow: no need to send it by e-mail. E-mail, Wi-Fi "
                   "and shared folders work."),
    )  # fmt: skip
    s.take(t, "genevieve")
    s.reply(
        t,
        "genevieve",
        "Je mène l’incident : la panne touche tout le monde. Les nouvelles paraissent sur la page "
        "d’état et je vous tiens au courant ici.",
        channel="phone",
    )
    yield s.ago(minutes=44)
    tell(s, found, "genevieve", (
        "Nous savons que la connexion au portail est impossible pour tout le monde. Nous cherchons la cause avec "
        "l’éditeur. Vos cours et vos notes ne sont pas touchés.",
        "We know that nobody can sign in to the portal. We are looking for the cause with its provider. Your courses "
        "and grades are safe."))  # fmt: skip
    yield s.ago(minutes=36)
    second = s.open("kateri", "Le portail me dit « Service indisponible »",
                    "J’ai 40 élèves qui doivent remettre leur travail avant 18 h.", impact="group", urgency="blocked",
                    category="portal")  # fmt: skip
    link(s, found, "felix", second)
    third = s.open("paul-emile", "Connexion au portail impossible", "La page tourne puis affiche une erreur 503.",
                   urgency="blocked", category="portal")  # fmt: skip
    link(s, found, "felix", third)
    too(s, found, ("johanne", "marguerite", "tomasz", "lucie", "ginette"))
    s.do(
        major.note,
        found,
        "etienne",
        body="Réseau et pare-feu normaux. Le serveur d’authentification de l’éditeur ne "
        "répond plus depuis la mise à jour de 12 h : Anouk (Pédanova) est avisée.",
    )
    yield s.ago(minutes=14)
    tell(s, found, "genevieve", (
        "La cause est trouvée : une mise à jour du serveur de connexion, faite par l’éditeur. Le retour à la version "
        "d’avant est en cours.",
        "The cause is found: an update of the sign-in server by the provider. The earlier version is being put "
        "back."))  # fmt: skip
    s.promise(t, "genevieve", "L’éditeur remet la version d’avant ; nous essayons la connexion avec lui", s.ahead(25))


def college_mail(s: Stage) -> Story:
    """Eight days ago: e-mail was down for everybody. Reviewed, and closed."""
    yield s.at(8, "8:19")
    found = declare(
        s, _of(s, "Plus aucun courriel"), "helene", lead="priya",
        title=("Courriel en panne pour tout le collège", "E-mail is down for the whole college"),
        meanwhile=("Le téléphone et le portail pédagogique fonctionnent. Les messages envoyés d’ailleurs attendent : "
                   "aucun ne se perd.",
                   "Telephone and teaching portal work. Mail sent to you from outside waits; none is lost."),
    )  # fmt: skip
    too(s, found, ("lucie", "johanne", "marguerite", "paul-emile", "kateri", "rachel", "amelie"))
    yield s.at(8, "8:31")
    tell(s, found, "priya", (
        "Une première cause est écartée ; nous vérifions le stockage du serveur.",
        "A first cause is ruled out; we are looking at the server’s storage."))  # fmt: skip
    yield s.at(8, "8:52")
    tell(s, found, "priya", (
        "Le courriel fonctionne de nouveau, par un serveur de relève. Les messages de ce matin arrivent peu à peu.",
        "E-mail works again, through a spare server. This morning’s messages are arriving."),
        following=90)  # fmt: skip
    yield s.at(8, "10:12")
    restore(
        s, found, "priya", kind="fix", what="Journaux déplacés sur un volume de 500 Go, purge chaque nuit.",
        test="Deux heures de trafic réel sans file d’attente.",
        said=("Tout est revenu à la normale. Aucun message n’est perdu. Merci de votre patience.",
              "Everything is back to normal. No message was lost. Thank you for your patience."),
    )  # fmt: skip
    yield s.at(6, "10:30")
    review(
        s, found, "priya",
        happened="7 h 58 : le volume des journaux est plein, les files s’arrêtent. 8 h 06 : premier appel. 8 h 10 : "
        "l’équipe des serveurs prend la panne. 8 h 50 : le courrier repasse par la relève. 10 h 05 : le serveur "
        "principal reprend.",
        cause="Les journaux de suivi, passés au niveau détaillé pour un diagnostic en octobre, y étaient restés. "
        "Aucune alerte ne surveillait ce volume.",
        changes=[
            ("Alerte à 80 % sur tous les volumes de journaux", "etienne", 7),
            ("Fin obligatoire à la mise en place d’un diagnostic détaillé", "priya", 14),
            ("Essai de bascule sur le serveur de relève, une fois par session", "etienne", 60),
        ],
    )  # fmt: skip
    done(s, found, "etienne", first=1)
    yield s.at(5, "15:00")
    close(s, found, "helene")


def company_warehouse(s: Stage) -> Story:
    """A client's warehouse had no internet: only its people knew of it. Its review is still owed."""
    yield s.at(6, "4:27")
    found = declare(
        s, _of(s, "Plus d’internet à l’entrepôt"), "loic", lead="joke", audience="concerned", concerned=True,
        title=("Plus d’internet à l’entrepôt", "No internet at the warehouse"),
        meanwhile=("Notez les départs sur les bons papier : ils seront saisis ensuite.",
                   "Note departures on paper slips: they are entered afterwards."),
    )  # fmt: skip
    yield s.at(6, "5:40")
    tell(s, found, "joke", (
        "Le chargement reprend : tout passe par un routeur 4G. L’opérateur cherche la coupure.",
        "Loading goes on over a 4G router. The operator is looking for the cut."), following=240)  # fmt: skip
    yield s.at(6, "13:05")
    restore(
        s, found, "joke", kind="fix", what="Fibre ressoudée à 1,8 km du zoning.", test="Signal à −17 dBm.",
        said=("La fibre est réparée, tout fonctionne comme avant.", "The fibre is repaired; all works as before."),
    )  # fmt: skip


def _of(s: Stage, beginning: str) -> Ticket:
    """The ticket that was opened under that title."""
    return next(ticket for ticket in s.opened if ticket.title.startswith(beginning))


COLLEGE = (college_mail, college_sign_in)
COMPANY = (company_warehouse,)
