"""What the past says of one ticket, in a sentence, to those who treat there; and the rules that it would make."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from guichet.catalog.models import Category
from guichet.lib.errors import Conflict, Forbidden
from guichet.people.models import Site
from guichet.routing import habits
from guichet.routing.models import Rule
from guichet.routing.proposing import adopt, proposal_for, proposed_rules
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW
from tests.pasts import solved

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(habits, "TICKETS_LEAST", 20)


class World:
    """Printers at Liège are the second team's, nine times in ten; mail is the front team's."""

    def __init__(self) -> None:
        self.desk = builders.desk()
        here = self.desk.organisation
        self.site = Site.objects.create(organisation=here, name="Liège")
        self.printers = Category.objects.create(
            organisation=here, name_fr="Imprimantes", name_en="Printers", icon="wifi"
        )
        self.mail = Category.objects.create(organisation=here, name_fr="Messagerie", icon="wifi")
        solved(self.desk, 9, team=self.desk.second, category=self.printers, site=self.site)
        solved(self.desk, 1, team=self.desk.front, category=self.printers, site=self.site)
        solved(self.desk, 1, team=self.desk.front, category=self.printers)
        since = NOW + timedelta(days=2)
        solved(self.desk, 10, team=self.desk.front, category=self.mail, site=self.site, since=since)
        habits.learn_desk(here, now=LATER)
        self.agent = builders.agent(self.desk)

    def ticket(self, **fields: object) -> Ticket:
        return builders.ticket(builders.person(self.desk.organisation), now=LATER, **fields)


@pytest.fixture
def world() -> World:
    return World()


def test_a_proposal_says_why(world: World) -> None:
    ticket = world.ticket(category=world.printers, site=world.site)
    told = proposal_for(ticket, person=world.agent)
    assert told is not None
    assert told.team == world.desk.second
    assert (told.count, told.among, told.reason) == (9, 10, "presence")
    assert 60 <= told.percent <= 90
    with translation.override("en"):
        told = proposal_for(ticket, person=world.agent)
        assert told is not None
        alike = "about “Printers” at “Liège”"
        assert told.says == f"9 of the 10 tickets {alike} were solved by {world.desk.second.name}."
    with translation.override("fr"):
        told = proposal_for(ticket, person=world.agent)
        assert told is not None
        assert told.says.startswith("9 des 10 tickets à propos de «\u00a0Imprimantes\u00a0» à «\u00a0Liège\u00a0»")


def test_what_is_not_clear_is_not_said(world: World) -> None:
    other = Category.objects.create(organisation=world.desk.organisation, name_fr="Autre", icon="wifi")
    assert proposal_for(world.ticket(category=other), person=world.agent) is None


def test_a_provider_is_told_nothing(world: World) -> None:
    """Who only sees the tickets of their own team would read from it what the desk does for others."""
    ticket = world.ticket(category=world.printers, site=world.site)
    provider = builders.provider(world.desk, team=world.desk.front)
    assert Ticket.objects.at_desk_of(provider).filter(pk=ticket.pk).exists()
    assert proposal_for(ticket, person=provider) is None
    assert proposal_for(ticket, person=builders.agent(builders.desk())) is None


def test_a_team_that_gave_it_away_does_not_get_it_back(world: World) -> None:
    """Of what the second team didn't solve either, there is too little to say anything; of the rest there is enough."""
    ticket = world.ticket(category=world.mail)
    told = proposal_for(ticket, person=world.agent)
    assert told is not None
    assert told.team == world.desk.front
    actions.hand_over(ticket, to_team=world.desk.second, reason="time", actor=world.agent, now=LATER)
    assert proposal_for(Ticket.objects.get(pk=ticket.pk), person=world.agent) is None
    printer = world.ticket(category=world.printers)
    with translation.override("en"):
        told = proposal_for(printer, person=world.agent, leaves=True)
    assert told is not None
    front, second = world.desk.front.name, world.desk.second.name
    says = f"Of the 9 tickets about “Printers” that weren’t solved by {front}, 9 were solved by {second}."
    assert (told.team, told.says) == (world.desk.second, says)


def test_switched_off_nothing_is_proposed(world: World) -> None:
    ticket = world.ticket(category=world.printers, site=world.site)
    habits.set_on(desk=world.desk.organisation, on=False, actor=builders.manager(world.desk), now=LATER)
    assert proposal_for(ticket, person=world.agent) is None


def test_a_proposal_costs_four_queries_at_most(world: World) -> None:
    ticket = Ticket.objects.select_related("category", "site", "organisation").get(
        pk=world.ticket(category=world.printers, site=world.site).pk
    )
    assert world.agent.grants.treats_in
    for most in (4, 3):
        with CaptureQueriesContext(connection) as queries:
            assert proposal_for(ticket, person=world.agent) is not None
        assert len(queries) <= most


def test_rules_that_the_past_proposes(world: World) -> None:
    desk = world.desk.organisation
    version = habits.in_use(desk)
    assert version is not None
    manager = builders.manager(world.desk)
    with translation.override("en"):
        (proposed,) = proposed_rules(desk, version=version)
        assert proposed.conditions == {"category": [str(world.printers.pk)]}
        assert proposed.says == f"9 of the 11 tickets about “Printers” were solved by {world.desk.second.name}."
    with pytest.raises(Forbidden):
        adopt(desk=desk, key=proposed.key, actor=world.agent, now=LATER)
    rule = adopt(desk=desk, key=proposed.key, actor=manager, now=LATER)
    assert (rule.live, rule.team, rule.conditions) == (False, world.desk.second, proposed.conditions)
    assert rule.name_fr == f"Imprimantes → {world.desk.second.name}"
    assert rule.name_en == f"Printers → {world.desk.second.name}"
    assert proposed_rules(desk, version=version) == []
    with pytest.raises(Conflict):
        adopt(desk=desk, key=proposed.key, actor=manager, now=LATER)
    assert Rule.objects.filter(organisation=desk).count() == 1


def test_what_live_rules_do_already_is_not_proposed(world: World) -> None:
    desk = world.desk.organisation
    version = habits.in_use(desk)
    assert version is not None
    rule = Rule.objects.create(organisation=desk, position=0, name_fr="Tout", team=world.desk.second, conditions={})
    assert len(proposed_rules(desk, version=version)) == 1
    rule.live = True
    rule.save()
    # Everything goes to the second team now: what the first does well is proposed, the printers no longer.
    (proposed,) = proposed_rules(desk, version=version)
    assert (proposed.team, proposed.conditions) == (world.desk.front, {"category": [str(world.mail.pk)]})
