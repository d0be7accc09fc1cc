"""Opening, listing, reading and correcting tickets through the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World

NEW = {"description": "Le projecteur du local B-104 ne s’allume plus.", "impact": "group", "urgency": "hampered"}


def test_a_program_opens_a_ticket_as_its_person(world: World) -> None:
    answer = world.requester.post("/tickets", NEW)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["severity"] == "S3"
    assert made["channel"] == "api"
    assert made["requester"]["id"] == world.requester.person.pk
    assert made["team"]["id"] == world.desk.front.pk
    assert made["promise"]["kind"] == "first_answer"
    assert answer["Location"] == f"/api/v1/tickets/{made['reference']}"
    assert answer["ETag"] == f'W/"{made["version"]}"'
    assert world.requester.get(f"/tickets/{made['reference']}").json() == made


def test_the_urgency_coach_is_heard(world: World) -> None:
    made = world.requester.post("/tickets", {**NEW, "urgency": "stopped", "other_work_possible": True}).json()
    assert made["urgency"] == "blocked"


def test_an_agent_opens_a_ticket_for_a_client(world: World) -> None:
    body = {
        **NEW,
        "organisation": world.client.pk,
        "requester": world.requester.person.pk,
        "channel": "phone",
        "external_key": "A-1",
    }
    answer = world.agent.post("/tickets", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["requester"]["id"], made["reporter"]["id"]) == (world.requester.person.pk, world.agent.person.pk)
    assert (made["channel"], made["external_key"]) == ("phone", "A-1")
    again = world.agent.post("/tickets", body)
    assert (again.status_code, again.json()["code"]) == (409, "external_key_taken")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"impact": "huge"}, 422, "invalid"),
        ({"description": " "}, 422, "required"),
        ({"description": None}, 422, "invalid"),
        ({"surprise": 1}, 422, "invalid"),
        ({"category": 10**30}, 422, "invalid"),
        ({"category": 987654321}, 422, "unknown"),
        ({"category": True}, 422, "invalid"),
        ({"answers": {"a": 1}}, 422, "unknown_field"),
        ({"external_key": "x"}, 403, "not_desk"),
        ({"channel": "phone"}, 403, "not_desk"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(world: World, change, status, code) -> None:
    before = Ticket.objects.count()
    answer = world.requester.post("/tickets", {**NEW, **change})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert Ticket.objects.count() == before


def test_nobody_opens_tickets_for_others_without_the_right(world: World) -> None:
    other = world.colleague.person.pk
    assert world.requester.post("/tickets", {**NEW, "requester": other}).status_code == 422
    assert world.stranger.post("/tickets", {**NEW, "organisation": world.client.pk}).status_code == 422
    assert world.contact.post("/tickets", {**NEW, "requester": other}).status_code == 201


def test_a_list_shows_what_one_may_see(world: World) -> None:
    other = builders.ticket(world.colleague.person)
    seen = {
        name: _references(getattr(world, name)) for name in ("requester", "colleague", "contact", "agent", "stranger")
    }
    both = {world.ticket.reference, other.reference}
    assert seen["requester"] == {world.ticket.reference}
    assert seen["colleague"] == {other.reference}
    assert seen["contact"] == seen["agent"] == both
    assert seen["stranger"] == set()


def _references(program) -> set[str]:
    return {item["reference"] for item in program.get("/tickets").json()["items"]}


def test_pages_follow_one_another_without_gap_or_repeat(world: World) -> None:
    made = [builders.ticket(world.requester.person, now=timezone.now()).reference for _ in range(7)]
    made.append(world.ticket.reference)
    for order in ("newest", "oldest", "updated", "work"):
        seen, cursor = [], ""
        while True:
            answer = world.agent.get(f"/tickets?size=3&order={order}&cursor={cursor}").json()
            seen += [item["reference"] for item in answer["items"]]
            cursor = answer["next_cursor"]
            if not cursor:
                break
        assert sorted(seen) == sorted(made)


@pytest.mark.parametrize(
    "query",
    ["cursor=x", "size=0", "size=1000", "order=sideways", "team=99999999999999999999999999", "state=bad", "team=x",
     "assignee=-1", "opened_after=12", "opened_after=yesterday", "opened_after=9999-12-31T23:59:59-23:59",
     "live=perhaps"],
)  # fmt: skip
def test_a_query_that_cannot_be_used_is_refused(world: World, query: str) -> None:
    answer = world.agent.get(f"/tickets?{query}")
    assert answer.status_code == 422, answer.content


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=new", True), ("state=closed", False), ("severity=S3&severity=S1", True), ("kind=request", False),
        ("assignee=none", True), ("assignee=me", False), ("live=true", True), ("overdue=true", False),
        ("q=imprimante", True), ("q=xyzzy", False), ("view=mine", False), ("view=desk", True),
        ("priority=3", True), ("tag=vpn", False), ("opened_before=2020-01-01T00:00:00Z", False),
        ("updated_after=2020-01-01T00:00:00%2B01:00", True),
    ],
)  # fmt: skip
def test_filters(world: World, query: str, found: bool) -> None:
    answer = world.agent.get(f"/tickets?{query}")
    assert answer.status_code == 200, answer.content
    assert bool(answer.json()["items"]) is found


def test_a_filter_does_not_tell_the_requester_what_is_the_desks(world: World) -> None:
    assert world.requester.get("/tickets?priority=3").json()["items"] == []
    shown = world.requester.get(world.url).json()
    assert [shown[k] for k in ("priority", "priority_reason", "tags", "external_key")] == [None] * 4


def test_a_reference_is_understood_however_it_is_typed(world: World) -> None:
    spoken = world.ticket.reference.lower().replace("-", "")
    assert world.requester.get(f"/tickets/{spoken}").json()["reference"] == world.ticket.reference


def test_etag_saves_a_repeat_and_guards_a_change(world: World) -> None:
    first = world.agent.get(world.url)
    same = world.agent.get(world.url, If_None_Match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    changed = world.agent.patch(world.url, {"title": "Projecteur éteint"}, If_Match=first["ETag"])
    assert (changed.status_code, changed.json()["title"]) == (200, "Projecteur éteint")
    stale = world.agent.patch(world.url, {"title": "Autre"}, If_Match=first["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert world.agent.get(world.url, If_None_Match=first["ETag"]).status_code == 200
    assert world.agent.patch(world.url, {"title": "Libre"}, If_Match="*").status_code == 200


def test_only_the_desk_corrects_a_ticket(world: World) -> None:
    assert world.requester.patch(world.url, {"title": "Moi"}).status_code == 403
    assert world.agent.patch(world.url, {"title": ""}).json()["field"] == "title"
    assert world.agent.patch(world.url, {"state": "closed"}).status_code == 422


def test_a_list_of_fifty_costs_a_constant_number_of_queries(world: World) -> None:
    counts = []
    world.agent.get("/me")
    for wanted in (1, 50):
        while Ticket.objects.count() < wanted:
            builders.ticket(world.requester.person)
        with CaptureQueriesContext(connection) as queries:
            assert len(world.agent.get("/tickets").json()["items"]) == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_one_ticket_costs_few_queries(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert world.agent.get(world.url).status_code == 200
    assert len(queries) <= 7
