"""A decision tree with the caller on the telephone: for a ticket, or before there is one."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from guichet.knowledge import running, trees
from guichet.knowledge.models import Run, Tree
from guichet.people.models import Person
from guichet.tickets.models import Guided, HandOver, Ticket
from tests import builders
from tests.builders import NOW, Desk
from tests.knowledge import printing

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> Desk:
    return builders.desk()


@pytest.fixture
def helene(at: Desk) -> Person:
    return builders.manager(at)


@pytest.fixture
def tree(at: Desk, helene: Person) -> Tree:
    return printing.published(at.organisation, by=helene)


@pytest.fixture
def nadia(at: Desk) -> Person:
    return builders.agent(at)


@pytest.fixture
def ticket(at: Desk) -> Ticket:
    return builders.ticket(builders.person(at.organisation))


@pytest.fixture
def browser(nadia: Person) -> Client:
    return builders.client_for(nadia, HTTP_ACCEPT_LANGUAGE="fr")


def _begin(browser: Client, tree: Tree, query: str) -> Run:
    answer = browser.post(f"{reverse('desk:guides')}{query}", {"tree": tree.pk, "once": uuid.uuid4().hex})
    assert answer.status_code == 302
    return Run.objects.latest("pk")


def _answer(browser: Client, run: Run, *answers: str, **more: Any) -> Any:
    made = None
    for answer in answers:
        run.refresh_from_db()
        made = browser.post(
            reverse("desk:guide_answers", args=[run.key]), {"move": run.moves, "answer": answer, **more}
        )
    run.refresh_from_db()
    return made


def _page(browser: Client, run: Run) -> str:
    return browser.get(reverse("desk:guide", args=[run.key])).content.decode()


def test_each_answer_stands_on_the_ticket(browser: Client, tree: Tree, ticket: Ticket) -> None:
    assert (
        "Je ne peux pas imprimer" in browser.get(f"{reverse('desk:guides')}?ticket={ticket.reference}").content.decode()
    )
    run = _begin(browser, tree, f"?ticket={ticket.reference}")
    assert run.person == ticket.requester and Guided.objects.get().ticket == ticket
    page = _page(browser, run)
    assert "L’imprimante est-elle allumée ?" in page and 'data-key="1"' in page and ticket.requester.name in page
    _answer(browser, run, "a1", note="voyant vert")
    shown = browser.get(reverse("desk:ticket", args=[ticket.reference])).content.decode()
    assert "L’imprimante est-elle allumée ? → Oui (voyant vert)" in shown
    assert "Begun" not in page and "voyant vert" in _page(browser, run)
    assert "Poursuivre" in browser.get(f"{reverse('desk:guides')}?ticket={ticket.reference}").content.decode()


def test_solved_with_the_caller_is_proposed_as_the_solution(browser: Client, tree: Tree, ticket: Ticket) -> None:
    run = _begin(browser, tree, f"?ticket={ticket.reference}")
    _answer(browser, run, "a2", "done")
    url = f"{reverse('desk:resolution', args=[ticket.reference])}?run={run.key}"
    assert url.replace("&", "&amp;") in _page(browser, run)
    form = browser.get(url).context["form"]
    begun = {name: form[name].value() for name in ("how", "kind", "text", "test", "body")}
    assert begun["text"] == "Allumez-la, ou ajoutez du papier." and "Je ne peux pas imprimer" in begun["test"]
    ticket.refresh_from_db()
    answer = browser.post(url.partition("?")[0], {**begun, "version": ticket.version})
    assert answer.status_code == 302
    ticket.refresh_from_db()
    assert ticket.solution is not None and ticket.solution.result == "worked"


def test_a_dead_end_is_handed_over_with_everything_asked(
    at: Desk, helene: Person, browser: Client, tree: Tree, ticket: Ticket
) -> None:
    node = tree.plan.node("n5")
    assert node is not None
    content = {
        **printing.STEPS,
        "nodes": [{**n, **({"team": at.second.pk} if n["key"] == "n5" else {})} for n in printing.STEPS["nodes"]],
    }
    trees.publish(printing.rewritten(tree, content=content, by=helene), actor=helene, now=NOW)
    run = _begin(browser, tree, f"?ticket={ticket.reference}")
    _answer(browser, run, "a1", "a2")
    url = f"{reverse('desk:hand_overs', args=[ticket.reference])}?run={run.key}"
    assert url in _page(browser, run)
    form = browser.get(url).context["form"]
    begun = {name: form[name].value() for name in ("reason", "to_team", "note")}
    assert begun["to_team"] == str(at.second.pk) and "Que dit l’écran ? → Une erreur" in begun["note"]
    ticket.refresh_from_db()
    assert browser.post(url.partition("?")[0], {**begun, "version": ticket.version}).status_code == 302
    assert "L’imprimante est-elle allumée ? → Oui" in HandOver.objects.get().note


def test_before_there_is_a_ticket_everything_goes_into_it(browser: Client, tree: Tree, ticket: Ticket) -> None:
    caller = ticket.requester
    assert (
        f"{reverse('desk:guides')}?person={caller.pk}"
        in browser.get(f"{reverse('desk:new_ticket')}?person={caller.pk}").content.decode()
    )
    run = _begin(browser, tree, f"?person={caller.pk}")
    _answer(browser, run, "a1", "a3")
    url = f"{reverse('desk:new_ticket')}?person={caller.pk}&run={run.key}"
    assert url.replace("&", "&amp;") in _page(browser, run)
    form = browser.get(url).context["form"]
    assert (
        "Que dit l’écran ? → Rien" in form["description"].value() and form["tried"].value() == "Allumée, rien à l’écran"
    )
    typed = {
        "channel": "phone", "kind": "incident", "description": form["description"].value(), "impact": "person",
        "urgency": "blocked", "once": form["once"].value(),
    }  # fmt: skip
    for _ in range(2):
        assert browser.post(url, typed).status_code == 302
    opened = Guided.objects.get().ticket
    assert (
        opened != ticket
        and "avant ce ticket" in browser.get(reverse("desk:ticket", args=[opened.reference])).content.decode()
    )


def test_a_caller_whom_nobody_knows_yet_is_found_at_the_end(browser: Client, tree: Tree, ticket: Ticket) -> None:
    run = _begin(browser, tree, "")
    _answer(browser, run, "none")
    assert f"{reverse('desk:new_ticket')}?run={run.key}" in _page(browser, run)
    found = browser.get(f"{reverse('desk:new_ticket')}?run={run.key}&q={ticket.requester.email}")
    assert found["Location"].endswith(f"?person={ticket.requester.pk}&run={run.key}")


def test_an_old_page_says_so_and_keeps_the_note(browser: Client, tree: Tree, ticket: Ticket) -> None:
    run = _begin(browser, tree, f"?ticket={ticket.reference}")
    _answer(browser, run, "a1")
    again = {"move": 0, "answer": "a1"}
    assert browser.post(reverse("desk:guide_answers", args=[run.key]), again).status_code == 302
    answer = browser.post(reverse("desk:guide_answers", args=[run.key]), {"move": 0, "answer": "a2", "note": "Tapé"})
    assert (
        answer.status_code == 412 and "Tapé" in answer.content.decode() and "Que dit l’écran" in answer.content.decode()
    )
    assert browser.post(reverse("desk:guide_back", args=[run.key]), {"move": 0}).status_code == 412
    assert browser.post(reverse("desk:guide_back", args=[run.key]), {"move": 1}).status_code == 302
    assert "L’imprimante est-elle allumée" in _page(browser, run)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"move": "x", "answer": "a1"},
        {"move": "0", "answer": "\x00"},
        {"move": "9" * 30, "answer": "a1"},
        {"move": "0", "answer": "a1", "note": "x" * 5001},
    ],
)
def test_what_nobody_offered_is_refused(browser: Client, tree: Tree, typed: dict[str, str]) -> None:
    run = _begin(browser, tree, "")
    assert browser.post(reverse("desk:guide_answers", args=[run.key]), typed).status_code in {412, 422}
    assert not run.steps.exists()


def test_who_finds_what(at: Desk, tree: Tree, nadia: Person, ticket: Ticket) -> None:
    run = running.start(tree, actor=nadia, person=ticket.requester, now=NOW)
    url = reverse("desk:guide", args=[run.key])
    seen = {
        "colleague": builders.agent(at), "foreign": builders.agent(builders.desk()),
        "provider": builders.provider(at), "requester": ticket.requester,
    }  # fmt: skip
    codes = {who: builders.client_for(person).get(url).status_code for who, person in seen.items()}
    assert codes == {"colleague": 200, "foreign": 404, "provider": 404, "requester": 404}
    foreign = builders.client_for(seen["foreign"])
    for query in (f"?ticket={ticket.reference}", f"?person={ticket.requester_id}", "?person=x", "?ticket=%00"):
        assert foreign.get(f"{reverse('desk:guides')}{query}").status_code == 404
    assert foreign.post(reverse("desk:guides"), {"tree": tree.pk}).status_code == 422
    assert foreign.get(f"{reverse('desk:new_ticket')}?run={run.key}").status_code == 404
    assert foreign.get(f"{reverse('desk:new_ticket')}?run=x").status_code == 404


def test_nothing_published_says_what_to_do(nadia: Person, helene: Person) -> None:
    url = reverse("desk:guides")
    assert (
        "Aucun arbre de décision n’est encore publié"
        in builders.client_for(nadia, HTTP_ACCEPT_LANGUAGE="fr").get(url).content.decode()
    )
    assert "réglages" in builders.client_for(helene, HTTP_ACCEPT_LANGUAGE="fr").get(url).content.decode()


def test_what_a_page_costs(browser: Client, tree: Tree, ticket: Ticket, django_assert_max_num_queries: Any) -> None:
    run = _begin(browser, tree, f"?ticket={ticket.reference}")
    _answer(browser, run, "a1")
    with django_assert_max_num_queries(14):
        browser.get(reverse("desk:guide", args=[run.key]))
    with django_assert_max_num_queries(14):
        browser.get(f"{reverse('desk:guides')}?ticket={ticket.reference}")
