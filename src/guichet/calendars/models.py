"""Calendars: when an organisation works. Each change is a version; what was promised on one is read on that one."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from guichet.people.models import Organisation, Person

# What the product itself calls the usual calendar.
OPENING_NAMES = ("Heures d’ouverture", "Opening hours")


class Calendar(models.Model):
    """Working time under a name. The usual one of an organisation is its opening hours."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="calendars")
    name = models.CharField(max_length=120)
    usual = models.BooleanField(default=False)

    class Meta:
        ordering = ["-usual", "name"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="calendar_name"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(usual=True), name="one_usual_calendar"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name; for opening hours that nobody called otherwise, in the reader's language."""
        return gettext("Opening hours") if self.usual and self.name in OPENING_NAMES else self.name


class CalendarVersion(models.Model):
    """What a calendar said from one moment on. Never changed: the database refuses it, and a change adds a version."""

    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=64)
    # Seven lists of [from, to) minutes after midnight, Monday first.
    week: models.JSONField[list[list[list[int]]], Any] = models.JSONField()
    # Whose public holidays are days off: a country, with its region where it has any (CA-QC, BE, FR-57); "" is none.
    holidays = models.CharField(max_length=24, blank=True)
    # Those holidays for the years around `made_at`, date → [name in French, in English]: a later edition of the package
    # that lists them changes no promise. Years that are not here are asked of the package.
    days_off: models.JSONField[dict[str, list[str]], Any] = models.JSONField(default=dict, blank=True)
    # Days with hours of their own: date → {"spans": [[from, to)], "name": …}; no spans is closed.
    exceptions: models.JSONField[dict[str, dict[str, Any]], Any] = models.JSONField(default=dict, blank=True)
    # None: nobody; the product made it.
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["calendar", "-number"]
        constraints = [models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_number")]

    def __str__(self) -> str:
        return f"{self.calendar_id}.{self.number}"
