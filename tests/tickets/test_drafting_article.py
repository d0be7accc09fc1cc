"""What solved a ticket becomes the draft of an article: for the desk, without names, to be finished by a person."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest

from guichet.knowledge import actions as articles
from guichet.knowledge.models import Article
from guichet.lib.errors import Conflict, Forbidden
from guichet.people.models import Person
from guichet.tickets import actions, causes, problems
from guichet.tickets.drafting_article import article_of, can_draft, draft_from, ticket_of
from guichet.tickets.models import HypothesisState, Ticket
from tests import builders
from tests.builders import NOW
from tests.shared import ground
from tests.tickets.stage import later


@dataclass
class Place:
    desk: builders.Desk
    nadia: Person
    amelie: Person
    ticket: Ticket


def place() -> Place:
    desk = builders.desk("Cégep d’essai")
    nadia, amelie = builders.agent(desk), builders.person(desk.organisation)
    ticket = builders.ticket(
        amelie,
        title="L’imprimante d’Amélie se tait",
        description="Bonjour, c’est Amélie Bouchard. L’imprimante RAP-IMP-214 ne répond plus, 10.12.0.4 non plus.",
        facts={"error_message": "Hors ligne", "place": "Bureau R-214"},
        asset="RAP-IMP-214",
    )
    return Place(desk=desk, nadia=nadia, amelie=amelie, ticket=ticket)


made = ground(place)


@pytest.fixture
def here(made: Place, db: None) -> Place:
    return copy.deepcopy(made)


def solved(here: Place) -> Ticket:
    actor, ticket = here.nadia, here.ticket
    wrong = actions.suppose(ticket, text="Le câble est débranché.", actor=actor, now=NOW)
    actions.judge(wrong, state=HypothesisState.REJECTED, evidence="Il est branché.", actor=actor, now=later(1))
    right = actions.suppose(ticket, text="Le pilote a changé d’adresse.", actor=actor, now=later(2))
    actions.judge(right, state=HypothesisState.CONFIRMED, evidence="Vu au journal.", actor=actor, now=later(3))
    actions.attempt(
        ticket, kind="workaround", text="Redémarrer l’imprimante.", test="Rien ne sort.", result="failed",
        actor=actor, now=later(4),
    )  # fmt: skip
    return builders.resolved(ticket, actor=actor, now=later(5))


def body(article: Article) -> str:
    assert article.draft
    return article.draft.body


def test_it_tells_symptoms_cause_solution_and_what_was_in_vain(here: Place) -> None:
    article = draft_from(solved(here), actor=here.nadia, now=later(6))
    assert (article.state, article.audience, article.language, article.owner) == ("draft", "agents", "fr", here.nadia)
    text = body(article)
    order = [
        "## Ce que l’on constate", "> Hors ligne", "## Pourquoi", "Le pilote a changé d’adresse.", "## Que faire",
        "Pilote d’impression réinstallé.", "Page d’essai imprimée.", "## Ce qui n’a pas aidé",
        "- Redémarrer l’imprimante.", "- Le câble est débranché.",
    ]  # fmt: skip
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_no_name_is_in_it(here: Place) -> None:
    article = draft_from(solved(here), actor=here.nadia, now=later(6))
    said = article.title + body(article)
    for name in ("Amélie", "Bouchard", "Nadia", "RAP-IMP-214", "10.12.0.4", here.ticket.reference):
        assert name not in said
    assert article.title == "L’imprimante d’[une personne] se tait"


def test_it_leads_back_to_its_ticket_for_the_desk_alone(here: Place) -> None:
    ticket = solved(here)
    article = draft_from(ticket, actor=here.nadia, now=later(6))
    assert ticket_of(article, person=here.nadia) == ticket
    assert ticket_of(article, person=here.amelie) is None
    assert article_of(ticket) == article
    with pytest.raises(Conflict, match="drafted"):
        draft_from(ticket, actor=here.nadia, now=later(7))
    articles.archive(article, actor=here.nadia, now=later(8))
    assert draft_from(ticket, actor=here.nadia, now=later(9)) != article


def test_only_a_verified_solution_is_written_down(here: Place) -> None:
    assert not can_draft(here.ticket)
    with pytest.raises(Conflict, match="not_solved"):
        draft_from(here.ticket, actor=here.nadia, now=NOW)
    with pytest.raises(Forbidden):
        draft_from(solved(here), actor=here.amelie, now=later(6))


def test_of_a_known_error_it_is_one(here: Place) -> None:
    problem = problems.open_problem(desk=here.desk.organisation, title="Pilotes", actor=here.nadia, now=NOW)
    problems.state_cause(problem, cause="Le serveur les remplace.", actor=here.nadia, now=later(1))
    causes.link(here.ticket, problem=problem, actor=here.nadia, now=later(1))
    assert draft_from(solved(here), actor=here.nadia, now=later(6)).kind == "known_error"
