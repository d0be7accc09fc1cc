"""Small functions that make what a test needs, with the cast's names and sensible defaults.

    desk = builders.desk()                       # an organisation with levels N1–N3, a front team and a second one
    nadia = builders.agent(desk)                 # at the front team
    amelie = builders.person(desk.organisation)  # asks for help
    ticket = builders.ticket(amelie)             # through the real actions, routed to the front team
    client = builders.client_for(nadia)          # signed in

Rows about people are made directly; tickets only through the product's actions. No password is hashed.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.test import Client

from guichet.people.known import now_known
from guichet.people.models import (
    Account,
    Level,
    LevelScheme,
    Membership,
    Organisation,
    Person,
    Role,
    RoleKind,
    Team,
)
from guichet.routing.actions import submit
from guichet.sla.drafts import policy_draft
from guichet.sla.settings_actions import Aim, Said, Time
from guichet.suggestions.models import Lesson
from guichet.tickets import trials
from guichet.tickets.actions import attempt, resolve
from guichet.tickets.models import Ticket, Trial
from tests import cast

# A Tuesday, 10:00 in Montréal: the desk is open.
NOW = datetime(2025, 11, 18, 15, 0, tzinfo=UTC)
UNUSABLE = "!tests-sign-in-without-password"
_serial = itertools.count(1)


@dataclass
class Desk:
    """An organisation ready to treat tickets."""

    organisation: Organisation
    levels: dict[str, Level]
    front: Team
    second: Team
    teams: dict[str, Team] = field(default_factory=dict)


def organisation(name: str = "", *, served_by: Organisation | None = None, **fields: Any) -> Organisation:
    number = next(_serial)
    return Organisation.objects.create(
        name=name or f"Cégep d’essai {number}", slug=f"essai-{number}", served_by=served_by, **fields
    )


def desk(name: str = "", *, codes: tuple[str, ...] = ("N1", "N2", "N3"), **fields: Any) -> Desk:
    """An organisation with a scheme of levels, a team at each, the first of them the front team."""
    place = organisation(name, **fields)
    scheme = LevelScheme.objects.create(organisation=place, key="n", name_fr="Niveaux", name_en="Levels")
    levels = {
        code: Level.objects.create(
            scheme=scheme, rank=rank, code=code, name_fr=f"Niveau {rank}", name_en=f"Level {rank}", minutes_limit=20
        )
        for rank, code in enumerate(codes, start=1)
    }
    place.scheme = scheme
    place.save(update_fields=["scheme"])
    names = ("Centre de services", "Techniciens de proximité", "Classe principale")
    teams = {}
    for rank, (code, level) in enumerate(levels.items()):
        teams[code] = team(place, level, name=names[rank] if rank < len(names) else f"Équipe {code}", is_front=not rank)
    ordered = list(teams.values())
    second = ordered[min(1, len(ordered) - 1)]
    return Desk(organisation=place, levels=levels, front=ordered[0], second=second, teams=teams)


def team(place: Organisation, level: Level, *, name: str = "", is_front: bool = False, **fields: Any) -> Team:
    return Team.objects.create(
        organisation=place,
        level=level,
        name=name or f"Équipe {next(_serial)}",
        is_front=is_front,
        takes_calls=is_front,
        **fields,
    )


def person(place: Organisation, someone: cast.Someone = cast.AMELIE, *, account: bool = True, **fields: Any) -> Person:
    """One of the cast in that organisation, with an account to sign in with; no role."""
    number = next(_serial)
    values: dict[str, Any] = {
        "name": someone.name,
        "email": f"{someone.key}.{number}@essai.example",
        "language": someone.language,
        "expertise": someone.expertise,
        **fields,
    }
    made = Person.objects.create(organisation=place, **values)
    now_known([made])
    if account:
        address = made.email or f"sans-courriel.{number}@essai.example"
        Account.objects.create(email=address, person=made, password=UNUSABLE)
    return made


def agent(
    at: Desk, someone: cast.Someone = cast.NADIA, *, team: Team | None = None, role: str = RoleKind.AGENT, **fields: Any
) -> Person:
    """Somebody who treats tickets at that desk, in its front team unless said otherwise."""
    made = person(at.organisation, someone, **fields)
    Role.objects.create(person=made, organisation=at.organisation, kind=role)
    Membership.objects.create(person=made, team=team or at.front)
    return made


def technician(at: Desk, someone: cast.Someone = cast.KARIM, **fields: Any) -> Person:
    """A field technician of the second team."""
    return agent(at, someone, team=at.second, role=RoleKind.TECHNICIAN, **fields)


def manager(at: Desk, someone: cast.Someone = cast.HELENE, **fields: Any) -> Person:
    """A manager, in no team."""
    made = person(at.organisation, someone, **fields)
    Role.objects.create(person=made, organisation=at.organisation, kind=RoleKind.MANAGER)
    return made


def contact(place: Organisation, someone: cast.Someone = cast.EMILY, **fields: Any) -> Person:
    """Who speaks for a client and sees all of its tickets."""
    made = person(place, someone, **fields)
    Role.objects.create(person=made, organisation=place, kind=RoleKind.CONTACT)
    return made


def provider(at: Desk, someone: cast.Someone = cast.GENEVIEVE, *, team: Team | None = None, **fields: Any) -> Person:
    """A provider's technician: sees the tickets of their team only."""
    return agent(at, someone, team=team or at.second, role=RoleKind.PROVIDER, **fields)


def client_of(at: Desk, name: str = "Étude d’essai", **fields: Any) -> Organisation:
    """An organisation that this desk serves."""
    return organisation(name, served_by=at.organisation, **fields)


def ticket(requester: Person, *, actor: Person | None = None, now: datetime = NOW, **fields: Any) -> Ticket:
    """A routed ticket, opened by its requester unless `actor` did it for them."""
    values: dict[str, Any] = {
        "description": "L’imprimante du bureau R-214 ne répond plus depuis ce matin.",
        "impact": "group",
        "urgency": "blocked",
        **fields,
    }
    return submit(
        organisation=values.pop("organisation", requester.organisation),
        requester=requester,
        actor=actor or requester,
        now=now,
        **values,
    )


def resolved(given: Ticket, *, actor: Person, now: datetime = NOW) -> Ticket:
    """The ticket, resolved by a fix that was tested."""
    done = attempt(
        given,
        kind="fix",
        text="Pilote d’impression réinstallé.",
        test="Page d’essai imprimée.",
        result="worked",
        actor=actor,
        now=now,
    )
    return resolve(given, solution=done, actor=actor, now=now)


def client_for(someone: Person, **headers: Any) -> Client:
    """Django's test client, signed in as that person."""
    browser = Client(**headers)
    account = Account.objects.filter(person=someone).first()
    if account is None:
        account = Account.objects.create(
            email=someone.email or f"sans-courriel.{next(_serial)}@essai.example", person=someone, password=UNUSABLE
        )
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def lesson(desk: Organisation, *, now: datetime = NOW, **fields: Any) -> Lesson:
    """What the desk's tickets taught about their category, in use; its data says nothing."""
    figures = {"accuracy": 0.87, "macro_f1": 0.8, "coverage_at_90": 0.64, "ece": 0.02, "usual": 0.31, "threshold": 0.72}
    values = {"field": "category", "number": 1, "tickets": 1_234, "classes": 9, "data": b"-", "in_use": True, **figures}
    return Lesson.objects.create(organisation=desk, made_at=now, **{**values, **fields})


def trial(desk: Organisation, *, by: Person, name: str = "Réseau", now: datetime = NOW) -> Trial:
    """A draft of a policy for incidents, tried on what the desk's tickets were promised."""
    said = Said(name_fr=name, kind="incident", aims=[Aim("resolution", {"S3": Time(minutes=1)})])
    return trials.start(desk=desk, draft=policy_draft(policy=None, desk=desk, said=said), name=name, actor=by, now=now)
