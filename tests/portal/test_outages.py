"""“The same problem?”: known incidents for those whom they concern, “me too” with one touch, “still broken for me”."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guichet.portal import outages
from guichet.tickets import major, major_people
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorIncident, MajorVoice
from tests import builders, cast
from tests.builders import NOW
from tests.portal.people import World, world

pytestmark = pytest.mark.django_db
TITLE = "Le portail refuse les connexions"


@pytest.fixture
def w() -> World:
    return world()


def running(w: World, *, title: str = TITLE, audience: str = "concerned", **touched: Any) -> MajorIncident:
    rachel = builders.person(w.desk.organisation, cast.RACHEL)
    ticket = builders.ticket(rachel, impact="everyone", urgency="stopped")
    words = Words(title_fr=title, meanwhile_fr="Utilisez le courriel.")
    return major.declare(ticket, words=words, touched=Touched(**touched), audience=audience, actor=w.nadia, now=NOW)


def restored(w: World, found: MajorIncident) -> None:
    major.restore(found, kind="fix", solution="x", test="x", text_fr="C’est revenu.", actor=w.nadia, now=NOW)


def home(w: World) -> Client:
    return builders.client_for(w.amelie)


def test_home_tells_of_it_and_one_touch_counts_once(w: World) -> None:
    found, client = running(w), home(w)
    assert TITLE in client.get("/help/").content.decode()
    for _ in range(2):
        answer = client.post(f"/help/outages/{found.reference}/me-too/", follow=True)
        assert answer.status_code == 200
    assert MajorVoice.objects.get().person == w.amelie
    assert "/me-too/" not in client.get("/help/").content.decode()
    client.post(f"/help/outages/{found.reference}/not-me/")
    assert not MajorVoice.objects.exists()


@pytest.mark.parametrize("path", ["", "me-too/", "not-me/", "still-broken/"])
def test_what_does_not_concern_them_is_not_there(w: World, path: str) -> None:
    other = builders.client_of(w.desk)
    hidden = [running(w, audience="desk"), running(w, organisations=[other])]
    client = home(w)
    assert TITLE not in client.get("/help/").content.decode()
    for found in hidden:
        address = f"/help/outages/{found.reference}/{path}"
        assert (client.post(address) if path else client.get(address)).status_code == 404
    assert not MajorVoice.objects.exists()


def test_an_agent_reads_in_the_portal_only_what_is_shown_there(w: World) -> None:
    found = running(w, audience="desk")
    client = builders.client_for(w.nadia)
    assert TITLE not in client.get("/help/").content.decode()
    assert client.get(f"/help/outages/{found.reference}/").status_code == 404


def test_while_asking_the_likeliest_stands_first(w: World) -> None:
    running(w, title="Les imprimantes sont arrêtées")
    running(w)
    known = outages.shown_to(w.amelie)
    titles = [o.major.title for o in outages.like(known, "L’imprimante de mon bureau ne répond plus")]
    assert titles == ["Les imprimantes sont arrêtées", TITLE]
    assert outages.like(known, "Le portail dit non")[0].major.title == TITLE


def test_the_steps_of_asking_offer_it_until_they_said_so(w: World) -> None:
    found, client = running(w), home(w)
    step = client.post("/help/new/", {"description": "Je n’arrive pas à ouvrir le portail."})["Location"]
    page = client.get(step).content.decode()
    assert TITLE in page and "Le même problème" in page
    major_people.me_too(found, person=w.amelie, actor=w.amelie, now=NOW)
    assert TITLE not in client.get(step).content.decode()


def test_internal_words_never_come_out(w: World) -> None:
    found = running(w)
    major.note(found, body="Canari interne", actor=w.nadia, now=NOW)
    major.tell(found, text_fr="Nous cherchons.", actor=w.nadia, now=NOW)
    page = home(w).get(f"/help/outages/{found.reference}/").content.decode()
    assert "Nous cherchons." in page and "Utilisez le courriel." in page
    assert "Canari interne" not in page and w.nadia.name not in page


def test_still_broken_for_me(w: World) -> None:
    found, client = running(w), home(w)
    major_people.me_too(found, person=w.amelie, actor=w.amelie, now=NOW)
    address = f"/help/outages/{found.reference}/"
    assert "still-broken" not in client.get(address).content.decode()
    assert client.post(address + "still-broken/").status_code == 409
    restored(w, found)
    assert "still-broken" in client.get(address).content.decode()
    client.post(address + "still-broken/")
    assert MajorVoice.objects.get().still_broken_at is not None
    assert "still-broken" not in client.get(address).content.decode()


def test_news_leads_to_it(w: World) -> None:
    found, client = running(w), home(w)
    major_people.me_too(found, person=w.amelie, actor=w.amelie, now=NOW)
    major.tell(found, text_fr="Nous cherchons.", actor=w.nadia, now=NOW)
    news = client.get("/help/account/news/").content.decode()
    assert TITLE in news and f"/help/outages/{found.reference}/" in news


def test_a_reference_typed_otherwise_leads_there(w: World) -> None:
    found = running(w)
    answer = home(w).get(f"/help/outages/{found.reference.lower().replace('-', '')}/")
    assert answer["Location"] == f"/help/outages/{found.reference}/"


def test_asking_the_database_does_not_grow_with_them(w: World) -> None:
    client = home(w)

    def asked() -> int:
        client.get("/help/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/help/")
        return len(queries)

    none = asked()
    first = running(w)
    one = asked()
    for n in range(12):
        someone = builders.person(w.desk.organisation)
        major_people.me_too(first, person=someone, actor=someone, now=NOW)
        major.tell(first, text_fr=f"Nouvelle {n}", actor=w.nadia, now=NOW)
    running(w)
    assert asked() == one
    assert one - none <= 7


def test_what_stands_in_the_other_language_says_so(w: World) -> None:
    found = running(w)
    major.tell(found, text_fr="Nous cherchons.", text_en="", actor=w.nadia, now=NOW)
    w.amelie.language = "en"
    w.amelie.save()
    here = f'<span lang="fr">{TITLE}</span>'
    assert here in home(w).get("/help/").content.decode()
    page = home(w).get(f"/help/outages/{found.reference}/").content.decode()
    for said in (here, '<span lang="fr">Utilisez le courriel.</span>', '<span lang="fr">Nous cherchons.</span>'):
        assert said in page
    w.amelie.language = "fr"
    w.amelie.save()
    assert '<span lang="' not in home(w).get(f"/help/outages/{found.reference}/").content.decode()
