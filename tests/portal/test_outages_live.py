"""Whose open pages hear of a major incident: those whom it concerns, also when it is taken back; and never which."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.config import wiring
from guichet.config.live_access import _may
from guichet.lib.live import Event
from guichet.people.models import Organisation, Person
from guichet.tickets import major, major_people
from guichet.tickets.major_frame import Touched, Words
from guichet.tickets.models import MajorIncident
from tests import builders
from tests.builders import NOW
from tests.tickets.stage import Stage, later

pytestmark = pytest.mark.django_db


@pytest.fixture
def s() -> Stage:
    return Stage().everybody()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    events: list[Event] = []
    monkeypatch.setattr(wiring, "publish", lambda *those: events.extend(those))
    return events


def running(s: Stage, *organisations: Organisation, **fields: Any) -> MajorIncident:
    ticket = s.ticket("open", impact="everyone", urgency="stopped")
    touched = Touched(organisations=organisations)
    values = {"audience": "concerned", "touched": touched, **fields}
    return major.declare(ticket, words=Words(title_fr="Panne"), actor=s.agent, now=later(5), **values)


def hear(person: Person, told: list[Event]) -> list[Event]:
    """What wakes a page of the portal that this person has open."""
    fresh = Person.objects.select_related("organisation").get(pk=person.pk)
    topics = {
        f"person:{fresh.pk}", f"outages:{fresh.organisation.desk.pk}", f"outages_of:{fresh.organisation_id}",
    }  # fmt: skip
    allowed = {topic for topic in topics if _may(fresh, topic)}
    return [event for event in told if event.kind == "major" and event.topic in allowed]


def test_a_client_hears_nothing_of_anothers(s: Stage, told: list[Event]) -> None:
    client, other = builders.client_of(s.desk), builders.client_of(s.desk)
    theirs, stranger = builders.person(client), builders.person(other)
    found = running(s, client)
    told.clear()
    major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(6))
    assert hear(theirs, told) and not hear(stranger, told) and not hear(s.neighbour, told)
    # Whoever asked about it from elsewhere hears of it too.
    assert hear(s.requester, told)


def test_no_reference_leaves_the_desk(s: Stage, told: list[Event]) -> None:
    found = running(s)
    major_people.me_too(found, person=s.neighbour, actor=s.neighbour, now=later(6))
    outside = [event for event in told if event.kind == "major" and not event.topic.startswith("desk:")]
    assert outside and {event.ref for event in outside} == {""}
    assert found.reference in {event.ref for event in told}


def test_what_concerns_everybody_is_heard_by_all_whom_the_desk_serves(s: Stage, told: list[Event]) -> None:
    theirs = builders.person(builders.client_of(s.desk))
    running(s)
    assert hear(theirs, told) and hear(s.neighbour, told) and not hear(s.stranger, told)


@pytest.mark.parametrize("before", ["concerned", "everybody"])
def test_what_is_taken_back_leaves_open_pages(s: Stage, told: list[Event], before: str) -> None:
    found = running(s, audience=before)
    told.clear()
    major.show_to(found, audience="desk", actor=s.agent, now=later(6))
    assert hear(s.neighbour, told)
    told.clear()
    major.tell(found, text_fr="Nous cherchons.", actor=s.agent, now=later(7))
    major.note(found, body="Chut.", actor=s.agent, now=later(7))
    assert not hear(s.neighbour, told)


def test_whom_it_no_longer_concerns_loses_it(s: Stage, told: list[Event]) -> None:
    client, other = builders.client_of(s.desk), builders.client_of(s.desk)
    theirs, others = builders.person(client), builders.person(other)
    found = running(s, client)

    def concerns(*organisations: Organisation) -> None:
        told.clear()
        major.describe(
            found, words=Words(title_fr="Panne"), touched=Touched(organisations=organisations), started_at=NOW,
            update_minutes=30, actor=s.agent, now=later(7),
        )  # fmt: skip

    concerns(other)
    assert hear(theirs, told) and hear(others, told)
    concerns(other)
    assert hear(others, told) and not hear(theirs, told)
    concerns()
    assert hear(theirs, told) and hear(others, told)
