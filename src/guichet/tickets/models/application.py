"""Present policies applied to open tickets: who asked, why, what would change, and what did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Organisation, Person
from guichet.sla.models import Measure
from guichet.tickets.models.ticket import Ticket


class How(models.TextChoices):
    """What becomes of a promise."""

    LATER = "later", _("Later")
    EARLIER = "earlier", _("Earlier")
    # Another calendar's version or other holds that stop it: it will count otherwise, and is due when it was.
    SAME = "same", _("Same time, counted otherwise")
    NEW = "new", _("Newly promised")
    DROPPED = "dropped", _("No longer promised")


class PolicyApplication(models.Model):
    """What a desk's policies and calendars say now, held against its open tickets; and applied, once somebody says so.

    Kept when it was applied. One that nobody applies is forgotten after a day.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=240, blank=True)
    # The mark of what policies and calendars said: by others it is not applied.
    terms = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    planned_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Policies or calendars changed meanwhile: what wasn't applied by then was left.
    outdated = models.BooleanField(default=False)
    # Open tickets to be looked at, and how many were; the last one done, while it goes on.
    tickets = models.PositiveIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)
    reached = models.BigIntegerField(default=0)
    # Tickets that would change, and how many of them were gone through.
    touched = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    # How many promises stay although policies say something else now, by why: `applying.STAYS`.
    stays = models.JSONField(default=dict)

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(begun_at__isnull=False, finished_at__isnull=True),
                name="one_application_at_a_time",
            ),
            models.CheckConstraint(
                name="an_application_has_a_reason", condition=Q(begun_at__isnull=True) | ~Q(reason="")
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-asked_at"], name="application_newest")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def state(self) -> str:
        """planning → ready → applying → done; or outdated."""
        if self.finished_at:
            return "outdated" if self.outdated else "done"
        if self.begun_at:
            return "applying"
        return "ready" if self.planned_at else "planning"


class PlannedChange(models.Model):
    """What becomes of one promise of one ticket: as foreseen, and once `done_at` as it was done."""

    application = models.ForeignKey(PolicyApplication, on_delete=models.CASCADE, related_name="changes", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    measure = models.CharField(max_length=16, choices=Measure)
    how = models.CharField(max_length=8, choices=How)
    # When it was due and is now; while the ticket rests, as if the wait ended at this moment.
    was = models.DateTimeField(null=True)
    due = models.DateTimeField(null=True)
    # The one that counts, for the order of lists.
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["application", "ticket", "measure"], name="one_change_a_promise"),
        ]
        indexes = [
            models.Index(fields=["application", "at", "id"], name="planned_soonest"),
            models.Index(fields=["application", "how", "at", "id"], name="planned_soonest_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.how}"
