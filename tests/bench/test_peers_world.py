"""The peers' corpus as a desk of ours is what the product itself would have left: it finds nothing wrong in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from bench.peers import world
from guichet.people.models import Person
from guichet.search.asking import ask
from guichet.tickets.models import State, Ticket
from guichet.watchdog.models import Finding
from guichet.watchdog.rounds import go

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
# Status in the corpus, messages, and what it is here.
STORIES = [
    ("new", 1, State.NEW),
    ("new", 2, State.OPEN),
    ("open", 1, State.OPEN),
    ("open", 10, State.OPEN),
    ("stalled", 1, State.ON_HOLD),
    ("stalled", 2, State.ON_HOLD),
    ("resolved", 1, State.CLOSED),
    ("resolved", 2, State.CLOSED),
]


def corpus() -> list[dict[str, Any]]:
    return [told(n, status=status, messages=messages) for n, (status, messages, _state) in enumerate(STORIES, 1)]


def told(n: int, *, status: str, messages: int) -> dict[str, Any]:
    """A line of the corpus."""
    at = int((BEGAN + timedelta(hours=n)).timestamp())
    said = [{"body": f"Message {m}, imprimante {n}", "agent": m % 2 == 1, "at": at + 3600 * m} for m in range(messages)]
    owner = None if status == "new" else 1
    return {"n": n, "subject": f"Sujet {n}", "status": status, "requester": n % 3, "owner": owner,
            "priority": 1 + n % 5, "created": at, "messages": said}  # fmt: skip


@pytest.fixture
def desk() -> world.Desk:
    people = [{"name": f"Personne {n}", "email": f"p{n}@client.example"} for n in range(3)]
    desk = world.founded(requesters=people, agents=2)
    world.load(corpus(), desk=desk, now=timezone.now())
    return desk


def test_each_ticket_stands_as_the_corpus_says(desk: world.Desk) -> None:
    tickets = Ticket.objects.order_by("pk")
    assert [t.state for t in tickets] == [state for _status, _messages, state in STORIES]
    assert [1 + t.messages.count() for t in tickets] == [messages for _status, messages, _state in STORIES]
    assert {t.requester.organisation_id for t in tickets} == {desk.organisation.pk}
    assert all(t.commitments.count() == 2 for t in tickets)


def test_the_watchdog_finds_only_that_promises_are_late(desk: world.Desk) -> None:
    go(now=timezone.now(), whole=True)
    assert set(Finding.objects.values_list("kind", flat=True)) <= {"late"}


def test_what_was_asked_and_what_was_said_are_found(desk: world.Desk) -> None:
    agent: Person = desk.agents[0]
    assert len(ask("imprimante", person=agent, kinds=["ticket"], size=50).hits) == len(STORIES)


def test_a_second_load_goes_on_after_the_first(desk: world.Desk) -> None:
    more = [told(n, status="open", messages=2) for n in (101, 102)]
    assert world.load(more, desk=world.founded(requesters=[], agents=2), now=timezone.now()) == 2
    assert Ticket.objects.count() == len(STORIES) + 2
    go(now=timezone.now(), whole=True)
    assert set(Finding.objects.values_list("kind", flat=True)) <= {"late"}
