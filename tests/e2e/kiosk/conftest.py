"""A desk with three people is all that a kiosk needs: made in a moment, in a database of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from guichet.people.models import Person
from tests import builders, cast
from tests.e2e.world import database, point_at


@dataclass
class Small:
    """Who is there, by the name of the cast; read anew, since each module has its own copy."""

    keys: dict[str, int]

    def person(self, key: str) -> Person:
        return Person.objects.select_related("organisation").get(pk=self.keys[key])


def small() -> Small:
    desk = builders.desk("Collège de la Rivière-aux-Pins")
    people = {
        "helene": builders.manager(desk),
        "nadia": builders.agent(desk),
        "amelie": builders.person(desk.organisation, cast.AMELIE, badge=cast.AMELIE.badge),
    }
    return Small(keys={key: person.pk for key, person in people.items()})


@pytest.fixture(scope="session")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[str, Small]]:
    """The database that this folder's modules copy."""
    current, tests = str(connection.settings_dict["NAME"]), str(settings.DATABASES["default"]["TEST"]["NAME"])
    template = current if current.startswith(tests) else ""
    name = f"{template or tests}_kiosk{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    with django_db_blocker.unblock(), database(name, template=template):
        if not template:
            call_command("migrate", verbosity=0)
        made = small()
        point_at(current)
        yield name, made
