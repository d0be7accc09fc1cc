"""What was promised for a ticket, as it was promised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guichet.calendars.models import CalendarVersion
from guichet.people.models import Person
from guichet.sla.models import Measure
from guichet.tickets.models.ticket import Severity, Ticket


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    """Lists read the caches; `clocks.py` computes the same from the log."""

    def current(self) -> CommitmentQuerySet:
        """Not replaced by another of the same measure."""
        return self.filter(replaced_at__isnull=True)

    def pending(self) -> CommitmentQuerySet:
        """Whose clock runs now: neither stopped nor paused. `due_at` is when it would be broken."""
        return self.current().filter(stopped_at__isnull=True, paused_at__isnull=True)


class Commitment(models.Model):
    """A target as it was promised for one ticket: budget, calendar's version, pauses.

    Never rewritten: another severity or a policy that is applied adds a commitment and replaces this one. `due_at`,
    `paused_at` and `stopped_at` are caches of what the activity log says, rebuilt at any time (`clocks.py`).
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="commitments", db_index=False)
    measure = models.CharField(max_length=16, choices=Measure)
    severity = models.CharField(max_length=2, choices=Severity)
    # Of the policy that it was promised by; empty where the desk has none. By name: no target points here, so that one
    # can be removed while tickets are opened by it.
    policy_name_fr = models.CharField(max_length=120, blank=True)
    policy_name_en = models.CharField(max_length=120, blank=True)
    minutes = models.PositiveIntegerField()
    # None: day and night.
    calendar_version = models.ForeignKey(
        CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    # Reasons of holds that stop the clock.
    pauses = models.JSONField(default=list)
    # Whether the requester is told when it is due, where it isn't about the first answer or news.
    shown = models.BooleanField(default=False)
    # When its clock began: at the opening, the hand-over or the wait for the provider.
    started_at = models.DateTimeField()
    made_at = models.DateTimeField()
    # Who replaced an earlier one by it, and why; None and empty for what a policy promised by itself.
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    reason = models.CharField(max_length=240, blank=True)
    replaced_at = models.DateTimeField(null=True)

    # Caches. While paused `due_at` is what it would be if the pause ended where it began.
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="a_commitment_takes_some_time", condition=Q(minutes__gte=1))]
        indexes = [models.Index(fields=["ticket", "measure"], name="commitment_of_ticket")]

    def __str__(self) -> str:
        return f"{self.measure} {self.due_at:%Y-%m-%d %H:%M}"
