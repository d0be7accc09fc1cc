"""What we already know of a ticket: shown with its reason, accepted or dismissed with one press, never by itself."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from guichet.catalog.models import Category
from guichet.knowledge import actions as articles
from guichet.suggestions.models import Suggestion
from guichet.suggestions.proposing import read_new
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def suggested(world: World) -> Suggestion:
    """For the world's ticket, by a rule."""
    Category.objects.create(organisation=world.desk.organisation, name_fr="Imprimantes", icon="printer")
    assert read_new(now=NOW + timedelta(minutes=1)) == 1
    return Suggestion.objects.get(field="category")


def text(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ")


def decide(world: World, one: Suggestion, how: str, **more: object) -> object:
    url = world.url(f"suggestion_{how}", one.pk)
    return world.browser.post(url, {"version": world.fresh().version}, **more)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_shown_with_its_reason(world: World, headers: dict[str, str]) -> None:
    suggested(world)
    page = text(world.browser.get(world.url("suggestions"), **headers))
    assert "Catégorie : Imprimantes" in page
    assert "d’après « imprimante »" in page
    assert "D’après des mots usuels" in page
    assert world.fresh().category is None


def test_the_ticket_s_page_takes_it_in_and_costs_nothing_more(world: World) -> None:
    page = text(world.browser.get(world.url("ticket")))
    assert f'hx-get="{world.url("suggestions")}"' in page
    assert "Ce que nous savons déjà" in page

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert world.browser.get(world.url("ticket")).status_code == 200
        return len(queries)

    before = cost()
    suggested(world)
    assert cost() == before


def test_accepted_with_one_press(world: World) -> None:
    one = suggested(world)
    assert decide(world, one, "acceptance").status_code == 302
    assert world.fresh().category_id == int(one.value)
    assert "Imprimantes" in text(world.browser.get(world.url("ticket")))
    assert "Catégorie : Imprimantes" not in text(world.browser.get(world.url("suggestions")))


def test_where_scripts_run_the_page_stays(world: World) -> None:
    one = suggested(world)
    answer = decide(world, one, "acceptance", **HTMX)
    assert answer.status_code == 204
    assert "ticketchanged" in answer.headers["HX-Trigger"]


def test_dismissed_it_is_gone(world: World) -> None:
    one = suggested(world)
    assert decide(world, one, "dismissal").status_code == 302
    assert "Catégorie : Imprimantes" not in text(world.browser.get(world.url("suggestions")))
    refused = decide(world, one, "acceptance")
    assert refused.status_code == 409
    assert "Quelqu’un a écarté cette suggestion entre-temps." in text(refused)
    assert world.fresh().category is None


def test_on_a_stale_page_nothing_is_done(world: World) -> None:
    one = suggested(world)
    builders.resolved(world.fresh(), actor=world.nadia)
    for version, status in (("1", 412), ("x", 422), ("-1", 422)):
        answer = world.browser.post(world.url("suggestion_acceptance", one.pk), {"version": version})
        assert answer.status_code == status
    assert world.fresh().category is None


def test_another_ticket_s_suggestion_is_not_there(world: World) -> None:
    one = suggested(world)
    other = builders.ticket(world.amelie)
    url = reverse("desk:suggestion_acceptance", args=[other.reference, one.pk])
    assert world.browser.post(url).status_code == 404
    assert world.browser.get(world.url("suggestion_acceptance", one.pk)).status_code == 405


def test_a_provider_s_technician_reads_nothing_of_it(world: World) -> None:
    one = suggested(world)
    world.browser = builders.client_for(builders.provider(world.desk, team=world.desk.front))
    assert world.browser.get(world.url("ticket")).status_code == 200
    assert "Ce que nous savons déjà" not in text(world.browser.get(world.url("ticket")))
    assert world.browser.get(world.url("suggestions")).status_code == 404
    assert decide(world, one, "acceptance").status_code == 404


def test_solved_before_and_taken_up_to_be_tested(world: World) -> None:
    """Its solution fills in the form; it is an attempt here only once somebody says so."""
    told = "Les pages sortent toutes blanches du traceur de l’atelier depuis la mise à jour."
    before = builders.ticket(world.amelie, title="Traceur : pages blanches", description=told)
    builders.resolved(before, actor=world.nadia)
    world.ticket = builders.ticket(
        world.amelie, title="Pages blanches", description="Le traceur de l’atelier sort des pages blanches."
    )
    page = text(world.browser.get(world.url("suggestions")))
    assert before.reference in page
    assert "Pilote d’impression réinstallé." in page
    assert "Page d’essai imprimée." in page
    take_up = f"{world.url('attempts')}?from={before.reference}"
    assert take_up in page
    form = text(world.browser.get(take_up))
    assert "Pilote d’impression réinstallé." in form
    assert not world.ticket.attempts.exists()


@pytest.mark.parametrize("wrong", ["", "G-22222", "x" * 300, "\u0000", "%s"])
def test_what_is_no_solved_ticket_fills_in_nothing(world: World, wrong: str) -> None:
    elsewhere = builders.desk()
    theirs = builders.ticket(builders.person(elsewhere.organisation))
    builders.resolved(theirs, actor=builders.agent(elsewhere))
    for reference in (wrong, theirs.reference):
        answer = world.browser.get(world.url("attempts"), {"from": reference})
        assert answer.status_code == 200
        assert "Pilote d’impression réinstallé." not in text(answer)


def test_open_ones_that_say_the_same(world: World) -> None:
    told = "Le traceur de l’atelier sort des pages blanches depuis la mise à jour."
    first = builders.ticket(world.amelie, title="Traceur", description=told)
    world.ticket = builders.ticket(world.amelie, title="Traceur", description=told)
    page = text(world.browser.get(world.url("suggestions")))
    assert first.reference in page
    assert world.ticket.reference not in page.split("<h2", 1)[1]


def test_few_queries(world: World) -> None:
    suggested(world)
    told = "Le traceur de l’atelier sort des pages blanches depuis la mise à jour."
    world.ticket = Ticket.objects.get(pk=world.ticket.pk)
    for n in range(4):
        made = builders.ticket(world.amelie, title=f"Traceur {n}", description=told)
        builders.resolved(made, actor=world.nadia)
    world.browser.get(world.url("suggestions"), **HTMX)
    with CaptureQueriesContext(connection) as queries:
        assert world.browser.get(world.url("suggestions"), **HTMX).status_code == 200
    assert len(queries) <= 15


def test_articles_that_answer_go_into_the_reply(world: World) -> None:
    by = {"actor": world.nadia, "now": NOW}
    ticket = builders.ticket(world.amelie, description="Le Wi-Fi ne marche plus depuis ce matin.")
    draft = articles.write(
        desk=world.desk.organisation, title="Se connecter au Wi-Fi", body="Ouvrez les réglages.", **by
    )
    articles.publish(articles.address(draft, audience="public", **by), **by)
    page = text(world.browser.get(reverse("desk:suggestions", args=[ticket.reference]), **HTMX))
    assert "Articles qui répondent" in page and "Insérer dans la réponse" in page
    assert f"?article={draft.reference}#composer" in page and 'data-insert="Se connecter au Wi-Fi' in page
