"""The desk that the tests of training happen at, with a topic and somebody who teaches it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from guichet.catalog.models import Category
from guichet.people.models import Organisation, Person
from guichet.training import planning, registering
from guichet.training.models import Registration, Session, Topic
from guichet.training.planning import Said
from tests import builders, cast

NOW = builders.NOW
LINK = "https://visio.example/salle"


def later(days: float) -> datetime:
    return NOW + timedelta(days=days)


@dataclass
class Place:
    """`nadia` gives the sessions, `helene` manages the desk, `karim` only works there; `emily` is of a client."""

    desk: builders.Desk
    client: Organisation
    topic: Topic
    category: Category
    nadia: Person
    karim: Person
    helene: Person
    amelie: Person
    emily: Person
    stranger: Person

    def said(self, **fields: Any) -> Said:
        given: dict[str, Any] = {
            "topic": self.topic, "title": "Tenir une visioconférence", "starts_at": later(7), "minutes": 60,
            "trainer": self.nadia, "link": LINK, "capacity": 2, **fields,
        }  # fmt: skip
        return Said(**given)

    def planned(self, **fields: Any) -> Session:
        actor = fields.pop("actor", self.nadia)
        now = fields.pop("now", NOW)
        return planning.plan(desk=self.desk.organisation, said=self.said(**fields), actor=actor, now=now)

    def opened(self, **fields: Any) -> Session:
        now = fields.get("now", NOW)
        return planning.open_up(self.planned(**fields), actor=self.nadia, now=now)

    def register(self, session: Session, person: Person, *, now: datetime = NOW) -> Registration:
        return registering.register(session, person=person, actor=person, now=now)

    def another(self, **fields: Any) -> Person:
        return builders.person(fields.pop("organisation", self.desk.organisation), cast.RACHEL, **fields)


def place() -> Place:
    desk = builders.desk("Cégep d’essai")
    category = Category.objects.create(organisation=desk.organisation, name_fr="Visioconférence", name_en="Video calls")
    topic = Topic.objects.create(desk=desk.organisation, name_fr="La visioconférence", name_en="Video calls")
    topic.categories.add(category)
    client = builders.client_of(desk)
    return Place(
        desk=desk,
        client=client,
        topic=topic,
        category=category,
        nadia=builders.agent(desk),
        karim=builders.technician(desk),
        helene=builders.manager(desk),
        amelie=builders.person(desk.organisation),
        emily=builders.contact(client),
        stranger=builders.person(builders.desk("Ailleurs").organisation, cast.SOPHIE),
    )
