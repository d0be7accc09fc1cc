"""The search for programs: as the person, within the token's rights, page after page."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from guichet.api.tokens import issue
from guichet.knowledge import actions as articles
from guichet.tickets import actions
from tests import builders
from tests.api.conftest import Program, World


def test_what_was_found_and_where(world: World) -> None:
    actions.note(world.ticket, body="Un kumquat", actor=world.agent.person, now=timezone.now())
    answer = world.agent.get("/search?q=kumquats")
    assert answer.status_code == 200
    (hit,) = answer.json()["items"]
    assert (hit["kind"], hit["reference"], hit["part"]) == ("ticket", world.ticket.reference, "note")
    assert {"text": "kumquat", "hit": True} in hit["excerpt"]
    assert world.requester.get("/search?q=kumquats").json()["items"] == []


def test_pages_and_cursors(world: World) -> None:
    for _n in range(3):
        builders.ticket(world.requester.person)
    seen: list[str] = []
    cursor = ""
    while True:
        found = world.agent.get(f"/search?q=imprimante&kind=ticket&size=2&cursor={cursor}").json()
        seen += [hit["reference"] for hit in found["items"]]
        cursor = found["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) >= 3
    assert world.agent.get("/search?q=imprimante&cursor=forged").status_code == 422
    assert world.agent.get("/search").status_code == 422
    assert world.agent.get("/search?q=x%20couleur:rouge").json()["not_understood"] == ["couleur:rouge"]


def test_a_token_finds_what_its_scopes_open(world: World) -> None:
    person = world.agent.person
    assert person is not None
    name = world.requester.person.name
    now = timezone.now()
    articles.write(desk=person.organisation.desk, title=f"Joindre {name}", body="Par la porte.", actor=person, now=now)
    token = issue(person=person, name="x", scopes=["tickets:read"], expires_at=now + timedelta(days=1), now=now)[1]
    kinds = {hit["kind"] for hit in world.agent.get(f"/search?q={name}").json()["items"]}
    assert {"article", "person", "ticket"} <= kinds
    limited = Program(person=person, token=token).get(f"/search?q={name}").json()["items"]
    assert {hit["kind"] for hit in limited} == {"ticket"}
