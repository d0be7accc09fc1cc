"""Two people at once: one after the other, never half and half."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from guichet.lib.errors import Conflict, Refused, Stale
from guichet.tickets import actions
from guichet.tickets.actions.change import together
from guichet.tickets.models import Ticket
from tests.tickets.stage import Stage, history, later, sound

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that start together; what each returned or raised."""
    barrier, results = Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = act()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
        assert not thread.is_alive()
    return results


def test_both_are_done_one_after_the_other() -> None:
    stage = Stage()
    ticket = stage.ticket("open")
    people = [stage.agent, stage.colleague, stage.technician, stage.manager]
    acts = [lambda p=p: actions.take(ticket, actor=p, now=later(5)) for p in people]
    acts += [lambda p=p: actions.hold(ticket, reason="parts", wake_at=later(99), actor=p, now=later(5)) for p in people]
    assert not [r for r in at_once(*acts) if isinstance(r, Exception)]
    assert len(history(ticket)) == 2 + len(acts)
    assert ticket.holds.filter(ended_at__isnull=True).count() <= 1
    sound(ticket)


def test_only_the_first_of_those_who_saw_the_same_version() -> None:
    stage = Stage()
    ticket = stage.ticket()
    seen = ticket.version
    people = [stage.agent, stage.colleague, stage.technician]
    results = at_once(*[lambda p=p: actions.take(ticket, actor=p, now=later(5), expect=seen) for p in people])
    won = [r for r in results if isinstance(r, Ticket)]
    assert len(won) == 1
    assert sum(isinstance(r, Stale) for r in results) == 2
    assert stage.again(ticket).assignee_id == won[0].assignee_id
    sound(ticket)


def test_what_can_be_once_is_done_once() -> None:
    stage = Stage()
    ticket = stage.ticket("resolved")
    results = at_once(
        lambda: actions.confirm(ticket, actor=stage.requester, now=later(9)),
        lambda: actions.refuse(ticket, body="Non", actor=stage.requester, now=later(9)),
        lambda: actions.close(ticket, actor=stage.agent, now=later(9)),
    )
    assert sum(isinstance(r, Ticket) for r in results) == 1
    assert all(isinstance(r, Ticket | Conflict) for r in results)
    assert all(isinstance(r, Ticket | Refused) for r in results)
    sound(ticket)


def test_what_is_done_together_stands_or_falls_together() -> None:
    stage = Stage()
    ticket = stage.ticket("open")
    before = history(ticket)
    with pytest.raises(Refused), together():
        actions.note(ticket, body="Vu", actor=stage.agent, now=later(3))
        actions.wake(ticket, actor=stage.agent, now=later(4))
    assert history(ticket) == before
    with together():
        actions.note(ticket, body="Vu", actor=stage.agent, now=later(3))
        actions.hold(ticket, reason="parts", wake_at=later(9), actor=stage.agent, now=later(4))
    assert len(history(ticket)) == len(before) + 2
    sound(ticket)
