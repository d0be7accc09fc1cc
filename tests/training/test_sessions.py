"""The verbs of a session: who may, in which state, what is recorded; and its places, which are never one too many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from guichet.activity.models import Event
from guichet.activity.record import broken_links
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.people.models import Person
from guichet.training import planning, registering
from guichet.training.models import Attendance, Registration, Session, SessionState, Standing
from tests.training.stage import NOW, Place, later
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    return make_place()


def verbs(session: Session) -> list[str]:
    rows = Event.objects.filter(subject_type="session", subject_id=session.pk).order_by("number")
    return list(rows.values_list("verb", flat=True))


def standings(session: Session) -> list[str]:
    return list(session.registrations.order_by("at", "pk").values_list("standing", flat=True))


def test_from_the_plan_to_the_thanks(place: Place) -> None:
    session = place.opened()
    row = place.register(session, place.amelie)
    after = later(7.1)
    registering.mark(session, came={row.pk: "present"}, actor=place.nadia, now=after)
    held = planning.hold(session, actor=place.nadia, now=after)
    assert (held.state, held.held_at) == (SessionState.HELD, after)
    assert verbs(held) == [
        "session.planned", "session.opened", "session.registered", "session.attended", "session.held",
    ]  # fmt: skip
    history = Event.objects.filter(subject_type="session", subject_id=held.pk).order_by("number")
    assert broken_links(history) == []
    assert place.amelie.name not in str([event.data for event in history])
    assert history[3].data == {"present": 1, "partly": 0, "absent": 0}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capacity", 0), ("capacity", 10_000), ("minutes", 1), ("link", "javascript:alert(1)"), ("link", "visio"),
        ("way", "by_post"), ("language", "de"), ("time_zone", "Mars/Olympus"), ("time_zone", "../etc/passwd"),
        ("title", "x" * 200), ("starts_at", NOW - timedelta(days=1)),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_field(place: Place, field: str, value: Any) -> None:
    with pytest.raises(Refused) as refused:
        place.planned(**{field: value})
    assert refused.value.field == field
    assert not Session.objects.exists()


def test_who_plans(place: Place) -> None:
    with pytest.raises(Forbidden):
        place.planned(actor=place.amelie)
    with pytest.raises(Forbidden):
        place.planned(actor=place.karim)  # Nadia gives it
    assert place.planned(actor=place.helene).trainer == place.nadia
    with pytest.raises(Refused) as refused:
        place.planned(actor=place.helene, trainer=place.amelie)
    assert refused.value.field == "trainer"


def test_nobody_elses_topic_site_or_organisation(place: Place) -> None:
    other = make_place()
    for field, value in (("topic", other.topic), ("organisations", [other.client])):
        with pytest.raises(Refused) as refused:
            place.planned(**{field: value})
        assert refused.value.code == "foreign"


def test_only_trainer_and_managers_run_it(place: Place) -> None:
    session = place.planned()
    for somebody in (place.karim, place.amelie, place.stranger):
        with pytest.raises(Forbidden):
            planning.open_up(session, actor=somebody, now=NOW)
        with pytest.raises(Forbidden):
            planning.cancel(session, reason="", actor=somebody, now=NOW)
    assert planning.open_up(session, actor=place.helene, now=NOW).is_open


def test_too_early_too_late_and_over(place: Place) -> None:
    session = place.opened()
    with pytest.raises(Conflict, match="too_early"):
        planning.hold(session, actor=place.nadia, now=NOW)
    with pytest.raises(Conflict, match="too_late"):
        place.register(session, place.amelie, now=later(8))
    planning.cancel(session, reason="", actor=place.nadia, now=NOW)
    with pytest.raises(Conflict, match="wrong_state"):
        planning.cancel(session, reason="", actor=place.nadia, now=NOW)
    with pytest.raises(Conflict, match="wrong_state"):
        place.register(session, place.amelie, now=later(8))


def test_it_opens_once_one_knows_where(place: Place) -> None:
    for field, fields in (("link", {"link": ""}), ("room", {"way": "on_site"})):
        session = place.planned(**fields)
        with pytest.raises(Refused) as refused:
            planning.open_up(session, actor=place.nadia, now=NOW)
        assert refused.value.field == field
    on_site = place.planned(way="on_site", room="Salle R-102", link="")
    assert planning.open_up(on_site, actor=place.nadia, now=NOW).place == "Salle R-102"


def test_the_database_refuses_what_the_action_does(place: Place) -> None:
    session = place.opened()
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(link="")
    row = place.register(session, place.amelie)
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.create(session=session, person=place.amelie, standing="waiting", at=NOW, by=row.person)


def test_the_last_place_and_the_line(place: Place) -> None:
    session = place.opened(capacity=2)
    people: list[Person] = [place.amelie, place.another(), place.another(), place.another()]
    rows = [place.register(session, one, now=NOW + timedelta(minutes=n)) for n, one in enumerate(people)]
    assert standings(session) == ["registered", "registered", "waiting", "waiting"]
    assert [registering.place_in_line(row) for row in rows[2:]] == [1, 2]
    registering.withdraw(rows[0], actor=place.amelie, now=NOW)
    assert standings(session) == ["withdrawn", "registered", "registered", "waiting"]
    # Whoever comes back is the last of the line.
    place.register(session, place.amelie, now=later(1))
    assert standings(session) == ["registered", "registered", "waiting", "waiting"]
    assert registering.place_in_line(Registration.objects.get(session=session, person=place.amelie)) == 2


def test_more_places_go_to_those_who_wait(place: Place) -> None:
    session = place.opened(capacity=1)
    for one in (place.amelie, place.another()):
        place.register(session, one)
    changed = planning.change(session, said=place.said(capacity=5), actor=place.nadia, now=NOW)
    assert set(standings(session)) == {Standing.REGISTERED}
    assert verbs(changed)[-1] == "session.described"
    # Fewer places than people: nobody loses theirs.
    planning.change(session, said=place.said(capacity=1), actor=place.nadia, now=NOW)
    assert standings(session) == ["registered", "registered"]


def test_a_new_time_is_another_event(place: Place) -> None:
    session = place.opened()
    moved = planning.change(session, said=place.said(starts_at=later(9)), actor=place.nadia, now=NOW)
    assert (verbs(moved)[-1], moved.sequence, moved.reminded_at) == ("session.moved", 1, None)
    with pytest.raises(Stale):
        planning.change(session, said=place.said(), actor=place.nadia, now=NOW, expect=session.version)
    with pytest.raises(Refused) as refused:
        planning.change(session, said=place.said(link=""), actor=place.nadia, now=NOW)
    assert refused.value.field == "link"


def test_whose_people_may_register(place: Place) -> None:
    for_client = place.opened(organisations=[place.client])
    with pytest.raises(Refused) as refused:
        place.register(for_client, place.amelie)
    assert refused.value.code == "not_served"
    assert place.register(for_client, place.emily).holds_a_place
    with pytest.raises(Refused):
        place.register(place.opened(), place.stranger)
    with pytest.raises(Forbidden):
        registering.register(for_client, person=place.emily, actor=place.karim, now=NOW)
    with pytest.raises(Conflict):
        registering.register(for_client, person=place.emily, actor=place.nadia, now=NOW)


def test_once_it_has_begun_nobody_comes_or_goes(place: Place) -> None:
    session = place.opened()
    row = place.register(session, place.amelie)
    began = later(7.01)
    with pytest.raises(Conflict):
        registering.withdraw(row, actor=place.amelie, now=began)
    with pytest.raises(Conflict):
        place.register(session, place.another(), now=began)
    with pytest.raises(Conflict):
        registering.mark(session, came={row.pk: "present"}, actor=place.nadia, now=NOW)
    with pytest.raises(Refused) as refused:
        planning.hold(session, actor=place.nadia, now=began)
    assert refused.value.code == "unmarked"


def test_marks_are_replaced_and_taken_back(place: Place) -> None:
    session = place.opened()
    row = place.register(session, place.amelie)
    after = later(8)
    registering.mark(session, came={row.pk: "absent"}, actor=place.nadia, now=after)
    registering.mark(session, came={row.pk: "partly"}, actor=place.helene, now=after)
    assert Attendance.objects.get().presence == "partly"
    registering.mark(session, came={row.pk: ""}, actor=place.nadia, now=after)
    assert not Attendance.objects.exists()
    for came in ({row.pk: "late"}, {row.pk + 999: "present"}):
        with pytest.raises(Refused):
            registering.mark(session, came=came, actor=place.nadia, now=after)


def test_reminded_once_on_the_day_before(place: Place) -> None:
    session = place.opened()
    assert registering.remind(now=later(5)) == 0
    assert registering.remind(now=later(6.5)) == 1
    assert registering.remind(now=later(6.6)) == 0
    planning.change(session, said=place.said(starts_at=later(12)), actor=place.nadia, now=later(6.6))
    assert registering.remind(now=later(11.5)) == 1


def test_what_is_handed_out(place: Place) -> None:
    from tests.knowledge.stage import place as knowledge

    session = place.planned()
    made = planning.hand_out(session, title="", link="https://docs.example/x", actor=place.nadia, now=NOW)
    assert made.title == "https://docs.example/x"
    foreign = knowledge().published()
    for fields in ({}, {"link": "ftp://x"}, {"article": foreign}, {"link": "https://x.example", "article": foreign}):
        with pytest.raises(Refused):
            planning.hand_out(session, title="x", actor=place.nadia, now=NOW, **fields)
    planning.take_back(made, actor=place.helene, now=NOW)
    assert not session.materials.exists()


def test_who_sees_it(place: Place) -> None:
    session = place.planned(organisations=[place.client])
    everybody = (place.nadia, place.karim, place.helene, place.amelie, place.emily, place.stranger)

    def seen_by() -> list[Person]:
        return [one for one in everybody if Session.objects.visible_to(one).filter(pk=session.pk).exists()]

    assert seen_by() == [place.nadia, place.karim, place.helene]
    planning.open_up(session, actor=place.nadia, now=NOW)
    assert seen_by() == [place.nadia, place.karim, place.helene, place.emily]
    assert list(Session.objects.offered_to(place.emily, now=NOW)) == [session]
    assert not Session.objects.offered_to(place.amelie, now=NOW).exists()
    planning.cancel(session, reason="Formatrice malade", actor=place.nadia, now=NOW)
    assert seen_by() == [place.nadia, place.karim, place.helene]


def test_topics_belong_to_managers(place: Place) -> None:
    values: dict[str, Any] = {
        "topic": None, "desk": place.desk.organisation, "name_fr": "Mots de passe", "name_en": "", "active": True,
        "categories": [place.category], "now": NOW,
    }  # fmt: skip
    with pytest.raises(Forbidden):
        planning.save_topic(**values, actor=place.nadia)
    assert list(planning.save_topic(**values, actor=place.helene).categories.all()) == [place.category]
    with pytest.raises(Refused) as refused:
        planning.save_topic(**values, actor=place.helene)
    assert refused.value.code == "taken"
    foreign = make_place().category
    with pytest.raises(Refused):
        planning.save_topic(**{**values, "name_fr": "x", "categories": [foreign]}, actor=place.helene)
