"""Every page of the desk shows itself to whoever works there, and to nobody else."""

import pytest
from django.urls import reverse

from tests import builders, cast
from tests.desk.conftest import World

PAGES = ("work", "tickets", "filters", "search", "alerts", "new_ticket")
OF_A_TICKET = (
    "ticket", "receipt", "presence", "tags", "watchers", "take", "assignment", "release", "hold", "wake", "promise",
    "assessment", "severity", "priority", "subject", "hand_overs", "escalations", "hypotheses", "attempts",
    "resolution", "confirmation", "refusal", "closure", "cancellation", "reopening",
)  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_shows(world: World, name: str, language: str) -> None:
    world.browser.cookies["guichet_language"] = language
    assert world.browser.get(reverse(f"desk:{name}")).status_code == 200


@pytest.mark.parametrize("name", OF_A_TICKET)
def test_page_of_a_ticket_shows(world: World, name: str) -> None:
    assert world.browser.get(world.url(name)).status_code == 200
    assert world.browser.get(world.url(name), headers={"HX-Request": "true"}).status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_requesters_find_no_desk(world: World, name: str) -> None:
    assert builders.client_for(world.amelie).get(reverse(f"desk:{name}")).status_code == 404


@pytest.mark.parametrize("name", OF_A_TICKET)
def test_other_desks_tickets_are_not_there(world: World, name: str) -> None:
    stranger = builders.client_for(builders.agent(builders.desk(), cast.DOMINIQUE))
    assert stranger.get(world.url(name)).status_code == 404
    assert stranger.post(world.url(name)).status_code in {404, 405}
    assert builders.client_for(world.amelie).get(world.url(name)).status_code == 404


def test_strangers_sign_in_first(world: World) -> None:
    world.browser.logout()
    answer = world.browser.get(world.url("hold"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("sign_in"))


@pytest.mark.parametrize("typed", ["G-0000", "x" * 300, "😀", "G-7K4M%00"])
def test_what_is_no_reference_is_not_found(world: World, typed: str) -> None:
    assert world.browser.get(f"/desk/tickets/{typed}/").status_code in {400, 404}


def test_a_sloppy_reference_leads_to_its_ticket(world: World) -> None:
    sloppy = world.ticket.reference.lower().replace("-", "")
    answer = world.browser.get(reverse("desk:ticket", args=[sloppy]))
    assert answer["Location"] == world.url("ticket")


@pytest.mark.parametrize("piece", ["part", "beside"])
def test_pieces_of_the_page_are_no_whole_page(world: World, piece: str) -> None:
    answer = world.browser.get(world.url("ticket"), {piece: "1"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert world.ticket.title in answer.content.decode()


def test_reply_reaches_the_page(world: World) -> None:
    world.browser.post(world.url("messages"), {"kind": "reply", "body": "Nous regardons **tout de suite**."})
    page = world.browser.get(world.url("ticket"))
    assert "<strong>tout de suite</strong>" in page.content.decode()
