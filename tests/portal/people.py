"""Who is in these tests, and how they walk through the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders, cast

DESCRIPTION = "Le projecteur du local B-214 reste noir depuis ce matin, malgré deux redémarrages."


@dataclass
class World:
    """A desk, somebody who asks, somebody who treats, and a stranger of another organisation."""

    desk: builders.Desk
    amelie: Person
    nadia: Person
    stranger: Person

    def ticket(self, **fields: Any) -> Ticket:
        return builders.ticket(self.amelie, **fields)

    def resolved(self, **fields: Any) -> Ticket:
        return builders.resolved(self.ticket(**fields), actor=self.nadia)


def world(**organisation: Any) -> World:
    desk = builders.desk(phone="819 555-0199", **organisation)
    return World(
        desk=desk,
        amelie=builders.person(desk.organisation, phone="819 555-0142"),
        nadia=builders.agent(desk),
        stranger=builders.person(builders.desk().organisation, cast.RACHEL, language="fr"),
    )


def begin(client: Client, description: str = DESCRIPTION, **more: str) -> str:
    """Say what is wrong; the token of the draft that this began."""
    answer = client.post("/help/new/", {"description": description, **more})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"]).split("/")[3]


def say(client: Client, token: str, step: str, **fields: Any) -> Any:
    return client.post(f"/help/new/{token}/{step}/", {step: "", **fields})


def essentials(client: Client, *, impact: str = "group", urgency: str = "hampered", coach: str = "no") -> str:
    """A draft with description, impact and urgency."""
    token = begin(client)
    assert say(client, token, "impact", impact=impact).status_code == 302
    assert say(client, token, "urgency", urgency=urgency).status_code == 302
    if urgency == "stopped":
        assert say(client, token, "coach", coach=coach).status_code == 302
    return token


def text_of(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ").replace("\u202f", " ").replace("&#x27;", "'")
