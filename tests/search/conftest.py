"""Things that are found by one desk's agents, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from guichet.people import known
from guichet.people.models import Person
from guichet.search import correcting, findable
from tests import builders
from tests.search.things import Things


@pytest.fixture
def things(db: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Things]:
    monkeypatch.setattr(findable, "_registered", {})
    monkeypatch.setattr(known, "_hearers", [])
    correcting.forget()
    made = Things(desk=builders.organisation())
    findable.register(made.findable())
    yield made
    correcting.forget()


@pytest.fixture
def nadia(things: Things) -> Person:
    """An agent of the desk."""
    assert things.desk
    person = builders.person(things.desk)
    person.roles.create(organisation=things.desk, kind="agent")
    return person
