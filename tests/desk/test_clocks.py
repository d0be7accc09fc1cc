"""The clocks panel: each promise with its state, and the account of the time that counted."""

from __future__ import annotations

from guichet.tickets import actions
from tests import builders
from tests.builders import NOW
from tests.desk.conftest import World
from tests.tickets.stage import later


def shown(world: World) -> str:
    page = world.browser.get(world.url("ticket")).content.decode()
    return page.split('id="panel-clocks"')[1].split('id="panel-path"')[0]


def test_each_promise_with_its_account(world: World) -> None:
    actions.hold(
        world.ticket, reason="other", note="<b>le nuage</b>", wake_at=later(600), actor=world.nadia, now=later(20)
    )
    actions.reply(world.ticket, body="Nous regardons.", actor=world.nadia, now=later(60))
    told = shown(world)
    assert told.count('<article class="clock') == 2
    assert "Première réponse" in told and "tenu" in told
    assert "Prochaines nouvelles" in told and "en retard" in told
    assert "Pourquoi" in told and "Ouvert" in told
    assert "<b>" not in told


def test_a_year_of_openings_is_told_as_one(world: World) -> None:
    told = shown(world)
    assert world.ticket.opened_at == NOW
    assert "Ouvert, " in told
    assert told.count("<li") < 40


def test_what_was_replaced_is_told_with_who_and_why(world: World) -> None:
    actions.override_severity(
        world.ticket, severity="S1", reason="Toute la paie", actor=world.nadia, now=later(30)
    )  # fmt: skip
    told = shown(world)
    assert told.count('<article class="clock') == 4
    assert "remplacé" in told
    assert "Toute la paie" in told and world.nadia.name in told


def test_requesters_read_only_the_plain_promise(world: World) -> None:
    page = builders.client_for(world.amelie).get(f"/help/tickets/{world.ticket.reference}/").content.decode()
    assert "panel-clocks" not in page
    assert "Prochaines nouvelles" not in page
