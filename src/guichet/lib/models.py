"""What must leave the process, kept until somebody took it."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q


class Outgoing(models.Model):
    """One thing to send, written in the transaction that wanted it sent (see `outbox.py`).

    `about` names what it is about in plain text, a ticket's reference, so that what was sent can be looked up.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=24)
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    recipient = models.CharField(max_length=320)
    about = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    # When it is tried (again), as long as it is neither delivered nor given up.
    next_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    # What the other side said last.
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="delivered_or_given_up",
                condition=Q(delivered_at__isnull=True) | Q(given_up_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(
                fields=["next_at", "id"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="outgoing_due",
            ),
            models.Index(fields=["about", "created_at"], name="outgoing_about"),
            # What became of them, newest first; a row that is only just written is in neither.
            models.Index(
                fields=["-created_at", "-id"], condition=Q(delivered_at__isnull=False), name="outgoing_delivered"
            ),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(given_up_at__isnull=False), name="outgoing_given_up"
            ),
            models.Index(fields=["recipient", "created_at"], name="outgoing_to"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_waiting(self) -> bool:
        return self.delivered_at is None and self.given_up_at is None


class RuleChange(models.Model):
    """A note, made by a trigger, that some of what managers set up has changed (see `house_rules.py`)."""

    mark = models.BigIntegerField()
