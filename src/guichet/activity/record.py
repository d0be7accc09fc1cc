"""Writing events and checking their chain."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from guichet.activity.models import Chained, Event
from guichet.lib import events
from guichet.lib.database import prepared
from guichet.people.models import Person


def digest(*, previous: str, number: int, verb: str, actor: int | None, at: datetime, data: dict[str, Any]) -> str:
    """SHA-256, in hex, of an event and of its predecessor's hash, over a canonical JSON text.

    `at` is taken in UTC to the microsecond, which is what PostgreSQL keeps.
    """
    text = json.dumps(
        [previous, number, verb, actor, at.astimezone(UTC).isoformat(timespec="microseconds"), data],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        cls=DjangoJSONEncoder,
    )
    return hashlib.sha256(text.encode()).hexdigest()


# A statement with its values.
Statement = tuple[str, list[Any]]


def record(
    subject: Chained,
    *,
    verb: str,
    actor: Person | None,
    at: datetime,
    organisation_id: int,
    data: dict[str, Any] | None = None,
    source: str = "",
    rows: Callable[[], Sequence[Statement]] = tuple,
) -> Event:
    """Append one event to the subject's chain and tell who reacts. The caller holds the row's lock.

    `rows` gives the statements that write the subject's own rows, with its new version and chain; they go to the
    database together with the event. Without them the caller saves the subject itself.
    """
    data = data or {}
    subject.version += 1
    previous = subject.chain
    subject.chain = digest(
        previous=previous,
        number=subject.version,
        verb=verb,
        actor=actor.pk if actor else None,
        at=at,
        data=data,
    )
    event = Event(
        organisation_id=organisation_id,
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        number=subject.version,
        verb=verb,
        actor=actor,
        at=at,
        data=data,
        source=source,
        previous_hash=previous,
        hash=subject.chain,
    )
    _insert(event, rows=rows())
    events.emit(verb, event=event, subject=subject)
    return event


# Plain: every action passes through, and to build the statement anew costs as much as to run it.
_INSERT = """
INSERT INTO activity_event (
    organisation_id, subject_type, subject_id, number, verb, actor_id, at, data, source, previous_hash, hash)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s) RETURNING id
"""


def _insert(event: Event, *, rows: Sequence[Statement]) -> None:
    values: list[Any] = [
        event.organisation_id, event.subject_type, event.subject_id, event.number, event.verb, event.actor_id, event.at,
        json.dumps(event.data, cls=DjangoJSONEncoder), event.source, event.previous_hash, event.hash,
    ]  # fmt: skip
    before = [value for _, own in rows for value in own]
    written = ", ".join(f"row{n} AS ({statement})" for n, (statement, _) in enumerate(rows))
    with prepared() as cursor:
        cursor.execute(f"WITH {written} {_INSERT}" if written else _INSERT, [*before, *values])
        event.pk = cursor.fetchone()[0]
    event._state.adding, event._state.db = False, connection.alias


def broken_links(chain: Iterable[Event]) -> list[int]:
    """Numbers of the events of one subject, in order, whose content or predecessor was tampered with."""
    broken = []
    previous = ""
    for expected, event in enumerate(chain, start=1):
        right = digest(
            previous=previous,
            number=event.number,
            verb=event.verb,
            actor=event.actor_id,
            at=event.at,
            data=event.data,
        )
        if event.number != expected or event.previous_hash != previous or event.hash != right:
            broken.append(event.number)
        previous = event.hash
    return broken
