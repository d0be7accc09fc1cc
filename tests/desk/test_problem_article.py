"""Which article tells of a problem: chosen from what is found, named on the problem's page, taken away again."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from guichet.activity.models import Event
from guichet.knowledge import actions
from guichet.knowledge.models import Article, Audience
from guichet.tickets import problems
from guichet.tickets.models import Problem
from tests import builders
from tests.desk.conftest import World, made, world
from tests.security.payloads import SQL

__all__ = ["made", "world"]


@pytest.fixture
def problem(world: World) -> Problem:
    return problems.open_problem(
        desk=world.desk.organisation, title="L’imprimante perd le réseau", actor=world.nadia, now=timezone.now()
    )


def write(world: World, title: str = "Quand l’imprimante perd le réseau", **address: Any) -> Article:
    by: dict[str, Any] = {"actor": world.nadia, "now": timezone.now()}
    article = actions.write(desk=world.desk.organisation, title=title, body="Redémarrez-la.", **by)
    return actions.address(article, **address, **by) if address else article


def url(name: str, problem: Problem) -> str:
    return reverse(f"desk:{name}", args=[problem.reference])


def test_an_article_is_proposed_chosen_named_and_taken_away(world: World, problem: Problem) -> None:
    article = write(world)
    choose, page = url("problem_article", problem), url("problem", problem)
    assert article.title in world.browser.get(choose).content.decode()
    assert world.browser.post(choose, {"chosen": article.reference}).status_code == 302
    shown = world.browser.get(page).content.decode()
    assert "Un article en parle" in shown and reverse("desk:article", args=[article.reference]) in shown
    assert "en parle déjà" in world.browser.get(choose).content.decode()
    world.browser.post(url("problem_article_removal", problem), {})
    assert article.title not in world.browser.get(page).content.decode()
    told = Event.objects.filter(subject_type="problem", verb="problem.documented").order_by("number")
    assert [event.data["article"] for event in told] == [article.reference, None]


def test_it_is_found_by_words_or_by_its_reference(world: World, problem: Problem) -> None:
    article = write(world, "Le serveur d’impression")
    choose = url("problem_article", problem)
    found = world.browser.post(choose, {"text": "serveur"})
    assert found.status_code == 422 and article.title in found.content.decode()
    nothing = world.browser.post(choose, {"text": "xylophone"})
    assert nothing.status_code == 422 and 'value="xylophone"' in nothing.content.decode()
    assert "Aucun article" in nothing.content.decode()
    assert world.browser.post(choose, {}).status_code == 422
    assert world.browser.post(choose, {"text": article.reference.lower()}).status_code == 302
    problem.refresh_from_db()
    assert problem.article == article


def test_what_one_may_not_read_is_neither_offered_nor_named(world: World, problem: Problem) -> None:
    kept = write(world, audience=Audience.AGENTS, from_rank=world.desk.levels["N3"].rank)
    problems.document(problem, article=kept, actor=world.nadia, now=timezone.now())
    browser = builders.client_for(world.karim)
    for address in (url("problem_article", problem), url("problem", problem)):
        assert kept.title not in browser.get(address).content.decode()
    assert browser.post(url("problem_article", problem), {"text": kept.reference}).status_code == 422
    outside = builders.client_for(world.amelie)
    assert outside.get(url("problem_article", problem)).status_code == 404


@pytest.mark.parametrize("text", [*SQL, "\x00", "-", '"', "a" * 5000])
def test_whatever_is_searched_for_is_words(world: World, problem: Problem, text: str) -> None:
    assert world.browser.post(url("problem_article", problem), {"text": text, "chosen": text}).status_code == 422
