"""The levels' figures for programs."""

from __future__ import annotations

from django.utils import timezone

from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World


def test_the_same_figures_as_on_the_page(world: World) -> None:
    agent, manager = world.agent.person, world.manager.person
    assert agent is not None and manager is not None
    now = timezone.now()
    builders.resolved(builders.ticket(world.requester.person, now=now), actor=agent, now=now)
    team = world.desk.second
    ticket = Ticket.objects.get(pk=world.ticket.pk)
    away = next(t for t in (world.desk.second, world.desk.front) if t.pk != ticket.team_id)
    actions.hand_over(ticket, to_team=away, reason="provider", actor=agent, now=now)
    told = world.manager.get("/levels?weeks=2")
    assert told.status_code == 200
    found = told.json()
    assert (found["solved"], found["by_first"], found["rate"], found["aim"]) == (1, 1, 1.0, 0.8)
    assert (found["left"], found["fro"], found["past"]) == (1, 0, 0)
    assert [(line["key"], line["tickets"]) for line in found["reasons"]] == [("provider", 1)]
    assert found["teams"] == [{"key": str(team.pk), "name": team.name, "tickets": 1}]
    assert [week["solved"] for week in found["weeks"]] == [0, 1]
    assert world.manager.get("/levels?weeks=0").status_code == 422


def test_for_managers_alone(world: World) -> None:
    assert world.agent.get("/levels").status_code == 403


def test_sent_back(world: World) -> None:
    agent = world.agent.person
    assert agent is not None
    ticket = Ticket.objects.get(pk=world.ticket.pk)
    url = f"/tickets/{ticket.reference}/hand-overs"
    away = next(t for t in (world.desk.second, world.desk.front) if t.pk != ticket.team_id)
    assert world.agent.post(url, {"reason": "not_ours"}).json()["code"] == "no_sender"
    assert world.agent.post(url, {"reason": "time"}).json()["code"] == "required"
    actions.hand_over(ticket, to_team=away, reason="rights", actor=agent, now=timezone.now())
    wrong = world.agent.post(url, {"reason": "not_ours", "team": away.pk})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not_sender")
    assert world.agent.post(url, {"reason": "incomplete", "note": ""}).json()["code"] == "empty"
    assert world.agent.post(url, {"reason": "incomplete", "note": "Le poste"}).status_code == 201
    assert [made["reason"] for made in world.agent.get(url).json()] == ["rights", "incomplete"]
    assert world.manager.get("/levels").json()["returned"] == 1
