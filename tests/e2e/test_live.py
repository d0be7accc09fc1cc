"""Several people at once, sessions that end, pages that are reloaded: nothing jumps, and nothing typed is lost."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Page, expect

from guichet.tickets import actions
from guichet.tickets.models import Message, Ticket
from tests.e2e.conftest import PATIENCE, Door, eventually
from tests.e2e.hands import focused
from tests.e2e.world import PASSWORD

TYPED = "Une longue réponse que personne ne veut taper deux fois"


def listening(page: Page) -> None:
    expect(page.locator("[data-live-state][data-state=on]").first).to_be_attached(timeout=PATIENCE)


def at_the_desk(door: Door, who: str, ticket: Ticket) -> Page:
    page = door.enter(who, f"/desk/tickets/{ticket.reference}/")
    listening(page)
    return page


def test_a_reply_appears_while_somebody_writes(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    desk = at_the_desk(door, "nadia", ticket)
    desk.locator("#composer-body").press_sequentially(TYPED)
    portal = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    portal.fill("#composer-body", "Cela vient de recommencer !")
    portal.click("#composer .button.primary")
    expect(desk.locator("#ticket-story")).to_contain_text("Cela vient de recommencer", timeout=PATIENCE)
    assert desk.locator("#composer-body").input_value() == TYPED
    assert focused(desk, "id") == "composer-body"


def test_the_requester_sees_the_answer_without_a_reload(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    page.locator("#composer-body").press_sequentially(TYPED)
    # The portal says nothing about being live; its stream has to be there before anything is told.
    page.wait_for_timeout(1500)
    actions.reply(ticket, body="Je passe à 14 h.", actor=door.world.person("nadia"), now=timezone.now())
    expect(page.locator(".timeline")).to_contain_text("Je passe à 14 h.", timeout=PATIENCE)
    assert page.locator("#composer-body").input_value() == TYPED
    assert focused(page, "id") == "composer-body"


def test_two_agents_see_each_other(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    nadia = at_the_desk(door, "nadia", ticket)
    felix = at_the_desk(door, "felix", ticket)
    expect(felix.locator("#presence")).to_contain_text("Nadia Benali", timeout=PATIENCE)
    expect(nadia.locator("#presence")).to_contain_text("Félix Gagnon", timeout=PATIENCE)
    nadia.locator("#composer-body").press_sequentially("Bonjour")
    expect(felix.locator("#presence .presence-who")).to_contain_text("Nadia Benali", timeout=PATIENCE)
    expect(felix.locator("#presence")).to_contain_text("en train d’écrire", timeout=PATIENCE)


def test_the_work_list_changes_by_itself(door: Door) -> None:
    page = door.enter("nadia", "/desk/")
    listening(page)
    ticket = door.world.opened(title="Un ticket qui vient d’arriver")
    expect(page.locator("#work-lists")).to_contain_text("Un ticket qui vient d’arriver", timeout=PATIENCE)
    row = page.locator(f"#row-{ticket.reference} .row-link")
    row.focus()
    door.world.opened(title="Un autre encore")
    expect(page.locator("#work-lists")).to_contain_text("Un autre encore", timeout=PATIENCE)
    assert focused(page, "textContent").strip() == "Un ticket qui vient d’arriver"


def test_a_draft_survives_a_reload_and_another_browser(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = at_the_desk(door, "nadia", ticket)
    page.click(".note-kind")
    page.locator("#composer-body").press_sequentially(TYPED)
    expect(page.locator("#composer [data-draft-state]")).to_contain_text("enregistré")
    page.reload()
    assert page.locator("#composer-body").input_value() == TYPED
    assert page.locator("#composer [name=kind]:checked").get_attribute("value") == "note"
    elsewhere = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    assert elsewhere.locator("#composer-body").input_value() == TYPED
    assert elsewhere.locator("#composer [name=kind]:checked").get_attribute("value") == "note"


def _forget_sessions() -> None:
    Session.objects.all().delete()


def _sign_in_again(page: Page, door: Door, who: str) -> None:
    from guichet.demo import cast

    assert "/sign-in/" in page.url
    page.fill("[name=username]", cast.find(who).email)
    page.fill("[name=password]", PASSWORD)
    page.click("form.form .button.primary")


@pytest.mark.parametrize(
    ("who", "address", "send"),
    [
        ("nadia", "/desk/tickets/{}/", ".send-reply"),
        ("amelie", "/help/tickets/{}/", "#composer .button.primary"),
    ],
)
def test_what_was_typed_outlives_the_session(door: Door, who: str, address: str, send: str) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter(who, address.format(ticket.reference))
    page.locator("#composer-body").press_sequentially(TYPED)
    _forget_sessions()
    door.expect(401, "/live")
    page.click(send)
    _sign_in_again(page, door, who)
    page.wait_for_url(lambda url: urlsplit(url).path == address.format(ticket.reference))
    expect(page.locator("#composer-body")).to_have_value(TYPED)
    assert Message.objects.filter(ticket=ticket).count() == 0
    page.click(send)
    assert eventually(lambda: Message.objects.filter(ticket=ticket).count() == 1)


@pytest.mark.parametrize(("who", "address"), [("nadia", "/desk/tickets/{}/"), ("amelie", "/help/tickets/{}/")])
def test_what_was_typed_outlives_a_form_that_expired(door: Door, who: str, address: str) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter(who, address.format(ticket.reference))
    page.locator("#composer-body").press_sequentially(TYPED)
    page.context.clear_cookies(name="csrftoken")
    door.expect(403)
    page.locator("#composer .button.primary:visible").click()
    expect(page.locator("h1")).to_contain_text("expiré")
    page.go_back()
    page.reload()
    expect(page.locator("#composer-body")).to_have_value(TYPED)
    page.locator("#composer .button.primary:visible").click()
    assert eventually(lambda: Message.objects.filter(ticket=ticket).count() == 1)


def test_a_question_outlives_the_session(door: Door) -> None:
    page = door.enter("newcomer", "/help/")
    page.fill("[name=description]", "Le projecteur reste noir.")
    page.click("form.form .button.primary")
    page.check("[name=impact][value=group]")
    page.click("[name=go][value=next]")
    page.wait_for_url("**/urgency/")
    page.check("[name=urgency][value=hampered]")
    _forget_sessions()
    door.expect(401)
    page.click("[name=go][value=next]")
    page.wait_for_url(lambda url: urlsplit(url).path == "/sign-in/")
    page.context.add_cookies(door.signed_in("newcomer"))
    page.goto(page.url)
    page.wait_for_url(lambda url: urlsplit(url).path.endswith("/urgency/"))
    assert page.locator("[name=urgency]").count() > 1


def test_a_page_that_refreshes_itself_stays_when_the_session_is_over(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = at_the_desk(door, "nadia", ticket)
    page.locator("#composer-body").press_sequentially(TYPED)
    _forget_sessions()
    page.evaluate("window.htmx.trigger('#presence-beat', 'writing')")
    page.evaluate("window.htmx.trigger('[data-live-on=ticket]', 'live:ticket')")
    page.wait_for_timeout(1500)
    assert page.url.endswith(f"/{ticket.reference}/")
    assert page.locator("#composer-body").input_value() == TYPED
    assert page.locator("h1").is_visible()


def test_a_sheet_outlives_the_session(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = at_the_desk(door, "nadia", ticket)
    page.keyboard.press("p")
    page.locator("#sheet [name=text]").fill("Nous changeons la carte réseau")
    page.locator("#sheet [name=at][value=tomorrow]").check()
    _forget_sessions()
    door.expect(401)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: urlsplit(url).path == "/sign-in/")
    _sign_in_again(page, door, "nadia")
    page.wait_for_url(lambda url: urlsplit(url).path == f"/desk/tickets/{ticket.reference}/")
    page.keyboard.press("p")
    expect(page.locator("#sheet [name=text]")).to_have_value("Nous changeons la carte réseau")


def test_a_conflict_shows_both_texts(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    page.locator("#composer-body").press_sequentially(TYPED)
    # As if the live channel had been away: the page still says the old version.
    version = page.locator("[name=version][form=composer]").input_value()
    actions.reply(ticket, body="Je m’en occupe déjà.", actor=door.world.person("felix"), now=timezone.now())
    page.wait_for_timeout(1500)
    page.evaluate("version => { document.querySelector('[name=version][form=composer]').value = version; }", version)
    door.expect(409)
    page.click(".send-reply")
    expect(page.locator(".meanwhile")).to_contain_text("Je m’en occupe déjà.")
    expect(page.locator("#composer-body")).to_have_value(TYPED)
    assert ticket.messages.count() == 1
    page.click(".send-reply")
    assert eventually(lambda: ticket.messages.count() == 2)


def test_a_conflict_in_a_sheet_keeps_what_was_typed(door: Door) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("nadia", f"/desk/tickets/{ticket.reference}/")
    page.keyboard.press("p")
    page.locator("#sheet [name=text]").fill("Nous changeons la carte réseau")
    page.locator("#sheet [name=at][value=tomorrow]").check()
    actions.assign(
        Ticket.objects.get(pk=ticket.pk), to=door.world.person("felix"), actor=door.world.person("marie-eve"),
        now=timezone.now(),
    )  # fmt: skip
    for status in (409, 412):
        door.expect(status)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#sheet .meanwhile")).to_contain_text("Félix Gagnon")
    expect(page.locator("#sheet [name=text]")).to_have_value("Nous changeons la carte réseau")
