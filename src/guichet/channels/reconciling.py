"""The daily comparison: is everything that mail servers hold in the ledger, and everything in the ledger on a ticket?

It trusts nothing that wrote either side: it lists what is on the server, and asks for each line of the ledger whether
the ticket that it names exists and knows of it. What is missing is kept, shown, and can be fetched again.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from imap_tools import BaseMailBox
from imap_tools.errors import MailboxFetchError

from guichet.activity.models import Event
from guichet.channels import imap, ledger
from guichet.channels.interpreting import fingerprint
from guichet.channels.listing import Listed, listed, raw_of
from guichet.channels.mail.reading import read
from guichet.channels.models import Contact, Fetch, Mailbox, Outcome, Reconciliation
from guichet.lib.database import give_back
from guichet.tickets.models import Channel, Ticket

# How far back is looked; whatever went wrong over a long weekend is found.
LOOK_BACK = timedelta(days=7)
# What is younger and not here yet is still to be fetched.
GRACE = timedelta(hours=1)
KEPT = timedelta(days=90)
# Kept with a comparison; the number is told in full.
_SHOWN = 100
_SOURCE = "contact:"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that should be in two places and is in one; `kind` says which, the rest what it is known by."""

    # On the server: "late" (not fetched), "passed" (marked or passed over, and not here), "moved" (among what is done).
    # Here: "unread", "no_ticket", "no_reply", "no_contact".
    kind: str
    at: datetime
    subject: str = ""
    sender: str = ""
    folder: str = ""
    contact: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What one comparison found."""

    checked: int
    missing: list[Missing]


def reconcile(*, now: datetime) -> int:
    """Compare every mailbox that we fetch, then every desk's ledger; how much is missing in all."""
    for mailbox in Mailbox.objects.filter(active=True, fetch=Fetch.IMAP):
        compare_mailbox(mailbox, now=now)
    desks: set[int | None] = set(Mailbox.objects.values_list("organisation_id", flat=True))
    recent = Contact.objects.filter(received_at__gte=now - LOOK_BACK).order_by()
    desks.update(recent.values_list("desk_id", flat=True).distinct())
    # Whoever was compared before is compared again: nothing stays red that nobody looks at any more.
    desks.update(Reconciliation.objects.filter(mailbox=None).order_by().values_list("desk_id", flat=True).distinct())
    for desk in sorted(desks, key=lambda pk: pk or 0):
        compare_ledger(desk, now=now)
    Reconciliation.objects.filter(at__lt=now - KEPT).delete()
    return sum(row.missing for row in latest(Reconciliation.objects.all()))


def compare_mailbox(mailbox: Mailbox, *, now: datetime) -> None:
    """Compare what the mailbox's server holds with the ledger, and keep what was found, or why nothing could be."""
    with _kept_trouble(mailbox, now=now), _server(mailbox, now=now) as server:
        found, _gone = _compared(mailbox, server, now=now)
        _keep(found, desk=mailbox.organisation_id, mailbox=mailbox, now=now)


def compare_ledger(desk: int | None, *, now: datetime) -> None:
    """Compare the desk's lines of the ledger with its tickets, and keep what was found."""
    _keep(ledger_of(desk, now=now), desk=desk, mailbox=None, now=now)


def fetch_again(mailbox: Mailbox, *, now: datetime) -> int:
    """Store what the server holds and the ledger doesn't; how many. Compared anew afterwards."""
    count = 0
    with _kept_trouble(mailbox, now=now), _server(mailbox, now=now) as server:
        for message in _compared(mailbox, server, now=now)[1]:
            count += _take(mailbox, server, message)
        found, _gone = _compared(mailbox, server, now=now)
        _keep(found, desk=mailbox.organisation_id, mailbox=mailbox, now=now)
    return count


# ── a mailbox and the ledger ──


@contextmanager
def _server(mailbox: Mailbox, *, now: datetime) -> Iterator[BaseMailBox]:
    with imap.reported(mailbox, now=now):
        server = imap.signed_in(mailbox)
        try:
            yield server
            with contextlib.suppress(Exception):
                server.logout()
        finally:
            imap.hang_up(server)


@contextmanager
def _kept_trouble(mailbox: Mailbox, *, now: datetime) -> Iterator[None]:
    """Where nothing is known of the mailbox, that is said, and not taken for nothing missing."""
    try:
        yield
    except imap.Trouble as trouble:
        # What was known to be missing still is, as far as anybody knows.
        before = Reconciliation.objects.filter(mailbox=mailbox).first()
        Reconciliation.objects.create(
            at=now,
            desk_id=mailbox.organisation_id,
            mailbox=mailbox,
            checked=0,
            missing=before.missing if before else 0,
            details=before.details if before else [],
            trouble=str(trouble)[:300],
        )


def _compared(mailbox: Mailbox, server: BaseMailBox, *, now: datetime) -> tuple[Found, list[Listed]]:
    """What is missing, in words and as it stands on the server."""
    mailbox.refresh_from_db(fields=["uid_validity", "last_uid"])
    give_back()
    since = (now - LOOK_BACK).date()
    # The server first: what is fetched meanwhile is here by the time that we look.
    there = listed(server, mailbox.folder, since=since)
    if mailbox.done_folder:
        there += listed(server, mailbox.done_folder, since=since)
    here = _numbered(mailbox, there)
    open_ones = [message for message in there if _key(mailbox, message) not in here]
    due = [message for message in open_ones if _is_due(mailbox, message, now=now)]
    gone = _without_contact(mailbox, server, due, among=there)
    told = [
        Missing(kind=_kind(mailbox, m), at=m.arrived_at, subject=m.subject, sender=m.sender, folder=m.folder)
        for m in gone
    ]
    return Found(checked=len(there) - len(open_ones) + len(due), missing=told), gone


def _key(mailbox: Mailbox, message: Listed) -> str:
    """As the fetcher has it."""
    return mailbox.source_key(folder=message.folder, validity=message.validity, uid=message.uid)


def _numbered(mailbox: Mailbox, messages: list[Listed]) -> set[str]:
    keys = [_key(mailbox, message) for message in messages]
    return set(Contact.objects.filter(source_key__in=keys).values_list("source_key", flat=True))


def _is_ahead(mailbox: Mailbox, message: Listed) -> bool:
    """Whether the fetcher has still to come to it."""
    if message.folder != mailbox.folder:
        return False
    return mailbox.uid_validity != message.validity or message.uid > mailbox.last_uid


def _is_due(mailbox: Mailbox, message: Listed, *, now: datetime) -> bool:
    return message.arrived_at < now - GRACE or not _is_ahead(mailbox, message)


def _kind(mailbox: Mailbox, message: Listed) -> str:
    if message.folder != mailbox.folder:
        return "moved"
    return "late" if _is_ahead(mailbox, message) and not message.seen else "passed"


def _without_contact(
    mailbox: Mailbox, server: BaseMailBox, messages: list[Listed], *, among: list[Listed]
) -> list[Listed]:
    """Those that the ledger doesn't know under another number either: moved, copied, or numbered anew."""
    desk = mailbox.organisation_id
    same_name = Counter(message.name for message in among)
    ids = {m.message_id for m in messages if m.message_id}
    ours = Contact.objects.filter(desk=desk, message_id__in=ids)
    known = set(ours.values_list("message_id", "sender", "subject"))
    # Not read yet, or read in vain: it may have no name here, only its bytes.
    unread = Contact.objects.filter(desk=desk, fingerprint="").exists()
    gone = []
    for message in messages:
        unique = bool(message.message_id) and same_name[message.name] == 1
        if unique and message.name in known:
            continue
        if not unique or unread:
            # Its name alone doesn't tell.
            raw, refused = _raw(server, message)
            # What the server won't show may be here or not: nobody says that it is.
            if not refused and (raw is None or _has_bytes(desk, raw)):
                continue
        gone.append(message)
    return gone


def _raw(server: BaseMailBox, message: Listed) -> tuple[bytes | None, bool]:
    """Its bytes, None where it is gone meanwhile; and whether the server refuses to give them."""
    server.folder.set(message.folder)
    try:
        return raw_of(server, uid=message.uid), False
    except MailboxFetchError:
        return None, True


def _has_bytes(desk: int, raw: bytes) -> bool:
    # What is not read yet, or could not be, is known by nothing but its bytes.
    same = Q(fingerprint=fingerprint(read(raw), raw)) | Q(fingerprint="", size=len(raw), raw=raw)
    return Contact.objects.filter(same, desk=desk).exists()


def _take(mailbox: Mailbox, server: BaseMailBox, message: Listed) -> bool:
    raw, _refused = _raw(server, message)
    if raw is None:
        return False
    key = _key(mailbox, message)
    stored = ledger.receive(raw=raw, source_key=key, now=timezone.now(), mailbox=mailbox, envelope_to=mailbox.address)
    return stored is not None


# ── the ledger and the tickets ──


def ledger_of(desk: int | None, *, now: datetime) -> Found:
    """Each line of the desk's that came lately: read in time, and known to the ticket and the reply that it names."""
    lately = Q(received_at__gte=now - LOOK_BACK) | Q(decided_at__gte=now - LOOK_BACK)
    contacts = Contact.objects.filter(lately, desk=desk).order_by("pk")
    missing = [
        *_lines("unread", contacts.filter(outcome=Outcome.WAITING, received_at__lt=now - ledger.PATIENCE)),
        *_lines("no_ticket", contacts.filter(outcome=Outcome.TICKET).exclude(_told("ticket.opened"))),
        *_lines("no_reply", contacts.filter(outcome=Outcome.REPLY).exclude(_told("ticket.replied") & _REPLIED)),
        *(_without_line(desk, now=now) if desk is not None else ()),
    ]
    return Found(checked=contacts.count(), missing=missing)


_REPLIED = Q(reply__ticket_id=F("ticket_id"))


def _told(verb: str) -> Q:
    """Whether the contact's ticket has an event that says that it came from there."""
    source = Concat(Value(_SOURCE), Cast(OuterRef("pk"), CharField()))
    told = Event.objects.filter(subject_type="ticket", subject_id=OuterRef("ticket_id"), verb=verb, source=source)
    return Q(Exists(told))


def _lines(kind: str, contacts: QuerySet[Contact]) -> list[Missing]:
    return [
        Missing(kind=kind, at=c.received_at, subject=c.subject, sender=c.sender, contact=c.pk)
        for c in contacts.only("received_at", "subject", "sender")
    ]


def _without_line(desk: int, *, now: datetime) -> list[Missing]:
    """Tickets made from a message that no line of the ledger leads to. What somebody decided by hand is no riddle."""
    opened = Event.objects.filter(subject_type="ticket", subject_id=OuterRef("pk"), verb="ticket.opened")
    tickets = (
        Ticket.objects.filter(desk=desk, channel=Channel.MAIL, opened_at__gte=now - LOOK_BACK)
        .annotate(source=Subquery(opened.values("source")[:1]))
        .filter(source__startswith=_SOURCE)
        .order_by("pk")
    )
    named = list(tickets.values_list("pk", "source", "opened_at", "title", "reference"))
    sources = [source.removeprefix(_SOURCE) for _pk, source, *_told in named]
    lines = Contact.objects.filter(pk__in=[int(text) for text in sources if text.isdecimal()])
    leads = {
        (f"{_SOURCE}{pk}", None if by else ticket) for pk, ticket, by in lines.values_list("pk", "ticket", "decided_by")
    }
    return [
        Missing(kind="no_contact", at=at, subject=title, reference=reference)
        for pk, source, at, title, reference in named
        if not leads & {(source, pk), (source, None)}
    ]


# ── what was found ──


def latest(among: QuerySet[Reconciliation]) -> list[Reconciliation]:
    """The last comparison of each mailbox that we fetch, and of each desk's ledger."""
    fetched = Q(mailbox=None) | Q(mailbox__active=True, mailbox__fetch=Fetch.IMAP)
    rows = among.filter(fetched).select_related("mailbox", "desk")
    last = rows.order_by("desk_id", "mailbox_id", "-at", "-pk").distinct("desk_id", "mailbox_id")
    return sorted(last, key=lambda row: (row.mailbox is not None, str(row.mailbox or row.desk or "")))


@dataclass(frozen=True, slots=True)
class Standing:
    """The last comparisons in one line."""

    at: datetime
    checked: int
    missing: int
    troubled: int
    rows: list[Reconciliation]

    @property
    def is_wrong(self) -> bool:
        """Whether somebody should look."""
        return bool(self.missing or self.troubled)


def standing(among: QuerySet[Reconciliation]) -> Standing | None:
    """None where nothing was compared yet. `at` is the time of the oldest: nothing was looked at before."""
    rows = latest(among)
    if not rows:
        return None
    return Standing(
        at=min(row.at for row in rows),
        checked=sum(row.checked for row in rows if row.mailbox is None),
        missing=sum(row.missing for row in rows),
        troubled=sum(bool(row.trouble) for row in rows),
        rows=rows,
    )


def _keep(found: Found, *, desk: int | None, mailbox: Mailbox | None, now: datetime) -> None:
    details = [asdict(one) | {"at": one.at.isoformat()} for one in found.missing[:_SHOWN]]
    Reconciliation.objects.create(
        at=now, desk_id=desk, mailbox=mailbox, checked=found.checked, missing=len(found.missing), details=details
    )
