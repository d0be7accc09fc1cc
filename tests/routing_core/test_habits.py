"""A desk learns from its own solved tickets, by what was known at their opening; it abstains and is switched off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guichet.catalog.models import Category, Service
from guichet.lib.errors import Forbidden
from guichet.routing import habits
from guichet.routing.models import LearnedVersion
from guichet.tickets import actions
from tests import builders
from tests.builders import NOW
from tests.pasts import solved

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Enough to hold some out, and quickly made."""
    monkeypatch.setattr(habits, "TICKETS_LEAST", 20)


@pytest.fixture
def desk() -> builders.Desk:
    return builders.desk()


def category_of(desk: builders.Desk, name: str, service: Service | None = None) -> Category:
    return Category.objects.create(organisation=desk.organisation, name_fr=name, icon="wifi", service=service)


def test_what_is_learnt_and_how_right_it_was(desk: builders.Desk) -> None:
    printers, mail = category_of(desk, "Imprimantes"), category_of(desk, "Messagerie")
    solved(desk, 10, team=desk.second, category=printers)
    solved(desk, 10, team=desk.front, category=mail, since=NOW + timedelta(days=2))
    made = habits.learn_desk(desk.organisation, now=LATER)
    assert made is not None
    assert (made.number, made.tickets, made.enough) == (1, 20, True)
    assert (made.tested, made.first, made.three) == (2, 2, 2)
    assert made.learned_from == NOW + timedelta(minutes=30)
    assert made.learned_to == NOW + timedelta(days=2, hours=9, minutes=30)
    assert made.reasons == {str(desk.second.pk): "presence"}
    told = habits.say(habits.past_of(made).propose({"category": str(printers.pk), "channel": "portal"}))
    assert told is not None
    assert (told.team, told.count, told.among, told.like) == (desk.second.pk, 10, 10, ("category",))
    assert habits.say(habits.past_of(made).propose({"channel": "phone"})) is None


def test_too_little_is_nothing(desk: builders.Desk) -> None:
    solved(desk, habits.TICKETS_LEAST - 1, team=desk.second, category=category_of(desk, "Imprimantes"))
    made = habits.learn_desk(desk.organisation, now=LATER)
    assert made is not None
    assert (made.enough, made.counts, made.top1, made.top3) == (False, {}, None, None)
    assert habits.past_of(made).propose({"channel": "portal"}) == []


def test_the_same_past_makes_no_new_version_and_only_the_newest_keeps_its_counts(desk: builders.Desk) -> None:
    printers = category_of(desk, "Imprimantes")
    solved(desk, habits.TICKETS_LEAST, team=desk.second, category=printers)
    assert habits.learn_all(now=LATER) == 1
    assert habits.learn_all(now=LATER) == 0
    solved(desk, 1, team=desk.second, category=printers, since=NOW + timedelta(days=3))
    assert habits.learn_all(now=LATER) == 1
    newest, older = LearnedVersion.objects.filter(organisation=desk.organisation)
    assert (newest.number, older.number) == (2, 1)
    assert newest.counts
    assert older.counts is None
    assert older.enough
    # After a year nothing of it speaks any more.
    assert habits.learn_all(now=LATER + habits.WINDOW) == 1
    last = habits.newest(desk.organisation)
    assert last is not None
    assert (last.tickets, last.enough) == (0, False)


def test_what_ended_without_a_solution_says_nothing(desk: builders.Desk) -> None:
    amelie, agent = builders.person(desk.organisation), builders.agent(desk)
    withdrawn = builders.ticket(amelie)
    actions.resolve(withdrawn, unsolved_reason="withdrawn", actor=agent, now=NOW)
    builders.ticket(amelie)
    made = habits.learn_desk(desk.organisation, now=LATER)
    assert made is not None
    assert made.tickets == 0


def test_a_desk_learns_from_its_own_tickets_alone(desk: builders.Desk) -> None:
    other = builders.desk()
    shared = Category.objects.create(organisation=None, name_fr="Commune", icon="wifi")
    solved(other, habits.TICKETS_LEAST, team=other.second, category=shared)
    assert habits.learn_all(now=LATER) == 2
    mine, theirs = habits.newest(desk.organisation), habits.newest(other.organisation)
    assert mine is not None
    assert theirs is not None
    assert (mine.tickets, theirs.tickets) == (0, habits.TICKETS_LEAST)
    assert habits.past_of(mine).propose({"category": str(shared.pk)}) == []


def test_what_was_known_at_the_opening_counts_not_what_was_found_out_later(desk: builders.Desk) -> None:
    """The ticket's category was corrected; whoever opens the next one will not know better than the first did."""
    first = category_of(desk, "Écran", Service.objects.create(organisation=desk.organisation, name_fr="Postes"))
    truth = category_of(desk, "Réseau", Service.objects.create(organisation=desk.organisation, name_fr="Réseau"))
    amelie, agent = builders.person(desk.organisation), builders.agent(desk)
    for n in range(habits.TICKETS_LEAST):
        at = NOW + timedelta(hours=n)
        ticket = builders.ticket(amelie, now=at, category=first)
        ticket = actions.recategorise(ticket, category=truth, actor=agent, now=at)
        builders.resolved(ticket, actor=agent, now=at)
    made = habits.learn_desk(desk.organisation, now=LATER)
    assert made is not None
    links = habits.past_of(made).counts.keys()
    assert (("category",), (str(first.pk),)) in links
    assert (("category",), (str(truth.pk),)) not in links
    assert (("service",), (str(first.service_id),)) in links
    assert (("service",), (str(truth.service_id),)) not in links


def test_switched_off_nothing_is_learnt_and_nothing_used(desk: builders.Desk) -> None:
    manager = builders.manager(desk)
    solved(desk, habits.TICKETS_LEAST, team=desk.second, category=category_of(desk, "Imprimantes"))
    habits.learn_all(now=LATER)
    assert habits.in_use(desk.organisation) is not None
    habits.set_on(desk=desk.organisation, on=False, actor=manager, now=LATER)
    assert habits.in_use(desk.organisation) is None
    assert habits.learn_all(now=LATER + habits.WINDOW) == 0
    habits.set_on(desk=desk.organisation, on=True, actor=manager, now=LATER)
    found = habits.in_use(desk.organisation)
    assert found is not None
    assert found.number == 1


@pytest.mark.parametrize("who", ["agent", "foreign"])
def test_who_may_not_switch(desk: builders.Desk, who: str) -> None:
    actor = builders.agent(desk) if who == "agent" else builders.manager(builders.desk())
    with pytest.raises(Forbidden):
        habits.set_on(desk=desk.organisation, on=False, actor=actor, now=NOW)


def test_learning_costs_the_same_however_much_there_is(desk: builders.Desk) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            habits.learn_desk(desk.organisation, now=LATER)
        return len(queries)

    printers = category_of(desk, "Imprimantes")
    solved(desk, habits.TICKETS_LEAST, team=desk.second, category=printers)
    cost()
    solved(desk, 1, team=desk.second, category=printers, since=NOW + timedelta(days=3))
    few = cost()
    solved(desk, 15, team=desk.second, category=category_of(desk, "Écrans"), since=NOW + timedelta(days=4))
    assert cost() == few <= 12
