"""Webhooks for programs: set up, secret, trial, log, sending again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from guichet.connectors import deliveries
from guichet.connectors.models import Webhook
from guichet.lib.models import Outgoing
from tests.api.conftest import World, program

BASE = {"name": "Bord", "url": "https://bord.example/a", "verbs": ["session.*", "problem.opened"]}


def root(world: World) -> str:
    return f"/organisations/{world.desk.organisation.pk}/webhooks"


@pytest.fixture
def one(world: World) -> dict[str, Any]:
    answer = world.manager.post(root(world), BASE)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def test_set_up(world: World, one: dict[str, Any]) -> None:
    assert (one["verbs"], one["active"], one["off_reason"]) == (["problem.opened", "session.*"], True, "")
    assert one["made_by"]["name"] == world.manager.person.name
    assert world.manager.get(root(world)).json() == [one]
    path = f"{root(world)}/{one['id']}"
    assert world.manager.get(path).json() == one
    changed = world.manager.put(path, BASE | {"active": False}).json()
    assert changed["active"] is False
    assert world.manager.delete(path).status_code == 204
    assert world.manager.get(path).status_code == 404


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"url": "http://bord.example/"}, "url"), ({"url": "https://127.0.0.1/"}, "url"), ({"verbs": []}, "verbs"),
        ({"verbs": ["ticket.exploded"]}, "verbs"), ({"name": ""}, "name"), ({"secret": "x"}, "secret"),
        ({"off_reason": ""}, "off_reason"), ({"serial": 9}, "serial"),
    ],
)  # fmt: skip
def test_what_is_refused(world: World, given: dict[str, Any], field: str) -> None:
    answer = world.manager.post(root(world), BASE | given)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_the_secret_takes_the_right_to_write(world: World, one: dict[str, Any]) -> None:
    path = f"{root(world)}/{one['id']}"
    secret = world.manager.get(f"{path}/secret").json()["secret"]
    assert secret.startswith("whsec_")
    assert world.manager.post(f"{path}/rotation").json()["secret"] != secret
    reader = program(world.manager.person, scopes=("settings:read",))
    assert reader.get(path).status_code == 200
    assert reader.get(f"{path}/secret").status_code == 403
    assert secret not in reader.get(path).content.decode()


def test_the_log(world: World, one: dict[str, Any]) -> None:
    path = f"{root(world)}/{one['id']}"
    trial = world.manager.post(f"{path}/trial")
    assert (trial.status_code, trial.json()["verb"], trial.json()["standing"]) == (201, "ping", "waiting")
    now = timezone.now()
    tried = {"at": now.isoformat(), "status": 500, "ms": 12}
    failed = Outgoing.objects.create(
        key="webhook:x:1", kind="webhook", recipient=Webhook.objects.get().recipient, about="PB-AAAAA", created_at=now,
        next_at=now, given_up_at=now, attempts=9, answer="500 Ouf",
        payload={"verb": "problem.opened", "event": 1, "tries": [tried]},
    )  # fmt: skip
    found = world.manager.get(f"{path}/deliveries?standing=failed").json()["items"]
    assert [(row["id"], row["about"], row["answer"]) for row in found] == [(failed.pk, "PB-AAAAA", "500 Ouf")]
    assert found[0]["tries"][0]["milliseconds"] == 12
    assert world.manager.get(f"{path}/deliveries/{failed.pk}").json() == found[0]
    first = world.manager.get(f"{path}/deliveries?size=1").json()
    rest = world.manager.get(f"{path}/deliveries?size=1&cursor={first['next_cursor']}").json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (1, 1, None)
    since = {"since": (now - timedelta(hours=1)).isoformat()}
    assert world.manager.post(f"{path}/deliveries/again", since).json() == {"messages": 1, "more": False}
    assert world.manager.post(f"{path}/deliveries/again", since).json() == {"messages": 0, "more": False}
    assert world.manager.post(f"{path}/deliveries/{failed.pk}/again").status_code == 409
    assert deliveries.of(Webhook.objects.get()).count() == 3


def test_it_is_for_managers_of_this_desk(world: World, one: dict[str, Any]) -> None:
    path = f"{root(world)}/{one['id']}"
    assert world.agent.get(path).status_code == 403
    assert world.requester.get(path).status_code == 403
    assert world.foreign_agent.get(path).status_code == 404
    # Through a client that the desk serves one comes to the desk's own.
    of_client = f"/organisations/{world.client.pk}/webhooks"
    assert [row["id"] for row in world.manager.get(of_client).json()] == [one["id"]]


def test_another_desks_is_not_there(world: World, one: dict[str, Any]) -> None:
    from tests import builders

    other = builders.desk()
    stranger = program(builders.manager(other))
    path = f"/organisations/{other.organisation.pk}/webhooks/{one['id']}"
    for method, more in (("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/secret"), ("GET", "/deliveries")):
        assert stranger.send(method, path + more, BASE if method == "PUT" else None).status_code == 404
    for more in ("/rotation", "/trial"):
        assert stranger.post(path + more).status_code == 404
