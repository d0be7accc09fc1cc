"""The last place, wanted by several at once, each with a connection of their own; and the same person twice."""

from __future__ import annotations

from functools import partial

import pytest

from guichet.training import planning, registering
from guichet.training.models import Registration, Session
from tests.training.stage import NOW
from tests.training.stage import place as make_place
from tests.walkup.test_booking_race import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def standings() -> list[str]:
    return sorted(Registration.objects.values_list("standing", flat=True))


def wants(session: Session, person: object) -> partial[Registration]:
    return partial(registering.register, session, person=person, actor=person, now=NOW)


def test_one_place_for_six() -> None:
    place = make_place()
    session = place.opened(capacity=1)
    people = [place.amelie, *(place.another() for _ in range(5))]
    assert at_once(*(wants(session, person) for person in people)) == [""] * 6
    assert standings() == ["registered", *["waiting"] * 5]


def test_who_presses_twice_has_one_registration() -> None:
    place = make_place()
    session = place.opened(capacity=5)
    assert at_once(*[wants(session, place.amelie)] * 4) == ["", "has_one", "has_one", "has_one"]
    assert standings() == ["registered"]


def test_a_place_given_back_goes_to_one_alone() -> None:
    place = make_place()
    session = place.opened(capacity=1)
    first = place.register(session, place.amelie)
    waiting = [place.another() for _ in range(2)]
    for person in waiting:
        place.register(session, person)
    leave = partial(registering.withdraw, first, actor=place.amelie, now=NOW)
    comes = place.another()
    assert at_once(leave, wants(session, comes)) == ["", ""]
    assert standings().count("registered") == 1


def test_a_name_is_given_to_one_topic_alone() -> None:
    place = make_place()
    said = {"topic": None, "desk": place.desk.organisation, "name_fr": "Réunions", "name_en": "", "categories": []}
    save = partial(planning.save_topic, **said, active=True, actor=place.helene, now=NOW)
    assert sorted(at_once(*[save] * 4)) == ["", "taken", "taken", "taken"]
