"""What was sent, at the desk: about one ticket, at all of it, each mail, and sending it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from guichet.channels.mail.smtp import Server
from guichet.lib.models import Outgoing
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.desk.conftest import World


@pytest.fixture(autouse=True)
def mail_is_on(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.SMTP = Server(host="127.0.0.1", port=9, security="")
    settings.MAIL_FROM = ("Centre d’aide", "aide@essai.example")


def mail(ticket: Ticket, key: str = "a", **fields: Any) -> Outgoing:
    """A mail about the ticket to its requester, as it stands then."""
    now = timezone.now()
    values: dict[str, Any] = {
        "payload": {"ticket": ticket.pk, "person": ticket.requester_id, "events": [1], "subject": f"Sujet {key}"},
        "recipient": ticket.requester.email, "about": ticket.reference, "created_at": now, "next_at": now, **fields,
    }  # fmt: skip
    return Outgoing.objects.create(key=key, kind="mail", **values)


def delivered(ticket: Ticket, key: str = "a") -> Outgoing:
    return mail(ticket, key, attempts=1, delivered_at=timezone.now(), answer="250 2.0.0 queued as 4F7")


def shown(world: World, url: str, browser: Client | None = None) -> str:
    answer = (browser or world.browser).get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def letter(world: World, row: Outgoing, name: str = "letter") -> str:
    return reverse(f"desk:{name}", args=[row.about, row.pk])


def test_the_ticket_leads_to_what_was_sent_about_it(world: World) -> None:
    url = world.url("ticket_sent")
    assert url in shown(world, world.url("ticket"))
    assert "Aucun courriel n’a été envoyé" in shown(world, url)
    delivered(world.ticket)
    mail(world.ticket, "b", attempts=3, answer="451 4.7.1 Réessayez plus tard, liste grise")
    other = builders.ticket(world.amelie)
    delivered(other, "c")
    page = shown(world, url)
    for said in ("Sujet a", "Accepté par le serveur de messagerie", "250 2.0.0 queued as 4F7", world.amelie.email):
        assert said in page
    for said in ("Sujet b", "nouvel essai prévu", "3 essais", "451 4.7.1 Réessayez plus tard, liste grise"):
        assert said in page
    assert "Sujet c" not in page


def test_a_mail_shows_what_it_would_say_now_and_goes_out_again(world: World) -> None:
    actions.reply(world.ticket, body="Éteignez l’appareil.", actor=world.nadia, now=timezone.now())
    row = mail(world.ticket, attempts=1, delivered_at=timezone.now(), answer="250 OK")
    Outgoing.objects.exclude(pk=row.pk).delete()
    row.payload["events"] = [world.fresh().version]
    row.save()
    page = shown(world, letter(world, row))
    assert "tel qu’il serait rédigé maintenant" in page
    assert "Éteignez l’appareil." in page
    assert letter(world, row, "letter_again") in page
    answer = world.browser.post(letter(world, row, "letter_again"))
    assert (answer.status_code, answer["Location"]) == (302, world.url("ticket_sent"))
    assert Outgoing.objects.count() == 2
    told = shown(world, world.url("ticket"))
    assert f"{world.nadia.name} a fait renvoyer un courriel à {world.amelie.name}." in told
    # Once is enough: while it waits, a second click is told so and sends nothing.
    assert letter(world, row, "letter_again") not in shown(world, letter(world, row))
    again = world.browser.post(letter(world, row, "letter_again"))
    assert (again.status_code, Outgoing.objects.count()) == (409, 2)
    assert "déjà en route" in again.content.decode()


def test_where_nothing_would_be_written_the_page_says_why(world: World) -> None:
    row = delivered(world.ticket)
    Outgoing.objects.filter(pk=row.pk).update(payload={**row.payload, "events": []})
    page = shown(world, letter(world, row))
    assert "Ce qui devait être dit a été retiré." in page
    assert letter(world, row, "letter_again") not in page


def test_where_mail_is_off_the_pages_say_so(world: World, settings: Any) -> None:
    settings.SMTP = None
    for url in (world.url("ticket_sent"), reverse("desk:sent")):
        assert "GUICHET_SMTP_URL" in shown(world, url)
    row = delivered(world.ticket)
    assert world.browser.post(letter(world, row, "letter_again")).status_code == 409


def test_the_desk_sees_what_did_not_arrive(world: World) -> None:
    url = reverse("desk:sent")
    assert url in shown(world, reverse("desk:contacts"))
    delivered(world.ticket, "arrivé")
    mail(world.ticket, "attend")
    mail(world.ticket, "refusé", attempts=1, given_up_at=timezone.now(), answer="550 5.1.1 No such user")
    pages = {standing: shown(world, f"{url}?standing={standing}") for standing in ("waiting", "given_up", "delivered")}
    for standing, key in (("waiting", "attend"), ("given_up", "refusé"), ("delivered", "arrivé")):
        for other in ("arrivé", "attend", "refusé"):
            assert (f"Sujet {other}" in pages[standing]) == (other == key), (standing, other)
    assert "550 5.1.1 No such user" in pages["given_up"]
    assert "Sujet attend" in shown(world, f"{url}?standing=n-importe-quoi")


def test_pages_go_on_and_cost_the_same(world: World) -> None:
    url = f"{reverse('desk:sent')}?standing=delivered"
    delivered(world.ticket)

    def queries(address: str) -> int:
        world.browser.get(address)
        with CaptureQueriesContext(connection) as seen:
            assert world.browser.get(address).status_code == 200
        return len(seen)

    few = queries(url), queries(world.url("ticket_sent"))
    for n in range(60):
        delivered(world.ticket, f"n{n}")
    assert (queries(url), queries(world.url("ticket_sent"))) == few
    assert max(few) <= 9
    for address in (url, world.url("ticket_sent")):
        first = world.browser.get(address)
        more = next(
            part.split('"')[0] for part in first.content.decode().split('href="') if "cursor=" in part.split('"')[0]
        ).replace("&amp;", "&")
        rest = world.browser.get(more, headers={"HX-Request": "true"}).content.decode()
        assert (first.content.decode().count("Sujet"), rest.count("Sujet"), "<html" in rest) == (50, 11, False)
    assert world.browser.get(f"{url}&cursor=faux").status_code == 422


def test_the_ticket_page_asks_no_more_for_it(world: World) -> None:
    def queries() -> int:
        world.browser.get(world.url("ticket"))
        with CaptureQueriesContext(connection) as seen:
            world.browser.get(world.url("ticket"))
        return len([q for q in seen if "lib_outgoing" in q["sql"]])

    for n in range(3):
        delivered(world.ticket, f"n{n}")
    assert queries() == 0


def test_another_desk_and_requesters_see_nothing(world: World) -> None:
    row = delivered(world.ticket, "canari")
    foreign = builders.client_for(builders.agent(builders.desk(), cast.DOMINIQUE))
    for standing in ("waiting", "given_up", "delivered"):
        assert "canari" not in shown(world, f"{reverse('desk:sent')}?standing={standing}", foreign)
    for browser in (foreign, builders.client_for(world.amelie)):
        assert browser.get(world.url("ticket_sent")).status_code == 404
        assert browser.get(letter(world, row)).status_code == 404
        assert browser.post(letter(world, row, "letter_again")).status_code == 404
    assert builders.client_for(world.amelie).get(reverse("desk:sent")).status_code == 404
    # Nor does a mail open under a ticket that it is not about.
    other = builders.ticket(world.amelie)
    assert world.browser.get(reverse("desk:letter", args=[other.reference, row.pk])).status_code == 404
    assert Outgoing.objects.filter(about=row.about).count() == 1


def test_what_a_server_says_is_only_text(world: World) -> None:
    nasty = "<script>alert(1)</script>"
    row = mail(world.ticket, attempts=1, given_up_at=timezone.now(), answer=f"550 {nasty}")
    for url in (world.url("ticket_sent"), letter(world, row), f"{reverse('desk:sent')}?standing=given_up"):
        page = shown(world, url)
        assert nasty not in page
        assert "550 &lt;script&gt;" in page
