"""Drafts tried on past tickets, through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.sla.models import Policy
from guichet.sla.usual import usual_policy
from guichet.tickets import actions, trials
from guichet.tickets.models import Trial
from tests import builders
from tests.api.conftest import World

SAYS: dict[str, Any] = {
    "name_fr": "Incidents",
    "kind": "incident",
    "measures": [
        {"measure": "first_response", "times": [{"severity": s, "minutes": 5} for s in ("S1", "S2", "S3", "S4", "S5")]}
    ],
}


@pytest.fixture
def at(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/promise-trials"


def answered(world: World) -> str:
    """Yesterday, ten minutes after it was opened."""
    asked = timezone.now() - timedelta(days=1)
    person = builders.person(world.desk.organisation)
    ticket = builders.ticket(person, kind="incident", impact="everyone", urgency="hampered", now=asked)
    actions.reply(ticket, body="Bonjour", actor=builders.agent(world.desk), now=asked + timedelta(minutes=10))
    return str(ticket.reference)


def test_a_policy_is_tried_and_read(world: World, at: str) -> None:
    reference, before = answered(world), Policy.objects.count()
    made = world.manager.post(at, {"policy": SAYS, "weeks": 1})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["about"], shown["row"], shown["weeks"], shown["state"]) == ("policy", None, 1, "done")
    assert Policy.objects.count() == before
    assert sum(line["worse"] for line in shown["lines"]) == 1
    one = f"{at}/{shown['id']}"
    assert world.manager.get(one).json() == shown
    assert [row["id"] for row in world.manager.get(at).json()] == [shown["id"]]
    changes = world.manager.get(f"{one}/changes").json()
    assert [(c["ticket"], c["measure"], c["worse"], c["becomes"]) for c in changes["items"]] == [
        (reference, "first_response", True, "broken")
    ]
    assert changes["next_cursor"] is None
    assert world.manager.get(f"{one}/changes?worse=false").json()["items"] == []
    assert world.manager.get(f"{one}/changes?cursor=x").status_code == 422


def test_a_calendar_is_tried_as_it_would_be_or_was(world: World, at: str) -> None:
    answered(world)
    usual_policy(world.desk.organisation, now=timezone.now())
    calendar = world.desk.organisation.calendars.get(usual=True)
    says = {"name": "Matins", "time_zone": "Europe/Paris", "week": [[[480, 720]]] * 5 + [[], []]}
    made = world.manager.post(at, {"calendar": {"id": calendar.pk, "says": says}})
    assert made.status_code == 201
    assert (made.json()["about"], made.json()["row"]) == ("calendar", calendar.pk)
    earlier = world.manager.post(at, {"calendar": {"id": calendar.pk, "version": 1}})
    assert earlier.status_code == 201
    assert all((line["worse"], line["better"]) == (0, 0) for line in earlier.json()["lines"])
    for wrong in (
        {"id": calendar.pk}, {"id": calendar.pk, "version": 99}, {"id": 999_999, "version": 1},
        {"id": calendar.pk, "version": 1, "says": says}, {"id": calendar.pk, "says": {**says, "week": [[]] * 7}},
    ):  # fmt: skip
        assert world.manager.post(at, {"calendar": wrong}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"policy": SAYS, "weeks": 0}, {"policy": SAYS, "weeks": 105}, {"policy": {**SAYS, "kind": ""}},
        {"policy": {**SAYS, "id": 999_999}}, {"policy": {**SAYS, "measures": []}}, {"policy": SAYS, "draft": 1},
        {"policy": SAYS, "calendar": {"id": 1, "version": 1}},
        {"policy": {**SAYS, "measures": [
            {"measure": "level", "times": [{"severity": "S1", "minutes": 5, "calendar": 999_999}]}]}},
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused(world: World, at: str, wrong: dict[str, Any]) -> None:
    assert world.manager.post(at, wrong).status_code == 422
    assert not Trial.objects.exists()


def test_many_tickets_are_a_jobs(world: World, at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(world)
    monkeypatch.setattr(trials, "AT_ONCE", 0)
    shown = world.manager.post(at, {"policy": SAYS}).json()
    assert (shown["state"], shown["tried"], shown["lines"]) == ("waiting", 0, [])
    assert shown["tickets"] >= 1


def test_managers_of_that_desk_only(world: World, at: str) -> None:
    made = world.manager.post(at, {"policy": SAYS}).json()
    for address in (at, f"{at}/{made['id']}", f"{at}/{made['id']}/changes"):
        assert world.agent.get(address).status_code == 403
    assert world.agent.post(at, {"policy": SAYS}).status_code == 403
