"""What the past says, for programs: of a ticket to those who treat it, of a desk to its managers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.routing import habits
from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World
from tests.pasts import solved


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(habits, "TICKETS_LEAST", 20)


def taught(world: World) -> Category:
    """Copiers are the second team's, the rest the front team's; learnt."""
    now = timezone.now()
    copiers = Category.objects.create(
        organisation=world.desk.organisation, name_fr="Copieurs", name_en="Copiers", icon="wifi"
    )
    solved(world.desk, 10, team=world.desk.second, category=copiers, since=now - timedelta(days=9))
    solved(world.desk, 10, team=world.desk.front, since=now - timedelta(days=5))
    assert habits.learn_desk(world.desk.organisation, now=now)
    return copiers


def test_of_a_ticket(world: World) -> None:
    copiers = taught(world)
    ticket = builders.ticket(world.requester.person, category=copiers, now=timezone.now())
    url = f"/tickets/{ticket.reference}/team-proposal"
    told = world.agent.get(url).json()["proposal"]
    assert told["team"] == {"id": world.desk.second.pk, "name": world.desk.second.name}
    assert (told["count"], told["among"], told["like"]) == (10, 10, ["category"])
    assert 0.6 <= told["confidence"] < 1
    assert (told["reason"], told["already_there"], told["version"]) == ("presence", False, 1)
    assert world.requester.get(url).status_code == 403
    assert world.stranger.get(url).status_code == 404
    # Another one, of which nothing is known.
    other = builders.ticket(world.requester.person, now=timezone.now())
    assert world.agent.get(f"/tickets/{other.reference}/team-proposal").json() == {"proposal": None}
    assert Ticket.objects.get(pk=ticket.pk).team_id == world.desk.front.pk


def test_of_a_desk_and_its_switch(world: World) -> None:
    copiers = taught(world)
    url = f"/organisations/{world.desk.organisation.pk}/learned-routing"
    told = world.manager.get(url).json()
    assert told["on"] is True
    assert (told["version"]["number"], told["version"]["tickets"], told["version"]["tested_on"]) == (1, 20, 2)
    assert told["version"]["top1"] <= told["version"]["top3"] <= 1
    (rule,) = told["rules"]
    assert (rule["count"], rule["among"]) == (10, 10)
    added = world.manager.post(
        f"/organisations/{world.desk.organisation.pk}/rules",
        {"name_fr": rule["name"], "conditions": rule["conditions"], "team": rule["team"]["id"]},
    )
    assert added.status_code == 201
    assert added.json()["live"] is False
    assert world.manager.get(url).json()["rules"] == []
    off = world.manager.put(url, {"on": False})
    assert (off.status_code, off.json()["on"], off.json()["version"]["number"]) == (200, False, 1)
    ticket = builders.ticket(world.requester.person, category=copiers, now=timezone.now())
    assert world.agent.get(f"/tickets/{ticket.reference}/team-proposal").json() == {"proposal": None}
    assert world.manager.put(url, {"on": True}).json()["on"] is True


def test_nothing_learnt_yet(world: World) -> None:
    url = f"/organisations/{world.desk.organisation.pk}/learned-routing"
    assert world.manager.get(url).json() == {"on": True, "version": None, "rules": []}


def test_for_managers_of_the_desk_alone(world: World) -> None:
    url = f"/organisations/{world.desk.organisation.pk}/learned-routing"
    assert world.agent.get(url).status_code == 403
    assert world.agent.put(url, {"on": False}).status_code == 403
    assert world.requester.get(url).status_code == 403
    assert world.stranger.get(url).status_code == 404
    assert world.stranger.put(url, {"on": False}).status_code == 404
