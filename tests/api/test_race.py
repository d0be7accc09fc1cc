"""The same request sent several times at once."""

import threading

import pytest
from django.db import close_old_connections, connection

from guichet.tickets.models import Ticket
from tests.api.conftest import Program, make_world

NEW = {"description": "Le projecteur ne s’allume plus.", "impact": "group", "urgency": "hampered"}


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_time_one_does_it() -> None:
    world = make_world()
    before = Ticket.objects.count()
    barrier = threading.Barrier(6)
    answers = []

    def send() -> None:
        barrier.wait()
        try:
            mine = Program(person=None, token=world.requester.token)
            answers.append(mine.post("/tickets", NEW, Idempotency_Key="race"))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Ticket.objects.count() == before + 1
    assert {a.status_code for a in answers} <= {201, 409}
    references = {a.json()["reference"] for a in answers if a.status_code == 201}
    assert len(references) == 1
