"""What is suggested of a new ticket: by what was learned, else by rules; silent below what was measured."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from guichet.lib import events
from guichet.lib.batches import batch
from guichet.suggestions import lessons, proposing
from guichet.suggestions.models import Field, Reading, Suggestion
from guichet.suggestions.proposing import Known, propose, read_new
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW
from tests.suggestions.conftest import Guess, World, taught

LATER = NOW + timedelta(minutes=2)


def said(ticket: Ticket) -> dict[str, str]:
    return {one.field.value: one.value for one in propose(ticket, Known.of(ticket.desk_id))}


def test_on_the_first_day_by_rules(world: World) -> None:
    ticket = builders.ticket(
        world.amelie,
        title="Bourrage à l’imprimante",
        description="Tout le monde est touché. Pourriez-vous commander du papier ?",
    )
    assert said(ticket) == {"category": str(world.printers.pk), "impact": "everyone"}
    other = builders.ticket(
        world.amelie, title="Accès", description="Je voudrais un accès au dossier partagé, ce n’est pas urgent."
    )
    assert said(other) == {"kind": "request", "urgency": "none"}


def test_what_the_ticket_says_already_isn_t_suggested(world: World) -> None:
    ticket = builders.ticket(world.amelie, title="Bourrage à l’imprimante", category=world.printers)
    assert said(ticket) == {}


def test_what_was_learned_has_the_word(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson = taught(
        monkeypatch, world, field="category", guess=Guess(str(world.network.pk), 0.91, ("imprimante", "réseau"))
    )
    ticket = builders.ticket(world.amelie, title="Imprimante réseau")
    assert read_new(now=LATER) == 1
    made = Suggestion.objects.get(ticket=ticket)
    assert (made.field, made.value, made.confidence) == ("category", str(world.network.pk), 0.91)
    assert made.because == {"words": ["imprimante", "réseau"]}
    assert (made.lesson, made.rule, made.outcome) == (lesson, "", "open")
    assert Ticket.objects.get(pk=ticket.pk).category is None


@pytest.mark.parametrize("label", ["category", "none", "elsewhere"])
def test_below_the_threshold_or_of_what_isn_t_there_it_is_silent(
    world: World, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    """And no rule speaks in its place: it was measured, the rule wasn't."""
    elsewhere = builders.desk().organisation.categories.create(name_fr="Ailleurs", icon="wifi")
    value, sure = {"category": (world.network.pk, 0.69), "none": ("x", 0.9), "elsewhere": (elsewhere.pk, 0.9)}[label]
    taught(monkeypatch, world, field="category", guess=Guess(str(value), sure, ()))
    assert said(builders.ticket(world.amelie, title="Bourrage à l’imprimante")) == {}


def test_a_lesson_that_was_never_right_enough_leaves_it_to_the_rules(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught(monkeypatch, world, field="category", guess=Guess(str(world.network.pk), 1.0, ()), threshold=None)
    ticket = builders.ticket(world.amelie, title="Bourrage à l’imprimante")
    assert said(ticket) == {"category": str(world.printers.pk)}


def test_off_for_a_field(world: World) -> None:
    lessons.switch(desk=world.desk.organisation, field=Field.CATEGORY, on=False, actor=world.helene, now=NOW)
    assert said(builders.ticket(world.amelie, title="Bourrage à l’imprimante")) == {}


def test_equipment_that_earlier_tickets_knew(world: World) -> None:
    builders.ticket(world.amelie, asset="PC-0231")
    assert said(builders.ticket(world.amelie, description="Le pc-0231 est en R-214")) == {"asset": "PC-0231"}
    elsewhere = builders.person(builders.client_of(world.desk))
    assert said(builders.ticket(elsewhere, description="Le pc-0231 est en R-214")) == {}


def test_each_ticket_is_read_once(world: World) -> None:
    first = builders.ticket(world.amelie, title="Bourrage à l’imprimante")
    builders.ticket(world.amelie, title="Bonjour", description="Une question")
    builders.ticket(world.amelie, title="Imprimante", now=NOW - timedelta(days=3))
    assert read_new(now=LATER) == 2
    assert read_new(now=LATER) == 0
    assert Reading.objects.count() == 2
    assert proposing.read([first], now=LATER) == 0
    assert Suggestion.objects.filter(ticket=first).count() == 1


def test_a_round_costs_the_desk_once(world: World, django_assert_max_num_queries: object) -> None:
    for n in range(3):
        builders.ticket(world.amelie, title=f"Bourrage à l’imprimante {n}")
    with django_assert_max_num_queries(8 + 3 * 9):
        assert read_new(now=LATER) == 3


def test_one_job_reads_all_that_came(world: World, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for n in range(3):
            builders.ticket(world.amelie, title=f"Bourrage à l’imprimante {n}")
    with batch(), django_capture_on_commit_callbacks(execute=True):
        builders.ticket(world.amelie)
    assert ProcrastinateJob.objects.filter(task_name="suggestions.read").count() == 1


def test_what_happened_long_ago_isn_t_read(world: World, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True), events.long_ago():
        builders.ticket(world.amelie)
    assert not ProcrastinateJob.objects.filter(task_name="suggestions.read").exists()
