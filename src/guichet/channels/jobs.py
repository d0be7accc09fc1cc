"""What is done of itself: reading what nobody heard of, fetching, comparing."""

from __future__ import annotations

from django.utils import timezone

from guichet.channels import listening, readers, reconciling
from guichet.channels.models import Mailbox
from guichet.lib.jobs import job


@job(name="channels.sweep", queueing_lock="channels.sweep")
def sweep(timestamp: int) -> int:
    """What a dead reader left behind is read by this one."""
    return readers.read_all()


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
