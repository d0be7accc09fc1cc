"""Today's policies applied to open tickets, through the API."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guichet.sla.models import Measure, Target
from guichet.sla.usual import usual_policy
from guichet.tickets import applications
from guichet.tickets.models import PolicyApplication, Ticket
from tests import builders
from tests.api.conftest import World


@pytest.fixture
def at(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/policy-applications"


@pytest.fixture
def ticket(world: World) -> Ticket:
    """Open, and promised a solution within ten hours; it is fifteen now."""
    _promise(world, 600)
    world.desk.organisation.__dict__.pop("_offers", None)
    made = builders.ticket(builders.person(world.desk.organisation), now=timezone.now())
    _promise(world, 900)
    return made


def _promise(world: World, minutes: int) -> None:
    policy = usual_policy(world.desk.organisation, now=timezone.now())
    for severity in ("S1", "S2", "S3", "S4", "S5"):
        Target.objects.update_or_create(
            policy=policy, measure=Measure.RESOLUTION, severity=severity, defaults={"minutes": minutes}
        )


def test_worked_out_started_and_kept(world: World, at: str, ticket: Ticket) -> None:
    made = world.manager.post(at, {})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["state"], shown["tickets"], shown["reason"]) == ("ready", 2, "")
    # The world's own ticket was promised no solution.
    assert [(row["measure"], row["how"], row["promises"]) for row in shown["changes"]] == [
        ("resolution", "later", 1),
        ("resolution", "new", 1),
    ]
    one = f"{at}/{shown['id']}"
    [change] = world.manager.get(f"{one}/changes?how=later").json()["items"]
    assert (change["ticket"], change["how"], change["done_at"]) == (ticket.reference, "later", None)
    assert world.manager.get(f"{one}/changes?how=earlier").json() == {"items": [], "next_cursor": None}
    started = world.manager.post(f"{one}/start", {"reason": "Nouvelle convention"})
    assert (started.status_code, started.json()["state"]) == (202, "applying")
    assert world.manager.post(at, {}).status_code == 409
    applications.carry_out(shown["id"], clock=timezone.now)
    done = world.manager.get(one).json()
    assert (done["state"], done["reason"], done["handled"]) == ("done", "Nouvelle convention", 2)
    assert world.manager.get(f"{one}/changes").json()["items"][0]["done_at"] is not None
    assert [row["id"] for row in world.manager.get(at).json()] == [shown["id"]]
    assert world.manager.post(f"{one}/start", {"reason": "Encore"}).status_code == 409


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 241}, {"reason": 3}])
def test_a_reason_is_needed(world: World, at: str, ticket: Ticket, body: dict[str, object]) -> None:
    made = world.manager.post(at, {}).json()
    assert world.manager.post(f"{at}/{made['id']}/start", body).status_code == 422
    assert PolicyApplication.objects.get(pk=made["id"]).state == "ready"


def test_policies_that_changed_since_answer_409(world: World, at: str, ticket: Ticket) -> None:
    made = world.manager.post(at, {}).json()
    _promise(world, 1000)
    refused = world.manager.post(f"{at}/{made['id']}/start", {"reason": "Signée"})
    assert (refused.status_code, refused.json()["code"]) == (409, "outdated")


def test_wrong_filters_are_refused(world: World, at: str, ticket: Ticket) -> None:
    made = world.manager.post(at, {}).json()
    for query in ("how=sideways", "cursor=x", "limit=0", "limit=201"):
        assert world.manager.get(f"{at}/{made['id']}/changes?{query}").status_code == 422


def test_managers_only(world: World, at: str, ticket: Ticket) -> None:
    made = world.manager.post(at, {}).json()
    one = f"{at}/{made['id']}"
    for path in (at, one, f"{one}/changes"):
        assert world.agent.get(path).status_code == 403
    assert world.agent.post(at, {}).status_code == 403
    assert world.agent.post(f"{one}/start", {"reason": "Moi"}).status_code == 403
    assert world.manager.get(f"{at}/{made['id'] + 1000}").status_code == 404
