"""Check-ins that a kiosk accepted by itself and that couldn't become a visit: kept until somebody looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Person
from guichet.walkup.models.devices import Device
from guichet.walkup.models.venues import Venue


class StrayCause(models.TextChoices):
    """Why it could not be put in the queue."""

    REFUSED = "refused", _("Refused")
    ELSEWHERE = "elsewhere", _("The machine was moved to another place meanwhile")
    UNPROMISED = "unpromised", _("The machine stopped before a number was shown")
    ANOTHER_DAY = "another_day", _("Handed over on another day, after closing")
    OTHER_NUMBER = "other_number", _("Already called under another number")
    UNREADABLE = "unreadable", _("Couldn’t be read")
    FAILED = "failed", _("Something went wrong here")


class StrayCheckIn(models.Model):
    """What a machine handed over and the queue didn't take. Nothing of it is thrown away before it was settled."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="strays")
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    client_key = models.CharField(max_length=64)
    # The number that the person was given, "" where none was shown.
    number = models.CharField(max_length=8, blank=True)
    arrived_at = models.DateTimeField()
    # As it was handed over.
    said = models.JSONField(default=dict, blank=True)
    cause = models.CharField(max_length=12, choices=StrayCause)
    # The refusal's own sentence, in the desk's language.
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["arrived_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["venue", "client_key"], name="one_stray_a_check_in")]
        indexes = [models.Index(fields=["venue"], name="stray_open", condition=Q(settled_at__isnull=True))]
