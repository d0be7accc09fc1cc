"""Problems for programs: from opening to the fix, who sees them, what a version guards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem
from tests import builders
from tests.api.conftest import World, program

FIX = {"text": "Pilote 4.3", "test": "Imprimé", "public_text": "C’est réparé."}


def soon() -> str:
    return (timezone.now() + timedelta(days=7)).isoformat()


@pytest.fixture
def problem(world: World) -> Problem:
    made = world.agent.post("/problems", {"title": "L’imprimante se tait", "ticket": world.ticket.reference})
    assert made.status_code == 201
    return Problem.objects.get(reference=made.json()["reference"])


def test_the_whole_way(world: World, problem: Problem) -> None:
    at, agent = f"/problems/{problem.reference}", world.agent
    assert agent.put(f"{at}/cause", {"cause": "Pilote 4.2"}).json()["state"] == "known_error"
    offered = agent.put(f"{at}/workaround", {"text": "Noir", "public_text": "Patientez", "expires_at": soon()}).json()
    assert offered["workaround"]["public_text"] == "Patientez"
    ticket = agent.get(f"/tickets/{world.ticket.reference}").json()
    assert (ticket["problem"], ticket["workaround"]["text"]) == (problem.reference, "Patientez")
    resolved = agent.put(f"/tickets/{world.ticket.reference}/workaround-resolution", {"test": "Oui"})
    assert resolved.json()["state"] == "resolved"
    assert agent.get(at).json()["living"] == 1
    fixed = agent.put(f"{at}/fix", FIX).json()
    assert (fixed["state"], fixed["workaround"], fixed["fix"]) == ("fixed", None, "Pilote 4.3")
    (link,) = problem.links.filter(causes.to_be_told())
    causes.tell_of_fix(link, now=timezone.now())
    told = agent.get(at).json()
    assert [told[name] for name in ("tickets", "told", "asked", "confirmed", "refused")] == [1, 1, 1, 0, 0]
    assert agent.put(f"{at}/closure", {}).json()["state"] == "closed"
    assert agent.delete(f"{at}/closure").json()["state"] == "known_error"
    assert agent.delete(f"{at}/cause").json()["state"] == "investigating"
    verbs = [event["verb"] for event in agent.get(f"{at}/timeline").json()]
    assert verbs[-1] == "problem.opened" and "problem.fixed" in verbs


def test_tickets_go_under_it_and_away(world: World, problem: Problem) -> None:
    at = f"/problems/{problem.reference}/tickets"
    [only] = world.agent.get(at).json()["items"]
    assert only["reference"] == world.ticket.reference
    assert world.agent.put(f"{at}/{world.ticket.reference}", {}).status_code == 409
    assert world.agent.delete(f"{at}/{world.ticket.reference}").json()["tickets"] == 0
    assert world.agent.put(f"{at}/{world.ticket.reference}", {}).json()["tickets"] == 1
    assert world.agent.put(f"{at}/G-22222", {}).status_code == 404


def test_it_is_found_narrowed_and_changed(world: World, problem: Problem) -> None:
    for query, there in (
        ("q=imprimante", True),
        ("q=ecran", False),
        ("state=fixed", False),
        ("state=fixed&state=investigating", True),
    ):
        items = world.agent.get(f"/problems?{query}").json()["items"]
        assert bool(items) == there, query
    changed = world.agent.patch(f"/problems/{problem.reference}", {"symptoms": "Rien ne sort"})
    assert changed.json()["symptoms"] == "Rien ne sort"
    assert world.agent.patch(f"/problems/{problem.reference}", {}).json()["code"] == "nothing"
    assert world.agent.patch(f"/problems/{problem.reference}", {"owner": 99}).json()["code"] == "unknown"


def test_a_version_guards_what_one_has_not_seen(world: World, problem: Problem) -> None:
    at = f"/problems/{problem.reference}/cause"
    tag = world.agent.get(f"/problems/{problem.reference}")["ETag"]
    assert world.agent.put(at, {"cause": "Rouleau"}, If_Match=tag).status_code == 200
    assert world.agent.put(at, {"cause": "Autre"}, If_Match=tag).status_code == 412
    assert Problem.objects.get(pk=problem.pk).cause == "Rouleau"


@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("cause", {"cause": " "}, "cause"),
        ("fix", FIX, "cause"),
        ("fix", {**FIX, "cause": "x", "test": " "}, "test"),
        ("workaround", {"text": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ("closure", {}, "conclusion"),
    ],
)
def test_what_is_missing_is_named(world: World, problem: Problem, verb: str, body: dict[str, Any], field: str) -> None:
    answer = world.agent.put(f"/problems/{problem.reference}/{verb}", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_requesters_read_the_public_text_alone(world: World, problem: Problem) -> None:
    now = timezone.now()
    nadia = problem.owner
    problems.work_around(
        problem,
        text="Secret du bureau",
        public_text="Patientez",
        expires_at=now + timedelta(days=1),
        actor=nadia,
        now=now,
    )
    asker = program(world.ticket.requester)
    assert asker.get(f"/problems/{problem.reference}").status_code == 404
    assert asker.get("/problems").status_code == 403
    seen = asker.get(f"/tickets/{world.ticket.reference}")
    assert seen.json()["problem"] is None
    assert seen.json()["workaround"]["text"] == "Patientez"
    assert "Secret du bureau" not in seen.content.decode()


def test_another_desk_sees_nothing(world: World, problem: Problem) -> None:
    stranger = program(builders.agent(builders.desk()))
    assert stranger.get(f"/problems/{problem.reference}").status_code == 404
    assert stranger.get("/problems").json()["items"] == []
    assert stranger.put(f"/problems/{problem.reference}/fix", {**FIX, "cause": "x"}).status_code == 404


def test_where_its_ticket_stands_under_another_nothing_is_opened(world: World, problem: Problem) -> None:
    again = world.agent.post("/problems", {"title": "Encore", "ticket": world.ticket.reference})
    assert (again.status_code, again.json()["code"]) == (409, "linked")
    assert list(Problem.objects.all()) == [problem]


def test_a_change_is_made_whole_or_not_at_all(world: World, problem: Problem) -> None:
    colleague = builders.agent(world.desk)
    wrong = {"owner": colleague.pk, "title": "   "}
    assert world.agent.patch(f"/problems/{problem.reference}", wrong).status_code == 422
    assert Problem.objects.get().owner == problem.owner
    both = world.agent.patch(f"/problems/{problem.reference}", {"owner": colleague.pk, "title": "Rouleau"}).json()
    assert (both["owner"]["id"], both["title"]) == (colleague.pk, "Rouleau")


def test_a_category_is_taken_off_by_null_and_stays_where_nothing_is_said(world: World, problem: Problem) -> None:
    category = Category.objects.create(organisation=world.desk.organisation, name_fr="Impression")
    at = f"/problems/{problem.reference}"
    assert world.agent.patch(at, {"category": category.pk}).json()["category"]["id"] == category.pk
    assert world.agent.patch(at, {"title": "Rouleau"}).json()["category"]["id"] == category.pk
    assert world.agent.patch(at, {"category": None}).json()["category"] is None
    assert world.agent.patch(at, {}).status_code == 422
