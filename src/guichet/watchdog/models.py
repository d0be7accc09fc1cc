"""What the watchdog found, and when it looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guichet.people.models import Organisation, Person


class Round(models.Model):
    """One look at everything that is promised. `looked` and `found` count by kind; `whole`: ended tickets too."""

    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    whole = models.BooleanField(default=False)
    looked = models.JSONField(default=dict)
    found = models.JSONField(default=dict)

    class Meta:
        ordering = ["-began_at", "-id"]
        indexes = [models.Index(fields=["-began_at"], name="round_last")]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"


class FindingQuerySet(models.QuerySet["Finding"]):
    def visible_to(self, person: Person) -> FindingQuerySet:
        """Those of the desks that the person manages; what concerns the whole installation, for each manager."""
        managed = person.grants.manages_in
        return self.filter(Q(desk__in=managed) | Q(desk=None)) if managed else self.none()

    def present(self) -> FindingQuerySet:
        return self.filter(gone_at=None)


class Finding(models.Model):
    """A promise that nobody keeps: seen since then, and gone again or not. `kind` is a key of `checks.CHECKS`."""

    kind = models.CharField(max_length=24)
    # None: it concerns the whole installation.
    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, related_name="+")
    subject_type = models.CharField(max_length=24)
    # A row's id, or a job's name.
    subject = models.CharField(max_length=80)
    # What a person calls it: a ticket's reference, a message's subject.
    name = models.CharField(max_length=200)
    # What is told of it, by the names of the kind's sentence.
    detail = models.JSONField(default=dict)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "since", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject"], condition=Q(gone_at=None), name="one_present_finding"
            )
        ]
        indexes = [models.Index(fields=["desk", "kind"], condition=Q(gone_at=None), name="finding_present")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
