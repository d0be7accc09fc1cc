"""A desk at work: its people, a request, and a signed-in agent."""

from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.shared import ground


@dataclass
class World:
    desk: builders.Desk
    nadia: Person
    karim: Person
    amelie: Person
    ticket: Ticket
    browser: Client

    def url(self, name: str, *args: object) -> str:
        return reverse(f"desk:{name}", args=[self.ticket.reference, *args])

    def fresh(self) -> Ticket:
        return Ticket.objects.get(pk=self.ticket.pk)


def make_world() -> World:
    desk = builders.desk()
    nadia = builders.agent(desk)
    karim = builders.technician(desk)
    amelie = builders.person(desk.organisation, cast.AMELIE)
    return World(
        desk=desk,
        nadia=nadia,
        karim=karim,
        amelie=amelie,
        ticket=builders.ticket(amelie),
        browser=builders.client_for(nadia),
    )


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)
