"""How many found their answer without a ticket, for programs."""

from __future__ import annotations

from django.utils import timezone

from guichet.knowledge import actions as articles
from guichet.suggestions import deflection
from guichet.suggestions.deflection import Subject
from tests.api.conftest import World


def test_the_same_figures_as_on_the_page(world: World) -> None:
    agent, requester = world.agent.person, world.requester.person
    assert agent is not None and requester is not None
    by = {"actor": agent, "now": timezone.now()}
    article = articles.write(desk=world.desk.organisation, title="Se connecter au Wi-Fi", body="x", **by)
    subject = Subject("article", article.pk)
    _asking, rows = deflection.show([subject], person=requester, now=by["now"])
    deflection.helped(rows[subject].pk, person=requester, now=by["now"])
    told = world.manager.get("/found-answers?weeks=2")
    assert told.status_code == 200
    found = told.json()
    assert found["rate"] is None and found["endings"]["waiting"] == 1
    (line,) = found["lines"]
    assert (line["kind"], line["key"], line["shown"], line["opened"], line["helped"]) == (
        "article", article.reference, 1, 1, 1,
    )  # fmt: skip
    assert [week["endings"]["waiting"] for week in found["weeks"]] == [0, 1]
    assert requester.name not in told.content.decode()
    assert world.manager.get("/found-answers?weeks=0").status_code == 422


def test_for_managers_alone(world: World) -> None:
    assert world.agent.get("/found-answers").status_code == 403
    assert world.requester.get("/found-answers").status_code == 403
