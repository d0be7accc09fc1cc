"""What is promised to whom: policies in their order, and their targets."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.calendars.models import Calendar
from guichet.catalog.models import Category, Kind, Service
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Person

# The scales of the hub above us, which may not be imported from here; a test compares them.
SEVERITIES = ("S1", "S2", "S3", "S4", "S5")
PAUSES = ("requester", "provider", "appointment", "parts", "change", "other")


class Measure(models.TextChoices):
    """What a target measures."""

    FIRST_RESPONSE = "first_response", _("First answer")
    NEXT_UPDATE = "next_update", _("Next news")
    RESTORATION = "restoration", _("Service restored")
    RESOLUTION = "resolution", _("Solution")
    # Operational: the team that a ticket was handed to takes it on.
    LEVEL = "level", _("Taken on after a hand-over")
    # Underpinning: what a provider owes us.
    PROVIDER = "provider", _("The provider’s answer")


# Those that begin with the ticket; the others when it is handed over or waits for a provider.
FROM_OPENING = (Measure.FIRST_RESPONSE, Measure.NEXT_UPDATE, Measure.RESTORATION, Measure.RESOLUTION)


class Policy(Named):
    """What a desk promises, under conditions: the first active one that fits a ticket, by position, counts for it.

    Empty conditions fit everything. The one without any condition is the desk's usual policy, and the last.
    """

    # The desk, which promises.
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="policies")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)
    # Whom, for what: a client of the desk (or the desk's own people), a service, a category with all below it, a kind.
    client = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind, blank=True)
    # Whether requesters are told until when the solution is promised, besides the first answer.
    shows_resolution = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(client__isnull=True, service__isnull=True, category__isnull=True, kind=""),
                name="one_usual_policy",
            ),
        ]

    @property
    def usual(self) -> bool:
        """Without any condition."""
        return not (self.client_id or self.service_id or self.category_id or self.kind)


class Target(models.Model):
    """So many minutes for a measure and a severity, counted by a calendar, and which holds stop the clock."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="targets")
    measure = models.CharField(max_length=16, choices=Measure)
    severity = models.CharField(max_length=2, choices=[(s, s) for s in SEVERITIES])
    minutes = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    # None: day and night.
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pauses = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["policy", "severity", "measure"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "measure", "severity"], name="one_target"),
            models.CheckConstraint(name="a_target_takes_some_time", condition=Q(minutes__gte=1)),
            models.CheckConstraint(name="target_severity", condition=Q(severity__in=SEVERITIES)),
            models.CheckConstraint(name="target_measure", condition=Q(measure__in=Measure.values)),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.severity}"


class PolicyChange(models.Model):
    """Who said what of a policy, and when: all that it said from then on. Kept when the policy is removed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    policy = models.ForeignKey(Policy, on_delete=models.SET_NULL, null=True, related_name="changes")
    number = models.PositiveIntegerField()
    # Names, conditions and targets in plain values; `removed` where that was its end.
    said = models.JSONField(default=dict)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="one_change_a_number")]

    def __str__(self) -> str:
        return f"{self.policy_id} {self.number}"
