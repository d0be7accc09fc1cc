"""Two who press at once, each with a connection of their own."""

import threading

import pytest
from django.db import connections
from django.utils import timezone

from guichet.people.models import Person
from guichet.routing.taking import take_next
from guichet.tickets.models import Ticket
from tests import builders, cast


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
