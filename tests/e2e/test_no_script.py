"""Everything that matters, in a browser that runs no scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from guichet.demo import cast
from guichet.tickets.models import Attachment, State, Ticket
from tests.e2e.conftest import Door
from tests.e2e.world import PICTURE

PNG = {"name": "écran bleu.png", "mimeType": "image/png", "buffer": PICTURE}


def plain(door: Door, who: str, address: str) -> Page:
    return door.enter(who, address, java_script_enabled=False)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_ask_for_help(door: Door) -> None:
    page = plain(door, "amelie", "/help/")
    page.fill("[name=description]", "Le projecteur du local B-214 reste noir.")
    page.click("form.form .button.primary")
    for name, value in (("impact", "group"), ("urgency", "hampered")):
        page.check(f"[name={name}][value={value}]")
        page.click("[name=go][value=next]")
    page.click("[name=go][value=review]")
    page.set_input_files("[name=files]", [PNG])
    page.click("form[enctype] .button.primary")
    reference = page.locator("h1").inner_text()
    ticket = Ticket.objects.get(reference=reference)
    assert Attachment.objects.filter(ticket=ticket).count() == 1
    page.click(f"a.button[href$='{reference}/']")
    expect(page.locator("h1")).to_contain_text("Le projecteur du local B-214")


def test_answer_with_a_file(door: Door) -> None:
    ticket = door.world.opened()
    page = plain(door, "amelie", f"/help/tickets/{ticket.reference}/")
    page.fill("#composer-body", "Voici ce que je vois.")
    page.set_input_files("#composer-files", [PNG])
    page.click("#composer .button.primary")
    expect(page.locator(".message", has_text="Voici ce que je vois.")).to_contain_text("écran bleu.png")


def test_confirm_and_rate(door: Door) -> None:
    ticket = door.world.solved()
    page = plain(door, "amelie", f"/help/tickets/{ticket.reference}/")
    page.click("form[action$='/confirmation/'] button")
    page.check("[name=score][value='5']")
    page.click("form[action$='/satisfaction/'] button")
    expect(page.locator("#rating")).to_contain_text("5")
    assert fresh(ticket).state == State.CLOSED


def test_refuse(door: Door) -> None:
    ticket = door.world.solved()
    page = plain(door, "amelie", f"/help/tickets/{ticket.reference}/")
    page.click("details.doesnt summary")
    page.fill("#refuse-body", "Toujours rien.")
    page.click("form[action$='/refusal/'] button")
    assert fresh(ticket).state == State.OPEN


@pytest.mark.parametrize("kind", ["reply", "note"])
def test_take_and_write(door: Door, kind: str) -> None:
    ticket = door.world.opened()
    page = plain(door, "nadia", f"/desk/tickets/{ticket.reference}/")
    page.click("form[action$='/take'] button")
    assert fresh(ticket).assignee == door.world.person("nadia")
    page.click(f".{kind}-kind")
    page.fill("#composer-body", "Un texte sans aucun script.")
    page.click(f".send-{kind}")
    assert ticket.messages.get().kind == kind
    expect(page.locator(".timeline")).to_contain_text("Un texte sans aucun script.")


def test_hold_hand_over_and_resolve(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = plain(door, "nadia", f"/desk/tickets/{ticket.reference}/")
    page.click(".ticket-verbs a[href$='/hold']")
    page.check("[name=reason][value=parts]")
    page.check("[name=at][value=tomorrow]")
    page.click("form.verb-form .button.primary")
    assert fresh(ticket).state == State.ON_HOLD
    page.click("form[action$='/wake'] button")
    assert fresh(ticket).state == State.OPEN
    page.click(".ticket-verbs a[href$='/hand-overs']")
    page.check("[name=reason][value=presence]")
    page.click("form.verb-form .button.primary")
    moved = fresh(ticket)
    assert moved.team_id != ticket.team_id
    page.goto(f"/desk/tickets/{ticket.reference}/resolution")
    page.check("[name=how][value=new]")
    page.check("[name=kind][value=fix]")
    page.fill("[name=text]", "Câble remplacé")
    page.fill("[name=test]", "Projection vue par l’enseignante")
    page.click("form.verb-form .button.primary")
    assert (fresh(ticket).state, fresh(ticket).solution.test) == (State.RESOLVED, "Projection vue par l’enseignante")


def test_everything_behind_the_menus_is_reached(door: Door) -> None:
    """A popover opens without scripts; what is in it are links to pages."""
    ticket = door.world.opened(taken_by="nadia")
    page = plain(door, "nadia", f"/desk/tickets/{ticket.reference}/")
    page.click("[popovertarget=more-verbs]")
    page.click("#more-verbs a[href$='/priority']")
    page.check("[name=priority][value='1']")
    page.fill("[name=reason]", "Examens demain")
    page.click("form.verb-form .button.primary")
    assert fresh(ticket).priority == 1


def test_lists_search_and_bulk(door: Door) -> None:
    ticket = door.world.opened(title="Aiguille dans une botte de foin")
    page = plain(door, "nadia", "/desk/tickets/")
    page.fill("#list-q", "aiguille botte")
    page.press("#list-q", "Enter")
    assert page.locator("[data-row]").count() == 1
    page.check("[data-row] [type=checkbox]")
    page.click(".bulk-bar [value=take]")
    assert fresh(ticket).assignee == door.world.person("nadia")


def test_the_matrix(door: Door) -> None:
    page = plain(door, "helene", f"/desk/settings/{cast.COLLEGE}/severity/")
    cell = page.locator(".matrix select").last
    other = "S4" if cell.input_value() == "S5" else "S5"
    name = cell.get_attribute("name")
    cell.select_option(other)
    page.locator("form.stack .button.primary").first.click()
    page.goto(f"/desk/settings/{cast.COLLEGE}/severity/")
    assert page.locator(f"[name='{name}']").input_value() == other
