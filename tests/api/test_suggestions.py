"""What is suggested, to programs: shown with its reason, accepted as by a person, switched by managers."""

from __future__ import annotations

import pytest
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.suggestions.models import Suggestion
from guichet.tickets.models import Ticket
from tests import builders
from tests.api.conftest import World, program


@pytest.fixture
def suggested(world: World) -> Suggestion:
    printers = Category.objects.create(organisation=world.desk.organisation, name_fr="Imprimantes", name_en="Printers")
    return Suggestion.objects.create(
        ticket=world.ticket, field="category", value=str(printers.pk), confidence=0.93, because={"words": ["toner"]},
        lesson=builders.lesson(world.desk.organisation), at=timezone.now(),
    )  # fmt: skip


def test_shown_accepted_and_gone(world: World, suggested: Suggestion) -> None:
    told = world.agent.get(f"{world.url}/suggestions").json()
    (one,) = told["suggestions"]
    assert (one["field"], one["label"], one["confidence"], one["version"]) == ("category", "Imprimantes", 0.93, 1)
    assert (one["made_by"], one["because"]) == ("lesson", "d’après «\u00a0toner\u00a0»")
    assert (told["solved"], told["open"], told["outage"]["major_incident"]) == ([], [], None)
    url = f"{world.url}/suggestions/{one['id']}/acceptance"
    assert world.agent.post(url, If_Match='W/"9"').status_code == 412
    done = world.agent.post(url, If_Match='W/"1"')
    assert (done.status_code, done.json()["category"]["name"]) == (200, "Imprimantes")
    again = world.agent.post(url)
    assert again.json()["version"] == done.json()["version"]
    assert world.agent.get(f"{world.url}/suggestions").json()["suggestions"] == []
    assert world.agent.post(f"{world.url}/suggestions/{one['id']}/dismissal").status_code == 409


def test_dismissed_it_changes_nothing(world: World, suggested: Suggestion) -> None:
    done = world.agent.post(f"{world.url}/suggestions/{suggested.pk}/dismissal")
    assert (done.status_code, done.json()["category"], done.json()["version"]) == (200, None, 1)
    assert world.agent.post(f"{world.url}/suggestions/{suggested.pk}/acceptance").status_code == 409


def test_similar_ones_with_their_solution(world: World) -> None:
    told = "Le traceur de l’atelier sort des pages blanches depuis la mise à jour du pilote."
    amelie, agent = world.requester.person, world.agent.person
    assert amelie is not None and agent is not None
    before = builders.ticket(amelie, title="Traceur", description=told, now=timezone.now())
    builders.resolved(before, actor=agent, now=timezone.now())
    now = builders.ticket(amelie, title="Traceur", description=told, now=timezone.now())
    shown = world.agent.get(f"/tickets/{now.reference}/suggestions").json()
    (one,) = shown["solved"]
    assert (one["reference"], one["solution"]["text"]) == (before.reference, "Pilote d’impression réinstallé.")
    assert one["likeness"] > 0.5


def test_for_the_desk_alone(world: World, suggested: Suggestion) -> None:
    url = f"{world.url}/suggestions"
    provider = program(builders.provider(world.desk, team=world.desk.front))
    assert provider.get(url).json()["suggestions"] == []
    assert provider.post(f"{url}/{suggested.pk}/acceptance").status_code == 403
    assert world.requester.get(url).status_code == 403
    assert world.stranger.get(url).status_code == 404
    other = builders.ticket(world.ticket.requester, now=timezone.now())
    for number in (suggested.pk, 2**62, 0, "x"):
        answer = world.agent.post(f"/tickets/{other.reference}/suggestions/{number}/acceptance")
        assert answer.status_code in {404, 422}
    assert Ticket.objects.get(pk=world.ticket.pk).category is None


def test_what_is_suggested_at_all(world: World, suggested: Suggestion) -> None:
    url = f"/organisations/{world.desk.organisation.pk}/suggested-fields"
    fields = {one["field"]: one for one in world.manager.get(url).json()}
    assert list(fields) == ["category", "kind", "team", "impact", "urgency", "asset"]
    assert fields["category"]["version"]["accuracy"] == 0.87
    assert (fields["category"]["lately"]["made"], fields["team"]["version"]) == (1, None)
    off = world.manager.put(url, {"field": "category", "on": False})
    assert [one["on"] for one in off.json()] == [False, True, True, True, True, True]
    assert world.agent.get(f"{world.url}/suggestions").json()["suggestions"] == []
    assert world.manager.put(url, {"field": "x", "on": True}).status_code == 422
    assert world.agent.get(url).status_code == 403
    assert world.stranger.get(url).status_code == 404
