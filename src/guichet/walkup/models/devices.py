"""Machines that stand at a venue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Person
from guichet.walkup.models.venues import Venue


class DeviceKind(models.TextChoices):
    KIOSK = "kiosk", _("Check-in kiosk")
    BOARD = "board", _("Waiting-room screen")


class Device(models.Model):
    """A kiosk or a screen, enrolled once with a short code; it can do nothing but that."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="devices")
    kind = models.CharField(max_length=8, choices=DeviceKind, default=DeviceKind.KIOSK)
    name = models.CharField(max_length=60)
    # SHA-256, in hex, of the code to type once, and of what the machine keeps afterwards.
    code_hash = models.CharField(max_length=64, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    key_hash = models.CharField(max_length=64, blank=True)
    # What its own numbers begin with when the network is away: « K3 » gives K3-1, K3-2…
    letter = models.CharField(max_length=4, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    enrolled_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["key_hash"], name="one_device_a_key", condition=~Q(key_hash="")),
            models.UniqueConstraint(fields=["code_hash"], name="one_device_a_code", condition=~Q(code_hash="")),
        ]

    def __str__(self) -> str:
        return self.name
