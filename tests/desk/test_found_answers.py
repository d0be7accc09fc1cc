"""The page « Réponses trouvées »: for managers, honest about what one doesn't know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from guichet.suggestions import deflection
from guichet.suggestions.deflection import Subject
from tests import builders
from tests.knowledge import stage
from tests.portal.people import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> stage.Place:
    return stage.place()


@pytest.fixture
def manager(at: stage.Place) -> Client:
    return builders.client_for(at.helene, HTTP_ACCEPT_LANGUAGE="fr")


def test_nothing_yet(manager: Client) -> None:
    assert "Rien pendant cette période" in text_of(manager.get("/desk/found-answers/"))


def test_picture_tables_and_the_rule(at: stage.Place, manager: Client) -> None:
    article, now = at.published(), timezone.now()
    subject = Subject("article", article.pk)
    for days in (10, 1):
        then = now - timedelta(days=days)
        _asking, rows = deflection.show([subject], person=at.amelie, now=then)
        deflection.opened(rows[subject].pk, person=at.amelie, now=then)
    early = text_of(manager.get("/desk/found-answers/"))
    assert "Il est trop tôt pour le dire" in early
    deflection.decide(now=now)
    page = text_of(manager.get("/desk/found-answers/?weeks=4"))
    assert "<strong>100 %</strong> ont trouvé leur réponse sans ticket : 1 fois sur 1" in page
    assert "par quelque canal que ce soit, passage au guichet compris" in page
    assert article.title in page and 'class="deflected"' in page and at.amelie.name not in page


@pytest.mark.parametrize("weeks", ["", "x", "-1", "9" * 40, "13"])
def test_any_period(at: stage.Place, manager: Client, weeks: str) -> None:
    assert manager.get("/desk/found-answers/", {"weeks": weeks}).status_code == 200


def test_only_managers(at: stage.Place) -> None:
    for person in (at.nadia, at.karim, at.amelie):
        assert builders.client_for(person).get("/desk/found-answers/").status_code == 404
