"""Reading what waits: one contact at a time, so that what can't be read holds up nobody else."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from guichet.channels import listening, reasons, reconciling
from guichet.channels.interpreting import DecidedError, interpret
from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.batches import batch
from guichet.lib.jobs import job
from guichet.tickets.actions.change import together

log = logging.getLogger(__name__)

TRIES = 3
# How long one reader has a contact for itself; afterwards it is taken to have died over it.
LEASE = timedelta(seconds=60)
# So many are read with the settings that the first of them found: a second's work, or less.
BATCH = 50

# Counted and committed before it is looked at: what takes its reader down is not tried for ever.
_TAKE = """
UPDATE channels_contact SET tries = tries + 1, tried_at = %(now)s WHERE id = (
    SELECT id FROM channels_contact
    WHERE outcome = 'waiting' AND (tried_at IS NULL OR tried_at < %(before)s) ORDER BY id
    LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING *
"""
# At most one reader waits to begin: whoever stores a contact while one is at work leaves one more to follow it.
_WAITING = "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = 'channels.read' AND status = 'todo' LIMIT 1"


def read_soon() -> None:
    """See that somebody reads what waits. Called after the commit: a reader that is still to begin will see it."""
    from procrastinate.exceptions import AlreadyEnqueued

    with connection.cursor() as cursor:
        cursor.execute(_WAITING)
        if cursor.fetchone():
            return
    try:
        with transaction.atomic():
            read.defer()
    except AlreadyEnqueued:
        # Somebody else was as quick.
        return


@job(name="channels.read", queueing_lock="channels.read")
def read() -> int:
    """Read what waits until nothing does; how many were read."""
    return read_all()


@job(name="channels.sweep", queueing_lock="channels.sweep")
def sweep(timestamp: int) -> int:
    """What a dead reader left behind is read by this one."""
    return read_all()


@job(name="channels.fetch", queueing_lock="channels.fetch", attempts=1)
def fetch(timestamp: int) -> int:
    """Store what is new in the mailboxes that nobody listens to; how many messages. One that fails stops no other."""
    return listening.poll(now=timezone.now())


@job(name="channels.reconcile", queueing_lock="channels.reconcile", lock="channels.reconcile", attempts=1)
def reconcile(timestamp: int) -> int:
    """Compare mailboxes, ledger and tickets; how much is missing."""
    return reconciling.reconcile(now=timezone.now())


@job(name="channels.fetch_again", lock="channels.reconcile", attempts=1)
def fetch_again(mailbox: int) -> int:
    """Store what a mailbox's server holds and the ledger doesn't; how many messages."""
    found = Mailbox.objects.filter(pk=mailbox).first()
    return reconciling.fetch_again(found, now=timezone.now()) if found else 0


def read_all() -> int:
    """Read until nothing waits; how many were read. Settings are looked up anew every few of them."""
    done = 0
    while True:
        with batch():
            for _ in range(BATCH):
                if not _read_next():
                    return done
                done += 1


def _read_next() -> bool:
    now = timezone.now()
    for contact in Contact.objects.raw(_TAKE, {"now": now, "before": now - LEASE}):
        read_one(contact, now=now)
        return True
    return False


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
        log.exception("Contact %s could not be read (try %s).", pk, tries)
        # Tried again when the lease is over: others come first.
        if tries >= TRIES:
            _give_up(pk, detail=type(error).__name__, now=now)


def _give_up(pk: int, *, detail: str, now: datetime) -> None:
    Contact.objects.filter(pk=pk, outcome=Outcome.WAITING).update(
        outcome=Outcome.QUARANTINE, reason=reasons.TROUBLE, detail=detail, read_at=now
    )
