"""What the past says where a team is chosen: shown with its reason, taken with one press, never by itself."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from guichet.catalog.models import Category
from guichet.people.models import Team
from guichet.routing import habits
from guichet.tickets.models import Ticket
from tests import builders
from tests.desk.conftest import World
from tests.pasts import solved

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(habits, "TICKETS_LEAST", 20)


def about(world: World, *, team: Team, number: int = 10) -> Ticket:
    """A ticket with the front team, about something that `team` solved so often; learnt."""
    now = timezone.now()
    copiers = Category.objects.create(organisation=world.desk.organisation, name_fr="Copieurs", icon="wifi")
    solved(world.desk, number, team=team, category=copiers, since=now - timedelta(days=9))
    solved(world.desk, 20 - number, team=world.desk.front, since=now - timedelta(days=5))
    habits.learn_desk(world.desk.organisation, now=now)
    world.ticket = builders.ticket(world.amelie, category=copiers, now=now)
    return world.ticket


def shown(world: World, verb: str, **headers: str) -> str:
    answer = world.browser.get(world.url(verb), **headers)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\u00a0", " ")


@pytest.mark.parametrize("verb", ["hand_overs", "assessment", "subject"])
@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}], ids=["page", "sheet"])
def test_shown_with_its_reason_and_taken_with_one_press(world: World, verb: str, headers: dict[str, str]) -> None:
    about(world, team=world.desk.second)
    page = shown(world, verb, **headers)
    front, second = world.desk.front.name, world.desk.second.name
    if verb == "hand_overs":
        alike = f"à propos de « Copieurs » qui n’ont pas été résolus par {front}"
        assert f"Parmi les 10 tickets {alike}, 10 l’ont été par {second}." in page
    else:
        assert f"10 des 10 tickets à propos de « Copieurs » ont été résolus par {second}." in page
    assert f'name="past" value="{world.desk.second.pk}"' in page
    assert world.fresh().team == world.desk.front
    pressed = {"past": world.desk.second.pk, "version": world.ticket.version}
    assert world.browser.post(world.url("hand_overs"), pressed).status_code == 302
    assert world.fresh().team == world.desk.second
    made = world.ticket.hand_overs.get()
    assert (made.reason, made.by) == ("presence", world.nadia)


def test_a_reason_that_was_chosen_counts(world: World) -> None:
    about(world, team=world.desk.second)
    world.browser.post(
        world.url("hand_overs"), {"past": world.desk.second.pk, "reason": "rights", "note": "Poste R-214"}
    )
    made = world.ticket.hand_overs.get()
    assert (made.to_team, made.reason, made.note) == (world.desk.second, "rights", "Poste R-214")


def test_where_no_reason_is_known_it_is_asked(world: World) -> None:
    about(world, team=world.desk.second)
    version = habits.newest(world.desk.organisation)
    assert version is not None
    version.reasons = {}
    version.save(update_fields=["reasons"])
    asked = world.browser.post(world.url("hand_overs"), {"past": world.desk.second.pk, "note": "Gardée"})
    assert asked.status_code == 422
    page = asked.content.decode()
    assert f'<option value="{world.desk.second.pk}" selected' in page
    assert "Gardée" in page
    assert world.fresh().team == world.desk.front


@pytest.mark.parametrize("wrong", ["front", "0", "x", "\u0000", "-1"])
def test_another_team_than_the_proposed_is_no_press(world: World, wrong: str) -> None:
    about(world, team=world.desk.second)
    value = str(world.desk.front.pk) if wrong == "front" else wrong
    assert world.browser.post(world.url("hand_overs"), {"past": value}).status_code == 422
    assert world.fresh().team == world.desk.front


def test_what_speaks_for_staying_has_no_button(world: World) -> None:
    about(world, team=world.desk.front)
    page = shown(world, "hand_overs")
    assert "Le passé parle pour le garder ici" in page
    assert 'name="past"' not in page
    assert "Ce que dit le passé" not in shown(world, "assessment")


def test_nothing_below_the_threshold_and_nothing_switched_off(world: World) -> None:
    about(world, team=world.desk.second, number=4)
    assert "Ce que dit le passé" not in shown(world, "hand_overs")
    other = about(world, team=world.desk.second)
    assert "Ce que dit le passé" in shown(world, "hand_overs")
    habits.set_on(desk=other.desk, on=False, actor=builders.manager(world.desk), now=timezone.now())
    for verb in ("hand_overs", "assessment", "subject"):
        assert "Ce que dit le passé" not in shown(world, verb)


def test_a_provider_reads_nothing_of_it(world: World) -> None:
    about(world, team=world.desk.second)
    world.browser = builders.client_for(builders.provider(world.desk, team=world.desk.front))
    for verb in ("hand_overs", "assessment", "subject"):
        assert "Ce que dit le passé" not in shown(world, verb)


def test_it_costs_two_queries(world: World) -> None:
    """Which version is in use, and the team; the counts are known to the process."""

    def cost() -> int:
        shown(world, "assessment")
        with CaptureQueriesContext(connection) as queries:
            shown(world, "assessment")
        return len(queries)

    about(world, team=world.desk.second)
    told = cost()
    habits.set_on(desk=world.desk.organisation, on=False, actor=builders.manager(world.desk), now=timezone.now())
    assert told - cost() <= 2


def test_what_another_sheet_proposes_can_be_pressed(world: World) -> None:
    """Most of few: without the present team’s cases too little is left to propose it in the hand-over itself."""
    now = timezone.now()
    copiers = Category.objects.create(organisation=world.desk.organisation, name_fr="Copieurs", icon="wifi")
    solved(world.desk, 4, team=world.desk.second, category=copiers, since=now - timedelta(days=9))
    solved(world.desk, 1, team=world.desk.front, category=copiers, since=now - timedelta(days=8))
    solved(world.desk, 12, team=world.desk.second, since=now - timedelta(days=7))
    solved(world.desk, 8, team=world.desk.front, since=now - timedelta(days=5))
    habits.learn_desk(world.desk.organisation, now=now)
    world.ticket = builders.ticket(world.amelie, category=copiers, now=now)
    pressed = f'name="past" value="{world.desk.second.pk}"'
    assert pressed in shown(world, "assessment")
    assert pressed not in shown(world, "hand_overs")
    assert world.browser.post(world.url("hand_overs"), {"past": world.desk.second.pk}).status_code == 302
    assert world.fresh().team == world.desk.second
