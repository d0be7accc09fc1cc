"""Take the next: in the order of work, and never the same for two who press at once."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from guichet.desk.views.work import take_next
from guichet.people.models import Person
from guichet.tickets.models import Ticket
from tests import builders, cast
from tests.desk.conftest import World


def test_the_next_is_the_first_of_my_teams(world: World) -> None:
    sooner = builders.ticket(world.amelie, now=builders.NOW - timedelta(days=7))
    answer = world.browser.post(reverse("desk:next"))
    assert sooner.reference in answer["Location"]
    assert Ticket.objects.get(pk=sooner.pk).assignee == world.nadia


def test_nothing_waits(world: World) -> None:
    world.browser.post(reverse("desk:next"))
    answer = world.browser.post(reverse("desk:next"), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("desk:work")
    assert builders.client_for(world.karim).post(reverse("desk:next"))["Location"] == reverse("desk:work")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_get_the_same() -> None:
    desk = builders.desk()
    amelie = builders.person(desk.organisation, cast.AMELIE)
    agents = [builders.agent(desk, who) for who in (cast.NADIA, cast.FELIX)]
    for _n in range(10):
        builders.ticket(amelie)
    start = threading.Barrier(len(agents))
    got: list[int] = []

    def press(person: Person) -> None:
        start.wait()
        for _n in range(5):
            taken = take_next(person, now=timezone.now())
            got.append(taken.pk if taken else 0)
        connections.close_all()

    threads = [threading.Thread(target=press, args=(person,)) for person in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 10
    assert 0 not in got
    assert Ticket.objects.filter(assignee=None).count() == 0
