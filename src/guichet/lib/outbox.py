"""The outbox: what an action wants sent is a row of its transaction; jobs send it, as often as it takes.

At least once. A row is claimed in one short transaction (which counts the try and sets the time of the next) and sent
in a second one that holds its lock, so two workers never send the same row. Only a crash between the other side's yes
and our commit repeats it, with the same key: a transport derives from the key what lets the receiver recognise it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from guichet.lib.jobs import job
from guichet.lib.models import Outgoing
from guichet.lib.sending import Down, Later, Never, NotSent, Unneeded
from guichet.lib.text import clean

__all__ = ["Down", "Later", "Never", "Outgoing", "Unneeded", "again", "enqueue", "register", "send_due", "waiting"]

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)
# One run's share; the next minute takes the rest.
BATCH = 500
_ANSWER_LIMIT = 1000

Deliver = Callable[[Outgoing], str]
GivenUp = Callable[[Outgoing], None]


@dataclass(frozen=True)
class Transport:
    """`deliver` returns the other side's answer or raises one of `sending`'s; `given_up` tells whoever waited."""

    deliver: Deliver
    given_up: GivenUp


_transports: dict[str, Transport] = {}


def register(kind: str, deliver: Deliver, *, on_given_up: GivenUp = lambda outgoing: None) -> None:
    """Rows of `kind` are sent by `deliver`. It may change the row's payload and recipient; both are kept.

    `on_given_up` is called in the row's transaction when it was refused for good, or tried for too long.
    """
    _transports[kind] = Transport(deliver=deliver, given_up=on_given_up)


# Plain, so that a repeat is told from a first time in the one statement that writes it.
_INSERT = """
INSERT INTO lib_outgoing (key, kind, payload, recipient, about, created_at, next_at, attempts, answer)
VALUES (%s, %s, %s::jsonb, %s, %s, %s, %s, 0, '') ON CONFLICT (key) DO NOTHING RETURNING id
"""


def enqueue(
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    recipient: str,
    about: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Have it sent if the caller's transaction commits; False when `key` has been given before."""
    due = not_before or now
    values: list[Any] = [key, kind, json.dumps(dict(payload), cls=DjangoJSONEncoder), recipient, about, now, due]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        row = cursor.fetchone()
    if row is None:
        return False
    send.configure(schedule_at=due).defer(outgoing=row[0])
    return True


def waiting(*, kind: str, about: str, recipient: str, **payload: Any) -> Outgoing | None:
    """A row that nobody has tried to send yet, locked so that more can be put into it; else None.

    A row that was tried is never added to: the other side may have it already, and would take the rest for a repeat.
    """
    found = Outgoing.objects.select_for_update(skip_locked=True).filter(
        kind=kind, about=about, recipient=recipient, attempts=0, delivered_at=None, given_up_at=None
    )
    for name, value in payload.items():
        found = found.filter(**{f"payload__{name}": value})
    return found.order_by("pk").last()


def again(outgoing: Outgoing, *, now: datetime) -> str:
    """Send the same once more, as a row of its own: what became of the first stays to be seen. Its key."""
    key = f"{outgoing.key.partition('#')[0][:180]}#{int(now.timestamp() * 1000)}"
    payload, to = outgoing.payload, outgoing.recipient
    enqueue(kind=outgoing.kind, key=key, payload=payload, recipient=to, about=outgoing.about, now=now)
    return key


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


@job(name="outbox.send", attempts=1)
def send(outgoing: int) -> bool:
    """Send this row if it is still to be sent; whether it was delivered."""
    now = timezone.now()
    claimed = _claim(now=now, kinds=_transports, pk=outgoing)
    return claimed is not None and _send(claimed, now=now) is None


@job(name="outbox.due", queueing_lock="outbox.due", attempts=1)
def due(timestamp: int) -> int:
    """Send whatever is due; how many were delivered."""
    return send_due(clock=timezone.now)


def send_due(*, clock: Callable[[], datetime], batch: int = BATCH) -> int:
    """Send the rows whose time has come, the longest due first; how many were delivered.

    Where nothing gets through one row is the probe of this round, and the others keep their turn.
    """
    delivered = 0
    kinds = set(_transports)
    for _ in range(batch):
        now = clock()
        claimed = _claim(now=now, kinds=kinds)
        if claimed is None:
            break
        failure = _send(claimed, now=now)
        delivered += failure is None
        if isinstance(failure, Down):
            kinds.discard(claimed.kind)
    return delivered


def standing(*, now: datetime) -> dict[str, float]:
    """How the outbox stands, for the operator: rows waiting, given up in the last day, and the longest delay."""
    open_rows = Outgoing.objects.filter(delivered_at=None, given_up_at=None)
    oldest = open_rows.filter(next_at__lte=now).aggregate(at=Min("created_at"))["at"]
    return {
        "waiting": open_rows.count(),
        "given_up": Outgoing.objects.filter(given_up_at__gt=now - timedelta(days=1)).count(),
        "oldest_seconds": (now - oldest).total_seconds() if oldest else 0.0,
    }


def _claim(*, now: datetime, kinds: Iterable[str], pk: int | None = None) -> Outgoing | None:
    """Take a due row's turn: nobody else tries it before its next time. Committed before anything is sent."""
    with transaction.atomic():
        rows = Outgoing.objects.select_for_update(skip_locked=True).filter(
            delivered_at=None, given_up_at=None, next_at__lte=now, kind__in=list(kinds)
        )
        if pk is not None:
            rows = rows.filter(pk=pk)
        row = rows.order_by("next_at", "pk").first()
        if row is not None:
            row.attempts += 1
            row.next_at = now + pause(row.attempts)
            row.save(update_fields=["attempts", "next_at"])
    return row


def _send(claimed: Outgoing, *, now: datetime) -> NotSent | None:
    """One try under the row's lock; why it did not succeed. Somebody slower than their claim finds another's."""
    transport = _transports[claimed.kind]
    with transaction.atomic():
        row = (
            Outgoing.objects.select_for_update(skip_locked=True)
            .filter(pk=claimed.pk, attempts=claimed.attempts, delivered_at=None, given_up_at=None)
            .first()
        )
        if row is None:
            return Unneeded("taken up by another worker")
        failure = _try(transport, row)
        if failure is None:
            row.delivered_at = now
        elif not isinstance(failure, Later) or now - row.created_at >= GIVE_UP_AFTER:
            row.given_up_at = now
        row.save(update_fields=["payload", "recipient", "answer", "delivered_at", "given_up_at"])
        if row.given_up_at is not None and not isinstance(failure, Unneeded):
            _tell(transport, row)
    return failure


def _try(transport: Transport, row: Outgoing) -> NotSent | None:
    payload, recipient = dict(row.payload), row.recipient
    try:
        # A savepoint: what goes wrong with the database meanwhile must not take the row's own record with it.
        with transaction.atomic():
            row.answer = _short(transport.deliver(row))
            return None
    except NotSent as failure:
        reason: NotSent = failure
    except Exception as error:
        logger.exception("Outgoing %s could not be sent", row.key)
        reason = Later(f"{type(error).__name__}: {error}")
    row.payload, row.recipient = payload, recipient
    row.answer = _short(reason.reason)
    return reason


def _tell(transport: Transport, row: Outgoing) -> None:
    try:
        with transaction.atomic():
            transport.given_up(row)
    except Exception:
        logger.exception("Nobody could be told that outgoing %s was given up", row.key)


def _short(text: str) -> str:
    return clean(text).strip()[:_ANSWER_LIMIT]
