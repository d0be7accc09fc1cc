"""What the watchdog found, and when it looked."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

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

    def wrong_tickets(self, **only: str) -> list[int]:
        """Those that something is wrong with."""
        found = self.present().filter(subject_type="ticket", **only).values_list("subject", flat=True)
        return [int(subject) for subject in found if subject.isdecimal()]


class Finding(models.Model):
    """A promise that nobody keeps: seen since then, and gone again or not. `kind` is a key of `wording.CHECKS`."""

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


class MailWhen(models.TextChoices):
    """When a manager is told by mail of what they should look at."""

    AWAY = "away", _("When I haven’t been at the desk for four hours")
    ALWAYS = "always", _("Always")
    NEVER = "never", _("Never")


class MailChoice(models.Model):
    """What a manager chose, or the usual; and what they were told already, so that nothing is told twice.

    Quiet hours are minutes of the person's own day, and may run over midnight; equal ones are none.
    """

    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    when = models.CharField(max_length=8, choices=MailWhen, default=MailWhen.AWAY)
    quiet_from = models.PositiveSmallIntegerField(default=20 * 60)
    quiet_until = models.PositiveSmallIntegerField(default=7 * 60)
    written_at = models.DateTimeField(null=True)
    # Findings by number; tickets in danger by number, with the promise's end.
    told_findings = models.JSONField(default=list)
    told_tickets = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(name="mail_choice_when", condition=Q(when__in=MailWhen.values)),
            models.CheckConstraint(
                name="quiet_hours_are_of_a_day", condition=Q(quiet_from__lt=24 * 60, quiet_until__lt=24 * 60)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.when}"
