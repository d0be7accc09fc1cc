"""A venue at work, for tests: reasons, counters and agents with what they know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from guichet.people.models import Person, Skill
from guichet.walkup import counter as verbs
from guichet.walkup.checking_in import check_in
from guichet.walkup.models import Counter, Reason, Venue, Visit
from guichet.walkup.who import Who
from tests import builders, cast

NOW = builders.NOW
ALL_DAY = [[[0, 1440]]] * 7


@dataclass
class Place:
    """A venue with two counters; `nadia` serves everything, `felix` all but equipment."""

    desk: builders.Desk
    venue: Venue
    counters: list[Counter]
    reasons: dict[str, Reason]
    skill: Skill
    nadia: Person
    felix: Person
    helene: Person
    amelie: Person


def place(desk: builders.Desk | None = None, *, slug: str = "accueil", **fields: Any) -> Place:
    desk = desk or builders.desk()
    home = desk.organisation
    skill = Skill.objects.create(organisation=home, name_fr="Matériel", name_en="Equipment")
    nadia = builders.agent(desk, cast.NADIA)
    nadia.skills.add(skill)
    venue = Venue.objects.create(
        **{
            "organisation": home, "name_fr": "Accueil TI", "name_en": "IT desk", "slug": slug, "board_key": slug * 3,
            "opening": ALL_DAY, "appointments": True, **fields,
        }
    )  # fmt: skip
    accounts = Reason.objects.create(venue=venue, name_fr="Comptes", name_en="Accounts", position=0)
    machines = Reason.objects.create(venue=venue, name_fr="Matériel", name_en="Equipment", position=1, skill=skill)
    reasons = {
        "password": Reason.objects.create(venue=venue, parent=accounts, name_fr="Mot de passe", name_en="Password"),
        "laptop": Reason.objects.create(venue=venue, parent=machines, name_fr="Portable", name_en="Laptop"),
        "outage": Reason.objects.create(venue=venue, name_fr="Panne", name_en="Outage", position=2, urgent=True),
    }
    return Place(
        desk=desk,
        venue=venue,
        counters=[Counter.objects.create(venue=venue, name=str(n), position=n) for n in (1, 2)],
        reasons=reasons,
        skill=skill,
        nadia=nadia,
        felix=builders.agent(desk, cast.FELIX),
        helene=builders.manager(desk),
        amelie=builders.person(home),
    )


def comes(to: Place, *, why: str = "password", at: datetime = NOW, who: Who | None = None, **more: Any) -> Visit:
    """Somebody checks in; without a name unless `who` says."""
    return check_in(venue=to.venue, reason=to.reasons[why], now=at, language="fr", who=who or Who(), **more)


def seated(at: Place, *, now: datetime = NOW) -> Place:
    """Nadia at counter 1, Félix at counter 2."""
    for counter, agent in zip(at.counters, (at.nadia, at.felix), strict=True):
        verbs.sit(counter, actor=agent, now=now)
    return at


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)
