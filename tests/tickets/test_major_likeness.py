"""Is it this outage? What a ticket is held against, how sure that is, and that nothing is asked where nothing runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from guichet.api.tokens import issue
from guichet.tickets import major
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.major_likeness import PERHAPS, WORDS, Running, guess, likely, written
from guichet.tickets.models import MajorIncident, MajorTicket, Ticket
from tests import builders
from tests.tickets.stage import Stage

PORTAL = "Le portail pédagogique affiche « Service indisponible » à la connexion"


@pytest.fixture
def s(db: Any) -> Stage:
    return Stage()


def outage(s: Stage, title: str = "Connexion impossible au portail pédagogique") -> MajorIncident:
    now = timezone.now()
    first = builders.ticket(s.requester, description=PORTAL, impact="everyone", urgency="stopped", now=now)
    words = Words(title_fr=title)
    return major.declare(first, words=words, touched=Touched(), audience="concerned", actor=s.agent, now=now)


def asked(s: Stage, description: str) -> Ticket:
    return builders.ticket(s.neighbour, description=description, now=timezone.now())


def of(ticket: Ticket, *majors: MajorIncident) -> str:
    running = [Running(one.pk, one.reference, (one.title_fr, one.title_en)) for one in majors]
    found = likely(ticket, running=running, now=timezone.now())
    return found.reference if found else ""


def browser(s: Stage) -> Client:
    return builders.client_for(s.agent)


def test_a_ticket_that_speaks_of_it_is_recognised_and_others_are_not(s: Stage) -> None:
    portal, printers = outage(s), outage(s, "Imprimantes de la bibliothèque à l’arrêt")
    alike, other = asked(s, "Connexion au portail pédagogique indisponible ce matin"), asked(s, "Ma souris est cassée")
    assert of(alike, portal, printers) == portal.reference
    assert of(asked(s, "Les imprimantes de la bibliothèque ne font rien"), portal, printers) == printers.reference
    assert of(other, portal, printers) == ""


def test_where_nothing_runs_nothing_is_asked(s: Stage, django_assert_num_queries: Any) -> None:
    ticket = asked(s, PORTAL)
    with django_assert_num_queries(0):
        assert likely(ticket, running=[], now=timezone.now()) is None
    found = outage(s)
    running = [Running(found.pk, found.reference, (found.title_fr, ""))]
    with django_assert_num_queries(2):
        assert likely(ticket, running=running, now=timezone.now()) is not None


def test_the_page_proposes_it_in_words_and_one_press_puts_it_there(s: Stage) -> None:
    found = outage(s)
    ticket = asked(s, "Connexion impossible au portail pédagogique, service indisponible")
    page, press = (
        reverse("desk:ticket", args=[ticket.reference]),
        reverse("desk:join_outage", args=[ticket.reference, found.reference]),
    )
    client = browser(s)
    said = client.get(page).content.decode()
    assert press in said
    assert "« pédagogique »" in said.replace("\u00a0", " ")
    assert client.post(press)["Location"] == page
    assert MajorTicket.objects.filter(major=found, ticket=ticket).exists()
    assert press not in client.get(page).content.decode()
    elsewhere = builders.client_for(builders.agent(builders.desk()))
    assert elsewhere.post(press).status_code == 404
    assert client.post(reverse("desk:join_outage", args=[ticket.reference, "nothing"])).status_code == 404


def test_an_incident_of_another_desk_or_one_that_is_over_is_never_proposed(s: Stage) -> None:
    found = outage(s)
    stranger = Stage()
    theirs = builders.ticket(stranger.requester, description=PORTAL, now=timezone.now())
    page = builders.client_for(stranger.agent).get(reverse("desk:ticket", args=[theirs.reference]))
    assert found.reference not in page.content.decode()
    ticket = asked(s, PORTAL)
    here = reverse("desk:ticket", args=[ticket.reference])
    assert found.reference in browser(s).get(here).content.decode()
    ends = {"kind": "fix", "solution": "Relancé", "test": "Essayé", "text_fr": "Rétabli"}
    major.restore(found, **ends, actor=s.agent, now=timezone.now())
    assert found.reference not in browser(s).get(here).content.decode()


def test_words_are_said_as_they_were_written() -> None:
    assert written("pedagogique", "Au Portail Pédagogique") == "pédagogique"
    assert written("wifi", "Le Wi-Fi") == "wifi"
    assert written("absent", "rien") == "absent"


texts = st.lists(
    st.sampled_from(["portail", "wifi", "internet", "imprimante", "panne", "serveur", "cours", "mail", "réseau"]),
    max_size=8,
)


@given(texts, st.lists(texts, min_size=1, max_size=4), st.lists(texts, max_size=6), st.booleans())
def test_a_guess_names_an_incident_with_words_of_both(
    about: list[str], said: list[list[str]], others: list[list[str]], same: bool
) -> None:
    told = {7: [" ".join(words) for words in said]}
    plain = [" ".join(words) for words in others]
    found = guess(" ".join(about), said=told, others=plain, alike_by_category={7} if same else ())
    if found is None:
        return
    incident, score, shared = found
    assert incident == 7
    assert PERHAPS <= score <= 1
    assert len(shared) >= WORDS
    without = guess(" ".join(about), said=told, others=plain)
    assert without is None or without[1] <= score


def test_programs_read_the_same(s: Stage) -> None:
    found = outage(s)
    ticket = asked(s, "Connexion impossible au portail pédagogique, service indisponible")
    now = timezone.now()
    until = now + timedelta(days=1)
    secret = issue(person=s.agent, name="essai", scopes=["tickets:read"], expires_at=until, now=now)[1]
    address = f"/api/v1/tickets/{ticket.reference}/likely-major-incident"
    said = Client().get(address, headers={"Authorization": f"Bearer {secret}"}).json()
    assert said["major_incident"] == found.reference
    assert said["sureness"] in {"very_probably", "probably", "perhaps"}
    assert "pédagogique" in said["words"]
