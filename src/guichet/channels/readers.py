"""Reading what waits: one contact at a time, so that what can't be read holds up nobody else.

Each process with the role `worker` has one reader. It hears of each contact as it is committed; the job
`channels.sweep` reads what nobody heard of.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F
from django.utils import timezone

from guichet.channels import ledger, reasons
from guichet.channels.interpreting import DecidedError, head_of, interpret
from guichet.channels.models import Contact, Outcome
from guichet.lib.away import trouble_of
from guichet.lib.batches import batch
from guichet.lib.database import direct_async_connection, give_back, prepared
from guichet.tickets.actions.change import together

log = logging.getLogger(__name__)

TRIES = 3
# How long the first reader has a contact for itself; afterwards it is taken to have died over it.
LEASE = timedelta(seconds=60)
# So many are read with the settings that the first of them found: a second's work, or less.
BATCH = 50
# What was committed while nobody listened is found after this long.
LOOK_SECONDS = 20.0

# Counted and committed before it is looked at: what takes its reader down is not tried for ever. Each try leaves more
# time than the last, so that who only stood beside it when its readers were killed is not used up with it.
_COLUMNS = [f.attname for f in Contact._meta.concrete_fields]
_TAKE = f"""
UPDATE channels_contact SET tries = tries + 1, tried_at = %s WHERE id = (
    SELECT id FROM channels_contact
    WHERE outcome = 'waiting' AND (tried_at IS NULL OR tried_at < %s - %s * power(5, least(tries, 4) - 1))
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING {", ".join(_COLUMNS)}
"""  # noqa: S608


async def read_on() -> None:
    """Work for the supervisor: read each contact when it comes, until cancelled."""
    news = await direct_async_connection(application_name="guichet reader")
    thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader")
    ended = threading.Event()
    try:
        await news.execute(f"LISTEN {ledger.CHANNEL}")
        while True:
            await asyncio.get_running_loop().run_in_executor(thread, _read_and_rest, ended.is_set)
            # One is enough to begin; what else was said meanwhile is about contacts that this round sees too.
            async for _one in news.notifies(timeout=LOOK_SECONDS, stop_after=1):
                pass
            async for _more in news.notifies(timeout=0):
                pass
    finally:
        ended.set()
        thread.shutdown(wait=False, cancel_futures=True)
        await news.close()


def _read_and_rest(ended: Callable[[], bool]) -> None:
    try:
        read_all(ended=ended)
    finally:
        give_back()


def read_all(*, ended: Callable[[], bool] = lambda: False) -> int:
    """Read until nothing waits; how many were read. Settings are looked up anew every few of them."""
    done = 0
    while True:
        with batch():
            for _ in range(BATCH):
                if ended() or not _read_next():
                    return done
                done += 1


def _read_next() -> bool:
    now = timezone.now()
    values: list[Any] = [now, now, LEASE]
    with prepared() as cursor:
        cursor.execute(_TAKE, values)
        row = cursor.fetchone()
    if row is None:
        return False
    read_one(Contact.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row), now=now)
    return True


def read_one(contact: Contact, *, now: datetime) -> None:
    """Interpret one contact. Any failure undoes what was begun; after the last try it is a case for people."""
    pk, tries = contact.pk, contact.tries
    if tries > TRIES:
        _give_up(pk, detail="", now=now)
        return
    try:
        with together():
            interpret(contact, now=now)
    except DecidedError:
        log.warning("Contact %s was read by somebody else meanwhile.", pk)
    except Exception as error:
        if (trouble := trouble_of(error)) is not None:
            # Not the contact’s doing: its tries are for what it does itself. It waits until the lease is over.
            log.error("Contact %s could not be read now (%s): %s", pk, trouble, error)
            Contact.objects.filter(pk=pk, outcome=Outcome.WAITING).update(tries=F("tries") - 1)
            return
        log.exception("Contact %s could not be read (try %s).", pk, tries)
        # Tried again when the lease is over: others come first.
        if tries >= TRIES:
            _give_up(pk, detail=type(error).__name__, now=now, **_envelope(contact))


def _envelope(contact: Contact) -> dict[str, str]:
    """Who wrote and about what, for those who have to decide: out of the head alone, where that can be read."""
    try:
        return head_of(bytes(contact.raw))
    except Exception:
        log.exception("Not even the head of contact %s could be read.", contact.pk)
        return {}


def _give_up(pk: int, *, detail: str, now: datetime, **known: str) -> None:
    Contact.objects.filter(pk=pk, outcome=Outcome.WAITING).update(
        outcome=Outcome.QUARANTINE, reason=reasons.TROUBLE, detail=detail, read_at=now, **known
    )
