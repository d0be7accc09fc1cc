"""Who takes part: registrations with their waiting list, and who came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.people.models import Person
from guichet.training.models.session import Session


class Standing(models.TextChoices):
    """Where a registration stands."""

    REGISTERED = "registered", _("Registered")
    WAITING = "waiting", _("On the waiting list")
    WITHDRAWN = "withdrawn", pgettext_lazy("registration", "Withdrawn")


class Registration(models.Model):
    """Somebody's place in a session, or on its waiting list, whose order is that of `at`."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="registrations", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=10, choices=Standing)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # How often it changed, so that no two mails about it are taken for one.
    changes = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="one_registration_a_person"),
            models.CheckConstraint(name="registration_standing", condition=Q(standing__in=Standing.values)),
        ]

    @property
    def holds_a_place(self) -> bool:
        return self.standing == Standing.REGISTERED


class Presence(models.TextChoices):
    """Whether somebody who was awaited came."""

    PRESENT = "present", _("Present")
    PARTLY = "partly", _("Part of it")
    ABSENT = "absent", _("Absent")


class Attendance(models.Model):
    """Whether the person of a registration came. For the trainer, the desk's managers and the person alone."""

    registration = models.OneToOneField(Registration, on_delete=models.CASCADE, related_name="attendance")
    presence = models.CharField(max_length=8, choices=Presence)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="attendance_presence", condition=Q(presence__in=Presence.values)),
        ]
