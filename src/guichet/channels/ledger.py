"""The book of everything that comes in: stored first, interpreted afterwards, and each line accounted for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count

from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.batches import read_once
from guichet.tickets.models import Channel

# A contact that still waits after this long is counted as unaccounted for.
PATIENCE = timedelta(minutes=5)

_STORE = """
INSERT INTO channels_contact (
    source_key, channel, mailbox_id, desk_id, raw, size, envelope_from, envelope_to, received_at,
    outcome, reason, detail, tries, sender, sender_name, subject, message_id, text, fingerprint
) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', '', '', 0, '', '', '', '', '', '')
ON CONFLICT (source_key) DO NOTHING RETURNING id
"""


def receive(
    *,
    raw: bytes,
    source_key: str,
    now: datetime,
    mailbox: Mailbox | None,
    channel: str = Channel.MAIL,
    envelope_from: str = "",
    envelope_to: str = "",
) -> int | None:
    """Store a contact and see that it will be read; its id, or None where it is here already.

    When this returns outside a transaction, the contact is committed: only then may anybody be told that we have it.
    """
    from guichet.channels.jobs import read_soon

    desk = mailbox.organisation_id if mailbox else None
    values = (
        source_key[:300], channel, mailbox.pk if mailbox else None, desk, raw, len(raw),
        _text(envelope_from), _text(envelope_to), now,
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        row = cursor.fetchone()
        if row:
            # Should we die before this, the next sweep reads it.
            transaction.on_commit(read_soon)
    return row[0] if row else None


def key_of(place: str, raw: bytes, *, recipient: str = "") -> str:
    """The source key of something that its place doesn't number: the same bytes for the same recipient, once."""
    return f"{place}:{hashlib.sha256(raw).hexdigest()}:{recipient.lower()}"


@read_once
def mailboxes() -> list[Mailbox]:
    """The active ones, with what becomes of a message to them."""
    near = ("organisation__served_by", "home__served_by", "category__service")
    return list(Mailbox.objects.filter(active=True).select_related(*near).order_by("pk"))


def mailbox_for(address: str) -> Mailbox | None:
    """The active mailbox that this address leads to; what follows a + in it is not looked at."""
    local, _at, domain = address.strip().strip("<>").lower().rpartition("@")
    plain = f"{local.partition('+')[0]}@{domain}"
    for mailbox in mailboxes():
        if plain in {mailbox.address.lower(), *(alias.lower() for alias in mailbox.aliases)}:
            return mailbox
    return None


@dataclass(frozen=True, slots=True)
class Account:
    """What came in against what became of it, over the same contacts."""

    received: int
    became: dict[str, int]
    # Waiting for longer than a reader may take: this is the number that has to be 0.
    unaccounted: int

    @property
    def waiting(self) -> int:
        return self.became[Outcome.WAITING]


def account(*, now: datetime, desks: frozenset[int] | None = None, since: datetime | None = None) -> Account:
    """The ledger's sum, for these desks (None: all) since then (None: ever)."""
    contacts = Contact.objects.order_by()
    if desks is not None:
        contacts = contacts.filter(desk__in=desks)
    if since is not None:
        contacts = contacts.filter(received_at__gte=since)
    found = dict(contacts.values_list("outcome").annotate(n=Count("pk")))
    became = {outcome: found.get(outcome, 0) for outcome in Outcome.values}
    late = contacts.filter(outcome=Outcome.WAITING, received_at__lt=now - PATIENCE).count()
    return Account(received=sum(became.values()), became=became, unaccounted=late)


def _text(value: str) -> str:
    return value.replace("\x00", "")[:320]
