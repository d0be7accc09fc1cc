"""Service level policies through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import World

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
