"""What a request by mail begins with: the new part; its signature and its history folded below, all of it there."""

from __future__ import annotations

import html
import re

import pytest

from guichet.channels.folding import description_html, folded
from guichet.tickets.models import Channel
from tests import builders
from tests.channels.post import Post

SIGNED = "Bonjour,\n\nL’écran est noir.\n\n-- \nAmélie Bouchard\nPoste 4120"
ANSWER = "Pouvez-vous regarder ?\n\nLe mar. 24 nov. 2026 à 9 h 12, Léa Forget a écrit :\n> Le portail me refuse.\n> Léa"
PASSED = (
    "Pour vous.\n\n---------- Forwarded message ---------\nDe : Léa Forget <lea@courrier.example>\n"
    "Date: mar. 24 nov. 2026 à 09:12\nSubject: Portail\nTo: <aide@essai.example>\n\nLe portail me refuse.\n"
)


@pytest.mark.parametrize(
    ("text", "new", "rest"),
    [
        (SIGNED, "Bonjour,\n\nL’écran est noir.", "-- \nAmélie Bouchard\nPoste 4120".replace("-- ", "--")),
        (ANSWER, "Pouvez-vous regarder ?", ANSWER.partition("\n\n")[2]),
        ("Bonjour", "Bonjour", ""),
        ("", "", ""),
        (PASSED, PASSED.strip("\n"), ""),
        # Nothing but what is quoted: then that is what it says.
        ("> Le portail me refuse.", "> Le portail me refuse.", ""),
        ("-- \nAmélie", "--\nAmélie", ""),
    ],
)
def test_what_is_folded(text: str, new: str, rest: str) -> None:
    assert folded(text) == (new, rest)


def words(page: str) -> list[str]:
    return re.findall(r"\w+", html.unescape(re.sub(r"<summary>.*?</summary>|<[^>]*>", " ", page)))


@pytest.mark.parametrize("text", [SIGNED, ANSWER, PASSED, "Bonjour", "a\n> b\n\nc\n> d"])
def test_nothing_is_left_out_of_the_page(post: Post, text: str) -> None:
    ticket = post.write(builders.person(post.desk.organisation), text).ticket
    assert ticket is not None
    page = description_html(ticket)
    assert words(page) == re.findall(r"\w+", text)
    assert ("<details" in page) == bool(folded(text)[1])


def test_both_pages_fold_it(post: Post) -> None:
    amelie = builders.person(post.desk.organisation)
    ticket = post.write(amelie, SIGNED).ticket
    assert ticket is not None
    assert ticket.description == SIGNED  # whole, for the search and for programs
    for person, address in (
        (builders.agent(post.desk), f"/desk/tickets/{ticket.reference}/"),
        (amelie, f"/help/tickets/{ticket.reference}/"),
    ):
        page = builders.client_for(person).get(address).content.decode()
        assert re.search(
            r"<details class=\"why\"><summary>Signature et messages précédents</summary>.*?4120", page, re.S
        )


def test_what_was_typed_here_is_not_taken_apart(post: Post) -> None:
    ticket = builders.ticket(builders.person(post.desk.organisation), description=SIGNED)
    assert ticket.channel != Channel.MAIL
    assert "<details" not in description_html(ticket)
