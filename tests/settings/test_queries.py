"""A settings page costs the same whatever the number of rows."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.catalog.models import Category, Question, RequestType, Service
from guichet.people.models import Site, Skill
from guichet.routing.models import Rule
from guichet.sla.models import Policy
from guichet.tickets.models import Macro
from tests import builders, cast
from tests.settings.conftest import Setting

LISTS = (
    "home", "organisation", "opening", "calendars", "levels", "people", "skills", "teams", "clients", "sites",
    "severity", "policies", "services", "categories", "request_types", "rules", "trial", "past", "macros",
    "service_levels",
)  # fmt: skip


_serial = itertools.count()


def more(setting: Setting, number: int) -> None:
    place = setting.desk.organisation
    for _ in range(number):
        n = next(_serial)
        skill = Skill.objects.create(organisation=place, name_fr=f"Compétence {n}")
        team = builders.team(place, setting.desk.levels["N1"])
        team.skills.add(skill)
        builders.agent(setting.desk, cast.NADIA, team=team)
        Site.objects.create(organisation=place, name=f"Lieu {n}")
        builders.client_of(setting.desk)
        Service.objects.create(organisation=place, name_fr=f"Service {n}")
        parent = Category.objects.create(organisation=place, name_fr=f"Catégorie {n}", icon="wifi")
        Category.objects.create(organisation=place, name_fr="Dessous", parent=parent, icon="nowhere-to-be-found")
        kind = RequestType.objects.create(organisation=place, name_fr=f"Type {n}", category=parent)
        Question.objects.create(request_type=kind, key="q", label_fr="Quoi ?")
        Macro.objects.create(organisation=place, name_fr=f"Macro {n}", body_fr="Bonjour")
        Policy.objects.create(organisation=place, name_fr=f"Convention {n}", service=Service.objects.latest("pk"))
        Rule.objects.create(
            organisation=place,
            position=n + 1,
            name_fr=f"Règle {n}",
            team=team,
            conditions={"category": [str(parent.pk)]},
        )


@pytest.mark.parametrize("name", LISTS)
def test_constant(setting: Setting, name: str) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert setting.get(name).status_code == 200
        return len(queries)

    more(setting, 2)
    # The usual policy is made when somebody first looks for one.
    cost()
    few = cost()
    more(setting, 6)
    assert cost() == few
    assert few <= 24 if name == "home" else few <= 15
