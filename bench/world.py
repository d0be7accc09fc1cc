"""A desk with many tickets, written by a few statements: what is measured is reading and acting, not this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from guichet.people.models import Account, Level, LevelScheme, Membership, Organisation, Person, Role, RoleKind, Team
from guichet.search.rebuilding import rebuild
from guichet.tickets import actions
from guichet.tickets.models import Ticket

_MANY = """
INSERT INTO tickets_ticket (
    id, version, chain, reference, organisation_id, desk_id, requester_id, reporter_id, channel, kind, title,
    description, asset, facts, answers, state, impact, urgency, severity, severity_reason, priority, priority_reason,
    level_id, team_id, assignee_id, promise_kind, promise_text, promise_due_at, unsolved_reason, opened_at, updated_at,
    received_at, reopened)
SELECT 1000000 + n, 1, '', 'B-' || n, organisation, organisation, people[1 + n %% 200], people[1 + n %% 200], 'portal',
    'incident', 'Imprimante du local ' || n %% 400 || ' ne répond plus', 'Description du ticket ' || n, '', '{}', '{}',
    CASE WHEN n %% 4 = 0 THEN 'open' ELSE 'closed' END, 'person', 'hampered', 'S' || 1 + n %% 5, '', 3, '',
    level, team, NULL,
    CASE WHEN n %% 4 = 0 THEN 'solve' ELSE '' END, '',
    CASE WHEN n %% 4 = 0 THEN %(now)s + (n %% 5000 - 500) * interval '1 minute' END,
    CASE WHEN n %% 4 = 0 THEN '' ELSE 'withdrawn' END,
    %(now)s - n * interval '3 minutes', %(now)s, %(now)s, 0
FROM generate_series(1, %(count)s) AS n,
    (SELECT %(organisation)s::bigint AS organisation, %(level)s::bigint AS level, %(team)s::bigint AS team,
            %(people)s::bigint[] AS people) AS fixed
"""


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
    now = timezone.now()
    desk = Organisation.objects.create(name="Banc d’essai", slug="bench")
    scheme = LevelScheme.objects.create(organisation=desk, key="bench", name_fr="Banc")
    level = Level.objects.create(scheme=scheme, rank=1, code="N1", name_fr="Premier niveau")
    desk.scheme = scheme
    desk.save()
    team = Team.objects.create(organisation=desk, level=level, name="Centre de services", is_front=True)
    people = Person.objects.bulk_create(Person(organisation=desk, name=f"Personne {n}") for n in range(200))
    agent = Person.objects.create(organisation=desk, name="Agente du banc")
    Role.objects.create(person=agent, organisation=desk, kind=RoleKind.AGENT)
    Membership.objects.create(team=team, person=agent)
    account = Account.objects.create(email="bench@example.org", person=agent)
    values = {
        "now": now, "count": tickets, "organisation": desk.pk, "level": level.pk, "team": team.pk,
        "people": [p.pk for p in people],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MANY, values)
    rebuild(from_the_start=True)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    ticket, other = (
        actions.open_ticket(
            organisation=desk,
            requester=people[0],
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
        who = agent if number % 2 else people[0]
        actions.reply(ticket, body=f"Message {number}, avec **quelques** mots.", actor=who, now=now)
    return World(desk=desk, team=team, agent=agent, account=account, ticket=ticket, other=other)
