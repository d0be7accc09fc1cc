"""Warnings of promises that will probably be broken: who hears, once, in one message."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.urls import reverse

from guichet.notifications.models import Notification
from guichet.notifications.warning import LIKELY, in_danger, warn
from guichet.people.models import Person
from guichet.routing.forecasting import foretell_all
from guichet.routing.models import Forecast
from guichet.tickets import actions
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
def amelie(desk: builders.Desk) -> Person:
    return builders.person(desk.organisation)


def foretold(tickets: Iterable[Ticket], *, chance: float = 0.8, minutes: int = 30) -> None:
    for ticket in tickets:
        told = {"chance": chance, "due_at": NOW + timedelta(minutes=minutes), "measure": "first_response"}
        Forecast.objects.update_or_create(ticket=ticket, defaults={**told, "made_at": NOW})


def warnings(person: Person) -> list[Notification]:
    return list(Notification.objects.filter(person=person, event__isnull=True).order_by("pk"))


def test_several_are_gathered_in_one_message_and_told_once(nadia: Person, amelie: Person) -> None:
    tickets = [builders.ticket(amelie) for _ in range(3)]
    for ticket in tickets:
        actions.take(ticket, actor=nadia, now=NOW)
    foretold(tickets)
    assert warn(now=NOW) == 1
    (message,) = warnings(nadia)
    assert sorted(message.warns) == sorted(t.pk for t in tickets)
    assert warn(now=NOW + timedelta(minutes=1)) == 0
    assert warnings(nadia) == [message]


def test_what_comes_later_is_added_as_long_as_nobody_read_it(nadia: Person, amelie: Person) -> None:
    first, second, third = (builders.ticket(amelie) for _ in range(3))
    for ticket in (first, second, third):
        actions.take(ticket, actor=nadia, now=NOW)
    foretold([first])
    warn(now=NOW)
    foretold([second])
    warn(now=NOW + timedelta(minutes=1))
    (message,) = warnings(nadia)
    assert message.warns == [second.pk, first.pk]
    Notification.objects.filter(pk=message.pk).update(read_at=NOW)
    foretold([third])
    warn(now=NOW + timedelta(minutes=2))
    assert [m.warns for m in warnings(nadia)] == [[second.pk, first.pk], [third.pk]]


def test_a_new_promise_is_told_of_anew(nadia: Person, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    actions.take(ticket, actor=nadia, now=NOW)
    foretold([ticket])
    assert warn(now=NOW) == 1
    foretold([ticket], minutes=500)
    assert warn(now=NOW + timedelta(minutes=1)) == 1


def test_a_rest_makes_nobody_hear_twice_of_the_same_promise(nadia: Person, amelie: Person) -> None:
    ticket = builders.ticket(amelie)
    actions.take(ticket, actor=nadia, now=NOW)
    soon = ticket.commitments.get(measure="first_response").due_at - timedelta(minutes=1)
    foretell_all(now=soon)
    Forecast.objects.update(chance=LIKELY)
    assert warn(now=soon) == 1
    # What it waits for stops no clock of a desk that has set nothing.
    actions.hold(ticket, reason="other", note="Le nuage", wake_at=soon + timedelta(days=1), actor=nadia, now=soon)
    foretell_all(now=soon)
    assert warn(now=soon) == 0
    assert Forecast.objects.get(ticket=ticket).chance == 0
    actions.wake(ticket, actor=nadia, now=soon)
    foretell_all(now=soon)
    assert Forecast.objects.get(ticket=ticket).chance > 0
    Forecast.objects.update(chance=LIKELY)
    assert warn(now=soon) == 0
    actions.cancel(ticket, reason="Fausse alerte.", actor=nadia, now=soon)
    foretell_all(now=soon)
    assert not Forecast.objects.exists()


@pytest.mark.parametrize(("chance", "minutes"), [(0.6, 30), (0.9, -1)])
def test_neither_what_may_go_well_nor_what_is_late_already(
    nadia: Person, amelie: Person, chance: float, minutes: int
) -> None:
    ticket = builders.ticket(amelie)
    actions.take(ticket, actor=nadia, now=NOW)
    foretold([ticket], chance=chance, minutes=minutes)
    assert warn(now=NOW) == 0
    assert warnings(nadia) == []


def test_of_what_nobody_has_those_of_the_team_hear_who_are_at_work(desk: builders.Desk, amelie: Person) -> None:
    nadia, felix = builders.agent(desk), builders.agent(desk, cast.FELIX)
    karim = builders.technician(desk)
    foretold([builders.ticket(amelie)])
    assert warn(now=NOW) == 2
    assert len(warnings(nadia)) == len(warnings(felix)) == 1
    assert warnings(karim) == []
    actions.note(builders.ticket(amelie), body="Vu", actor=felix, now=NOW)
    foretold([builders.ticket(amelie)])
    assert warn(now=NOW + timedelta(minutes=5)) == 1


def test_nobody_hears_of_what_they_may_not_see(desk: builders.Desk, amelie: Person) -> None:
    """A provider's technician who still has a ticket that went to another team."""
    outside = builders.provider(desk)
    ticket = builders.ticket(amelie)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=outside)
    foretold([ticket])
    assert warn(now=NOW) == 0
    assert warnings(outside) == []
    told = Notification(person=outside, warns=[ticket.pk], at=NOW)
    assert in_danger([told], person=outside) == {}


def test_the_bell_says_so_and_leads_there(nadia: Person, amelie: Person) -> None:
    one, other = builders.ticket(amelie), builders.ticket(amelie)
    for ticket in (one, other):
        actions.take(ticket, actor=nadia, now=NOW)
    foretold([one])
    warn(now=NOW)
    browser = builders.client_for(nadia)
    page = browser.get(reverse("desk:alerts")).content.decode()
    assert "1 engagement est en danger" in page
    assert one.reference in page
    (message,) = warnings(nadia)
    assert one.reference in browser.get(reverse("desk:alert", args=[message.pk]))["Location"]
    foretold([other])
    foretold([one], minutes=90)
    warn(now=NOW + timedelta(minutes=1))
    several = warnings(nadia)[-1]
    assert browser.get(reverse("desk:alert", args=[several.pk]))["Location"].endswith("?view=at-risk")
    assert all(m.read_at for m in warnings(nadia))
