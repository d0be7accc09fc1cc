"""Opening and sorting problems: all of it or nothing, from the desk's pages and through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from guichet.activity.models import Event
from guichet.catalog.models import Category
from guichet.tickets import causes, problems
from guichet.tickets.models import Problem
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def problem(world: World) -> Problem:
    now = timezone.now()
    return problems.open_problem(desk=world.desk.organisation, title="L’encre bave", actor=world.nadia, now=now)


@pytest.fixture
def category(world: World) -> Category:
    return Category.objects.create(organisation=world.desk.organisation, name_fr="Impression")


def test_where_its_ticket_stands_under_another_nothing_is_opened(world: World, problem: Problem) -> None:
    causes.link(world.ticket, problem=problem, actor=world.nadia, now=timezone.now())
    before = Event.objects.count()
    answer = world.browser.post(reverse("desk:new_problem"), {"title": "Gardé", "ticket": world.ticket.reference})
    assert answer.status_code == 409
    assert "Gardé" in answer.content.decode() and problem.reference in answer.content.decode()
    assert (Problem.objects.count(), Event.objects.count()) == (1, before)


def test_a_category_is_taken_off(world: World, problem: Problem, category: Category) -> None:
    address = reverse("desk:problem_subject", args=[problem.reference])
    typed: dict[str, Any] = {"title": problem.title, "symptoms": "", "category": category.pk}
    assert world.browser.post(address, typed).status_code == 302
    assert Problem.objects.get().category == category
    assert world.browser.post(address, {**typed, "category": ""}).status_code == 302
    assert Problem.objects.get().category is None


@pytest.mark.parametrize("text", ["encre&show=closed", "encre #3", "50 %"])
def test_what_was_searched_is_asked_again_as_it_was(world: World, problem: Problem, text: str) -> None:
    address = world.browser.get(reverse("desk:problems"), {"q": text}).context["list_url"]
    again = world.browser.get(address)
    assert (again.context["text"], again.context["list_url"]) == (text, address)


def test_similar_tickets_are_told_apart_by_ear(world: World, problem: Problem) -> None:
    problems.describe(problem, title=world.ticket.title, actor=world.nadia, now=timezone.now())
    page = world.browser.get(reverse("desk:problem", args=[problem.reference])).content.decode()
    assert f'<span class="visually-hidden"> – {world.ticket.reference}</span></span></button>' in page
