"""Take the next: who gets what, by skill, rights, presence and load."""

from datetime import timedelta

import pytest

from guichet.catalog.models import Category
from guichet.lib.errors import Refused
from guichet.people.models import Membership, Person, Skill
from guichet.routing.taking import IN_HAND, take_next
from guichet.tickets import actions, presence
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> builders.Desk:
    return builders.desk()


@pytest.fixture
def nadia(desk: builders.Desk) -> Person:
    return builders.agent(desk)


@pytest.fixture
def felix(desk: builders.Desk) -> Person:
    return builders.agent(desk, cast.FELIX)


@pytest.fixture
def amelie(desk: builders.Desk) -> Person:
    return builders.person(desk.organisation)


def about(desk: builders.Desk, skill: Skill | None, name: str = "Réseau") -> Category:
    return Category.objects.create(organisation=desk.organisation, name_fr=name, skill=skill)


def skill(desk: builders.Desk, *people: Person) -> Skill:
    made = Skill.objects.create(organisation=desk.organisation, name_fr="Commutateurs")
    for person in people:
        person.skills.add(made)
    return made


def test_the_promise_that_ends_first_goes_first_the_graver_before_the_less_grave(nadia: Person, amelie: Person) -> None:
    minor = builders.ticket(amelie, impact="person", urgency="none")
    grave = builders.ticket(amelie, impact="everyone", urgency="stopped", now=NOW + timedelta(minutes=2))
    assert take_next(nadia, now=NOW + timedelta(minutes=3)) == grave
    assert take_next(nadia, now=NOW + timedelta(minutes=3)) == minor
    assert take_next(nadia, now=NOW + timedelta(minutes=3)) is None


def test_what_a_person_put_first_goes_first(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    builders.ticket(amelie, impact="everyone", urgency="stopped")
    wanted = builders.ticket(amelie, impact="person", urgency="none")
    boss = builders.manager(desk)
    actions.prioritise(wanted, priority=1, reason="La rectrice attend", actor=boss, now=NOW)
    assert take_next(nadia, now=NOW) == wanted


def test_who_lacks_the_skill_leaves_it_to_those_who_hold_it(
    desk: builders.Desk, nadia: Person, felix: Person, amelie: Person
) -> None:
    needing = builders.ticket(amelie, category=about(desk, skill(desk, felix)))
    other = builders.ticket(amelie, impact="person", urgency="none")
    assert take_next(nadia, now=NOW) == other
    assert take_next(nadia, now=NOW) is None
    assert take_next(felix, now=NOW) == needing


def test_what_nobody_of_the_team_can_do_is_left_to_nobody(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    """A technician of the second team holds it: the first team's tickets don't wait for them."""
    needing = builders.ticket(amelie, category=about(desk, skill(desk, builders.technician(desk))))
    assert take_next(nadia, now=NOW) == needing


def test_what_somebody_else_is_writing_on_is_theirs(nadia: Person, felix: Person, amelie: Person) -> None:
    busy = builders.ticket(amelie, impact="everyone", urgency="stopped")
    free = builders.ticket(amelie)
    presence.touch(ticket=busy, person=felix, writing=True, now=NOW)
    assert take_next(nadia, now=NOW + timedelta(seconds=10)) == free
    assert take_next(nadia, now=NOW + timedelta(seconds=10)) is None
    assert take_next(felix, now=NOW + timedelta(seconds=10)) == busy


def test_what_only_i_can_do_goes_before_what_others_can_where_both_cost_the_same(
    desk: builders.Desk, nadia: Person, felix: Person, amelie: Person
) -> None:
    either = builders.ticket(amelie, category=about(desk, None, "Imprimantes"))
    mine = builders.ticket(amelie, category=about(desk, skill(desk, nadia)))
    for person in (nadia, felix):
        actions.note(either, body="Vu", actor=person, now=NOW)
    assert take_next(nadia, now=NOW + timedelta(minutes=1)) == mine
    assert take_next(felix, now=NOW + timedelta(minutes=1)) == either


def test_nobody_is_given_what_they_may_not_see(desk: builders.Desk, amelie: Person) -> None:
    outside = builders.provider(desk)
    builders.ticket(amelie)
    assert take_next(outside, now=NOW) is None
    ours = builders.ticket(amelie)
    actions.hand_over(ours, to_team=desk.second, reason="time", actor=builders.agent(desk), now=NOW)
    assert take_next(outside, now=NOW) == ours
    assert take_next(amelie, now=NOW) is None


def test_the_next_comes_from_every_team_one_is_in(desk: builders.Desk, nadia: Person, amelie: Person) -> None:
    ours = builders.ticket(amelie)
    actions.hand_over(ours, to_team=desk.second, reason="time", actor=nadia, now=NOW)
    assert take_next(nadia, now=NOW) is None
    Membership.objects.create(team=desk.second, person=nadia)
    assert take_next(Person.objects.get(pk=nadia.pk), now=NOW) == ours


def test_whoever_has_enough_in_hand_takes_no_more(nadia: Person, amelie: Person) -> None:
    one = builders.ticket(amelie)
    held = builders.ticket(amelie)
    for _n in range(IN_HAND - 1):
        builders.ticket(amelie)
    Ticket.objects.exclude(pk=one.pk).update(assignee=nadia)
    with pytest.raises(Refused) as refusal:
        take_next(nadia, now=NOW)
    assert refusal.value.code == "enough_in_hand"
    Ticket.objects.filter(pk=held.pk).update(assignee=None)
    assert take_next(nadia, now=NOW) is not None
