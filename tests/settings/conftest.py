"""A desk with a manager, an agent, a client and one row of each kind that its settings hold."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guichet.calendars import changing
from guichet.calendars.hours import OFFICE_HOURS
from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.channels.models import Mailbox
from guichet.connectors import changing as webhooks
from guichet.connectors import deliveries
from guichet.people.models import Organisation, Person, Site, Skill
from guichet.routing.models import Rule
from guichet.sla.models import Policy
from guichet.tickets.models import Macro, PolicyApplication
from guichet.walkup.models import Device, Reason, Venue
from tests import builders, cast
from tests.knowledge import printing
from tests.shared import ground


@dataclass
class Setting:
    """What the tests of the settings look at; `post` and `get` are the manager's."""

    desk: builders.Desk
    manager: Person
    agent: Person
    client: Organisation
    customer: Person
    rows: dict[str, Any] = field(default_factory=dict)
    browser: Client = field(default_factory=Client)

    @property
    def slug(self) -> str:
        return self.desk.organisation.slug

    def url(self, name: str, *args: object) -> str:
        return reverse(f"desk:settings:{name}", args=[self.slug, *args])

    def get(self, name: str, /, *args: object, **query: Any) -> HttpResponse:
        return self.browser.get(self.url(name, *args), query)

    def post(self, name: str, /, *args: object, **data: Any) -> HttpResponse:
        return self.browser.post(self.url(name, *args), data)


def make_setting() -> Setting:
    desk = builders.desk(phone="819 555-0100")
    place = desk.organisation
    client = builders.client_of(desk)
    category = Category.objects.create(organisation=place, name_fr="Réseau", name_en="Network", icon="wifi")
    kind = RequestType.objects.create(organisation=place, name_fr="Accès", name_en="Access", category=category)
    question = Question.objects.create(
        request_type=kind,
        key="quel",
        label_fr="Quel système ?",
        kind="choice",
        choices=[{"value": "paie", "fr": "Paie", "en": "Payroll"}, {"value": "autre", "fr": "Autre", "en": ""}],
    )
    made = Setting(
        desk=desk,
        manager=builders.manager(desk),
        agent=builders.agent(desk),
        client=client,
        customer=builders.contact(client, cast.EMILY),
        rows={
            "level": desk.levels["N2"],
            "team": desk.second,
            "skill": Skill.objects.create(organisation=place, name_fr="Wi-Fi"),
            "site": Site.objects.create(organisation=place, name="Pavillon A"),
            "client": client,
            "service": Service.objects.create(organisation=place, name_fr="Messagerie"),
            "category": category,
            "request_type": kind,
            "question": question,
            "service_level": Policy.objects.create(organisation=place, name_fr="Incidents", kind="incident"),
            "macro": Macro.objects.create(organisation=place, name_fr="Accusé", body_fr="Bonjour {prenom}"),
            "mailbox": Mailbox.objects.create(organisation=place, address=f"aide@{place.slug}.example"),
            "rule": Rule.objects.create(
                organisation=place, position=0, name_fr="Réseau", team=desk.second, conditions={"keyword": ["wifi"]}
            ),
        },
    )
    made.rows["calendar"] = changing.save_calendar(
        calendar=None,
        usual=False,
        desk=place,
        name="Astreinte",
        said=changing.Said(time_zone="Europe/Paris", week=OFFICE_HOURS),
        note="",
        since=None,
        actor=made.manager,
        now=timezone.now(),
    )
    made.rows["application"] = PolicyApplication.objects.create(
        organisation=place, by=made.manager, asked_at=timezone.now()
    )
    by: dict[str, Any] = {"actor": made.manager, "now": timezone.now()}
    made.rows["webhook"] = webhook = webhooks.save_webhook(
        webhook=None, desk=place, name="Bord", url="https://bord.example/", verbs=["session.*"], active=True, **by
    )
    made.rows["delivery"] = deliveries.ping(webhook=webhook, **by).row
    made.rows["tree"] = printing.published(place, by=made.manager)
    venue = Venue.objects.create(organisation=place, name_fr="Accueil", slug="accueil-essai", board_key="clef-essai")
    made.rows |= {
        "venue": venue,
        "counter": venue.counters.create(name="1"),
        "reason": Reason.objects.create(venue=venue, name_fr="Question"),
        "device": Device.objects.create(venue=venue, name="Borne", created_by=made.manager, created_at=timezone.now()),
    }
    made.browser = builders.client_for(made.manager)
    made.browser.cookies["guichet_language"] = "en"
    return made


def text(response: HttpResponse) -> str:
    return response.content.decode()


founded = ground(make_setting)


@pytest.fixture
def setting(founded: Setting, db: None) -> Setting:
    return deepcopy(founded)
