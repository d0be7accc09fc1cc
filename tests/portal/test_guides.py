"""A decision tree walked alone: offered, answered, and where it doesn't help, a request with all that was said."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guichet.catalog.models import Category, RequestType
from guichet.knowledge import running
from guichet.knowledge.models import Run, Tree
from guichet.tickets.models import Guided, Ticket
from tests import builders
from tests.builders import NOW
from tests.knowledge import printing
from tests.portal.people import World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def tree(w: World) -> Tree:
    place = w.desk.organisation
    category = Category.objects.create(organisation=place, name_fr="Impression")
    return printing.published(place, by=builders.manager(w.desk), for_requesters=True, category=category)


@pytest.fixture
def browser(w: World) -> Client:
    return builders.client_for(w.amelie, HTTP_ACCEPT_LANGUAGE="fr")


def _begin(browser: Client, tree: Tree) -> Run:
    once = uuid.uuid4().hex
    for _ in range(2):
        answer = browser.post(reverse("portal:guides"), {"tree": tree.pk, "once": once})
        assert answer.status_code == 302
    run = Run.objects.get()
    assert answer["Location"] == reverse("portal:guide", args=[run.key]) and run.alone
    return run


def _answer(browser: Client, run: Run, *answers: str) -> Any:
    made = None
    for answer in answers:
        run.refresh_from_db()
        made = browser.post(
            reverse("portal:guide_answers", args=[run.key]), {"move": run.moves, "answer": answer}, follow=True
        )
    run.refresh_from_db()
    return made


def _send(browser: Client, url: str) -> Ticket:
    """The rest of the journey: how many, how much, and off."""
    token = url.split("/")[3]
    browser.post(f"/help/new/{token}/impact/", {"impact": "person"})
    browser.post(f"/help/new/{token}/urgency/", {"urgency": "blocked"})
    review = f"/help/new/{token}/review/"
    category = browser.get(review).context["form"]["category"].value()
    assert browser.post(review, {"category": category}).status_code == 302
    return Ticket.objects.latest("pk")


def test_what_is_offered(w: World, browser: Client, tree: Tree) -> None:
    inside = printing.published(w.desk.organisation, by=builders.manager(w.desk), name="Pour l’équipe")
    for url in ("/help/", reverse("portal:guides")):
        page = browser.get(url).content.decode()
        assert tree.name in page and inside.name not in page
    for number in (inside.pk, 0, "x"):
        assert browser.post(reverse("portal:guides"), {"tree": number}).status_code == 422
    assert not Run.objects.exists()


def test_solved_alone_is_no_ticket(browser: Client, tree: Tree) -> None:
    run = _begin(browser, tree)
    page = _answer(browser, run, "a2", "done").content.decode()
    assert "Elle imprime de nouveau" in page and run.solved
    browser.post(reverse("portal:guide_verdict", args=[run.key]), {"solved": "0"})
    run.refresh_from_db()
    assert run.solved is False and not Ticket.objects.filter(requester=run.by).exists()


def test_what_was_asked_becomes_the_request(w: World, browser: Client, tree: Tree) -> None:
    run = _begin(browser, tree)
    page = _answer(browser, run, "a1", "a3").content.decode()
    assert "Demander de l’aide avec tout ceci" in page
    ask = reverse("portal:guide_request", args=[run.key])
    first, second = (browser.post(ask)["Location"] for _ in range(2))
    assert first == second
    ticket = _send(browser, first)
    assert "Que dit l’écran ? → Rien" in ticket.description and ticket.facts["tried"] == "Allumée, rien à l’écran"
    assert ticket.category == tree.category and Guided.objects.get().ticket == ticket
    assert browser.post(ask)["Location"] == reverse("portal:ticket", args=[ticket.reference])
    back = browser.post(reverse("portal:guide_back", args=[run.key]), {"move": 2})
    assert back.status_code == 409 and ticket.reference in back.content.decode()


def test_what_one_did_is_not_asked_again(browser: Client, tree: Tree) -> None:
    run = _begin(browser, tree)
    _answer(browser, run, "a2", "done")
    browser.post(reverse("portal:guide_verdict", args=[run.key]), {"solved": "0"})
    ticket = _send(browser, browser.post(reverse("portal:guide_request", args=[run.key]))["Location"])
    assert ticket.facts["tried"] == "Fait\u00a0: Allumez-la, ou ajoutez du papier."


def test_nothing_fits_and_back(browser: Client, tree: Tree) -> None:
    run = _begin(browser, tree)
    assert "Nous n’en savons pas plus" in _answer(browser, run, "none").content.decode()
    again = browser.post(reverse("portal:guide_back", args=[run.key]), {"move": 1}, follow=True).content.decode()
    assert "L’imprimante est-elle allumée" in again
    stale = browser.post(reverse("portal:guide_answers", args=[run.key]), {"move": 0, "answer": "a1"})
    assert stale.status_code == 412


@pytest.mark.parametrize(
    "typed", [{}, {"move": "-1", "answer": "a1"}, {"move": "0", "answer": "zz"}, {"move": "0", "answer": "\x00"}]
)
def test_what_nobody_offered_is_refused(browser: Client, tree: Tree, typed: dict[str, str]) -> None:
    run = _begin(browser, tree)
    assert browser.post(reverse("portal:guide_answers", args=[run.key]), typed).status_code in {412, 422}


def test_others_runs_are_not_there(w: World, browser: Client, tree: Tree) -> None:
    other = builders.person(w.desk.organisation)
    theirs = running.start(tree, actor=other, person=other, alone=True, now=NOW)
    at_desk = running.start(tree, actor=builders.agent(w.desk), person=w.amelie, now=NOW)
    for run in (theirs, at_desk):
        assert browser.get(reverse("portal:guide", args=[run.key])).status_code == 404
        for name in ("answers", "back", "verdict", "request"):
            assert browser.post(reverse(f"portal:guide_{name}", args=[run.key])).status_code == 404
    assert Client().get(reverse("portal:guides")).status_code == 302


def test_it_is_proposed_where_the_request_is_about_it(w: World, browser: Client, tree: Tree) -> None:
    kind = RequestType.objects.create(organisation=w.desk.organisation, name_fr="Imprimer", category=tree.category)
    assert "Trouver par vous-même" in browser.get(f"/help/new/?type={kind.pk}").content.decode()
    begun = browser.post("/help/new/", {"type": kind.pk, "description": "Rien ne sort."})["Location"]
    assert "Trouver par vous-même" in browser.get(begun).content.decode()
    assert "Trouver par vous-même" not in browser.get("/help/new/").content.decode()
