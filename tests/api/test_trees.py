"""Decision trees through the API: written as a whole, published, walked."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from guichet.knowledge.models import Run, Tree
from tests.api.conftest import World
from tests.knowledge import printing

GIVEN: dict[str, Any] = {"name_fr": "Imprimer", "name_en": "Printing", "content": printing.STEPS}


@pytest.fixture
def tree(world: World) -> Tree:
    assert world.manager.person is not None
    return printing.published(world.desk.organisation, by=world.manager.person, for_requesters=True)


def test_written_published_brought_elsewhere(world: World) -> None:
    made = world.manager.post("/trees", GIVEN)
    assert made.status_code == 201 and made.json()["state"] == "draft"
    path = f"/trees/{made.json()['id']}"
    assert [flaw["code"] for flaw in made.json()["flaws"]] == ["dead_end"]
    published = world.manager.post(f"{path}/publication")
    assert (published.json()["state"], published.json()["version"]) == ("published", 1)
    read = world.agent.get(path)
    assert read["ETag"] == published["ETag"]
    assert world.agent.get(path, If_None_Match=read["ETag"]).status_code == 304
    again = world.manager.post("/trees", {**GIVEN, "name_fr": "Ailleurs", "content": read.json()["content"]})
    assert again.json()["content"] == read.json()["content"]
    stale = world.manager.put(path, GIVEN, If_Match='W/"99"')
    assert stale.status_code == 412
    content = {"nodes": [node for node in printing.STEPS["nodes"] if node["key"] != "n6"]}
    changed = world.manager.put(path, {**GIVEN, "content": content}, If_Match=read["ETag"])
    assert changed.status_code == 200 and changed.json()["changed"]
    assert world.manager.post(f"{path}/publication").status_code == 422
    assert world.manager.post(f"{path}/copies").json()["name_fr"] == "Imprimer (2)"
    assert world.manager.delete(f"{path}/publication").json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    "wrong",
    [
        {"name_fr": ""}, {"content": {"nodes": 3}}, {"content": {"nodes": [{"key": "n1", "kind": "x"}]}},
        {"content": []}, {"category": 999999}, {"nodes": []},
        {"content": {"nodes": [{"key": "n1", "answers": [{"key": "a", "to": "n1"}]}]}},
        {"content": {"nodes": [{"key": "n1", "kind": "hand_over", "team": 999999}]}}, {"desk": 999999},
        {"content": {"nodes": [{"key": "n1", "fr": "x" * 301}]}},
    ],
)  # fmt: skip
def test_what_is_no_tree_is_refused(world: World, wrong: dict[str, Any]) -> None:
    answer = world.manager.post("/trees", {**GIVEN, **wrong})
    assert answer.status_code == 422 and not Tree.objects.exists()


def test_walked_for_a_ticket(world: World, tree: Tree) -> None:
    key = str(uuid.uuid4())
    given = {"ticket": world.ticket.reference, "key": key}
    for _ in range(2):
        run = world.agent.post(f"/trees/{tree.pk}/runs", given)
        assert run.status_code == 201
    assert Run.objects.count() == 1 and run.json()["ticket"] == world.ticket.reference
    path = f"/runs/{key}"
    said = world.agent.post(f"{path}/answers", {"move": 0, "answer": "a1", "note": "vert"}).json()
    assert said["node"]["key"] == "n2" and said["asked"][0]["note"] == "vert"
    assert world.agent.post(f"{path}/answers", {"move": 0, "answer": "a2"}).status_code == 412
    assert world.agent.post(f"{path}/answers", {"move": 1, "answer": "a9"}).status_code == 422
    assert world.agent.delete(f"{path}/answers/7").status_code == 412
    assert world.agent.delete(f"{path}/answers/0").json()["node"]["key"] == "n1"
    ended = world.agent.post(f"{path}/answers", {"move": 1, "answer": "none"}).json()
    assert (ended["outcome"], ended["solved"], ended["node"]) == ("dead_end", False, None)
    assert world.agent.put(f"{path}/verdict", {"solved": True}).status_code == 409
    assert world.requester.get(path).status_code == 404


def test_walked_alone(world: World, tree: Tree) -> None:
    run = world.requester.post(f"/trees/{tree.pk}/runs", {}).json()
    assert run["alone"] and run["person"]["id"] == run["by"]["id"]
    path = f"/runs/{run['key']}"
    world.requester.post(f"{path}/answers", {"move": 0, "answer": "a2"})
    ended = world.requester.post(f"{path}/answers", {"move": 1, "answer": "done"}).json()
    assert ended["solved"] is True
    assert world.requester.put(f"{path}/verdict", {"solved": False}).json()["solved"] is False
    assert world.agent.get(path).status_code == 200
    assert world.agent.post(f"{path}/answers", {"move": 2, "answer": "a1"}).status_code == 403
    assert world.stranger.get(path).status_code == 404
    assert world.requester.get("/runs/x").status_code in {404, 422}


def test_requesters_read_what_is_walked(world: World, tree: Tree) -> None:
    assert (
        world.manager.put(f"/trees/{tree.pk}", {**GIVEN, "content": {"nodes": []}, "for_requesters": True}).status_code
        == 200
    )
    assert len(world.requester.get(f"/trees/{tree.pk}").json()["content"]["nodes"]) == len(printing.STEPS["nodes"])
    assert world.agent.get(f"/trees/{tree.pk}").json()["content"]["nodes"] == []
    assert [row["id"] for row in world.requester.get("/trees").json()] == [tree.pk]
    assert world.stranger.get("/trees").json() == []
    assert world.requester.put(f"/trees/{tree.pk}", GIVEN).status_code == 403
    assert world.agent.post("/trees", GIVEN).status_code == 403
