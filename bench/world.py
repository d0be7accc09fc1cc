"""A desk to measure on: the large one of the demo, or one of its own with nothing on it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from guichet.demo.scale import loading, plan
from guichet.people.models import Account, Level, LevelScheme, Membership, Organisation, Person, Role, RoleKind, Team
from guichet.tickets import actions
from guichet.tickets.models import Ticket


@dataclass(frozen=True)
class World:
    """The desk, an agent of it, one ticket with ten messages and one to act upon."""

    desk: Organisation
    team: Team
    agent: Person
    account: Account
    ticket: Ticket
    other: Ticket


def build(*, tickets: int) -> World:
    """With so many tickets beside the two; with 0, a small desk without history or people."""
    now = timezone.now()
    account = _large(tickets) if tickets else _small()
    agent = account.person
    team = agent.memberships.select_related("team__organisation").get().team
    requester = Person.objects.create(organisation=team.organisation, name="Personne du banc")
    ticket, other = (
        actions.open_ticket(
            organisation=team.organisation,
            requester=requester,
            actor=agent,
            team=team,
            description="La messagerie refuse les pièces jointes depuis ce matin.",
            impact="group",
            urgency="hampered",
            now=now - timedelta(hours=3),
        )
        for _ in range(2)
    )
    for number in range(10):
        who = agent if number % 2 else requester
        actions.reply(ticket, body=f"Message {number}, avec **quelques** mots.", actor=who, now=now)
    return World(desk=team.organisation, team=team, agent=agent, account=account, ticket=ticket, other=other)


def _large(tickets: int) -> Account:
    loading.load(
        tickets=tickets, seed=1, until=timezone.now(), hands=os.cpu_count() or 1, tell=lambda step, done, of: None
    )
    return Account.objects.select_related("person").get(email=f"agent1@{plan.DESK}.example")


def _small() -> Account:
    desk = Organisation.objects.create(name="Banc d’essai", slug="bench")
    scheme = LevelScheme.objects.create(organisation=desk, key="bench", name_fr="Banc")
    level = Level.objects.create(scheme=scheme, rank=1, code="N1", name_fr="Premier niveau")
    desk.scheme = scheme
    desk.save()
    team = Team.objects.create(organisation=desk, level=level, name="Centre de services", is_front=True)
    agent = Person.objects.create(organisation=desk, name="Agente du banc")
    Role.objects.create(person=agent, organisation=desk, kind=RoleKind.AGENT)
    Membership.objects.create(team=team, person=agent)
    return Account.objects.create(email="bench@example.org", person=agent)
