"""Training as requesters see it: what is offered to them, taking a place, giving it back, what they take along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from guichet.training import planning, registering
from guichet.training.models import Registration, Session
from tests import builders
from tests.training.stage import LINK, Place
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db
LIST = "/help/training/"


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def amelie(place: Place) -> Client:
    return builders.client_for(place.amelie)


def coming(place: Place, **fields: object) -> Session:
    now = timezone.now()
    return place.opened(**{"starts_at": now + timedelta(days=7), "now": now, **fields})


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_registering_and_giving_it_back(place: Place, amelie: Client) -> None:
    session = coming(place, about="Couper le micro,\npartager l’écran.")
    here = f"{LIST}{session.pk}/"
    assert "2 places libres" in page(amelie, LIST)
    before = page(amelie, here)
    assert "M’inscrire" in before
    # Where it takes place is told to those who come.
    assert LINK not in before
    assert amelie.post(f"{here}registration/").status_code == 302
    after = page(amelie, here)
    assert "Votre place est réservée" in after
    assert LINK in after
    assert "Vos formations" in page(amelie, LIST)
    assert amelie.post(f"{here}registration/").status_code == 409
    assert amelie.post(f"{here}withdrawal/").status_code == 302
    assert amelie.post(f"{here}withdrawal/").status_code == 409
    assert Registration.objects.get().standing == "withdrawn"


def test_a_full_session_has_a_line(place: Place, amelie: Client) -> None:
    session = coming(place, capacity=1)
    place.register(session, place.another(), now=timezone.now())
    here = f"{LIST}{session.pk}/"
    assert "liste d’attente" in page(amelie, here)
    amelie.post(f"{here}registration/")
    assert "numéro 1" in page(amelie, here)
    assert amelie.get(f"{here}calendar/").status_code == 404


def test_the_calendar_file(place: Place, amelie: Client) -> None:
    session = coming(place)
    here = f"{LIST}{session.pk}/"
    assert amelie.get(f"{here}calendar/").status_code == 404
    amelie.post(f"{here}registration/")
    answer = amelie.get(f"{here}calendar/")
    assert answer["Content-Type"].startswith("text/calendar")
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["UID"])) == (session.title, session.uid)


def test_what_is_not_for_them_is_not_there(place: Place, amelie: Client) -> None:
    for_client = coming(place, organisations=[place.client])
    now = timezone.now()
    unopened = place.planned(starts_at=now + timedelta(days=7), now=now)
    for session in (for_client, unopened):
        for path in ("", "calendar/"):
            assert amelie.get(f"{LIST}{session.pk}/{path}").status_code == 404
        for path in ("registration/", "withdrawal/"):
            assert amelie.post(f"{LIST}{session.pk}/{path}").status_code == 404
    assert "Aucune formation n’est prévue" in page(amelie, LIST)
    # Whoever works at the desk is offered what their organisation is.
    karim = builders.client_for(place.karim)
    assert karim.get(f"{LIST}{for_client.pk}/").status_code == 404
    assert Client().get(LIST).status_code == 302


def test_afterwards(place: Place, amelie: Client) -> None:
    session = coming(place)
    row = place.register(session, place.amelie, now=timezone.now())
    planning.hand_out(
        session, title="Diapositives", link="https://docs.example/d", actor=place.nadia, now=timezone.now()
    )
    after = session.starts_at + timedelta(hours=2)
    registering.mark(session, came={row.pk: "present"}, actor=place.nadia, now=after)
    planning.hold(session, actor=place.nadia, now=after)
    shown = page(amelie, f"{LIST}{session.pk}/")
    assert "https://docs.example/d" in shown
    assert "Votre présence" in shown
    assert "Formations passées" in page(amelie, LIST)
    # Nobody else's: their colleagues don't even find the session any more.
    assert builders.client_for(place.another()).get(f"{LIST}{session.pk}/").status_code == 404


def test_a_cancelled_one_says_why(place: Place, amelie: Client) -> None:
    session = coming(place)
    place.register(session, place.amelie, now=timezone.now())
    planning.cancel(session, reason="Formatrice souffrante.", actor=place.nadia, now=timezone.now())
    assert "Formatrice souffrante." in page(amelie, f"{LIST}{session.pk}/")


def test_the_list_costs_the_same_however_many(
    place: Place, amelie: Client, django_assert_max_num_queries: object
) -> None:
    for n in range(12):
        coming(place, starts_at=timezone.now() + timedelta(days=n + 1))
    for session in Session.objects.all()[:4]:
        place.register(session, place.amelie, now=timezone.now())
    with django_assert_max_num_queries(11):
        page(amelie, LIST)
