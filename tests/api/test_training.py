"""Training for programs: sessions, places, who came; each sees what is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.training.models import Session
from tests.api.conftest import Program, program
from tests.training.stage import LINK, Place
from tests.training.stage import place as make_place

pytestmark = pytest.mark.django_db
HOME = "/training/sessions"


@pytest.fixture
def place() -> Place:
    return make_place()


@pytest.fixture
def nadia(place: Place) -> Program:
    return program(place.nadia)


@pytest.fixture
def amelie(place: Place) -> Program:
    return program(place.amelie)


def body(place: Place, **more: Any) -> dict[str, Any]:
    at = (timezone.now() + timedelta(days=9)).isoformat()
    return {"topic": place.topic.pk, "title": "Partager son écran", "starts_at": at, "link": LINK, **more}


def opened(place: Place, nadia: Program, **more: Any) -> str:
    number = nadia.post(HOME, body(place, **more)).json()["id"]
    assert nadia.put(f"{HOME}/{number}/state", {"state": "open"}).status_code == 200
    return f"{HOME}/{number}"


def test_planned_changed_opened_and_cancelled(place: Place, nadia: Program, amelie: Program) -> None:
    answer = nadia.post(HOME, body(place))
    assert answer.status_code == 201
    here = f"{HOME}/{answer.json()['id']}"
    assert amelie.get(here).status_code == 404
    changed = nadia.put(here, body(place, capacity=3), If_Match=answer["ETag"])
    assert changed.json()["capacity"] == 3
    assert nadia.put(here, body(place), If_Match=answer["ETag"]).status_code == 412
    told = nadia.put(f"{here}/state", {"state": "open"}).json()
    assert (told["state"], told["may"]) == ("open", ["change", "cancel", "register"])
    assert amelie.get(here).json()["link"] is None
    assert amelie.put(here, body(place)).status_code == 403
    assert amelie.put(f"{here}/state", {"state": "cancelled"}).status_code == 403
    assert nadia.put(f"{here}/state", {"state": "held"}).status_code == 409
    assert nadia.put(f"{here}/state", {"state": "cancelled", "reason": "Panne"}).json()["may"] == []


@pytest.mark.parametrize(
    "wrong",
    [{"topic": 999_999}, {"capacity": 0}, {"link": "x"}, {"time_zone": "Mars"}, {"site": 999_999},
     {"organisations": [999_999]}, {"starts_at": "2020-01-01T10:00:00Z"}, {"trainer": 999_999}],
)  # fmt: skip
def test_what_cannot_be_meant(place: Place, nadia: Program, wrong: dict[str, Any]) -> None:
    assert nadia.post(HOME, body(place, **wrong)).status_code == 422
    assert not Session.objects.exists()


def test_a_place_the_line_and_giving_it_back(place: Place, nadia: Program, amelie: Program) -> None:
    here = opened(place, nadia, capacity=1)
    mine = amelie.post(f"{here}/registrations", {}).json()
    assert (mine["standing"], mine["place_in_line"]) == ("registered", None)
    assert amelie.get(here).json()["link"] == LINK
    assert amelie.post(f"{here}/registrations", {}).status_code == 409
    other = program(place.another())
    waits = other.post(f"{here}/registrations", {}).json()
    assert (waits["standing"], waits["place_in_line"]) == ("waiting", 1)
    assert [row["id"] for row in other.get(f"{here}/registrations").json()] == [waits["id"]]
    assert len(nadia.get(f"{here}/registrations").json()) == 2
    assert other.delete(f"{here}/registrations/{mine['id']}").status_code == 404
    assert amelie.delete(f"{here}/registrations/{mine['id']}").json()["standing"] == "withdrawn"
    assert other.get(here).json()["mine"] == "registered"
    assert program(place.stranger).post(f"{here}/registrations", {}).status_code == 404
    # Only those who run it register others.
    karim = program(place.karim)
    assert karim.post(f"{here}/registrations", {"person": place.emily.pk}).status_code == 403


def test_who_came_is_for_few(place: Place, nadia: Program, amelie: Program) -> None:
    then = timezone.now() - timedelta(days=2)
    session = place.opened(starts_at=then + timedelta(days=1), now=then)
    row = place.register(session, place.amelie, now=then)
    here = f"{HOME}/{session.pk}"
    path = f"{here}/registrations/{row.pk}/presence"
    assert amelie.put(path, {"presence": "present"}).status_code == 403
    assert nadia.put(path, {"presence": "late"}).status_code == 422
    assert nadia.put(path, {"presence": "present"}).json()["presence"] == "present"
    assert amelie.get(f"{here}/registrations").json()[0]["presence"] == "present"
    assert program(place.karim).get(f"{here}/registrations").json() == []
    assert program(place.karim).put(path, {"presence": "absent"}).status_code == 404
    assert nadia.put(f"{here}/state", {"state": "held"}).json()["state"] == "held"
    assert nadia.get(f"{here}/effect").json() is None
    assert amelie.get(f"{here}/effect").status_code == 403


def test_lists(place: Place, nadia: Program, amelie: Program) -> None:
    for days in (3, 4):
        opened(place, nadia, starts_at=(timezone.now() + timedelta(days=days)).isoformat())
    nadia.post(HOME, body(place))
    first = nadia.get(f"{HOME}?size=2").json()
    assert len(first["items"]) == 2
    assert len(nadia.get(f"{HOME}?size=2&cursor={first['next_cursor']}").json()["items"]) == 1
    assert len(amelie.get(HOME).json()["items"]) == 2
    assert amelie.get(f"{HOME}?state=planned").json()["items"] == []
    assert nadia.get("/training/needs").json() == []
