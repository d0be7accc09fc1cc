"""A venue that takes appointments: open from nine to five, two on duty, three pictured reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from guichet.people.models import Person, Skill
from guichet.walkup.models import Duty, Reason, Venue
from tests import builders, cast

# Monday 23 November 2026, 8:00 in Montréal.
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
# The same day, 10:00.
TEN = NOW + timedelta(hours=2)
WEEK = [[[540, 1020]]] * 5 + [[], []]


@dataclass
class Office:
    """A desk with its venue, who receives there and who comes."""

    desk: builders.Desk
    venue: Venue
    nadia: Person
    karim: Person
    amelie: Person
    skill: Skill
    accounts: Reason
    laptop: Reason
    outage: Reason

    def another(self, someone: cast.Someone = cast.SOPHIE) -> Person:
        return builders.person(self.desk.organisation, someone)


def office(**fields: Any) -> Office:
    desk = builders.desk("Cégep du Fleuve")
    values: dict[str, Any] = {
        "organisation": desk.organisation, "name_fr": "Bibliothèque", "name_en": "Library", "slug": "bibliotheque",
        "board_key": "clef", "appointments": True, "walk_ins": False, "opening": WEEK, **fields,
    }  # fmt: skip
    venue = Venue.objects.create(**values)
    nadia, karim = builders.agent(desk), builders.agent(desk, cast.KARIM)
    skill = Skill.objects.create(organisation=desk.organisation, name_fr="Matériel", name_en="Hardware")
    karim.skills.add(skill)
    for agent in (nadia, karim):
        for weekday in range(5):
            Duty.objects.create(venue=venue, agent=agent, weekday=weekday, starts=540, ends=1020, breaks=[[720, 60]])
    top = {"venue": venue}
    return Office(
        desk=desk, venue=venue, nadia=nadia, karim=karim, amelie=builders.person(desk.organisation), skill=skill,
        accounts=Reason.objects.create(name_fr="Mon compte", name_en="My account", icon="key-round", **top),
        laptop=Reason.objects.create(name_fr="Mon portable", name_en="My laptop", icon="laptop", skill=skill, **top),
        outage=Reason.objects.create(name_fr="Tout est arrêté", name_en="All is down", urgent=True, **top),
    )  # fmt: skip
