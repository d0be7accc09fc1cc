"""What came in from outside: the mailboxes, and every contact with what became of it."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.channels.reasons import REASONS
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Channel, Impact, Message, Ticket, Urgency


class Joins(models.TextChoices):
    """Who may join a conversation by mail, besides the desk."""

    PARTICIPANTS = "participants", _("The requester and the followers")
    COLLEAGUES = "colleagues", _("Colleagues of the requester too, when they answer a message of it")


class Strangers(models.TextChoices):
    """What becomes of a request from an address that nobody has."""

    WELCOME = "welcome", _("Open a ticket and make a record of the person")
    QUARANTINE = "quarantine", _("Keep it in quarantine until somebody has looked at it")


class Fetch(models.TextChoices):
    """How a mailbox's messages get here."""

    DELIVERED = "delivered", _("They are delivered to us (LMTP, SMTP, a pipe or a folder)")
    IMAP = "imap", _("We fetch them (IMAP)")


class Auth(models.TextChoices):
    """What we show a mail server that we fetch from."""

    PASSWORD = "password", _("A password")
    MICROSOFT = "microsoft", _("Microsoft 365 (OAuth 2.0)")
    GOOGLE = "google", _("Google (OAuth 2.0)")


class Mailbox(models.Model):
    """An address of the desk, and what a message to it becomes when nothing in it says otherwise."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="mailboxes")
    address = models.EmailField()
    # Other addresses that lead here, in lower case.
    aliases = models.JSONField(default=list, blank=True)
    name = models.CharField(max_length=120, blank=True)
    active = models.BooleanField(default=True)
    # Where people go who write from an address that nobody has; none: the desk's own organisation.
    home = models.ForeignKey(Organisation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    joins = models.CharField(max_length=16, choices=Joins, default=Joins.COLLEAGUES)
    strangers = models.CharField(max_length=16, choices=Strangers, default=Strangers.WELCOME)
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    impact = models.CharField(max_length=16, choices=Impact, default=Impact.PERSON)
    urgency = models.CharField(max_length=16, choices=Urgency, default=Urgency.HAMPERED)
    fetch = models.CharField(max_length=12, choices=Fetch, default=Fetch.DELIVERED)
    host = models.CharField(max_length=200, blank=True)
    port = models.PositiveIntegerField(default=993)
    user = models.CharField(max_length=200, blank=True)
    auth = models.CharField(max_length=12, choices=Auth, default=Auth.PASSWORD)
    # The names of the environment variables that hold the secrets: these are in no table and in no dump.
    password_variable = models.CharField(max_length=80, blank=True)
    # How the application is known to Microsoft or Google: its number and secret, whose directory, or who agreed to it.
    client_id = models.CharField(max_length=200, blank=True)
    secret_variable = models.CharField(max_length=80, blank=True)
    tenant = models.CharField(max_length=200, blank=True)
    refresh_variable = models.CharField(max_length=80, blank=True)
    # The desk's own words in its mails, as text: after the greeting, and at the end in place of its name and telephone.
    above_fr = models.TextField(max_length=1000, blank=True)
    above_en = models.TextField(max_length=1000, blank=True)
    below_fr = models.TextField(max_length=1000, blank=True)
    below_en = models.TextField(max_length=1000, blank=True)
    # Such as #0e604d: white can be read on it. None: the product's own colours.
    accent = models.CharField(max_length=7, blank=True)
    folder = models.CharField(max_length=200, default="INBOX")
    # Where a message goes on the server once it is ours; none: it stays, marked as seen.
    done_folder = models.CharField(max_length=200, blank=True)
    # How far we have read: a server that changes its UIDVALIDITY has numbered its messages anew.
    uid_validity = models.BigIntegerField(null=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    trouble = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        ordering = ["address"]
        constraints = [models.UniqueConstraint(Lower("address"), name="mailbox_address")]

    def __str__(self) -> str:
        return self.address

    @property
    def place(self) -> dict[str, str | int]:
        """Which folder of whose account on which server: what its numbers are worth."""
        account = {"user": self.user} if self.user else {"user": "", "address": self.address}
        return {"host": self.host, "port": self.port, "folder": self.folder, **account}

    def source_key(self, *, folder: str, validity: int, uid: int) -> str:
        """Of the message that has this number in a folder of the account: no other place's number is taken for it."""
        place = "\n".join(str(part) for part in (self.host, self.port, self.user or self.address, folder))
        return f"imap:{self.pk}:{hashlib.sha256(place.encode()).hexdigest()[:16]}:{validity}:{uid}"


class DeadAddress(models.Model):
    """An address that mail servers say does not exist. Whoever writes from it shows that it does."""

    email = models.EmailField(unique=True, max_length=254)
    status = models.CharField(max_length=20)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.email


class Outcome(models.TextChoices):
    """What became of a contact. Only the first is open: no contact stays there."""

    WAITING = "waiting", _("To be read")
    TICKET = "ticket", _("New ticket")
    REPLY = "reply", _("Reply")
    AUTOMATIC = "automatic", _("Automatic message, recorded")
    DUPLICATE = "duplicate", _("Copy of one that is here")
    QUARANTINE = "quarantine", _("In quarantine")
    DISCARDED = "discarded", _("Discarded")


def _reach(person: Person) -> Q:
    """Rows of the desks where the person works; for managers also those of no desk."""
    reach = Q(desk__in=person.grants.treats_in)
    return reach | Q(desk__isnull=True) if person.grants.manages_in else reach


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, person: Person) -> ContactQuerySet:
        """Those of the desks where the person works; what reached no desk's mailbox, for managers."""
        return self.filter(_reach(person))


class Contact(models.Model):
    """Anything that came in, with its bytes as they were. It is stored and committed before anything is made of it."""

    # The same thing delivered twice has the same key: mailbox, UIDVALIDITY and UID, or the place and a hash.
    source_key = models.CharField(max_length=300, unique=True)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.MAIL)
    mailbox = models.ForeignKey(Mailbox, on_delete=models.SET_NULL, null=True, related_name="contacts")
    # The organisation whose desk it reached; none while nobody knows.
    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    raw = models.BinaryField()
    size = models.PositiveIntegerField()
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.CharField(max_length=320, blank=True)
    received_at = models.DateTimeField()

    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.WAITING)
    # Why it is in quarantine, or what kind of automatic message it is: a code of `reasons.py`.
    reason = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=400, blank=True)
    read_at = models.DateTimeField(null=True)
    # Attempts to read it, counted before each: a message that takes its reader down is not tried for ever.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)

    # What reading found.
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    message_id = models.CharField(max_length=300, blank=True)
    # What can be read of it, for those who have to decide.
    text = models.TextField(blank=True)
    # Of what makes the message itself, without the traces of its way: copies that came by two addresses share it.
    fingerprint = models.CharField(max_length=64, blank=True)

    # What became of it.
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    reply = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+")
    # A ticket that it names without being allowed to join it.
    mentions = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+")
    copy_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    decided_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["desk", "fingerprint"],
                condition=~Q(fingerprint="") & ~Q(outcome="duplicate"),
                name="contact_once",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["ticket", "reply"]) | Q(ticket__isnull=False), name="contact_became"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["quarantine", "automatic"]) | ~Q(reason=""), name="contact_reason"
            ),
            models.CheckConstraint(condition=Q(outcome="waiting") | Q(read_at__isnull=False), name="contact_accounted"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(outcome="waiting"), name="contact_waiting"),
            models.Index(fields=["desk", "outcome", "-received_at", "-id"], name="contact_list"),
            models.Index(fields=["message_id"], condition=~Q(message_id=""), name="contact_message_id"),
            models.Index(fields=["ticket"], name="contact_ticket"),
            models.Index(fields=["sender", "received_at"], name="contact_sender"),
        ]

    def __str__(self) -> str:
        return self.source_key

    @property
    def why(self) -> str:
        """The reason in words; for an automatic message what kind it is."""
        return str(REASONS.get(self.reason, self.detail or self.reason))

    @property
    def is_undoable(self) -> bool:
        """Whether a person decided it, and it can be put back."""
        return self.decided_by_id is not None and self.outcome in {
            Outcome.TICKET, Outcome.REPLY, Outcome.DISCARDED,
        }  # fmt: skip


class ReconciliationQuerySet(models.QuerySet["Reconciliation"]):
    def visible_to(self, person: Person) -> ReconciliationQuerySet:
        """As the contacts that were compared."""
        return self.filter(_reach(person))


class Reconciliation(models.Model):
    """One comparison of the ledger: with a mailbox's server, or (no mailbox) with the tickets of a desk."""

    at = models.DateTimeField()
    # None: what reached no desk's mailbox.
    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, null=True, related_name="+")
    checked = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    # The first of what is missing, as `reconciling.Missing` says it.
    details = models.JSONField(default=list)
    # Why nothing could be compared.
    trouble = models.CharField(max_length=300, blank=True)

    objects = ReconciliationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["desk", "mailbox", "-at"], name="reconciliation_last")]

    def __str__(self) -> str:
        return f"{self.mailbox or self.desk or '–'} {self.at:%Y-%m-%d}"
