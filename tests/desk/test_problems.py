"""Problems at the desk: the list, the page, its verbs, and a ticket's way to its problem."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guichet.tickets import causes, problems
from guichet.tickets.models import Problem, ProblemLink, ProblemState, Ticket
from tests import builders, cast
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db


def url(name: str, problem: Problem, *more: Any) -> str:
    return reverse(f"desk:{name}", args=[problem.reference, *more])


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def problem(world: World) -> Problem:
    now = timezone.now()
    return problems.open_problem(
        desk=world.desk.organisation, title="L’imprimante perd le réseau", actor=world.nadia, now=now
    )


def offer(problem: Problem, world: World, *, public_text: str = "Imprimez au secrétariat.") -> None:
    now = timezone.now()
    problems.work_around(
        problem, text="Redémarrer le serveur.", public_text=public_text, expires_at=now + timedelta(days=7),
        actor=world.nadia, now=now,
    )  # fmt: skip


def test_from_a_ticket_to_a_problem_and_all_the_way(world: World) -> None:
    post = world.browser.post
    page = world.browser.get(f"{reverse('desk:new_problem')}?ticket={world.ticket.reference}")
    assert f'value="{world.ticket.title}"' in text(page)
    answer = post(reverse("desk:new_problem"), {"title": "Pilote défectueux", "ticket": world.ticket.reference})
    made = Problem.objects.get()
    assert answer["Location"] == url("problem", made)
    assert ProblemLink.objects.get().ticket == world.ticket
    assert post(url("problem_cause", made), {"cause": "Pilote 4.2"}).status_code == 302
    answer = post(url("problem_workaround", made), {"text": "Noir et blanc", "public_text": "Patientez", "at": "week"})
    assert answer.status_code == 302
    resolution = reverse("desk:workaround_resolution", args=[world.ticket.reference])
    assert "Noir et blanc" in text(world.browser.get(resolution))
    assert post(resolution, {"test": "Page imprimée", "body": "Bonjour"}).status_code == 302
    shown = text(world.browser.get(url("problem", made)))
    assert world.amelie.name in shown
    answer = post(
        url("problem_fix", made), {"cause": "Pilote 4.2", "text": "4.3", "test": "Oui", "public_text": "Fini"}
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.state == ProblemState.FIXED
    assert post(url("problem_closure", made), {}).status_code == 302
    assert post(url("problem_reopening", made), {}).status_code == 302
    made.refresh_from_db()
    assert made.state == ProblemState.KNOWN_ERROR


@pytest.mark.parametrize("show", ["open", "known", "fixed", "closed", "nonsense"])
def test_the_list_shows_each_where_it_stands(world: World, problem: Problem, show: str) -> None:
    found = text(world.browser.get(f"{reverse('desk:problems')}?show={show}"))
    assert (problem.reference in found) == (show in {"open", "nonsense"})


@pytest.mark.parametrize(("asked", "there"), [("reseau", True), ("RÉSEAU impr", True), ("réseau écran", False)])
def test_the_list_is_searched(world: World, problem: Problem, asked: str, there: bool) -> None:
    found = text(world.browser.get(reverse("desk:problems"), {"q": asked}))
    assert (problem.reference in found) == there
    by_reference = text(world.browser.get(reverse("desk:problems"), {"q": problem.reference.lower()}))
    assert problem.reference in by_reference


def test_one_search_finds_problems_too(world: World, problem: Problem) -> None:
    search = reverse("desk:search")
    assert world.browser.get(search, {"q": problem.reference.lower()})["Location"] == url("problem", problem)
    rows = world.browser.get(search, {"q": "perd reseau"}, headers={"Accept": "application/json"}).json()
    assert [row["url"] for row in rows[:-1]] == [url("problem", problem)]
    stranger = builders.client_for(builders.provider(world.desk))
    assert stranger.get(search, {"q": "perd reseau"}, headers={"Accept": "application/json"}).json() == []


def test_a_reference_is_taken_as_it_is_typed(world: World, problem: Problem) -> None:
    answer = world.browser.get(reverse("desk:problem", args=[problem.reference.lower()]))
    assert answer["Location"] == url("problem", problem)


def test_who_is_not_of_the_desk_finds_nothing(world: World, problem: Problem) -> None:
    others = [builders.agent(builders.desk()), builders.provider(world.desk), world.amelie]
    for who in others:
        browser = builders.client_for(who)
        for address in (url("problem", problem), url("problem_fix", problem), reverse("desk:problems")):
            answer = browser.get(address)
            allowed = address == reverse("desk:problems") and who is others[0]
            assert answer.status_code == (200 if allowed else 404)
            assert problem.title not in text(answer)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("problem_cause", {"cause": " "}, ""),
        ("problem_workaround", {"text": "Gardé", "at": "other"}, "Gardé"),
        ("problem_workaround", {"text": "Gardé", "at": "other", "other_at": "2020-01-01T10:00"}, "Gardé"),
        ("problem_workaround", {"text": "Gardé", "at": "never"}, "Gardé"),
        ("problem_fix", {"text": "Gardé"}, "Gardé"),
        ("problem_closure", {"conclusion": ""}, ""),
        ("problem_subject", {"title": "", "symptoms": "Gardé"}, "Gardé"),
        ("problem_owner", {"owner": "999999"}, ""),
        ("problem_tickets", {"reference": "n’importe quoi"}, "n’importe quoi"),
    ],
)
def test_bad_input_changes_nothing_and_is_kept(
    world: World, problem: Problem, name: str, typed: dict[str, str], kept: str
) -> None:
    answer = world.browser.post(url(name, problem), typed)
    assert answer.status_code == 422
    assert kept in text(answer)
    assert Problem.objects.get(pk=problem.pk).version == problem.version


def test_what_somebody_did_meanwhile_is_said_and_the_text_kept(world: World, problem: Problem) -> None:
    problems.state_cause(problem, cause="Autre", actor=world.karim, now=timezone.now())
    typed = {"cause": "La mienne", "version": str(problem.version)}
    answer = world.browser.post(url("problem_cause", problem), typed)
    assert answer.status_code == 412
    assert "La mienne" in text(answer)
    again = world.browser.post(url("problem_cause", problem), {**typed, "version": str(problem.version + 1)})
    assert again.status_code == 302


def test_linking_and_unlinking_undo_each_other(world: World, problem: Problem) -> None:
    added = world.browser.post(
        url("problem_tickets", problem), {"reference": world.ticket.reference.lower()}, follow=True
    )
    undo = url("problem_unlink", problem, world.ticket.reference)
    assert f'action="{undo}"' in text(added)
    world.browser.post(undo)
    assert not ProblemLink.objects.exists()
    back = world.browser.post(url("problem_link", problem, world.ticket.reference), follow=True)
    assert ProblemLink.objects.get().ticket == world.ticket
    assert world.ticket.title in text(back)
    twice = world.browser.post(url("problem_link", problem, world.ticket.reference))
    assert twice.status_code == 409


def test_a_ticket_is_put_under_a_problem_that_speaks_of_the_same(world: World, problem: Problem) -> None:
    form = reverse("desk:cause", args=[world.ticket.reference])
    assert problem.reference in text(world.browser.get(form))
    assert world.browser.post(form, {"chosen": problem.reference}).status_code == 302
    shown = text(world.browser.get(reverse("desk:ticket", args=[world.ticket.reference])))
    assert problem.title in shown
    again = text(world.browser.get(form))
    assert "Déjà rattaché" in again


@pytest.mark.parametrize("asked", ["perd reseau", "reference"])
def test_another_problem_is_searched_for(world: World, problem: Problem, asked: str) -> None:
    form = reverse("desk:cause", args=[world.ticket.reference])
    answer = world.browser.post(form, {"text": problem.reference if asked == "reference" else asked})
    if asked == "reference":
        assert answer.status_code == 302
    else:
        assert answer.status_code == 422
        assert f'value="{problem.reference}"' in text(answer)
        assert world.browser.post(form, {"text": asked, "chosen": problem.reference}).status_code == 302
    assert ProblemLink.objects.get().problem == problem


@pytest.mark.parametrize("typed", [{}, {"text": "introuvable"}, {"chosen": "PB-22222"}, {"text": "PB-22222"}])
def test_no_problem_no_link(world: World, problem: Problem, typed: dict[str, str]) -> None:
    answer = world.browser.post(reverse("desk:cause", args=[world.ticket.reference]), typed)
    assert answer.status_code == 422
    assert not ProblemLink.objects.exists()


def test_the_workaround_is_offered_while_it_holds(world: World, problem: Problem) -> None:
    causes.link(world.ticket, problem=problem, actor=world.nadia, now=timezone.now())
    page = reverse("desk:ticket", args=[world.ticket.reference])
    resolution = reverse("desk:workaround_resolution", args=[world.ticket.reference])
    assert resolution not in text(world.browser.get(page))
    offer(problem, world)
    assert resolution in text(world.browser.get(page))
    problem.workarounds.update(since=timezone.now() - timedelta(days=2), expires_at=timezone.now() - timedelta(days=1))
    assert resolution not in text(world.browser.get(page))
    assert world.browser.post(resolution, {"test": "Oui"}).status_code == 409


def test_a_provider_reads_nothing_of_the_problem_on_their_ticket(world: World, problem: Problem) -> None:
    provider = builders.provider(world.desk, team=world.desk.front)
    causes.link(world.ticket, problem=problem, actor=world.nadia, now=timezone.now())
    offer(problem, world)
    shown = text(builders.client_for(provider).get(reverse("desk:ticket", args=[world.ticket.reference])))
    assert problem.title not in shown
    assert "Redémarrer le serveur" not in shown


def _count(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize(
    "where", [lambda p: reverse("desk:problems"), lambda p: url("problem", p)], ids=["list", "page"]
)
def test_more_of_everything_costs_no_more_queries(
    world: World, problem: Problem, where: Callable[[Problem], str]
) -> None:
    offer(problem, world)
    causes.link(world.ticket, problem=problem, actor=world.nadia, now=timezone.now())
    builders.ticket(world.amelie, title="L’imprimante perd le réseau")
    before = _count(world.browser, where(problem))
    for number in range(4):
        other = problems.open_problem(
            desk=world.desk.organisation, title=f"Autre {number}", actor=world.karim, now=timezone.now()
        )
        offer(other, world)
        ticket = builders.ticket(builders.person(world.desk.organisation, cast.SOPHIE))
        causes.link(ticket, problem=problem, actor=world.nadia, now=timezone.now())
        builders.ticket(world.amelie, title=f"L’imprimante {number} perd le réseau")
    assert _count(world.browser, where(problem)) <= before
    assert Ticket.objects.count() == 10


def test_a_verb_is_a_sheet_where_scripts_run(world: World, problem: Problem) -> None:
    htmx = {"HX-Request": "true"}
    sheet = world.browser.get(url("problem_cause", problem), headers=htmx)
    assert 'id="sheet-title"' in text(sheet) and "<html" not in text(sheet)
    refused = world.browser.post(url("problem_cause", problem), {"cause": ""}, headers=htmx)
    assert refused.status_code == 422 and "<html" not in text(refused)
    done = world.browser.post(url("problem_cause", problem), {"cause": "Pilote"}, headers=htmx)
    assert (done.status_code, done["HX-Redirect"]) == (204, url("problem", problem))
