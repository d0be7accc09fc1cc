"""Who sees which ticket: every kind of person against every kind of ticket, as a table."""

from typing import Any

import pytest

from guichet.people.models import Membership, Role, RoleKind
from guichet.tickets import actions, policies
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.tickets.stage import later

TICKETS = ("own", "other", "client", "client2", "at_provider", "watched", "entered", "elsewhere")
# Person → the tickets they see; a capital letter says that they treat it too.
TABLE = {
    "requester": "own watched_not entered",
    "neighbour": "other",
    "follower": "watched",
    "nobody": "",
    "agent": "OWN OTHER CLIENT CLIENT2 AT_PROVIDER WATCHED ENTERED",
    "technician": "OWN OTHER CLIENT CLIENT2 AT_PROVIDER WATCHED ENTERED",
    "manager": "OWN OTHER CLIENT CLIENT2 AT_PROVIDER WATCHED ENTERED",
    "operator": "OWN OTHER CLIENT CLIENT2 AT_PROVIDER WATCHED ENTERED",
    "provider": "AT_PROVIDER",
    "approver": "",
    "contact": "own other at_provider watched entered",
    "client_contact": "client entered_not",
    "client_person": "client",
    "client2_contact": "client2",
    "agent_of_client": "",
    "stranger": "ELSEWHERE",
    "moonlighter": "ELSEWHERE own other at_provider watched entered",
    "member_without_role": "",
}


@pytest.fixture
def world(db: Any) -> tuple[dict[str, Any], dict[str, Ticket]]:
    desk, elsewhere = builders.desk(), builders.desk()
    place = desk.organisation
    client, client2 = builders.client_of(desk), builders.client_of(desk)
    people = {
        "requester": builders.person(place),
        "neighbour": builders.person(place, cast.RACHEL),
        "follower": builders.person(place, cast.RACHEL),
        "nobody": builders.person(place, cast.RACHEL),
        "agent": builders.agent(desk),
        "technician": builders.technician(desk),
        "manager": builders.manager(desk),
        "operator": builders.agent(desk, role=RoleKind.OPERATOR),
        "provider": builders.provider(desk, team=desk.teams["N3"]),
        "approver": builders.person(place, cast.RACHEL),
        "contact": builders.contact(place),
        "client_contact": builders.contact(client),
        "client_person": builders.person(client),
        "client2_contact": builders.contact(client2),
        "agent_of_client": builders.person(client),
        "stranger": builders.agent(elsewhere),
        "moonlighter": builders.agent(elsewhere),
        "member_without_role": builders.person(place, cast.RACHEL),
    }
    Role.objects.create(person=people["approver"], organisation=place, kind=RoleKind.APPROVER)
    # A role that treats, in an organisation that has no desk of its own, reaches nothing.
    Role.objects.create(person=people["agent_of_client"], organisation=client, kind=RoleKind.AGENT)
    Role.objects.create(person=people["moonlighter"], organisation=place, kind=RoleKind.CONTACT)
    Membership.objects.create(person=people["member_without_role"], team=desk.front)
    by = {"actor": people["agent"], "now": later(1)}
    tickets = {
        "own": builders.ticket(people["requester"]),
        "other": builders.ticket(people["neighbour"]),
        "client": builders.ticket(people["client_person"]),
        "client2": builders.ticket(builders.person(client2)),
        "at_provider": builders.ticket(builders.person(place)),
        "watched": builders.ticket(builders.person(place)),
        # Entered by an agent in somebody's name, here the requester's.
        "entered": builders.ticket(people["requester"], actor=people["agent"]),
        "elsewhere": builders.ticket(builders.person(elsewhere.organisation)),
    }
    actions.hand_over(tickets["at_provider"], to_team=desk.teams["N3"], reason="provider", **by)
    actions.watch(tickets["watched"], person=people["follower"], **by)
    return people, {name: Ticket.objects.get(pk=t.pk) for name, t in tickets.items()}


def test_the_table(world: tuple[dict[str, Any], dict[str, Ticket]]) -> None:
    people, tickets = world
    names = {ticket.pk: name for name, ticket in tickets.items()}
    assert set(TICKETS) == set(tickets) and set(TABLE) == set(people)
    for who, person in people.items():
        said = {word for word in TABLE[who].split() if not word.endswith("_not")}
        visible = {word.lower() for word in said}
        treated = {word.lower() for word in said if word.isupper()}
        assert {names[t.pk] for t in Ticket.objects.visible_to(person)} == visible, who
        assert {names[t.pk] for t in Ticket.objects.at_desk_of(person)} == treated, who
        assert {name for name, t in tickets.items() if policies.is_desk(person, t)} == treated, who
        own = {names[t.pk] for t in Ticket.objects.own_of(person)}
        assert own <= visible, who
        assert visible == own | treated, who
        assert Ticket.objects.visible_to(person).count() == len(visible), who


def test_who_entered_it_follows_it_as_a_requester(world: tuple[dict[str, Any], dict[str, Ticket]]) -> None:
    people, tickets = world
    assert set(Ticket.objects.own_of(people["agent"])) == {tickets["entered"]}
    assert set(Ticket.objects.own_of(people["follower"])) == {tickets["watched"]}


def test_what_leaves_the_providers_team_leaves_their_sight(world: tuple[dict[str, Any], dict[str, Ticket]]) -> None:
    people, tickets = world
    team = tickets["own"].team
    actions.hand_over(tickets["at_provider"], to_team=team, reason="competence", actor=people["agent"], now=later(5))
    assert not Ticket.objects.visible_to(people["provider"]).exists()


def test_one_query_whatever_the_person(
    world: tuple[dict[str, Any], dict[str, Ticket]], django_assert_num_queries: Any
) -> None:
    people, _tickets = world
    for who in ("agent", "contact", "provider"):
        person = people[who]
        assert person.grants
        with django_assert_num_queries(1):
            list(Ticket.objects.visible_to(person))


def test_further_rules(world: tuple[dict[str, Any], dict[str, Ticket]]) -> None:
    people, tickets = world
    desk = {"agent", "technician", "manager", "operator"}
    for rule, expected in {
        "can_manage": {"manager"},
        "can_rate": {"requester"},
        "can_cancel": desk | {"requester"},
        "can_confirm": desk | {"requester"},
    }.items():
        assert {w for w, p in people.items() if getattr(policies, rule)(p, tickets["own"])} == expected, rule


def test_only_managers_of_an_organisation_set_it_up(world: tuple[dict[str, Any], dict[str, Ticket]]) -> None:
    people, tickets = world
    desk = tickets["own"].desk_id
    assert {w for w, p in people.items() if policies.can_configure(p, organisation_id=desk)} == {"manager"}
