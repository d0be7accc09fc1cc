"""Articles that answer a ticket: about what it says, read by whoever asks, marked where the requester reads them."""

from __future__ import annotations

import pytest

from guichet.knowledge.models import Audience
from guichet.suggestions.answers import articles_for
from tests import builders
from tests.knowledge import stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> stage.Place:
    return stage.place()


def test_about_what_the_ticket_says_those_first_that_the_requester_reads(at: stage.Place) -> None:
    inside = at.published(title="Le Wi-Fi, côté bornes", audience=Audience.AGENTS)
    article = at.published()
    at.published(title="Changer un toner", body="Ouvrez le capot.")
    at.write(title="Le Wi-Fi, brouillon")
    ticket = builders.ticket(at.amelie, description="Le Wi-Fi ne marche plus depuis ce matin au local B-214.")
    found = [(one.article, one.readable) for one in articles_for(ticket, person=at.nadia)]
    assert found == [(article, True), (inside, False)]
    assert [piece.text for piece in articles_for(ticket, person=at.nadia)[0].title if piece.hit] == ["Wi-Fi"]
    assert articles_for(builders.ticket(at.amelie, description="Plus rien ne marche."), person=at.nadia) == []
