"""The page « Niveaux »: the first level's rate beside its aim, and the tickets behind each figure."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.tickets import actions
from tests import builders
from tests.desk.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world: World) -> Client:
    return builders.client_for(builders.manager(world.desk))


def _worked(world: World) -> None:
    now = timezone.now()
    for n in range(4):
        builders.resolved(builders.ticket(world.amelie, now=now), actor=world.nadia, now=now - timedelta(seconds=n))
    actions.hand_over(world.ticket, to_team=world.desk.second, reason="rights", actor=world.nadia, now=now)


def _page(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))).replace("\u00a0", " ")


def test_nothing_yet(manager: Client) -> None:
    assert "Rien pendant cette période" in _page(manager, "/desk/levels/")


def test_the_rate_and_why_tickets_left(world: World, manager: Client) -> None:
    _worked(world)
    text = _page(manager, "/desk/levels/")
    assert (
        "Le premier niveau a résolu seul 100 % des tickets : 4 sur 4. L’objectif est de 80 %. Il est atteint." in text
    )
    assert "1 ticket l’a quitté pendant cette période" in text
    assert "droits d’administration" in text.lower() and world.desk.second.name in text


def test_below_the_aim(world: World, manager: Client) -> None:
    _worked(world)
    builders.resolved(world.fresh(), actor=world.nadia, now=timezone.now())
    other = actions.hand_over(
        builders.ticket(world.amelie, now=timezone.now()), to_team=world.desk.second, reason="presence",
        actor=world.nadia, now=timezone.now(),
    )  # fmt: skip
    builders.resolved(other, actor=world.nadia, now=timezone.now())
    text = _page(manager, "/desk/levels/?weeks=4")
    assert "66 % des tickets : 4 sur 6" in text and "Il n’est pas atteint" in text


def test_each_figure_leads_to_its_tickets(world: World, manager: Client) -> None:
    _worked(world)
    found = manager.get("/desk/levels/").content.decode()
    links = {unescape(link) for link in re.findall(r'href="(/desk/levels/tickets[^"]+)"', found)}
    assert {re.search(r"of=([a-z_]+)", link).group(1) for link in links} == {
        "by_first", "beyond", "past", "fro", "returned", "left", "reason", "category", "team",
    }  # fmt: skip
    for link in links:
        listed = world.ticket.reference in manager.get(link).content.decode()
        assert listed == any(f"of={kind}" in link for kind in ("left", "reason", "category", "team")), link
    assert manager.get("/desk/levels/tickets?of=nonsense").status_code == 404


def test_another_desk_s_teams_and_categories_are_not_named(manager: Client) -> None:
    other = builders.desk()
    category = Category.objects.create(organisation=other.organisation, name_fr="Dossier secret")
    shared = Category.objects.create(organisation=None, name_fr="Réseau")
    for name in (f"team-{other.front.pk}", f"category-{category.pk}"):
        assert manager.get(f"/desk/levels/tickets?of={name}").status_code == 404
    assert manager.get(f"/desk/levels/tickets?of=category-{shared.pk}").status_code == 200


def test_for_a_spreadsheet(world: World, manager: Client) -> None:
    _worked(world)
    world.desk.second.name = "=HYPERLINK(1)"
    world.desk.second.save(update_fields=["name"])
    answer = manager.get("/desk/levels/figures.csv?weeks=4")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["Tableau", "Ligne", "Tickets", "Sur", "Pour cent"]
    assert [row[2:] for row in rows[1:5]] == [["0", "0", ""]] * 3 + [["4", "4", "100"]]
    assert ["Par équipe qui les a reçus", "'=HYPERLINK(1)", "1", "1", "100"] in rows


def test_for_managers_alone(world: World) -> None:
    for address in ("/desk/levels/", "/desk/levels/tickets?of=left", "/desk/levels/figures.csv"):
        assert world.browser.get(address).status_code == 404


def test_as_many_queries_for_many_tickets(world: World, manager: Client) -> None:
    _worked(world)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            manager.get("/desk/levels/")
        return len(seen)

    before = queries()
    for _n in range(5):
        ticket = builders.ticket(world.amelie, now=timezone.now())
        actions.hand_over(ticket, to_team=world.desk.second, reason="time", actor=world.nadia, now=timezone.now())
    assert queries() == before <= 22


def test_a_list_shows_what_goes_to_and_fro_and_what_is_left_of_the_limit(world: World) -> None:
    now = timezone.now()
    here = world.ticket.team
    there = next(t for t in (world.desk.second, world.desk.front) if t.pk != here.pk)
    other = builders.ticket(world.amelie, now=now)
    for team in (there, here):
        actions.hand_over(world.fresh(), to_team=team, reason="competence", actor=world.nadia, now=now)
    listed = world.browser.get("/desk/tickets/?view=to-and-fro").content.decode()
    assert world.ticket.reference in listed and other.reference not in listed
    text = _page(world.browser, "/desk/tickets/")
    assert text.count("Revenu dans une équipe qu’il avait quittée") == 1
    assert "de la limite de 20 min de N1" in text
    builders.resolved(world.fresh(), actor=world.nadia, now=now)
    actions.confirm(world.fresh(), actor=world.amelie, now=now)
    assert world.ticket.reference not in world.browser.get("/desk/tickets/?view=to-and-fro").content.decode()


def test_sent_back_from_the_sheet(world: World, manager: Client) -> None:
    now = timezone.now()
    here = world.ticket.team
    there = next(t for t in (world.desk.second, world.desk.front) if t.pk != here.pk)
    assert "Renvoyer à" not in world.browser.get(world.url("hand_overs")).content.decode()
    actions.hand_over(world.fresh(), to_team=there, reason="competence", actor=world.nadia, now=now)
    sheet = unescape(world.browser.get(world.url("hand_overs")).content.decode())
    assert sheet.count(f"Renvoyer à {here.name}") == 3
    karim = builders.client_for(world.karim)
    refused = karim.post(world.url("hand_overs"), {"reason": "incomplete", "note": ""})
    assert refused.status_code == 422 and "Dites ce qui manque." in refused.content.decode()
    elsewhere = karim.post(world.url("hand_overs"), {"reason": "not_ours", "to_team": world.desk.teams["N3"].pk})
    assert elsewhere.status_code == 422 and world.fresh().team == there
    assert karim.post(world.url("hand_overs"), {"reason": "incomplete", "note": "Le poste"}).status_code == 302
    assert world.fresh().team == here
    listed = manager.get("/desk/levels/tickets?of=returned&weeks=4").content.decode()
    assert world.ticket.reference in listed
    assert "1 ticket" in _page(manager, "/desk/levels/tickets?of=returned")
