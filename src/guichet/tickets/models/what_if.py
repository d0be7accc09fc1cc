"""A draft of a policy or calendar tried on past tickets, and what came of it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Organisation, Person
from guichet.sla.models import Measure
from guichet.tickets.models.ticket import Severity, Ticket


class TrialState(models.TextChoices):
    """How far a trial has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Under way")
    DONE = "done", _("Done")
    FAILED = "failed", _("Interrupted")


class Verdict(models.TextChoices):
    """What became of a promise."""

    KEPT = "kept", _("kept")
    BROKEN = "broken", _("broken")
    OPEN = "open", _("still open")


class Trial(models.Model):
    """Who tried which draft on the tickets of which weeks, and the figures. Kept for thirty days."""

    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    # What the policy or calendar is called in the draft.
    name = models.CharField(max_length=120)
    # As `sla/drafts.py` makes it; and what was typed, to go on from there.
    draft: models.JSONField[dict[str, Any], Any] = models.JSONField()
    typed: models.JSONField[dict[str, list[str]], Any] = models.JSONField(default=dict, blank=True)
    # Tickets opened in so many weeks before it was asked.
    weeks = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=TrialState, default=TrialState.WAITING)
    tickets = models.PositiveIntegerField(default=0)
    tried = models.PositiveIntegerField(default=0)
    # As `tickets/what_if.py` says it.
    result: models.JSONField[dict[str, Any], Any] = models.JSONField(default=dict, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["desk", "-asked_at", "-id"], name="trial_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def of_calendar(self) -> bool:
        """Whether a calendar was tried, and not a policy."""
        return "calendar" in self.draft

    @property
    def row(self) -> int | None:
        """The number of the policy or calendar; None for a policy that isn't there yet."""
        number: int | None = self.draft["calendar" if self.of_calendar else "policy"]
        return number

    @property
    def over(self) -> bool:
        return self.state in {TrialState.DONE, TrialState.FAILED}


class TrialChange(models.Model):
    """A ticket of which promises for a measure would be broken, or no longer be, with the draft."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="changes", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=16, choices=Measure)
    severity = models.CharField(max_length=2, choices=Severity)
    # To broken, or from broken.
    worse = models.BooleanField()
    # Of the first of these promises; "" where there would be none.
    was = models.CharField(max_length=8, choices=Verdict, blank=True)
    becomes = models.CharField(max_length=8, choices=Verdict, blank=True)
    was_due = models.DateTimeField(null=True)
    becomes_due = models.DateTimeField(null=True)
    # How many of them: news are promised again and again.
    promises = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["trial", "worse", "id"], name="change_of_trial")]

    def __str__(self) -> str:
        return f"{self.measure} {self.was} {self.becomes}"
