"""Programs that call the API: tokens of the cast, and a client that sends them."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from guichet.api.tokens import SCOPES, issue
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.shared import ground

ROOT = "/api/v1"


@dataclass
class Program:
    """Somebody's program: sends its token, gets JSON."""

    person: Person | None
    token: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, str | bytes) else ("" if body is None else json.dumps(body))
        content_type = given.pop("Content-Type", "application/json")
        return self.client.generic(method, ROOT + path, data, content_type=content_type, headers=given)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, {} if body is None else body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PUT", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.send("DELETE", path, **headers)


def program(person: Person, *, scopes: tuple[str, ...] = tuple(SCOPES)) -> Program:
    now = timezone.now()
    _token, text = issue(person=person, name="essai", scopes=scopes, expires_at=now + timedelta(days=30), now=now)
    return Program(person=person, token=text)


@dataclass
class World:
    """A desk with one client, everybody's program, and a stranger's."""

    desk: builders.Desk
    client: Organisation
    requester: Program
    colleague: Program
    agent: Program
    technician: Program
    manager: Program
    contact: Program
    stranger: Program
    foreign_agent: Program
    ticket: Ticket

    @property
    def url(self) -> str:
        return f"/tickets/{self.ticket.reference}"


def make_world() -> World:
    desk = builders.desk()
    client = builders.client_of(desk)
    elsewhere = builders.desk()
    amelie = builders.person(client, cast.AMELIE)
    return World(
        desk=desk,
        client=client,
        requester=program(amelie),
        colleague=program(builders.person(client, cast.SOPHIE)),
        agent=program(builders.agent(desk)),
        technician=program(builders.technician(desk)),
        manager=program(builders.manager(desk)),
        contact=program(builders.contact(client)),
        stranger=program(builders.person(elsewhere.organisation, cast.FELIX)),
        foreign_agent=program(builders.agent(elsewhere, cast.RACHEL)),
        ticket=builders.ticket(amelie, now=timezone.now()),
    )


made = ground(make_world)


@pytest.fixture
def world(made: World, db: None) -> World:
    return deepcopy(made)
