"""The order of work through the API: what stands where with what speaks for it, and taking the next."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.routing import forecasting
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World

pytestmark = pytest.mark.django_db


def references(lines: list[dict[str, Any]]) -> list[str]:
    return [line["ticket"]["reference"] for line in lines]


def test_mine_and_my_teams_stand_in_order(world: World) -> None:
    now = timezone.now()
    agent, asker = world.agent.person, world.requester.person
    assert agent is not None
    assert asker is not None
    calm = builders.ticket(asker, impact="person", urgency="none", now=now)
    grave = builders.ticket(asker, impact="everyone", urgency="stopped", now=now)
    own = builders.ticket(asker, now=now)
    actions.take(own, actor=agent, now=now)
    forecasting.foretell_all(now=now)
    found = world.agent.get("/worklist").json()
    assert references(found["mine"]) == [own.reference]
    teams = references(found["teams"])
    assert teams.index(grave.reference) < teams.index(calm.reference)
    (line,) = [line for line in found["teams"] if line["ticket"]["reference"] == grave.reference]
    assert line["measure"] == "first_response"
    assert line["minutes_left"] <= 15
    assert line["expected_minutes"] > 0
    assert 0 <= line["chance"] <= 1
    assert line["needs_skill"] is None
    assert line["old"] is False
    shown = world.agent.get(f"/tickets/{grave.reference}").json()["forecast"]
    assert shown["chance"] == line["chance"]
    assert world.requester.get(f"/tickets/{grave.reference}").json()["forecast"] is None


def test_the_next_is_taken_once_and_a_repeat_takes_no_other(world: World) -> None:
    before = Ticket.objects.filter(assignee=world.agent.person).count()
    first = world.agent.post("/worklist/next", Idempotency_Key="next-1")
    again = world.agent.post("/worklist/next", Idempotency_Key="next-1")
    assert first.status_code == 200, first.content
    assert first.json()["reference"] == again.json()["reference"]
    assert first.json()["assignee"]["id"] == world.agent.person.pk
    assert Ticket.objects.filter(assignee=world.agent.person).count() == before + 1


def test_where_nothing_waits_it_says_so(world: World) -> None:
    while (answer := world.agent.post("/worklist/next")).status_code == 200:
        pass
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_waits")


def test_whoever_only_asks_for_help_has_no_work(world: World) -> None:
    assert world.requester.get("/worklist").status_code == 403
    assert world.requester.post("/worklist/next").status_code == 403


def test_the_list_costs_the_same_with_more_in_it(world: World, django_assert_max_num_queries: Any) -> None:
    now = timezone.now()
    for n in range(12):
        builders.ticket(world.requester.person, now=now - timedelta(minutes=n))
    world.agent.get("/worklist")
    with django_assert_max_num_queries(14):
        assert len(world.agent.get("/worklist").json()["teams"]) >= 12


def test_each_list_is_read_to_its_end_page_by_page(world: World) -> None:
    now = timezone.now()
    made = {builders.ticket(world.requester.person, now=now - timedelta(hours=n)).reference for n in range(7)}
    expected = references(world.agent.get("/worklist/lists/team?size=100").json()["items"])
    assert made <= set(expected)
    shown: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = world.agent.get(f"/worklist/lists/team?size=3&cursor={cursor}")
        assert answer.status_code == 200, answer.content
        shown += references(answer.json()["items"])
        cursor = answer.json()["next_cursor"]
    assert shown == expected
    assert references(world.agent.get("/worklist/lists/unassigned?size=100").json()["items"])
    assert world.agent.get("/worklist/lists/mine").status_code == 200
    assert world.agent.get("/worklist/lists/team?cursor=nonsense").status_code == 422
    assert world.agent.get("/worklist/lists/others").status_code in (404, 422)
    assert world.requester.get("/worklist/lists/mine").status_code == 403
