"""Calendars through the API: said anew, their versions, the hours that follow, public holidays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import World

WEEK = [[[480, 720], [780, 1020]]] * 5 + [[], []]
SAID: dict[str, Any] = {"name": "Garde", "time_zone": "America/Montreal", "week": WEEK, "holidays": "CA-QC"}


@pytest.fixture
def at(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/calendars"


def test_made_changed_and_removed(world: World, at: str) -> None:
    made = world.manager.post(at, SAID)
    assert made.status_code == 201
    number, version = made.json()["id"], made.json()["version"]
    assert (version["number"], version["week"], version["by"]["name"]) == (1, WEEK, world.manager.person.name)
    closed = {"day": "2030-12-24", "spans": [[480, 720]], "name": "Veille"}
    changed = world.manager.put(f"{at}/{number}", {**SAID, "exceptions": [closed], "note": "Fêtes", "since": 1})
    assert changed.json()["version"]["exceptions"] == [closed]
    assert world.manager.put(f"{at}/{number}", {**SAID, "since": 1}).status_code == 409
    versions = world.agent.get(f"{at}/{number}/versions").json()
    assert [(v["number"], v["note"]) for v in versions] == [(2, "Fêtes"), (1, "")]
    assert number in {row["id"] for row in world.agent.get(at).json()}
    assert world.agent.get(f"{at}/{number}").json()["version"]["number"] == 2
    assert world.agent.put(f"{at}/{number}", SAID).status_code == 403
    assert world.manager.delete(f"{at}/{number}").status_code == 204
    assert world.manager.get(f"{at}/{number}").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": [[]] * 7}, {"week": [[]] * 6}, {"week": [[[600, 500]]] + [[]] * 6}, {"week": [[[0, 2000]]] + [[]] * 6},
        {"week": [[[0]]] + [[]] * 6}, {"time_zone": "Mars/Olympus"}, {"holidays": "XX"}, {"name": ""},
        {"exceptions": [{"day": "2030-02-30"}]}, {"exceptions": [{"day": "2030-02-03"}] * 2}, {"since": "1"},
    ],
)  # fmt: skip
def test_what_cannot_be_counted_with_is_refused(world: World, at: str, wrong: dict[str, Any]) -> None:
    assert world.manager.post(at, {**SAID, **wrong}).status_code == 422


def test_hours_between_two_moments(world: World, at: str) -> None:
    number = world.manager.post(at, SAID).json()["id"]
    path = f"{at}/{number}/hours"
    # 24 June is Québec's day.
    found = world.agent.get(f"{path}?start=2027-06-23T20:00:00Z&end=2027-06-25T13:00:00Z").json()
    assert found == {
        "seconds": 7200,
        "spans": [
            {"start": "2027-06-23T20:00:00Z", "end": "2027-06-23T21:00:00Z"},
            {"start": "2027-06-25T12:00:00Z", "end": "2027-06-25T13:00:00Z"},
        ],
    }
    for start, end in (("2027-06-25", "2027-06-23"), ("2027-01-01", "2028-06-01")):
        answer = world.agent.get(f"{path}?start={start}T00:00:00Z&end={end}T00:00:00Z")
        assert answer.status_code == 422
    assert world.agent.get(f"{path}?start=demain&end=apres").status_code == 422


def test_public_holidays_in_the_readers_language(world: World) -> None:
    found = world.requester.get("/holidays?place=CA-QC&year=2027", Accept_Language="en").json()
    assert found["place"] == "Canada, Quebec"
    assert {"day": "2027-06-24", "name": "Saint Jean Baptiste Day"} in found["days"]
    assert world.requester.get("/holidays?place=XX&year=2027").status_code == 404
    assert world.requester.get("/holidays?place=&year=2027").status_code == 404
    assert world.requester.get("/holidays?place=BE&year=99999").status_code == 422


def test_opening_hours_are_the_usual_calendar(world: World, at: str) -> None:
    opening = at.replace("calendars", "opening")
    assert world.manager.put(opening, {"week": WEEK}).json() == {"week": WEEK}
    usual = world.agent.get(at).json()[0]
    assert (usual["usual"], usual["version"]["week"]) == (True, WEEK)
    changed = world.manager.put(f"{at}/{usual['id']}", {**SAID, "week": [*WEEK[:6], [[600, 720]]]})
    assert changed.json()["usual"] is True
    assert world.requester.get(opening).json()["week"][6] == [[600, 720]]
    assert world.manager.delete(f"{at}/{usual['id']}").status_code == 409


def test_calendars_are_for_the_desk_and_its_own(world: World, at: str) -> None:
    assert world.requester.get(at).status_code == 403
    number = world.manager.post(at, SAID).json()["id"]
    assert world.foreign_agent.get(at).status_code == 404
    theirs = f"/organisations/{world.foreign_agent.person.organisation_id}/calendars/{number}"
    assert world.foreign_agent.get(theirs).status_code == 404
