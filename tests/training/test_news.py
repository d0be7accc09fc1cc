"""Under the bell: those who have a place hear what changes, never of what they did themselves."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.notifications.models import Notification
from guichet.people.models import Person
from guichet.training import planning, registering
from guichet.training.models import Session
from tests import builders
from tests.training.stage import NOW, Place, later, place


@pytest.fixture
def at(db: Any) -> Place:
    return place()


def heard(person: Person) -> list[str]:
    rows = Notification.objects.filter(person=person).order_by("pk")
    return [row.event.verb for row in rows if row.event]


@pytest.fixture
def session(at: Place) -> Session:
    """Amélie registered herself, Emily was registered by Nadia; there is no place left."""
    made = at.opened()
    for person in (at.amelie, at.emily, at.karim):
        builders.client_for(person)  # which gives them an account
    at.register(made, at.amelie)
    registering.register(made, person=at.emily, actor=at.nadia, now=NOW)
    return made


def test_those_who_take_part_hear_of_what_changes(at: Place, session: Session) -> None:
    assert (heard(at.amelie), heard(at.emily)) == ([], ["session.registered"])
    planning.change(session, said=at.said(title="Autre titre"), actor=at.nadia, now=NOW)
    planning.change(session, said=at.said(starts_at=later(9)), actor=at.nadia, now=NOW)
    planning.cancel(session, reason="Malade", actor=at.nadia, now=NOW)
    assert heard(at.amelie) == ["session.moved", "session.cancelled"]
    assert heard(at.emily) == ["session.registered", "session.moved", "session.cancelled"]
    assert heard(at.nadia) == heard(at.helene) == []


def test_whoever_waited_hears_of_their_place_and_nobody_else_does(at: Place, session: Session) -> None:
    at.register(session, at.karim)
    row = session.registrations.get(person=at.amelie)
    registering.withdraw(row, actor=at.amelie, now=NOW)
    assert heard(at.karim) == ["session.withdrawn"]
    assert (heard(at.amelie), heard(at.emily)) == ([], ["session.registered"])


def test_the_portal_tells_it_and_the_page_makes_it_read(at: Place, session: Session) -> None:
    planning.change(session, said=at.said(starts_at=later(9)), actor=at.nadia, now=NOW)
    browser = builders.client_for(at.amelie)
    told = browser.get("/help/account/news/").content.decode()
    assert "Une formation change de date ou de lieu." in told
    assert f"/help/training/{session.pk}/" in told and session.title in told
    assert Notification.objects.filter(person=at.amelie, read_at=None).exists()
    browser.get(f"/help/training/{session.pk}/")
    assert not Notification.objects.filter(person=at.amelie, read_at=None).exists()
    row = session.registrations.get(person=at.amelie)
    registering.withdraw(row, actor=at.amelie, now=NOW)
    planning.cancel(session, reason="Malade", actor=at.nadia, now=NOW)
    assert session.title not in browser.get("/help/account/news/").content.decode()


def test_the_desks_bell_leads_to_the_page_of_those_who_take_part(at: Place, session: Session) -> None:
    registering.register(session, person=at.karim, actor=at.nadia, now=NOW)
    browser = builders.client_for(at.karim)
    bell = browser.get("/desk/alerts/").content.decode()
    assert "vous a inscrit·e à une formation" in bell and session.title in bell
    alert = Notification.objects.get(person=at.karim)
    assert browser.get(f"/desk/alerts/{alert.pk}")["Location"] == f"/help/training/{session.pk}/"
    alert.refresh_from_db()
    assert alert.read_at is not None
    assert builders.client_for(at.amelie).get(f"/desk/alerts/{alert.pk}").status_code == 404
