"""The portal's search: one's own tickets, what was said on them in public, and the articles."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from guichet.tickets import actions
from tests import builders
from tests.portal.people import World, world

URL = "/help/search/"


@pytest.fixture
def people(db: Any) -> World:
    return world()


def test_ones_own_tickets_are_found_with_what_was_said(people: World) -> None:
    ticket, browser = people.ticket(), builders.client_for(people.amelie)
    actions.reply(ticket, body="Changez le fusible.", actor=people.nadia, now=timezone.now())
    actions.note(ticket, body="Elle a un kumquat.", actor=people.nadia, now=timezone.now())
    shown = browser.get(URL, {"q": "fusibles"}).content.decode()
    assert f"/help/tickets/{ticket.reference}/" in shown and "<mark>fusible</mark>" in shown
    assert browser.get(URL, {"q": "kumquat"}).context["rows"] == []
    assert builders.client_for(people.stranger).get(URL, {"q": "fusible"}).context["rows"] == []
    assert browser.get(URL, {"q": ticket.reference})["Location"] == f"/help/tickets/{ticket.reference}/"


def test_a_quoted_line_is_shown_without_the_signs_of_a_quote(people: World) -> None:
    ticket, browser = people.ticket(), builders.client_for(people.amelie)
    body = "Comme dit.\n\n> > Changez le **fusible**.\n>Merci"
    actions.reply(ticket, body=body, actor=people.nadia, now=timezone.now())
    shown = browser.get(URL, {"q": "fusible"}).content.decode()
    assert "Comme dit. Changez le <mark>fusible</mark>. Merci" in shown


def test_whoever_works_at_the_desk_finds_here_only_what_they_follow(people: World) -> None:
    people.ticket()
    browser = builders.client_for(people.nadia)
    assert browser.get(URL, {"q": "imprimante"}).context["rows"] == []
    own = builders.ticket(people.nadia)
    assert [row["url"] for row in browser.get(URL, {"q": "imprimante"}).context["rows"]] == [
        f"/help/tickets/{own.reference}/"
    ]


def test_pages_empty_lines_and_old_links(people: World) -> None:
    browser = builders.client_for(people.amelie)
    for _n in range(21):
        people.ticket()
    first = browser.get(URL, {"q": "imprimante", "kind": "ticket"})
    second = browser.get(first.context["next_url"])
    assert (len(first.context["rows"]), len(second.context["rows"])) == (20, 1)
    assert browser.get(URL, {"q": "imprimante", "cursor": "forged"})["Location"] == f"{URL}?q=imprimante"
    assert "Que cherchez-vous" in browser.get(URL).content.decode()
    nothing = browser.get(URL, {"q": "xylophone couleur:rouge"}).content.decode()
    assert "Rien trouvé" in nothing and "couleur:rouge" in nothing
