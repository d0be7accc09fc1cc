"""The book of everything that comes in: stored first, interpreted afterwards, and each line accounted for."""

from __future__ import annotations

import hashlib
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from guichet.channels.models import Contact, Mailbox, Outcome
from guichet.lib.batches import read_once
from guichet.lib.database import prepared
from guichet.tickets.models import Channel

# A contact that still waits after this long is counted as unaccounted for.
PATIENCE = timedelta(minutes=5)

# No address of ours has more words behind a + than this.
_PLUSES = 10

# Where readers hear of what came in.
CHANNEL = "guichet_contacts"
# They are told by the same commit.
_STORE = """
WITH stored AS (
    INSERT INTO channels_contact (
        source_key, channel, mailbox_id, desk_id, raw, size, envelope_from, envelope_to, received_at,
        outcome, reason, detail, tries, sender, sender_name, subject, message_id, text, fingerprint
    ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', '', '', 0, '', '', '', '', '', '')
    ON CONFLICT (source_key) DO NOTHING RETURNING id
)
SELECT id, pg_notify(%s, '') FROM stored
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
    desk = mailbox.organisation_id if mailbox else None
    values = (
        source_key[:300], channel, mailbox.pk if mailbox else None, desk, raw, len(raw),
        _text(envelope_from), _text(envelope_to), now, CHANNEL,
    )  # fmt: skip
    # Alone the statement commits itself; inside a transaction of the caller's it can fail alone.
    with transaction.atomic() if connection.in_atomic_block else nullcontext(), prepared() as cursor:
        cursor.execute(_STORE, values)
        row = cursor.fetchone()
    return row[0] if row else None


def call_readers() -> None:
    """Tell those who read that something waits, when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def key_of(place: str, raw: bytes, *, recipient: str = "") -> str:
    """The source key of something that its place doesn't number: the same bytes for the same recipient, once."""
    return f"{place}:{hashlib.sha256(raw).hexdigest()}:{recipient.lower()}"


@read_once
def mailboxes() -> list[Mailbox]:
    """The active ones, with what becomes of a message to them."""
    near = ("organisation__served_by", "home__served_by", "category__service")
    return list(Mailbox.objects.filter(active=True).select_related(*near).order_by("pk"))


# Plain: each message that is handed over asks.
_REACHED = """
SELECT * FROM channels_mailbox WHERE active AND (lower(address) = ANY(%s) OR jsonb_exists_any(aliases, %s)) ORDER BY id
"""


def mailbox_for(address: str) -> Mailbox | None:
    """The active mailbox that this address leads to: as it stands, or else without what follows a + in it."""
    whole = address.strip().strip("<>").lower().replace("\x00", "")
    local, _at, domain = whole.rpartition("@")
    pieces = local.split("+")[:_PLUSES]
    names = [f"{'+'.join(pieces[:count])}@{domain}" for count in range(len(pieces), 0, -1)]
    found = list(Mailbox.objects.raw(_REACHED, [names, names]))
    return next((box for name in names for box in found if name in {box.address.lower(), *box.aliases}), None)


@dataclass(frozen=True, slots=True)
class Account:
    """What came in against what became of it, over the same contacts."""

    received: int
    became: dict[str, int]
    # Waiting for longer than a reader may take: this is the number that has to be 0.
    unaccounted: int


def account(*, now: datetime, among: QuerySet[Contact] | None = None) -> Account:
    """The ledger's sum, over these contacts (None: all)."""
    contacts = (Contact.objects.all() if among is None else among).order_by()
    found = dict(contacts.values_list("outcome").annotate(n=Count("pk")))
    became = {outcome: found.get(outcome, 0) for outcome in Outcome.values}
    late = contacts.filter(outcome=Outcome.WAITING, received_at__lt=now - PATIENCE).count()
    return Account(received=sum(became.values()), became=became, unaccounted=late)


def _text(value: str) -> str:
    return value.replace("\x00", "")[:320]
