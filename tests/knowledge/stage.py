"""The desk that the tests of articles happen at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from guichet.knowledge import actions
from guichet.knowledge.models import Article, Audience
from guichet.people.models import Membership, Organisation, Person
from tests import builders, cast
from tests.builders import NOW

BODY = """# Avant de commencer

Ayez votre **code d’accès**.

1. Ouvrez les réglages.
2. Choisissez *Cegep*.
"""


def later(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


@dataclass
class Place:
    desk: builders.Desk
    client: Organisation
    nadia: Person
    karim: Person
    helene: Person
    lead: Person
    amelie: Person
    emily: Person
    stranger: Person

    def write(self, **fields: Any) -> Article:
        """A draft of Nadia's."""
        given: dict[str, Any] = {
            "title": "Se connecter au Wi-Fi du collège",
            "body": BODY,
            **fields,
        }
        return actions.write(desk=self.desk.organisation, **{"actor": self.nadia, "now": NOW, **given})

    def published(self, *, audience: str = Audience.PUBLIC, **fields: Any) -> Article:
        """One that readers read."""
        addressed = {name: fields.pop(name) for name in ("organisations", "from_rank") if name in fields}
        draft = self.write(**fields)
        actions.address(draft, audience=audience, actor=self.nadia, now=NOW, **addressed)
        return actions.publish(draft, actor=self.nadia, now=NOW)


def place() -> Place:
    desk = builders.desk("Cégep d’essai")
    client = builders.client_of(desk)
    lead = builders.agent(desk, cast.PRIYA)
    Membership.objects.filter(person=lead).update(lead=True)
    other = builders.desk("Ailleurs")
    return Place(
        desk=desk,
        client=client,
        nadia=builders.agent(desk),
        karim=builders.technician(desk),
        helene=builders.manager(desk),
        lead=lead,
        amelie=builders.person(desk.organisation),
        emily=builders.person(client, cast.EMILY),
        stranger=builders.person(other.organisation, cast.RACHEL),
    )
