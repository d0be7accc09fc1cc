"""The builders make what they say, through the real actions."""

import pytest

from guichet.tickets.models import Ticket
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_desk_has_what_a_ticket_needs() -> None:
    desk = builders.desk()
    nadia, karim, helene = builders.agent(desk), builders.technician(desk), builders.manager(desk)
    ticket = builders.ticket(builders.person(desk.organisation))
    assert (ticket.team, ticket.level, ticket.severity) == (desk.front, desk.levels["N1"], "S3")
    assert ticket.promise_due_at
    for person in (nadia, karim, helene):
        assert ticket in Ticket.objects.visible_to(person)
    assert builders.resolved(ticket, actor=nadia).state == "resolved"


def test_a_client_and_its_contact() -> None:
    desk = builders.desk()
    builders.agent(desk)
    client = builders.client_of(desk)
    contact = builders.contact(client)
    ticket = builders.ticket(builders.person(client))
    assert ticket.desk == desk.organisation
    assert ticket in Ticket.objects.own_of(contact)
    stranger = builders.provider(desk)
    assert ticket not in Ticket.objects.visible_to(stranger)


def test_signed_in() -> None:
    desk = builders.desk()
    assert builders.client_for(builders.person(desk.organisation, account=False)).session["_auth_user_id"]
