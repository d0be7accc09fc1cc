"""No page asks the database more often because there is more to show."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from guichet.catalog.models import RequestType
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW
from tests.portal.people import World, essentials, world

pytestmark = pytest.mark.django_db
CEILING = 12


@pytest.fixture
def w() -> World:
    return world()


def eventful(w: World, rounds: int) -> Ticket:
    """A ticket on which about everything happened that its requester can see."""
    ticket = w.ticket()
    actions.attach(ticket, uploads=[SimpleUploadedFile("a.png", b"x", "image/png")], actor=w.amelie, now=NOW)
    actions.watch(ticket, person=builders.person(w.desk.organisation), actor=w.amelie, now=NOW)
    for n in range(rounds):
        file = SimpleUploadedFile(f"{n}.txt", b"x")
        actions.reply(ticket, body=f"Message {n}", uploads=[file], actor=w.nadia, now=NOW)
        actions.hold(ticket, reason="parts", wake_at=NOW + timedelta(days=2), note="Pièce", actor=w.nadia, now=NOW)
        actions.wake(ticket, actor=w.nadia, now=NOW)
        actions.reply(ticket, body=f"Réponse {n}", actor=w.amelie, now=NOW)
    actions.hand_over(ticket, to_team=w.desk.second, reason="presence", note="", actor=w.nadia, now=NOW)
    return builders.resolved(ticket, actor=w.nadia)


def counted(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    assert len(queries) <= CEILING, "\n".join(q["sql"][:200] for q in queries)
    return len(queries)


def test_the_tickets_page(w: World) -> None:
    client = builders.client_for(w.amelie)
    small, large = eventful(w, 1), eventful(w, 8)
    few = counted(client, f"/help/tickets/{small.reference}/")
    assert few == counted(client, f"/help/tickets/{large.reference}/")


def test_lists_and_home(w: World) -> None:
    client = builders.client_for(w.amelie)
    RequestType.objects.create(organisation=w.desk.organisation, name_fr="Accès")
    actions.reply(w.ticket(), body="Oui", actor=w.nadia, now=NOW)
    paths = ("/help/", "/help/tickets/", "/help/account/news/", "/help/account/")
    before = {path: counted(client, path) for path in paths}
    for n in range(12):
        ticket = w.ticket()
        actions.reply(ticket, body="Oui", actor=w.nadia, now=NOW)
        RequestType.objects.create(organisation=w.desk.organisation, name_fr=f"Accès {n}")
    assert {path: counted(client, path) for path in paths} == before


def test_asking_and_the_receipt(w: World) -> None:
    client = builders.client_for(w.amelie)
    token = essentials(client)
    for step in ("description", "impact", "urgency", "coach", "since", "review"):
        counted(client, f"/help/new/{token}/{step}/")
    counted(client, f"/help/tickets/{w.ticket().reference}/receipt/")


def test_a_contacts_list(w: World) -> None:
    contact = builders.contact(w.desk.organisation)
    client = builders.client_for(contact)
    w.ticket()
    before = counted(client, "/help/tickets/?whose=all")
    for _ in range(5):
        w.ticket()
    assert counted(client, "/help/tickets/?whose=all") == before
