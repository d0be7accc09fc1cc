"""Opening hours that an organisation had before there were calendars become its usual one, and go back."""

from importlib import import_module

import pytest
from django.apps import apps

from guichet.calendars.models import Calendar, CalendarVersion
from guichet.people.models import Organisation
from tests import builders

moving = import_module("guichet.calendars.migrations.0002_opening_hours")
WEEK = [[[450, 1050]]] * 5 + [[], []]


class Past:
    """The registry as it was: organisations had opening hours, here beside them."""

    def __init__(self, opening: dict[str, list[object]]) -> None:
        self.rows = list(Organisation.objects.filter(slug__in=opening))
        for row in self.rows:
            row.opening = opening[row.slug]
        self.objects = self

    def exclude(self, opening: list[object]) -> list[Organisation]:
        return [row for row in self.rows if row.opening != opening]

    def get_model(self, app: str, name: str) -> object:
        return self if name == "Organisation" else apps.get_model(app, name)


@pytest.mark.django_db
def test_opening_hours_become_the_usual_calendar() -> None:
    here, there = builders.desk("Ici").organisation, builders.desk("Là").organisation
    Calendar.objects.filter(organisation__in=[here, there]).delete()
    Organisation.objects.filter(pk=here.pk).update(time_zone="Europe/Brussels")
    moving.forwards(Past({here.slug: WEEK, there.slug: []}), None)
    version = CalendarVersion.objects.get(calendar__organisation=here)
    assert (version.calendar.name, version.calendar.usual) == ("Heures d’ouverture", True)
    assert (version.number, version.time_zone, version.week) == (1, "Europe/Brussels", WEEK)
    assert not Calendar.objects.filter(organisation=there).exists()
