"""The watch through the API: when a manager is told by mail."""

from __future__ import annotations

import pytest

from tests.api.conftest import World

pytestmark = pytest.mark.django_db


def test_a_manager_reads_and_changes_when_they_are_written_to(world: World) -> None:
    usual = {"when": "away", "quiet_from": 1200, "quiet_until": 420, "written_at": None}
    assert world.manager.get("/findings/mail").json() == usual
    chosen = {"when": "always", "quiet_from": 0, "quiet_until": 0}
    assert world.manager.put("/findings/mail", chosen).json() == {**chosen, "written_at": None}
    assert world.manager.get("/findings/mail").json()["when"] == "always"
    for wrong in ({"when": "sometimes"}, {"quiet_from": 1440}, {"quiet_until": -1}):
        assert world.manager.put("/findings/mail", {**chosen, **wrong}).status_code == 422
    assert world.agent.get("/findings/mail").status_code == 403
    assert world.agent.put("/findings/mail", chosen).status_code == 403
