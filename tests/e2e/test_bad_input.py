"""Files that are too large, odd text, references of strangers: a clear answer, and what was typed is still there."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from guichet.tickets.models import Attachment, Message, Ticket
from tests import builders
from tests.e2e.conftest import Door

TYPED = "Mon texte, tapé avec soin : « é », 😀 et <b>balises</b> {{ 7*7 }}"


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty megabytes, and one byte."""
    path = tmp_path_factory.mktemp("files") / "film de l’écran.mp4"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    return path


def refused_in_words(page: Tab) -> None:
    expect(page.locator("main")).to_contain_text("25\u00a0Mo")
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize(
    ("who", "address", "send"),
    [
        ("amelie", "/help/tickets/{}/", "#composer .button.primary"),
        ("nadia", "/desk/tickets/{}/", ".send-reply"),
    ],
)
def test_a_file_that_is_too_large(door: Door, huge: Path, who: str, address: str, send: str, script: bool) -> None:
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter(who, address.format(ticket.reference), java_script_enabled=script)
    page.fill("#composer-body", TYPED)
    page.set_input_files("#composer-files", huge)
    door.expect(413)
    page.click(send)
    refused_in_words(page)
    if page.locator("#composer-body").count() == 0:  # a page of its own said so: the draft is behind it
        page.goto(address.format(ticket.reference))
    expect(page.locator("#composer-body")).to_have_value(TYPED)
    assert not Message.objects.filter(ticket=ticket).exists()
    assert not Attachment.objects.filter(ticket=ticket).exists()


def test_a_file_that_is_too_large_for_a_new_request(door: Door, huge: Path) -> None:
    before = Ticket.objects.count()
    page = door.enter("rachel", f"/help/new/{door.world.words['journey']}/review/")
    page.set_input_files("[name=files]", huge)
    door.expect(413)
    page.locator("form[enctype] .button.primary").click()
    refused_in_words(page)
    assert Ticket.objects.count() == before


def test_a_file_that_is_too_large_for_a_caller(door: Door, huge: Path) -> None:
    before = Ticket.objects.count()
    page = door.enter("nadia", f"/desk/tickets/new?person={door.world.person('amelie').pk}")
    page.fill("[name=description]", TYPED)
    for name in ("kind", "impact", "urgency"):
        page.locator(f"[name={name}]").first.check()
    page.set_input_files("[name=files]", huge)
    door.expect(413)
    page.locator(".new-ticket-foot .button.primary").click()
    refused_in_words(page)
    if page.locator("[name=description]").count() == 0:
        page.go_back()
    expect(page.locator("[name=description]")).to_have_value(TYPED)
    assert Ticket.objects.count() == before


def test_odd_text_is_kept_and_shown_as_it_is(door: Door) -> None:
    odd = "Ünïcödé e\u0301 \U0001f469\u200d\U0001f4bb \u202eabc <img src=x onerror=alert(1)> {{7*7}} & \ufb01n"
    ticket = door.world.opened(taken_by="nadia")
    page = door.enter("amelie", f"/help/tickets/{ticket.reference}/")
    page.fill("#composer-body", odd)
    page.click("#composer .button.primary")
    expect(page.locator(".timeline")).to_contain_text("<img src=x onerror=alert(1)> {{7*7}} &")
    assert page.locator(".timeline img[src=x]").count() == 0


@pytest.mark.parametrize("who", ["amelie", "nadia", "emily"])
def test_a_reference_of_strangers_is_not_there(door: Door, who: str) -> None:
    theirs = door.world.tickets["long" if who == "emily" else "of-client"]
    door.expect(404)
    for address in ("/help/tickets/{}/", "/desk/tickets/{}/", "/help/tickets/{}/receipt/"):
        page = door.enter(who, address.format(theirs))
        expect(page.locator("h1")).to_be_visible()
        assert theirs not in page.inner_text("main")
    client = builders.client_for(door.world.person(who))
    for verb in ("replies", "confirmation", "refusal", "cancellation", "watchers", "satisfaction"):
        assert client.post(f"/help/tickets/{theirs}/{verb}/", {"body": TYPED, "score": "1"}).status_code == 404
    for verb in ("replies", "notes", "take", "hold", "resolution", "closure"):
        assert client.post(f"/desk/tickets/{theirs}/{verb}", {"body": TYPED}).status_code == 404
    assert not Message.objects.filter(body=TYPED, ticket__reference=theirs).exists()
