"""Learned from the desk's own solved tickets, in a process of its own; only what isn't worse takes another's place."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from guichet.lib.errors import Conflict, Forbidden
from guichet.suggestions import lessons
from guichet.suggestions.apart import Taught, learn_apart
from guichet.suggestions.models import Lesson
from guichet.suggestions.proposing import Known, propose
from tests import builders
from tests.builders import NOW
from tests.suggestions.conftest import World

ROOT = Path(__file__).resolve().parents[2]
LATER = NOW + timedelta(days=1)
FIGURES: dict[str, Any] = {
    "rows": 100, "classes": 2, "accuracy": 0.9, "macro_f1": 0.9, "coverage_at_90": 0.9, "ece": 0.02, "threshold": 0.6,
    "usual": 0.5,
}  # fmt: skip
PRINTERS = ("Le toner de l’imprimante", "Bourrage de papier", "L’imprimante sort des pages blanches", "Cartouche vide")
NETWORK = ("Plus d’internet au bureau", "Le Wi-Fi coupe", "Prise réseau morte", "Le câble réseau ne répond plus")


def solve_some(world: World, number: int) -> None:
    for n in range(number):
        for words, category in ((PRINTERS, world.printers), (NETWORK, world.network)):
            made = builders.ticket(
                world.amelie, title=words[n % 4], description=f"{words[(n + 1) % 4]}, local {n}", category=category
            )
            builders.resolved(made, actor=world.nadia)


def measured(monkeypatch: pytest.MonkeyPatch, world: World, accuracy: float, *, now: Any = LATER) -> Lesson:
    taught = Taught(b"-", {**FIGURES, "accuracy": accuracy})
    monkeypatch.setattr(lessons, "learn_apart", lambda pairs: taught)
    (made,) = lessons.learn_desk(world.desk.organisation, now=now, fields=["category"])
    return made


@pytest.mark.process
def test_learned_asked_and_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the learner itself: the words of the desk's own categories."""
    monkeypatch.setattr(lessons, "TICKETS_LEAST", 40)
    solve_some(world, 24)
    (made,) = lessons.learn_desk(world.desk.organisation, now=LATER, fields=["category"])
    assert (made.number, made.classes, made.in_use) == (1, 2, True)
    assert made.accuracy > 0.8 > made.usual
    assert made.threshold is not None
    ticket = builders.ticket(world.amelie, title="Cartouche vide", description="Le toner de l’imprimante")
    (one,) = [found for found in propose(ticket, Known.of(ticket.desk_id)) if found.field == "category"]
    assert (one.value, one.lesson) == (str(world.printers.pk), made)
    assert one.because["words"]


def test_too_little_teaches_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_given: object) -> None:
        raise AssertionError

    monkeypatch.setattr(lessons, "learn_apart", never)
    solve_some(world, 2)
    assert lessons.learn_desk(world.desk.organisation, now=LATER) == []
    monkeypatch.setattr(lessons, "TICKETS_LEAST", 4)
    monkeypatch.setattr(lessons, "learn_apart", lambda *_given: None)
    assert lessons.learn_desk(world.desk.organisation, now=LATER) == []
    # Of what has one answer only there is nothing to learn, and what is switched off isn't learned.
    lessons.switch(desk=world.desk.organisation, field="category", on=False, actor=world.helene, now=NOW)
    monkeypatch.setattr(lessons, "learn_apart", never)
    assert lessons.learn_all(now=LATER) == 0


def test_a_worse_one_is_kept_and_not_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "TICKETS_LEAST", 4)
    solve_some(world, 2)
    first = measured(monkeypatch, world, 0.90)
    worse = measured(monkeypatch, world, 0.80)
    chance = measured(monkeypatch, world, 0.88)
    better = measured(monkeypatch, world, 0.93)
    assert [one.in_use for one in (first, worse, chance, better)] == [True, False, True, True]
    assert list(Lesson.objects.filter(in_use=True)) == [better]
    kept = dict(Lesson.objects.values_list("number", "data"))
    assert [number for number, data in sorted(kept.items()) if data is not None] == [2, 3, 4]


def test_gone_back_to_by_managers_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "TICKETS_LEAST", 4)
    solve_some(world, 2)
    first, _second = (measured(monkeypatch, world, 0.9) for _n in range(2))
    with pytest.raises(Forbidden):
        lessons.use(first, actor=world.nadia, now=LATER)
    lessons.use(first, actor=world.helene, now=LATER)
    assert list(Lesson.objects.filter(in_use=True)) == [first]
    Lesson.objects.filter(number=2).update(data=None)
    with pytest.raises(Conflict):
        lessons.use(Lesson.objects.get(number=2), actor=world.helene, now=LATER)


def test_what_was_kept_by_another_product_says_nothing(world: World) -> None:
    lesson = builders.lesson(world.desk.organisation, data=b"nothing that we wrote")
    assert lessons.learned_of(lesson) is None
    ticket = builders.ticket(world.amelie, title="Bourrage à l’imprimante", now=timezone.now())
    assert propose(ticket, Known.of(ticket.desk_id)) == []


@pytest.mark.parametrize("than", [0.0, 0.5, 1.0])
def test_not_worse(than: float) -> None:
    assert lessons.not_worse(than, than=than, tickets=0)
    assert lessons.not_worse(1.0, than=than, tickets=100)
    assert than == 0.0 or not lessons.not_worse(than - 0.2, than=than, tickets=100)


def test_one_that_fails_keeps_none_of_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "TICKETS_LEAST", 4)
    solve_some(world, 2)
    asked: list[int] = []

    def fails_first(pairs: Any) -> Taught:
        asked.append(len(list(pairs)))
        if len(asked) == 1:
            raise RuntimeError("no memory")
        return Taught(b"-", FIGURES)

    second = builders.ticket(world.amelie, kind="request", category=world.printers)
    builders.resolved(second, actor=world.nadia)
    monkeypatch.setattr(lessons, "learn_apart", fails_first)
    with pytest.raises(RuntimeError):
        lessons.learn_all(now=LATER)
    assert asked == [5, 5]
    assert [one.field for one in Lesson.objects.all()] == ["kind"]


@pytest.mark.process
def test_a_process_that_fails_is_told() -> None:
    with pytest.raises(RuntimeError):
        learn_apart([("x", 1)])
    assert learn_apart([("x", "y")]) is None


@pytest.mark.process
@pytest.mark.parametrize("module", ["guichet.config.urls", "guichet.config.wsgi", "guichet.config.asgi"])
def test_whoever_answers_people_never_loads_what_learning_needs(module: str) -> None:
    """Nor does the worker, which learns in a process of its own."""
    script = (
        "import sys, importlib, django; django.setup(); from django.apps import apps;"
        f"importlib.import_module('{module}'); importlib.import_module('guichet.config.recurring');"
        "from guichet.suggestions.learned import Learned;"
        "sys.exit('sklearn' in sys.modules or 'scipy' in sys.modules)"
    )
    known = {**os.environ, "DJANGO_SETTINGS_MODULE": "guichet.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, env=known
    )
    assert done.returncode == 0, done.stderr
