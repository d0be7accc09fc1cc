"""How far the levels get: the first one's rate, why tickets leave it, and the lists behind the figures."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.people.models import Grants, Person
from guichet.tickets import actions
from guichet.tickets.levels_at_work import Reach
from guichet.tickets.models import HandOverReason, Ticket
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        self.desk = builders.desk()
        self.nadia = builders.agent(self.desk)
        self.karim = builders.technician(self.desk)
        self.helene = builders.manager(self.desk)
        self.amelie = builders.person(self.desk.organisation)

    def ticket(self, **more: Any) -> Ticket:
        return builders.ticket(self.amelie, **more)

    def hand_over(self, ticket: Ticket, team: Any, *, reason: str = "competence", minutes: int = 1) -> Ticket:
        return actions.hand_over(
            ticket, to_team=team, reason=reason, actor=self.nadia, now=NOW + timedelta(minutes=minutes)
        )

    def solved(self, ticket: Ticket, *, minutes: int = 30) -> Ticket:
        return builders.resolved(ticket, actor=self.nadia, now=NOW + timedelta(minutes=minutes))

    def reach(self, person: Person | None = None, *, weeks: int = 4, days: float = 1) -> Reach:
        return Reach(person=person or self.helene, weeks=weeks, now=NOW + timedelta(days=days), zone=UTC)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_the_first_levels_rate(scene: Scene) -> None:
    kept = scene.solved(scene.ticket())
    handed = scene.solved(scene.hand_over(scene.ticket(), scene.desk.second, reason="rights"))
    back = scene.hand_over(scene.ticket(), scene.desk.second)
    back = scene.solved(scene.hand_over(back, scene.desk.front, minutes=2))
    still_open = scene.hand_over(scene.ticket(), scene.desk.second, reason="presence")
    given_up = scene.ticket()
    actions.cancel(given_up, actor=scene.nadia, now=NOW + timedelta(minutes=3), reason="Doublon")
    found = scene.reach().figures()
    assert (found.solved, found.by_first, found.elsewhere, found.past) == (3, 1, 2, 0)
    assert found.rate == pytest.approx(1 / 3)
    assert found.left == 3 and found.fro == 1
    assert {(line.key, line.count) for line in found.reasons} == {("rights", 1), ("competence", 1), ("presence", 1)}
    assert [(line.name, line.count) for line in found.teams] == [(scene.desk.second.name, 3)]
    reach = scene.reach()
    assert set(reach.by_first()) == {kept} and set(reach.beyond()) == {handed, back}
    assert set(reach.left()) == {handed, back, still_open} and set(reach.fro()) == {back}


def test_what_stands_below_the_front_team_belongs_to_it(scene: Scene) -> None:
    """A ticket that came up from self-service, and was solved by the front team, never left the first level."""
    front = scene.desk.front.level
    below = type(front).objects.create(scheme=front.scheme, rank=0, code="N0", name_fr="Libre-service", name_en="Self")
    team = builders.team(scene.desk.organisation, below)
    ticket = scene.hand_over(scene.ticket(), team)
    scene.solved(scene.hand_over(ticket, scene.desk.front, minutes=2))
    found = scene.reach().figures()
    assert (found.solved, found.by_first, found.past, found.left) == (1, 1, 0, 0)


def test_sent_past_the_first_level(scene: Scene) -> None:
    """Never was there: no hand-over says so, the level does."""
    ticket = scene.ticket()
    Ticket.objects.filter(pk=ticket.pk).update(team=scene.desk.second, level=scene.desk.second.level)
    scene.solved(Ticket.objects.get(pk=ticket.pk))
    found = scene.reach().figures()
    assert (found.solved, found.by_first, found.past, found.left) == (1, 0, 1, 0)


def test_every_figure_is_as_long_as_its_list(scene: Scene) -> None:
    for n, reason in enumerate(HandOverReason.values):
        ticket = scene.hand_over(scene.ticket(), scene.desk.second, reason=reason, minutes=1 + n)
        if n % 2:
            scene.solved(scene.hand_over(ticket, scene.desk.front, minutes=20))
    scene.solved(scene.ticket())
    reach = scene.reach()
    found = reach.figures()
    told = {"solved": found.solved, "by_first": found.by_first, "beyond": found.elsewhere, "past": found.past}
    told |= {"left": found.left, "fro": found.fro}
    for kind, lines in (("reason", found.reasons), ("category", found.categories), ("team", found.teams)):
        told |= {f"{kind}-{line.key}": line.count for line in lines}
    assert len(told) >= 13
    for name, count in told.items():
        behind = reach.behind(name)
        assert behind is not None and behind.count() == count, name


@pytest.mark.parametrize("name", ["", "figures", "reason-", "reason-nothing", "category-x", "team-none", "person-1"])
def test_what_is_no_figure_has_no_list(scene: Scene, name: str) -> None:
    assert scene.reach().behind(name) is None


def test_only_the_period(scene: Scene) -> None:
    """Whole weeks by their Monday, the one we are in among them."""
    scene.solved(scene.ticket())
    assert scene.reach(weeks=1, days=0.5).figures().solved == 1
    later = scene.reach(weeks=1, days=7.5).figures()
    assert later.solved == 0 and later.rate is None
    again = scene.reach(weeks=2, days=7.5)
    assert [week.solved for week in again.figures().weeks] == [1, 0]
    assert all(week.starts.weekday() == 0 for week in again.figures().weeks)


def test_another_desks_tickets_dont_count(scene: Scene) -> None:
    other = Scene()
    other.solved(other.hand_over(other.ticket(), other.desk.second))
    found = scene.reach().figures()
    assert (found.solved, found.left, found.fro) == (0, 0, 0)
    assert scene.reach().behind(f"team-{other.desk.second.pk}") is None
    assert Grants.of(scene.nadia).manages_in == frozenset()
    assert scene.reach(scene.nadia).figures().solved == 0


def test_as_many_queries_whatever_there_is(scene: Scene) -> None:
    def queries() -> int:
        reach = scene.reach()
        with CaptureQueriesContext(
            connection,
        ) as seen:
            reach.figures()
        return len(seen)

    scene.solved(scene.hand_over(scene.ticket(), scene.desk.second))
    before = queries()
    for reason in HandOverReason.values:
        scene.solved(scene.hand_over(scene.ticket(), scene.desk.second, reason=reason))
    assert queries() == before <= 11
