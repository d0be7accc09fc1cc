"""What people do all day, with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from guichet.demo import cast
from guichet.routing.models import Rule
from guichet.tickets.models import Message, MessageKind, SeverityMatrix, State, Ticket
from tests.e2e.conftest import Door, eventually
from tests.e2e.hands import choose, focused, follow, press, trapped, type_, walk_to
from tests.e2e.world import PASSWORD

SHEET = "#sheet"


def in_the_sheet(page: Page) -> bool:
    return bool(page.evaluate("document.querySelector('#sheet').contains(document.activeElement)"))


def the_sheet(page: Page, key: str) -> None:
    """Open a verb by its key; the focus goes into its sheet."""
    press(page, key)
    page.locator(f"{SHEET}[open] form.verb-form").wait_for()
    assert eventually(lambda: in_the_sheet(page)), focused(page)


def done(page: Page) -> None:
    """Send the sheet's form, and see it close."""
    press(page, "Control+Enter")
    assert eventually(lambda: not page.evaluate("document.querySelector('#sheet').open")), page.inner_text(SHEET)


def test_the_skip_link_leads_past_the_navigation(door: Door) -> None:
    for who, address in (("amelie", "/help/tickets/"), ("nadia", "/desk/tickets/"), ("helene", "/desk/settings/")):
        page = door.enter(who, address)
        press(page, "Tab")
        assert page.evaluate("document.activeElement.matches('.skip-link')"), focused(page)
        assert page.evaluate("getComputedStyle(document.activeElement).opacity") == "1"
        press(page, "Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_sign_in(door: Door) -> None:
    page = door.enter("", "/sign-in/")
    walk_to(page, "[name=username]")
    type_(page, cast.AMELIE.email)
    press(page, "Tab")
    type_(page, PASSWORD)
    follow(page)
    assert page.url.endswith("/help/")


def test_ask_for_help(door: Door) -> None:
    page = door.enter("newcomer", "/help/")
    walk_to(page, "textarea[name=description]")
    type_(page, "Le projecteur du local B-214 reste noir.")
    walk_to(page, "form.form .button.primary")
    follow(page)
    choose(page, "[name=impact][value=group]")
    _next(page, "/urgency/")
    choose(page, "[name=urgency][value=stopped]")
    _next(page, "/coach/")
    choose(page, "[name=coach][value=yes]")
    press(page, "Tab")
    walk_to(page, "[name=go][value=next]")
    press(page, "Enter")
    page.wait_for_url(lambda url: "/coach/" not in url)
    walk_to(page, "[name=go][value=review]")
    press(page, "Enter")
    page.wait_for_url("**/review/")
    walk_to(page, "form[enctype] .button.primary")
    follow(page)
    assert "/receipt/" in page.url
    reference = page.locator("h1").inner_text()
    assert Ticket.objects.get(reference=reference).requester == door.world.person("newcomer")


def _next(page: Page, part: str) -> None:
    walk_to(page, "[name=go][value=next]")
    press(page, "Enter")
    page.wait_for_url(f"**{part}")


def test_answer_without_a_file(door: Door) -> None:
    ticket = door.world.opened()
    page = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    walk_to(page, "#composer-body")
    type_(page, "Cela recommence dès que j’ouvre un PDF.")
    walk_to(page, "#composer .button.primary")
    follow(page)
    assert page.get_by_role("paragraph").filter(has_text="Cela recommence dès que j’ouvre un PDF.").first.is_visible()
    assert page.locator("#composer-body").input_value() == ""


def test_confirm_and_rate(door: Door) -> None:
    ticket = door.world.solved()
    page = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    walk_to(page, "form[action$='/confirmation/'] button")
    follow(page)
    choose(page, "[name=score][value='4']")
    walk_to(page, "[name=comment]")
    type_(page, "Rapide, merci.")
    walk_to(page, "form[action$='/satisfaction/'] button")
    follow(page)
    ticket.refresh_from_db()
    assert ticket.state == State.CLOSED
    assert page.locator("#rating").get_by_text("Rapide, merci.").is_visible()


def test_refuse_a_solution(door: Door) -> None:
    ticket = door.world.solved()
    page = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    walk_to(page, "details.doesnt summary")
    press(page, "Enter")
    walk_to(page, "#refuse-body")
    type_(page, "La page sort toujours blanche.")
    walk_to(page, "form[action$='/refusal/'] button")
    follow(page)
    ticket.refresh_from_db()
    assert ticket.state == State.OPEN
    assert page.get_by_text("La page sort toujours blanche.").is_visible()


def test_take_the_next(door: Door) -> None:
    door.world.opened()
    page = door.enter("nadia", "/desk/")
    follow(page, "t")
    reference = page.url.rstrip("/").rsplit("/", 1)[1]
    assert Ticket.objects.get(reference=reference).assignee == door.world.person("nadia")


def test_reply_with_a_canned_text(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    press(page, "r")
    assert focused(page, "id") == "composer-body"
    press(page, "/")
    page.locator("#macros .menu-item:focus").wait_for()
    press(page, "ArrowDown", "ArrowUp", "Enter")
    assert eventually(lambda: page.locator("#composer-body").input_value())
    assert focused(page, "id") == "composer-body"
    assert "{" not in page.locator("#composer-body").input_value()
    if page.locator("#composer [name=kind]:checked").get_attribute("value") == "note":
        walk_to(page, "#composer [name=kind]", key="Shift+Tab")
        press(page, "ArrowUp")
        walk_to(page, "#composer-body")
    follow(page, "Control+Enter")
    assert Message.objects.filter(ticket=ticket, kind=MessageKind.REPLY).count() == 1


def test_note(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    press(page, "i")
    assert focused(page, "id") == "composer-body"
    type_(page, "À revoir avec Karim : r et i ne sont pas des touches ici ?")
    follow(page, "Control+Enter")
    message = Message.objects.get(ticket=ticket)
    assert (message.kind, page.locator(".note", has_text="À revoir avec Karim").count()) == (MessageKind.NOTE, 1)


def test_a_sheet_keeps_the_focus_and_gives_it_back(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    walk_to(page, ".ticket-verbs [data-key=w]")
    press(page, "Enter")
    assert eventually(lambda: in_the_sheet(page)), focused(page)
    trapped(page, SHEET)
    press(page, "Escape")
    assert page.evaluate("document.activeElement.dataset.key") == "w"
    assert page.locator(f"{SHEET}[open]").count() == 0


def test_put_on_hold(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    the_sheet(page, "w")
    choose(page, "[name=reason][value=parts]")
    choose(page, "[name=at][value=tomorrow]")
    done(page)
    ticket.refresh_from_db()
    assert ticket.state == State.ON_HOLD
    # The page shows it without a reload.
    page.locator("#ticket-head [data-key=u]").wait_for()


def test_hand_over(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    the_sheet(page, "h")
    choose(page, "[name=reason][value=presence]")
    walk_to(page, "[name=note]")
    type_(page, "Passer avant midi.")
    done(page)
    before, ticket = ticket.team, Ticket.objects.get(pk=ticket.pk)
    assert ticket.team != before
    assert ticket.hand_overs.get().note == "Passer avant midi."


def test_from_a_hypothesis_to_the_solution(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    the_sheet(page, "y")
    walk_to(page, f"{SHEET} [name=text]")
    type_(page, "Pilote corrompu")
    done(page)
    page.locator("#panel-path", has_text="Pilote corrompu").wait_for()
    the_sheet(page, "v")
    choose(page, f"{SHEET} [name=kind][value=fix]")
    walk_to(page, f"{SHEET} [name=text]")
    type_(page, "Pilote réinstallé")
    done(page)
    attempt = ticket.attempts.get()
    link = f"#panel-path a[href$='/attempts/{attempt.pk}']"
    page.locator(link).wait_for()
    walk_to(page, link)
    press(page, "Enter")
    assert eventually(lambda: in_the_sheet(page)), focused(page)
    choose(page, f"{SHEET} [name=result][value=worked]")
    walk_to(page, f"{SHEET} [name=test]")
    type_(page, "Page d’essai imprimée")
    done(page)
    page.locator("#panel-path article.worked").wait_for()
    the_sheet(page, "e")
    assert page.locator(f"{SHEET} [name=how]:checked").get_attribute("value") == str(attempt.pk)
    done(page)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.solution_id) == (State.RESOLVED, attempt.pk)


def test_find_by_the_palette_and_by_keys(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia", title="Une panne introuvable autrement")
    page = door.enter("nadia", "/desk/tickets/?view=mine")
    press(page, "Control+k")
    assert page.locator("#palette").is_visible()
    trapped(page, "#palette")
    press(page, "Escape", "Control+k")
    type_(page, "introuvable")
    page.locator(".palette-item", has_text=ticket.reference).wait_for()
    press(page, "ArrowDown", "ArrowUp")
    follow(page)
    assert ticket.reference in page.url
    press(page, "?")
    keys = page.locator("#keys-help [data-keys-list]")
    for words in ("Réponse", "Note interne", "Passer le relais", "Mettre en attente", "Résoudre", "Ctrl"):
        expect(keys).to_contain_text(words)
    trapped(page, "#keys-help")
    press(page, "Escape")
    assert not page.locator("#keys-help").is_visible()
    press(page, "g")
    follow(page, "t")
    assert page.url.endswith("/desk/tickets/")
    press(page, "j", "j", "k")
    assert page.evaluate("document.activeElement.closest('[data-row]') === document.querySelector('[data-row]')")
    wanted = page.evaluate("document.activeElement.getAttribute('href')")
    follow(page)
    assert page.url.endswith(wanted)


def test_prioritise_two_at_once(door: Door) -> None:
    both = [door.world.opened(taken_by="felix"), door.world.opened(taken_by="felix")]
    page = door.enter("felix", "/desk/tickets/?view=mine")
    wanted = {f"row-{ticket.reference}" for ticket in both}
    for _row in range(page.locator("[data-row]").count()):
        press(page, "j")
        if page.evaluate("document.activeElement.closest('[data-row]').id") in wanted:
            press(page, "x")
    expect(page.locator("[data-bulk-count]")).to_contain_text("2")
    walk_to(page, ".bulk-bar [name=verb][value=priority]")
    follow(page)
    choose(page, "[name=priority][value='1']")
    walk_to(page, "[name=reason]")
    type_(page, "Examens demain")
    follow(page, "Control+Enter")
    assert [Ticket.objects.get(pk=ticket.pk).priority for ticket in both] == [1, 1]


def test_change_a_cell_of_the_matrix(door: Door) -> None:
    page = door.enter("helene", "/desk/settings/riviere-aux-pins/severity/")
    walk_to(page, ".matrix select")
    name = focused(page, "name")
    before = page.locator(f"[name='{name}']").input_value()
    press(page, "ArrowDown" if before != "S5" else "ArrowUp")
    after = page.locator(f"[name='{name}']").input_value()
    assert after != before
    follow(page, "Control+Enter")
    assert page.locator(f"[name='{name}']").input_value() == after
    assert SeverityMatrix.objects.filter(organisation__slug=cast.COLLEGE).exists()


def test_edit_a_rule_and_try_it(door: Door) -> None:
    rule = Rule.objects.filter(organisation__slug=cast.COLLEGE).order_by("position").first()
    assert rule is not None
    page = door.enter("helene", "/desk/settings/riviere-aux-pins/rules/")
    walk_to(page, f"#rule-{rule.pk} a")
    follow(page)
    walk_to(page, "[name=name_fr]")
    press(page, "End")
    type_(page, " (à l’essai)")
    walk_to(page, "[name=try]")
    follow(page)
    assert page.locator("#trial").is_visible()
    assert page.locator("[name=name_fr]").input_value().endswith("(à l’essai)")
    walk_to(page, "[name=name_fr]")
    follow(page, "Control+Enter")
    rule.refresh_from_db()
    assert rule.name_fr.endswith("(à l’essai)")


@pytest.mark.parametrize("who", ["amelie", "nadia"])
def test_the_account_menu_opens_and_closes(door: Door, who: str) -> None:
    page = door.enter(who, "/help/" if who == "amelie" else "/desk/")
    walk_to(page, "[popovertarget=account-menu], .account [popovertarget], header [popovertarget]")
    press(page, "Enter")
    page.locator("[popover]:popover-open").wait_for()
    press(page, "Escape")
    assert page.locator("[popover]:popover-open").count() == 0
