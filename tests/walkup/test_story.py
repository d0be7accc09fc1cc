"""The way through the waiting room on the ticket's timeline: for the desk in full, for the person without asides."""

from __future__ import annotations

import pytest
from django.utils import translation

from guichet.tickets.models import Ticket
from guichet.tickets.sentences import VERBS
from guichet.tickets.sentences_visits import TELLERS
from guichet.tickets.timeline import timeline
from guichet.walkup import counter as verbs
from guichet.walkup.models import Visit
from guichet.walkup.who import Who
from tests.walkup.stage import comes, later, place, seated

pytestmark = pytest.mark.django_db


def story(visit: Visit, *, for_desk: bool, language: str = "fr") -> list[str]:
    ticket = Ticket.objects.select_related("team", "level").get(pk=visit.ticket_id)
    with translation.override(language):
        entries = timeline(ticket, for_desk=for_desk)
    return [entry.sentence for entry in entries if entry.verb.startswith("visit.") and entry.sentence]


def test_a_story_in_both_languages() -> None:
    here = seated(place())
    visit = comes(here, who=Who(email=here.amelie.email))
    comes(here, why="outage", at=later(1))
    verbs.call(visit, here.counters[0], actor=here.nadia, now=later(2))
    verbs.recall(visit, actor=here.nadia, now=later(3))
    verbs.begin(visit, actor=here.nadia, now=later(4))
    verbs.hold(visit, why="Carte oubliée chez elle.", actor=here.nadia, now=later(5))
    verbs.release(visit, actor=here.nadia, now=later(6))
    verbs.transfer(visit, agent=here.felix, actor=here.nadia, now=later(7))
    verbs.call(visit, here.counters[1], actor=here.felix, now=later(8))
    verbs.finish(visit, ending="open", actor=here.felix, now=later(9))
    assert story(visit, for_desk=True) == [
        "Amélie Bouchard s’est enregistré·e à la borne\u00a0: numéro A 1, Accueil TI. L’identité n’a pas été vérifiée.",
        "Nadia Benali a appelé le numéro A 1 au guichet 1. Hors de son tour\u00a0: 1 personne passait avant.",
        "Nadia Benali a rappelé le numéro A 1 au guichet 1.",
        "Nadia Benali reçoit le numéro A 1 au guichet 1.",
        "Nadia Benali a mis le numéro A 1 de côté.",
        "Nadia Benali a remis le numéro A 1 à sa place dans la file.",
        "Nadia Benali a orienté le numéro A 1 vers Félix Gagnon.",
        "Félix Gagnon a appelé le numéro A 1 au guichet 2. Hors de son tour\u00a0: 1 personne passait avant.",
        "Félix Gagnon a terminé le passage du numéro A 1.",
    ]
    assert story(visit, for_desk=False, language="en") == [
        "Amélie Bouchard checked in: number A 1, IT desk.",
        "Nadia Benali called number A 1 to counter 1.",
        "Nadia Benali receives number A 1 at counter 1.",
        "Nadia Benali sent number A 1 to Félix Gagnon.",
        "Félix Gagnon called number A 1 to counter 2.",
        "Félix Gagnon ended the visit of number A 1.",
    ]


def test_the_other_ends() -> None:
    here = seated(place())
    there = place(here.desk, slug="annexe", name_fr="Annexe", name_en="Annex")
    gone, absent, out, sent = (comes(here) for _n in range(4))
    verbs.abandon(gone, actor=None, now=later(1))
    verbs.call(absent, here.counters[0], actor=here.nadia, now=later(1))
    verbs.no_show(absent, actor=here.nadia, now=later(4))
    verbs.cancel(out, why="Exercice d’évacuation.", actor=here.nadia, now=later(5))
    verbs.transfer(sent, venue=there.venue, reason=there.reasons["laptop"], actor=here.nadia, now=later(6))
    ends = [story(visit, for_desk=True)[-1] for visit in (gone, absent, out, sent)]
    assert ends == [
        "Le numéro A 1 a quitté la file (Accueil TI).",
        "La personne du numéro A 2 a été appelée et ne s’est pas présentée.",
        "Nadia Benali a retiré le numéro A 3 de la file.",
        "Nadia Benali a orienté le numéro A 4 ailleurs\u00a0: Annexe, avec le numéro B 1.",
    ]
    assert set(TELLERS) <= VERBS
