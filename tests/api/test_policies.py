"""Service level policies through the API."""

from __future__ import annotations

from typing import Any

import pytest

from guichet.sla.models import Policy, PolicyChange
from guichet.sla.usual import usual_policy
from tests.api.conftest import World
from tests.builders import NOW

NIGHT = {"name": "Nuit", "time_zone": "America/Montreal", "week": [[[0, 480]]] * 7}
SAID: dict[str, Any] = {
    "name_fr": "Incidents", "kind": "incident",
    "measures": [
        {"measure": "resolution", "times": [{"severity": "S1", "minutes": 240, "calendar": None}],
         "pauses": ["requester"]},
    ],
}  # fmt: skip


@pytest.fixture
def at(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/service-levels"


def test_made_changed_moved_and_removed(world: World, at: str) -> None:
    made = world.manager.post(at, SAID)
    assert made.status_code == 201
    shown = made.json()
    assert (shown["measures"], shown["usual"], shown["change"]) == (SAID["measures"], False, 1)
    one = f"{at}/{shown['id']}"
    other = world.manager.post(at, {**SAID, "name_fr": "Autres"}).json()
    moved = world.manager.post(f"{at}/{other['id']}/moves", {"up": True})
    assert [row["id"] for row in moved.json()][:2] == [other["id"], shown["id"]]
    changed = world.manager.put(one, {**SAID, "active": False, "since": 1, "note": "Pas encore"})
    assert (changed.json()["active"], changed.json()["change"]) == (False, 2)
    assert world.manager.put(one, {**SAID, "since": 1}).status_code == 409
    assert [row["note"] for row in world.agent.get(f"{one}/changes").json()] == ["Pas encore", ""]
    assert world.agent.get(one).json() == changed.json()
    assert world.agent.put(one, SAID).status_code == 403
    assert world.manager.delete(one).status_code == 204
    assert world.manager.get(one).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": ""}, {"kind": "wish"}, {"measures": []}, {"measures": SAID["measures"] * 2}, {"client": 999_999},
        {"measures": [{"measure": "speed", "times": []}]}, {"name_fr": ""}, {"service": "1"},
        {"measures": [{"measure": "level", "times": [{"severity": "S1", "minutes": 0}]}]},
        {"measures": [{"measure": "level", "times": [{"severity": "S1", "minutes": 5, "calendar": 999_999}]}]},
    ],
)  # fmt: skip
def test_what_cannot_be_promised_is_refused(world: World, at: str, wrong: dict[str, Any]) -> None:
    before = world.manager.get(at).json()
    assert world.manager.post(at, {**SAID, **wrong}).status_code == 422
    assert world.manager.get(at).json() == before


@pytest.fixture
def responses(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/response-policies"


def told(world: World, responses: str, **times: Any) -> dict[str, Any]:
    """What stands, with other words and, for S1, other times."""
    said = world.manager.get(responses).json()["policies"]
    said = [{**row, "text_fr": row["text_fr"] or "Selon la file."} for row in said]
    return {"policies": [{**row, **(times if row["severity"] == "S1" else {})} for row in said]}


def test_times_said_with_the_manner_are_a_change_of_the_usual_policy(world: World, at: str, responses: str) -> None:
    desk = world.desk.organisation
    night = world.manager.post(f"/organisations/{desk.pk}/calendars", NIGHT).json()["id"]
    usual_policy(desk, now=NOW)
    usual = Policy.objects.get(organisation=desk)
    usual.targets.filter(measure="next_update", severity="S4").update(calendar=night)
    seen = world.manager.get(f"{at}/{usual.pk}").json()["change"]
    assert world.manager.put(responses, told(world, responses, first_answer_minutes=7)).status_code == 200
    assert usual.targets.get(measure="first_response", severity="S1").minutes == 7
    # What wasn't said stays: a calendar beside the opening hours too.
    assert usual.targets.get(measure="next_update", severity="S4").calendar_id == night
    last = PolicyChange.objects.filter(policy=usual).first()
    assert last is not None
    assert (last.by, last.said["targets"]["first_response"]["times"]["S1"][0]) == (world.manager.person, 7)
    # Whoever had the policy before their eyes is told.
    said = {**world.manager.get(f"{at}/{usual.pk}").json(), "since": seen}
    body = {name: said[name] for name in ("name_fr", "name_en", "measures", "since")}
    assert world.manager.put(f"{at}/{usual.pk}", body).status_code == 409


def test_words_alone_change_no_policy(world: World, responses: str) -> None:
    usual_policy(world.desk.organisation, now=NOW)
    assert world.manager.put(responses, told(world, responses)).status_code == 200
    assert not PolicyChange.objects.exists()


def test_times_are_as_long_as_the_policy_s_own(world: World, responses: str) -> None:
    days = 60 * 24 * 60
    body = told(world, responses, next_news_minutes=days)
    assert world.manager.put(responses, body).json() == body
    assert world.manager.put(responses, told(world, responses, next_news_minutes=366 * 1440)).status_code == 422


def test_a_move_that_moves_nothing_is_no_change(world: World, at: str) -> None:
    one = world.manager.post(at, SAID).json()
    for up in (True, False):
        assert world.manager.post(f"{at}/{one['id']}/moves", {"up": up}).status_code == 201
    assert world.manager.put(f"{at}/{one['id']}", {**SAID, "since": 1}).status_code == 200
