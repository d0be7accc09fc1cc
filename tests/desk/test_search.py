"""The desk's search: rows of every kind, kinds as tabs, filters as chips, kept and last searches, the palette."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from guichet.search.kept import KeptSearch, keep, remember
from guichet.search.writing import know
from guichet.tickets import actions, problems
from tests import builders, cast
from tests.desk.conftest import World, made, world
from tests.security.payloads import LINES, SQL

__all__ = ["made", "world"]
URL = "/desk/search"
JSON = {"Accept": "application/json"}


def page(world: World, **query: str) -> Any:
    return world.browser.get(URL, query)


def test_a_reference_opens_what_it_names(world: World) -> None:
    assert page(world, q=world.ticket.reference.lower())["Location"] == world.url("ticket")
    problem = problems.open_problem(desk=world.desk.organisation, title="Pilote", actor=world.nadia, now=timezone.now())
    assert page(world, q=problem.reference)["Location"] == reverse("desk:problem", args=[problem.reference])
    assert not KeptSearch.objects.exists()


def test_rows_say_what_was_found_and_where(world: World) -> None:
    actions.note(world.ticket, body="Le <b>kumquat</b> du fusible", actor=world.nadia, now=timezone.now())
    shown = page(world, q="kumquats").content.decode()
    assert world.url("ticket") in shown
    assert "<mark>kumquat</mark>" in shown and "<b>kumquat" not in shown
    assert "dans une note interne" in shown
    assert page(world, q="kumquat", kind="problem").context["rows"] == []
    assert [row.url for row in page(world, q="kumquat", kind="ticket").context["rows"]] == [world.url("ticket")]
    # A kind that isn't one narrows nothing.
    assert page(world, q="kumquat", kind="x'; --").context["kind"] == ""


def test_filters_are_chips_that_can_be_taken_away(world: World) -> None:
    answer = page(world, q="imprimante état:ouvert couleur:rouge")
    assert [(chip.label, chip.value) for chip in answer.context["chips"]] == [("dont l’état est", "ouvert")]
    assert "%C3%A9tat" not in answer.context["chips"][0].remove
    assert (
        "«\u00a0couleur:rouge\u00a0» n’est pas un filtre connu\u00a0: nous l’avons cherché comme des mots"
        in answer.content.decode()
    )


def test_filters_of_one_key_read_as_alternatives(world: World) -> None:
    answer = page(world, q="état:nouveau imprimante niveau:N1 état:fermé -état:résolu")
    chips = answer.context["chips"]
    assert [(chip.label, chip.value) for chip in chips] == [
        ("dont l’état est", "nouveau"),
        ("ou", "fermé"),
        ("traités au niveau", "N1"),
        ("sauf ceux dont l’état est", "résolu"),
    ]
    assert [row.url for row in answer.context["rows"]] == [world.url("ticket")]


def test_a_misspelt_word_is_answered_by_the_one_that_was_meant(world: World) -> None:
    from collections import Counter

    from guichet.search import correcting

    know(Counter({"imprimante": 5}))
    correcting.forget()
    answer = page(world, q="imprimamte")
    assert answer.context["corrected"] == "imprimante"
    assert "<strong>imprimante</strong>" in answer.content.decode()
    correcting.forget()


def test_the_next_rows_come_after_those_before(world: World) -> None:
    for _n in range(22):
        builders.ticket(world.amelie)
    first = page(world, q="imprimante", kind="ticket")
    more = first.context["more_url"]
    second = world.browser.get(more, headers={"HX-Request": "true"})
    assert "<html" not in second.content.decode()
    urls = {row.url for row in first.context["rows"]} & {row.url for row in second.context["rows"]}
    assert (len(first.context["rows"]), len(second.context["rows"]), urls) == (20, 3, set())
    assert page(world, q="imprimante", cursor="forged").status_code == 422
    assert world.browser.get(more.replace("imprimante", "toner")).status_code == 422


def test_it_costs_the_same_however_much_is_found(world: World, django_assert_max_num_queries: Any) -> None:
    def cost(url: str, **headers: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            assert world.browser.get(url, headers=headers).status_code == 200
        return len(seen)

    url = f"{URL}?q=imprimante"
    cost(url)
    few = cost(url), cost(url, **JSON)
    for _n in range(12):
        ticket = builders.ticket(world.amelie)
        actions.note(ticket, body="imprimante", actor=world.nadia, now=timezone.now())
    assert (cost(url), cost(url, **JSON)) == few
    assert few[0] <= 34 and few[1] <= 26, few


def test_the_palette_answers_while_one_types(world: World) -> None:
    rows = world.browser.get(URL, {"q": "impriman"}, headers=JSON).json()
    assert rows[0]["url"] == world.url("ticket") and rows[0]["group"] == "Tickets"
    assert rows[-1]["url"] == f"{URL}?q=impriman"
    people = world.browser.get(URL, {"q": world.amelie.name}, headers=JSON).json()
    assert f"/desk/tickets/new?person={world.amelie.pk}" in [row["url"] for row in people]
    assert world.browser.get(URL, {"q": "xylophone"}, headers=JSON).json() == []
    assert not KeptSearch.objects.exists()


def test_last_searches_are_ones_own_and_few(world: World) -> None:
    for n in range(12):
        page(world, q=f"mot{n}")
    page(world, q="mot11")
    context = page(world).context
    assert [one.line for one in context["recent"]][:2] == ["mot11", "mot10"]
    assert len(context["recent"]) == 8
    assert builders.client_for(world.karim).get(URL).context["recent"] == []
    world.browser.post(reverse("desk:searches_removal"))
    assert page(world).context["recent"] == []


def test_a_search_is_kept_under_a_name(world: World) -> None:
    url = reverse("desk:searches")
    assert world.browser.get(url, {"q": "wifi état:ouvert"}).status_code == 200
    wrong = world.browser.post(url, {"q": "wifi état:ouvert", "name": " "})
    assert wrong.status_code == 422 and "wifi état:ouvert" in wrong.content.decode()
    assert world.browser.post(url, {"q": "", "name": "Rien"}).status_code == 422
    world.browser.post(url, {"q": "wifi état:ouvert", "name": "Sans-fil"})
    (kept,) = page(world).context["named"]
    assert (kept.line, kept.name) == ("wifi état:ouvert", "Sans-fil")
    removal = reverse("desk:search_removal", args=[kept.pk])
    assert builders.client_for(world.karim).post(removal).status_code == 404
    assert world.browser.post(removal).status_code == 302
    assert world.browser.post(removal).status_code == 404


def test_kept_searches_have_an_end_and_last_ones_do_not_push_them_out(world: World) -> None:
    by = {"person": world.nadia, "now": timezone.now()}
    for n in range(30):
        keep(f"ligne {n}", name=f"Nom {n}", **by)
    answer = world.browser.post(reverse("desk:searches"), {"q": "une de trop", "name": "Trop"})
    assert answer.status_code == 422
    keep("ligne 3", name="Autre nom", **by)
    remember("ligne 3", person=world.nadia, now=timezone.now() + timedelta(minutes=1))
    assert KeptSearch.objects.get(line="ligne 3").name == "Autre nom"


@pytest.mark.parametrize("line", [*SQL, *LINES, '"', "-", "état:", "\x00", "a" * 3000, "après:9999999j", "<script>"])
def test_hostile_lines_are_lines(world: World, line: str) -> None:
    for headers in ({}, JSON, {"HX-Request": "true"}):
        answer = world.browser.get(URL, {"q": line, "typing": "1"}, headers=headers)
        assert answer.status_code in {200, 302}
        assert "<script>alert" not in answer.content.decode()


def test_a_technician_of_a_provider_searches_their_tickets_alone(world: World) -> None:
    provider = builders.provider(world.desk, cast.GENEVIEVE, team=world.desk.teams["N3"])
    browser = builders.client_for(provider)
    assert browser.get(URL, {"q": "imprimante"}).context["rows"] == []
    actions.take(world.ticket, actor=world.nadia, now=timezone.now())
    actions.hand_over(
        world.ticket, to_team=world.desk.teams["N3"], reason="provider", actor=world.nadia, now=timezone.now()
    )
    answer = browser.get(URL, {"q": "imprimante"})
    assert [row.url for row in answer.context["rows"]] == [world.url("ticket")]
    assert {tab["label"] for tab in answer.context["tabs"]} <= {"Tout", "Tickets", "Articles"}
