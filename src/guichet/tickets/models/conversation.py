"""What is said on a ticket: replies and notes, files, drafts; who follows it and who has it open."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Person
from guichet.tickets.models.ticket import Channel, Ticket


class MessageKind(models.TextChoices):
    """A reply is public on the ticket; a note never leaves the desk."""

    REPLY = "reply", _("Reply")
    NOTE = "note", _("Internal note")


class Message(models.Model):
    """A public reply or an internal note. `html` is the safe rendering of `body`, made once."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages", db_index=False)
    kind = models.CharField(max_length=8, choices=MessageKind)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whether it was written from the desk or by the requester's side.
    from_desk = models.BooleanField(default=False)
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.PORTAL)
    body = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="message_timeline")]


class Attachment(models.Model):
    """A file given with a ticket or a message. `path` holds no byte that the person chose."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attachments")
    # None: given with the request itself.
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, related_name="attachments")
    internal = models.BooleanField(default=False)
    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]

    @property
    def is_picture(self) -> bool:
        return self.content_type in {"image/png", "image/jpeg", "image/gif", "image/webp"}


class Draft(models.Model):
    """What a person has typed and not yet sent, kept on the server under the name of its form."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_draft")]


class Watcher(models.Model):
    """Somebody who follows a ticket and hears of its public news."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="watchers", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="one_watcher")]
        indexes = [models.Index(fields=["person", "ticket"], name="watched_by")]


class Presence(models.Model):
    """Somebody of the desk has the ticket open, and may be writing; outdated after a minute."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    writing = models.BooleanField(default=False)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "person"], name="one_presence")]
