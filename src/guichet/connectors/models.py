"""Which programs hear of what happens at a desk."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Organisation, Person


class OffReason(models.TextChoices):
    """Why a webhook was switched off without anybody’s doing."""

    GONE = "gone", _("The other program answered that it is there no more (410).")
    FAILING = "failing", _("For three days nothing that was sent there arrived.")


class Webhook(models.Model):
    """An address of another program, and the events of the desk that are sent there as they happen.

    Its secret is kept nowhere: it follows from the installation's key, from `key` and from `serial`.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhooks")
    # Who it is to everybody outside, and as a recipient in the outbox.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    # Verbs (`ticket.resolved`), and families of them (`ticket.*`).
    verbs = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    # Counts the secrets it has had; the one before holds for a while after `rotated_at`.
    serial = models.PositiveIntegerField(default=1, editable=False)
    rotated_at = models.DateTimeField(null=True, editable=False)
    made_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # Since when nothing arrived; None: the last one did, or there was none yet.
    failing_since = models.DateTimeField(null=True, editable=False)
    # How often in a row nobody was reached there, and until when nobody tries: see `delivering.py`.
    unreached = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    off_reason = models.CharField(max_length=8, choices=OffReason, blank=True, editable=False)
    off_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="webhook_name"),
            models.CheckConstraint(
                condition=Q(off_reason="", off_at=None) | Q(active=False, off_at__isnull=False) & ~Q(off_reason=""),
                name="webhook_off",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def recipient(self) -> str:
        """Its name in the outbox."""
        return str(self.key)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc
