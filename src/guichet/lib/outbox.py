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
from functools import partial
from time import monotonic
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

from guichet.lib.batches import at_end
from guichet.lib.database import alone, prepared
from guichet.lib.jobs import job
from guichet.lib.models import Outgoing
from guichet.lib.sending import Down, Later, Never, NotSent, Unneeded
from guichet.lib.text import clean

__all__ = [
    "Down", "Later", "Never", "Outgoing", "Unneeded", "again", "enqueue", "on_its_way", "pause", "register", "send_due",
    "standing", "waiting",
]  # fmt: skip

logger = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)
# One run's share; the next minute takes the rest.
BATCH = 500
PROBE_EVERY = timedelta(minutes=1)
PATIENCE_SECONDS = 50.0
# Held by the one who sends: a server that keeps us waiting must not take every hand that other work needs.
ADVISORY_LOCK = 0x6F7574626F78  # "outbox"
# The same for what is sent apart.
APART_LOCK = 0x6170617274  # "apart"
_ANSWER_LIMIT = 1000
# Sent apart, whoever takes longer over an answer has had their turn: the others come before their next.
SLOW_SECONDS = 1.0

Deliver = Callable[[Outgoing], str]
GivenUp = Callable[[Outgoing], None]
Failed = Callable[[Outgoing, NotSent], None]


@dataclass(frozen=True)
class Transport:
    """`deliver` returns the other side's answer or raises one of `sending`'s; `given_up` tells whoever waited, and
    `failed` hears of each try that failed, for what speaks for more than one row.

    What goes to one server is sent by one sender, and `Down` speaks for all of its kind. Of a kind that is sent `apart`
    each recipient is a server of its own: one that doesn't answer holds up neither the others nor the other kinds.
    """

    deliver: Deliver
    given_up: GivenUp
    failed: Failed
    apart: bool
    give_up_after: timedelta


_transports: dict[str, Transport] = {}


def register(
    kind: str,
    deliver: Deliver,
    *,
    on_given_up: GivenUp = lambda outgoing: None,
    on_failed: Failed = lambda outgoing, failure: None,
    apart: bool = False,
    give_up_after: timedelta = GIVE_UP_AFTER,
) -> None:
    """Rows of `kind` are sent by `deliver`. It may change the row's payload and recipient; both are kept.

    `on_given_up` is called in the row's transaction when it was refused for good, or tried for too long; `on_failed`
    after each try that failed, and before that.
    """
    _transports[kind] = Transport(
        deliver=deliver, given_up=on_given_up, failed=on_failed, apart=apart, give_up_after=give_up_after
    )


# Plain, so that a repeat is told from a first time in the one statement that writes it.
_INSERT = """
INSERT INTO lib_outgoing (key, kind, payload, recipient, about, created_at, next_at, attempts, answer)
SELECT %s, %s, %s::jsonb, %s, %s, %s, %s, 0, ''{} ON CONFLICT (key) DO NOTHING RETURNING id
"""
_ALWAYS = _INSERT.format("")
_SELDOM = _INSERT.format("""
WHERE (SELECT count(*) FROM lib_outgoing WHERE recipient = %s AND created_at > %s AND starts_with(key, %s)) < %s
""")


@dataclass(frozen=True, slots=True)
class Seldom:
    """At most so many rows whose key begins like this are for one recipient since then."""

    begins: str
    most: int
    since: datetime


def enqueue(
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    recipient: str,
    about: str,
    now: datetime,
    not_before: datetime | None = None,
    seldom: Seldom | None = None,
) -> bool:
    """Have it sent if the caller's transaction commits; False when `key` has been given before, or by `seldom`."""
    due = not_before or now
    values: list[Any] = [key, kind, json.dumps(dict(payload), cls=DjangoJSONEncoder), recipient, about, now, due]
    if seldom is not None:
        values += [recipient, seldom.since, seldom.begins, seldom.most]
    with prepared() as cursor:
        cursor.execute(_SELDOM if seldom else _ALWAYS, values)
        if cursor.fetchone() is None:
            return False
    transaction.on_commit(partial(_call_sender, at=due, apart=_is_apart(kind)), robust=True)
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
    key = f"{_origin(outgoing)}#{int(now.timestamp() * 1000)}"
    payload, to = outgoing.payload, outgoing.recipient
    enqueue(kind=outgoing.kind, key=key, payload=payload, recipient=to, about=outgoing.about, now=now)
    return key


def on_its_way(outgoing: Outgoing) -> bool:
    """Whether it, or what was sent again of it, still waits."""
    origin = _origin(outgoing)
    same = Outgoing.objects.filter(Q(key=origin) | Q(key__startswith=f"{origin}#"))
    return same.filter(delivered_at=None, given_up_at=None).exists()


def _origin(outgoing: Outgoing) -> str:
    """The key of the first of those that say the same."""
    return outgoing.key.partition("#")[0][:180]


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


@job(name="outbox.send", queueing_lock="outbox.send", attempts=1)
def send() -> int:
    """Send whatever is due, and come back for what will be within the minute; how many were delivered."""
    return _send_and_come_back()


@job(name="outbox.send_apart", queueing_lock="outbox.send_apart", attempts=1)
def send_apart() -> int:
    """The same of what is sent apart."""
    return _send_and_come_back(apart=True)


@job(name="outbox.due", queueing_lock="outbox.due", attempts=1)
def due(timestamp: int) -> int:
    """The same every minute: for what failed before, and for what nobody came back for."""
    if Outgoing.objects.filter(_waiting(_kinds(apart=True)), next_at__lte=timezone.now()).exists():
        _send_apart_soon(at=timezone.now())
    return _send_and_come_back()


def _send_and_come_back(*, apart: bool = False) -> int:
    with alone(APART_LOCK if apart else ADVISORY_LOCK, application_name="guichet sender") as held:
        if not held:
            return 0
        delivered, left = _round(clock=timezone.now, batch=BATCH, patience=PATIENCE_SECONDS, apart=apart)
    # After the lock is given back: whoever was turned away meanwhile came for what is found now.
    now = timezone.now()
    soon = Outgoing.objects.filter(left, next_at__lt=now + PROBE_EVERY).aggregate(at=Min("next_at"))["at"]
    if soon is not None:
        (_send_apart_soon if apart else _send_soon)(at=soon)
    return delivered


def send_due(
    *, clock: Callable[[], datetime], batch: int = BATCH, patience: float = PATIENCE_SECONDS, apart: bool = False
) -> int:
    """Send the rows whose time has come, the longest due first; how many were delivered.

    Where nothing gets through one row is the probe of this round, and the others keep their turn.
    """
    return _round(clock=clock, batch=batch, patience=patience, apart=apart)[0]


def _round(*, clock: Callable[[], datetime], batch: int, patience: float, apart: bool) -> tuple[int, Q]:
    """How many were delivered, and what is left of which something may get through."""
    delivered = 0
    kinds, left = _kinds(apart=apart), _waiting(_kinds(apart=apart))
    # Who had their turn and is slow: left for the next round, which comes at once.
    slow: set[str] = set()
    end = monotonic() + patience
    for _ in range(batch):
        began = monotonic()
        if began > end:
            break
        now = clock()
        claimed = _claim(left & ~Q(recipient__in=slow) if slow else left, now=now)
        if claimed is None:
            break
        failure = _send(claimed, now=now)
        if apart and monotonic() - began > SLOW_SECONDS:
            slow.add(claimed.recipient)
        delivered += failure is None
        if apart and isinstance(failure, Later):
            left &= ~Q(recipient=claimed.recipient)
        elif isinstance(failure, Down):
            kinds -= {claimed.kind}
            left = _waiting(kinds)
    return delivered, left


def _kinds(*, apart: bool) -> set[str]:
    return {kind for kind, transport in _transports.items() if transport.apart == apart}


def _is_apart(kind: str) -> bool:
    return kind in _transports and _transports[kind].apart


def _waiting(kinds: Iterable[str]) -> Q:
    return Q(delivered_at=None, given_up_at=None, kind__in=list(kinds))


# At most one sender waits to begin, so one is not to be waited for to learn that it needs no other.
_BEGINS = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' LIMIT 1"


def _call_sender(*, at: datetime, apart: bool) -> None:
    """Once for all that a batch wrote; should it end before its time, the minute’s job does it."""
    soon = _send_apart_soon if apart else _send_soon
    if not at_end(soon, at=at):
        soon(at=at)


def _send_soon(*, at: datetime) -> None:
    _see_to(send, at=at)


def _send_apart_soon(*, at: datetime) -> None:
    _see_to(send_apart, at=at)


def _see_to(sender: Task[[], int, []], *, at: datetime) -> None:
    """See that somebody sends what is due then. Called after the commit; should it fail, the minute’s job does it."""
    with prepared() as cursor:
        cursor.execute(_BEGINS, [sender.name])
        if cursor.fetchone():
            return
    try:
        with transaction.atomic():
            sender.configure(schedule_at=at).defer()
    except AlreadyEnqueued:
        return


def standing(*, now: datetime) -> dict[str, float]:
    """How the outbox stands, for the operator: rows waiting, given up in the last day, and the longest delay."""
    open_rows = Outgoing.objects.filter(delivered_at=None, given_up_at=None)
    oldest = open_rows.filter(next_at__lte=now).aggregate(at=Min("created_at"))["at"]
    return {
        "waiting": open_rows.count(),
        "given_up": Outgoing.objects.filter(given_up_at__gt=now - timedelta(days=1)).count(),
        "oldest_seconds": (now - oldest).total_seconds() if oldest else 0.0,
    }


def _claim(left: Q, *, now: datetime) -> Outgoing | None:
    """Take a due row's turn: nobody else tries it before its next time. Committed before anything is sent."""
    with transaction.atomic():
        rows = Outgoing.objects.select_for_update(skip_locked=True).filter(left, next_at__lte=now)
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
            # Waits: another worker’s claim may hold the row for the moment in which it finds that it is taken.
            Outgoing.objects.select_for_update()
            .filter(pk=claimed.pk, attempts=claimed.attempts, delivered_at=None, given_up_at=None)
            .first()
        )
        if row is None:
            return Unneeded("taken up by another worker")
        failure = _try(transport, row)
        if failure is None:
            row.delivered_at = now
        elif not isinstance(failure, Later) or now - row.created_at >= transport.give_up_after:
            row.given_up_at = now
        row.save(update_fields=["payload", "recipient", "answer", "delivered_at", "given_up_at"])
        if failure is not None:
            _tell(partial(transport.failed, row, failure), row)
        if row.given_up_at is not None and not isinstance(failure, Unneeded):
            _tell(partial(transport.given_up, row), row)
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
    row.payload, row.recipient = dict(reason.kept or payload), recipient
    row.answer = _short(reason.reason)
    return reason


def _tell(told: Callable[[], None], row: Outgoing) -> None:
    try:
        with transaction.atomic():
            told()
    except Exception:
        logger.exception("What followed from outgoing %s could not be done", row.key)


def _short(text: str) -> str:
    return clean(text).strip()[:_ANSWER_LIMIT]
