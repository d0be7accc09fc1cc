"""A desk with categories, and what it would learn, without learning."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from guichet.catalog.models import Category
from guichet.people.models import Person
from guichet.suggestions import lessons
from guichet.suggestions.models import Lesson
from tests import builders, cast
from tests.shared import ground


@dataclass
class World:
    desk: builders.Desk
    nadia: Person
    helene: Person
    amelie: Person
    printers: Category
    network: Category


def make_world() -> World:
    desk = builders.desk()
    place = desk.organisation
    return World(
        desk=desk,
        nadia=builders.agent(desk),
        helene=builders.manager(desk),
        amelie=builders.person(place, cast.AMELIE),
        printers=Category.objects.create(organisation=place, name_fr="Imprimantes", name_en="Printers", icon="printer"),
        network=Category.objects.create(organisation=place, name_fr="Réseau", name_en="Network", icon="wifi"),
    )


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)


@dataclass(frozen=True)
class Guess:
    label: str
    confidence: float
    because: tuple[str, ...]


class Parrot:
    """Has learned to say one thing."""

    def __init__(self, *guesses: Guess) -> None:
        self.guesses = guesses

    def guess(self, text: str, *, most: int = 3) -> Sequence[Guess]:
        return self.guesses[:most]


def taught(monkeypatch: pytest.MonkeyPatch, world: World, *, field: str, guess: Guess, **figures: Any) -> Lesson:
    """A lesson in use at the desk that guesses so."""
    lesson = builders.lesson(world.desk.organisation, **{"field": field, "threshold": 0.7, **figures})
    monkeypatch.setattr(lessons, "learned_of", lambda asked: Parrot(guess) if asked.pk == lesson.pk else None)
    return lesson
