"""From the poster: a number on one's own phone, without a machine, while the venue is open; programs get none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from guichet.kiosk.views import poster_check_in
from guichet.walkup.models import Reason, Venue, Visit
from tests import builders

pytestmark = pytest.mark.django_db
# A Tuesday, 10:00 in Québec; and the Sunday before.
OPEN, SHUT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC), datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Any:
    cache.clear()
    now = [OPEN]
    monkeypatch.setattr(poster_check_in.timezone, "now", lambda: now[0])
    return now


@pytest.fixture
def venue() -> Venue:
    desk = builders.desk()
    venue = Venue.objects.create(
        organisation=desk.organisation, name_fr="Le comptoir", slug="le-comptoir", board_key="x",
        opening=[[[480, 1020]]] * 5 + [[], []],
    )  # fmt: skip
    top = Reason.objects.create(venue=venue, name_fr="Compte", icon="key-round", position=1)
    Reason.objects.create(venue=venue, name_fr="Mot de passe", parent=top, icon="lock")
    Reason.objects.create(venue=venue, name_fr="Ancien motif", active=False, position=2)
    return venue


def url() -> str:
    return reverse("kiosk:poster_check_in", args=["le-comptoir"])


def leaf(venue: Venue) -> Reason:
    return Reason.objects.get(venue=venue, name_fr="Mot de passe")


def taken(venue: Venue, **typed: str) -> Any:
    return Client().post(url(), {"reason": leaf(venue).pk, "key": str(uuid4()), **typed})


def test_two_touches_and_a_number(venue: Venue) -> None:
    first = Client().get(url()).content.decode()
    top = Reason.objects.get(name_fr="Compte")
    assert f'href="?reason={top.pk}"' in first and "Ancien motif" not in first
    second = Client().get(url(), {"reason": top.pk}).content.decode()
    assert f'href="?reason={leaf(venue).pk}"' in second
    third = Client().get(url(), {"reason": leaf(venue).pk}).content.decode()
    assert 'name="email"' in third
    answer = taken(venue, name="Zoé", email="zoe@essai.example")
    visit = Visit.objects.get()
    assert answer.status_code == 302 and answer["Location"] == reverse("kiosk:visit", args=[visit.token])
    assert visit.person is not None and visit.person.email == "zoe@essai.example"
    assert visit.ticket.channel == "kiosk" and visit.device is None


def test_sent_twice_it_is_one_visit(venue: Venue) -> None:
    key = str(uuid4())
    places = {taken(venue, key=key)["Location"] for _again in range(2)}
    assert len(places) == 1 and Visit.objects.count() == 1


def test_nothing_can_be_taken_while_it_is_closed(venue: Venue, clock: list[datetime]) -> None:
    clock[0] = SHUT
    assert taken(venue).status_code == 409
    assert not Visit.objects.exists()
    page = Client().get(url(), headers={"accept-language": "en"}).content.decode()
    assert "What brings you here?" not in page


def test_a_venue_by_appointment_or_switched_off_gives_no_numbers(venue: Venue) -> None:
    Venue.objects.update(walk_ins=False, appointments=True)
    assert taken(venue).status_code == 409
    Venue.objects.update(active=False)
    assert taken(venue).status_code == 404
    assert not Visit.objects.exists()


def test_what_is_typed_wrong_is_kept_and_said(venue: Venue) -> None:
    answer = taken(venue, name="Zoé", email="zoe")
    assert answer.status_code == 422 and 'value="Zoé"' in answer.content.decode()
    Venue.objects.update(anonymous=False)
    assert taken(venue).status_code == 422
    for wrong in ("", "0", "9" * 30, "²", str(Reason.objects.get(name_fr="Ancien motif").pk)):
        assert taken(venue, reason=wrong).status_code == 422
    top = Reason.objects.get(name_fr="Compte")
    assert taken(venue, reason=str(top.pk), name="Zoé").status_code == 422
    assert not Visit.objects.exists()


def test_what_no_person_sees_is_filled_in_by_programs(venue: Venue) -> None:
    assert taken(venue, website="https://prospect.example").status_code == 422
    assert not Visit.objects.exists()


def test_one_address_cannot_fill_the_queue(venue: Venue) -> None:
    answers = [taken(venue).status_code for _number in range(poster_check_in.TAKEN_PER_MINUTE + 2)]
    assert answers == [302] * poster_check_in.TAKEN_PER_MINUTE + [429, 429]
    assert Visit.objects.count() == poster_check_in.TAKEN_PER_MINUTE


def test_whoever_comes_eleventh_keeps_what_they_typed_and_another_venue_is_open_to_them(venue: Venue) -> None:
    """Behind a school's address: not theirs alone, and said in a sentence."""
    for _number in range(poster_check_in.TAKEN_PER_MINUTE):
        taken(venue)
    key = str(uuid4())
    late = taken(venue, name="Zoé", email="zoe@essai.example", key=key)
    text = late.content.decode()
    assert late.status_code == 429 and 'value="Zoé"' in text and 'value="zoe@essai.example"' in text and key in text
    assert 'role="alert"' in text and "Prendre mon numéro" in text
    other = Venue.objects.create(organisation=venue.organisation, name_fr="L’autre", slug="autre", board_key="y")
    reason = Reason.objects.create(venue=other, name_fr="Tout", icon="lock")
    there = reverse("kiosk:poster_check_in", args=[other.slug])
    assert Client().post(there, {"reason": reason.pk, "key": str(uuid4())}).status_code == 302


def test_it_says_the_same_whoever_is_known(venue: Venue) -> None:
    known = builders.person(venue.organisation)
    answer = taken(venue, email=known.email)
    page = Client().get(answer["Location"]).content.decode()
    assert known.name not in page and known.email not in page
