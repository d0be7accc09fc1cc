"""Submitting: the rules decide, the ticket opens with that team, and the decision is kept with its reasons."""

from typing import Any

import pytest

from guichet.lib.errors import Refused
from guichet.people.models import Site, Team
from guichet.routing.actions import decide, facts_of, facts_of_ticket, words_of
from guichet.routing.models import Decision, Rule
from guichet.tickets.models import Ticket
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: Any) -> builders.Desk:
    return builders.desk()


def rule(desk: builders.Desk, team: Team, *, live: bool = True, position: int = 0, **conditions: list[str]) -> Rule:
    return Rule.objects.create(
        organisation=desk.organisation, position=position, conditions=conditions, team=team, live=live, name_fr="Règle"
    )


def test_without_rules_the_front_team(desk: builders.Desk) -> None:
    ticket = builders.ticket(builders.person(desk.organisation))
    decision = Decision.objects.get(ticket=ticket)
    assert (ticket.team, decision.rule, decision.team) == (desk.front, None, desk.front)
    assert decision.why["trace"] == []


def test_the_first_live_rule_that_fits(desk: builders.Desk) -> None:
    third = desk.teams["N3"]
    rule(desk, third, live=False, position=0, severity=["S3"])
    no = rule(desk, third, position=2, severity=["S1"])
    yes = rule(desk, desk.second, position=3, severity=["S2", "S3"], keyword=["Imprimante", "été"])
    rule(desk, third, position=4)
    ticket = builders.ticket(builders.person(desk.organisation), impact="group", urgency="blocked")
    assert (ticket.team, ticket.level) == (desk.second, desk.levels["N2"])
    why = Decision.objects.get(ticket=ticket).why
    assert [(c["rule"], c["failed"]) for c in why["trace"]] == [(no.pk, "severity"), (yes.pk, "")]
    assert why["facts"]["severity"] == "S3"
    # A later look at the same ticket comes to the same decision.
    again = decide(desk.organisation, facts=facts_of_ticket(ticket), text=f"{ticket.title} {ticket.description}")
    assert (again.team, again.rule) == (desk.second.pk, yes.pk)


def test_what_rules_look_at(desk: builders.Desk) -> None:
    client = builders.client_of(desk)
    site = Site.objects.create(organisation=client, name="Huy")
    rule(desk, desk.second, organisation=[str(client.pk)], site=[str(site.pk)], channel=["phone"], kind=["request"])
    someone = builders.person(client)
    fits: dict[str, Any] = {"site": site, "channel": "phone", "kind": "request"}
    assert builders.ticket(someone, **fits).team == desk.second
    for other in ({"site": None}, {"channel": "mail"}, {"kind": "incident"}):
        assert builders.ticket(someone, **{**fits, **other}).team == desk.front


def test_keywords_are_whole_words_without_accents(desk: builders.Desk) -> None:
    assert words_of("L’Imprimante, l'été: œuvre wi-fi") == {"l", "imprimante", "ete", "oeuvre", "wi", "fi"}
    rule(desk, desk.second, keyword=["Écran"])
    someone = builders.person(desk.organisation)
    assert builders.ticket(someone, description="Mon ECRAN est noir").team == desk.second
    assert builders.ticket(someone, description="Mes écrans sont noirs").team == desk.front
    assert builders.ticket(someone, title="Écran", description="Noir").team == desk.second


def test_another_desks_rules_do_not_count(desk: builders.Desk) -> None:
    other = builders.desk()
    rule(other, other.second)
    assert builders.ticket(builders.person(desk.organisation)).team == desk.front


def test_a_desk_without_a_front_team_says_so(desk: builders.Desk) -> None:
    Team.objects.filter(pk=desk.front.pk).update(is_front=False)
    with pytest.raises(Refused) as refusal:
        builders.ticket(builders.person(desk.organisation))
    assert refusal.value.code == "no_team"
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("field", ["impact", "urgency", "kind", "channel"])
def test_an_unknown_choice_is_refused_not_routed(desk: builders.Desk, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        builders.ticket(builders.person(desk.organisation), **{field: "moon"})
    assert (refusal.value.code, refusal.value.field) == ("unknown_choice", field)
    assert not Decision.objects.exists()


def test_the_facts_are_text(desk: builders.Desk) -> None:
    facts = facts_of(organisation=desk.organisation, severity="S1")
    assert set(map(type, facts.values())) == {str}
    assert facts["site"] == facts["category"] == facts["request_type"] == ""
