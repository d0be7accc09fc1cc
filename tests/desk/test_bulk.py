"""Several tickets at once: each by its own action, and a report of those refused."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.desk.conftest import World


@pytest.fixture
def three(world: World) -> list[Ticket]:
    return [world.ticket, builders.ticket(world.amelie), builders.ticket(world.amelie)]


def send(world: World, tickets: list[Ticket], verb: str, **form: Any) -> Any:
    back = reverse("desk:tickets") + "?view=open"
    return world.browser.post(
        reverse("desk:bulk"), {"ids": [t.pk for t in tickets], "verb": verb, "back": back, **form}
    )


def test_taking_needs_no_question(world: World, three: list[Ticket]) -> None:
    answer = send(world, three, "take")
    assert answer["Location"].endswith("?view=open")
    assert Ticket.objects.filter(assignee=world.nadia).count() == 3


@pytest.mark.parametrize(
    ("verb", "form", "true"),
    [
        ("assign", {"to": "karim"}, lambda w, t: t.assignee == w.karim),
        ("priority", {"priority": "1", "reason": "Rentrée"}, lambda w, t: t.priority_reason == "Rentrée"),
        ("tag", {"tags": "rentrée"}, lambda w, t: list(t.tags.values_list("name", flat=True)) == ["rentrée"]),
        ("hand_over", {"reason": "time", "to_team": "second"}, lambda w, t: t.team == w.desk.second),
    ],
)
def test_verbs_ask_first(world: World, three: list[Ticket], verb: str, form: dict[str, str], true: Any) -> None:
    assert send(world, three, verb).status_code == 200
    assert not any(true(world, t) for t in Ticket.objects.all())
    named = {"karim": str(world.karim.pk), "second": str(world.desk.second.pk)}
    given = {key: named.get(value, value) for key, value in form.items()}
    assert send(world, three, verb, asked="1", **given).status_code == 302
    assert all(true(world, t) for t in Ticket.objects.all())


def test_a_bad_answer_keeps_the_selection(world: World, three: list[Ticket]) -> None:
    answer = send(world, three, "priority", asked="1", priority="1", reason="")
    assert answer.status_code == 422
    assert all(f'name="ids" value="{t.pk}"' in answer.content.decode() for t in three)


def test_those_refused_are_reported_with_the_reason(world: World, three: list[Ticket]) -> None:
    actions.cancel(three[1], reason="Fini", actor=world.amelie, now=timezone.now())
    answer = send(world, three, "take")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert three[1].reference in page
    assert three[0].reference not in page
    assert Ticket.objects.filter(assignee=world.nadia).count() == 2


def test_foreign_tickets_are_left_alone(world: World) -> None:
    elsewhere = builders.desk()
    foreign = builders.ticket(builders.person(elsewhere.organisation, cast.EMILY))
    send(world, [foreign], "take")
    assert Ticket.objects.get(pk=foreign.pk).assignee is None


@pytest.mark.parametrize("verb", ["", "delete", "__class__"])
def test_unknown_verbs_change_nothing(world: World, three: list[Ticket], verb: str) -> None:
    assert send(world, three, verb).status_code == 302
    assert not Ticket.objects.exclude(assignee=None).exists()


@pytest.mark.parametrize(
    "back", ["https://evil.example/desk/tickets/", "//evil.example", "javascript:alert(1)", "/help/"]
)
def test_back_stays_in_the_lists(world: World, back: str) -> None:
    answer = world.browser.post(reverse("desk:bulk"), {"ids": [world.ticket.pk], "verb": "take", "back": back})
    assert answer["Location"] == reverse("desk:tickets")
