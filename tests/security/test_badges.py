"""Badge numbers: whoever reads one can stand at a kiosk as its holder, so only the desk's managers do."""

from __future__ import annotations

import pytest

from guichet.people.models import Person
from tests.contracts.addresses import API, addresses, filled, operations
from tests.contracts.permissions import PAGES
from tests.security.stage import World

CANARY = "zyxwvu"


@pytest.fixture
def badged(world: World) -> World:
    """Everybody of the world has one, with the canary in it."""
    for person in Person.objects.all():
        person.badge = f"{CANARY}{person.pk}"
        person.save()
    return world


def telling_pages(world: World, role: str) -> tuple[set[str], int]:
    """Pages that hold a number; and how many were shown."""
    browser, told, shown = world.browser(role), set(), 0
    for address in addresses():
        if address.name.startswith(API) or "GET" not in PAGES[address.name]:
            continue
        answer = browser.get(filled(address, world))
        if not answer.streaming:
            shown += answer.status_code == 200
            told |= {address.name} if CANARY in answer.content.decode(errors="replace").lower() else set()
    return told, shown


def telling_operations(world: World, role: str) -> tuple[set[str], int]:
    browser, headers = world.browser("anonymous"), {"Authorization": f"Bearer {world.token(role)}"}
    methods = {name: method for name, (method, _operation) in operations().items()}
    told, shown = set(), 0
    for address in addresses():
        if not address.name.startswith(API) or methods.get(address.bare) != "GET":
            continue
        answer = browser.get(filled(address, world), headers=headers)
        if not answer.streaming:
            shown += answer.status_code == 200
            told |= {address.bare} if CANARY in answer.content.decode(errors="replace").lower() else set()
    return told, shown


def test_managers_read_them_where_they_write_them(badged: World) -> None:
    """So that silence elsewhere means something."""
    pages, shown = telling_pages(badged, "manager")
    one_page = {"person", "person_roles", "invitation", "account_closing"}
    assert pages == {f"desk:settings:{name}" for name in one_page} and shown > 60
    asked, answered = telling_operations(badged, "manager")
    assert asked == {"list_people", "read_person"} and answered > 30


@pytest.mark.parametrize("role", ["anonymous", "owner", "elsewhere", "contact", "agent", "provider", "foreign"])
def test_nobody_else_reads_one(badged: World, role: str) -> None:
    pages, shown = telling_pages(badged, role)
    asked, answered = telling_operations(badged, role)
    assert pages == asked == set()
    assert shown > 1 and (answered > 5 or role == "anonymous")
