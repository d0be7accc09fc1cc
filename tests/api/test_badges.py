"""Badge numbers through the API: written and read by managers; to everybody else there is none."""

from __future__ import annotations

import pytest

from guichet.people.models import Person
from tests import builders
from tests.api.conftest import World


@pytest.fixture
def at(world: World) -> str:
    return f"/organisations/{world.client.pk}/people"


def test_managers_write_and_read_them(world: World, at: str) -> None:
    made = world.manager.post(at, {"name": "Zoé Marchand", "badge": "0042-11AB"})
    assert (made.status_code, made.json()["badge"]) == (201, "004211ab")
    path = f"/people/{made.json()['id']}"
    assert world.manager.get(path).json()["badge"] == "004211ab"
    assert world.manager.put(path, {"name": "Zoé Marchand", "badge": "7700 1234"}).json()["badge"] == "77001234"
    assert {p["name"]: p["badge"] for p in world.manager.get(at).json()["items"]}["Zoé Marchand"] == "77001234"
    assert {p["badge"] for p in world.manager.get(at).json()["items"]} == {"", "77001234"}
    # As the reference says: what is left out becomes empty.
    assert world.manager.put(path, {"name": "Zoé Marchand"}).json()["badge"] == ""


def test_refused_at_its_field(world: World, at: str) -> None:
    builders.person(world.desk.organisation, account=False, badge="004211ab", name="Lucie Arsenault")
    for badge, code in (("0042-11AB", "taken"), ("12", "too_short"), ("ß" * 60, "too_long")):
        answer = world.manager.post(at, {"name": "Zoé Marchand", "badge": badge})
        said = answer.json()
        assert (answer.status_code, said["code"]) == (422, code)
        assert "badge" in str(said)
    assert world.manager.post(at, {"name": "Zoé Marchand", "badge": "9" * 81}).status_code == 422
    assert world.manager.post(at, {"name": "Zoé Marchand", "badge": None}).status_code == 422
    assert not Person.objects.filter(name="Zoé Marchand").exists()


def test_to_everybody_else_there_is_none(world: World, at: str) -> None:
    """Not even one's own: whoever has it could be somebody else at a kiosk."""
    Person.objects.filter(pk=world.requester.person.pk).update(badge="004211ab")
    path = f"/people/{world.requester.person.pk}"
    for who in (world.requester, world.agent, world.technician, world.contact):
        answer = who.get(path)
        assert answer.status_code == 200 and answer.json()["badge"] is None
        if who is not world.requester:
            assert {p["badge"] for p in who.get(at).json()["items"]} == {None}
        assert "004211ab" not in who.get("/me").content.decode() + who.get(at).content.decode()
        refused = who.put(path, {"name": "Moi", "badge": "77001234"})
        assert refused.status_code == 403
    assert world.manager.get(path).json()["badge"] == "004211ab"
    assert Person.objects.get(pk=world.requester.person.pk).badge == "004211ab"


def test_a_manager_of_another_desk_reads_none(world: World) -> None:
    """Who manages one desk and asks for help at another is a requester there."""
    elsewhere = builders.desk()
    world.manager.person.badge = "004211ab"
    world.manager.person.save()
    builders.Role.objects.create(person=world.requester.person, organisation=elsewhere.organisation, kind="manager")
    Person.objects.filter(pk=world.requester.person.pk).update(badge="77001234")
    own = world.requester.get(f"/people/{world.requester.person.pk}")
    assert own.status_code == 200 and own.json()["badge"] is None
