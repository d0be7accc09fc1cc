"""The chain of events: what is written verifies, and whatever is tampered with shows."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from guichet.activity.models import Event
from guichet.activity.record import broken_links, digest
from guichet.tickets import actions
from guichet.tickets.models import Ticket
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(db: Any) -> Ticket:
    desk = builders.desk()
    agent = builders.agent(desk)
    made = builders.ticket(builders.person(desk.organisation))
    for i in range(3):
        actions.note(made, body=f"n{i}", actor=agent, now=NOW + timedelta(minutes=i, microseconds=123_456))
    actions.take(made, actor=agent, now=NOW + timedelta(minutes=9))
    return made


def chain(ticket: Ticket) -> list[Event]:
    return list(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk).order_by("number"))


def tamper(statement: str, *values: object) -> None:
    """What somebody with the database's own password could do: take the trigger away first."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE activity_event DISABLE TRIGGER activity_event_append_only")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE activity_event ENABLE TRIGGER activity_event_append_only")


def test_what_was_written_verifies(ticket: Ticket) -> None:
    events = chain(ticket)
    assert [e.number for e in events] == [1, 2, 3, 4, 5]
    assert broken_links(events) == []
    assert [e.previous_hash for e in events] == ["", *(e.hash for e in events[:-1])]
    assert Ticket.objects.get(pk=ticket.pk).chain == events[-1].hash
    assert broken_links([]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE activity_event SET data = data || '{\"to\": 7}' WHERE subject_id = %s AND number = 3",
        "UPDATE activity_event SET verb = 'ticket.loved' WHERE subject_id = %s AND number = 3",
        "UPDATE activity_event SET actor_id = NULL WHERE subject_id = %s AND number = 3",
        "UPDATE activity_event SET at = at + interval '1 microsecond' WHERE subject_id = %s AND number = 3",
        "UPDATE activity_event SET hash = repeat('0', 64) WHERE subject_id = %s AND number = 3",
        "UPDATE activity_event SET previous_hash = '' WHERE subject_id = %s AND number = 3",
    ],
)
def test_the_trigger_refuses_and_without_it_the_chain_tells(ticket: Ticket, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [ticket.pk])
    assert broken_links(chain(ticket)) == []
    tamper(statement, ticket.pk)
    assert 3 in broken_links(chain(ticket))


def test_a_missing_event_shows(ticket: Ticket) -> None:
    tamper("DELETE FROM activity_event WHERE subject_id = %s AND number = 2", ticket.pk)
    assert broken_links(chain(ticket)) == [3, 4, 5]


def test_a_missing_end_shows_at_the_subject(ticket: Ticket) -> None:
    """The links alone can't know of what is no longer there; the subject's own row does."""
    tamper("DELETE FROM activity_event WHERE subject_id = %s AND number = 5", ticket.pk)
    assert broken_links(chain(ticket)) == []
    row = Ticket.objects.get(pk=ticket.pk)
    assert row.version != len(chain(ticket)) and row.chain != chain(ticket)[-1].hash


def test_events_in_another_order_show(ticket: Ticket) -> None:
    one, two, *rest = chain(ticket)
    assert broken_links([two, one, *rest])


base: dict[str, Any] = {
    "previous": "a" * 64, "number": 3, "verb": "ticket.taken", "actor": 7, "at": NOW,
    "data": {"to": 7, "x": ["é", None]},
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [{"previous": ""}, {"number": 4}, {"verb": "ticket.take"}, {"actor": None}, {"actor": 8}, {"data": {}},
     {"at": NOW + timedelta(microseconds=1)}, {"data": {"to": "7", "x": ["é", None]}},
     {"data": {"to": 7, "x": ["e", None]}}],
)  # fmt: skip
def test_every_part_counts(change: dict[str, Any]) -> None:
    assert digest(**{**base, **change}) != digest(**base)


def test_the_zone_and_the_order_of_keys_do_not(ticket: Ticket) -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-5)))
    assert digest(**{**base, "at": there, "data": {"x": ["é", None], "to": 7}}) == digest(**base)


letters = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
leaves = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(letters, max_size=5)
json = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("aé_", max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.text("abc", max_size=3), json, max_size=3),
    st.integers(0, 4 * 10**15).map(lambda microseconds: NOW + timedelta(microseconds=microseconds)),
)
def test_what_the_database_gives_back_has_the_same_digest(data: dict[str, Any], at: datetime) -> None:
    """JSONB reorders keys and PostgreSQL keeps microseconds: neither may break a chain."""
    with connection.cursor() as cursor:
        from psycopg.types.json import Jsonb

        cursor.execute("SELECT %s::jsonb::text, %s::timestamptz", [Jsonb(data), at])
        text, back = cursor.fetchone()
    import json as reader

    assert digest(**{**base, "data": reader.loads(text), "at": back}) == digest(**{**base, "data": data, "at": at})
