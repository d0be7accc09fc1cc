"""What is suggested of a ticket and what came of it; what a desk's tickets taught about each field, in versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.people.models import Organisation, Person
from guichet.suggestions.deflection_models import AnswerShown, Asking, Ended
from guichet.tickets.models import Ticket

__all__ = [
    "AnswerShown",
    "Asking",
    "Ended",
    "Field",
    "FieldSwitch",
    "Lesson",
    "Outcome",
    "Reading",
    "Suggestion",
]


class Field(models.TextChoices):
    """What of a ticket can be suggested from its text. Severity follows from impact and urgency, as ever."""

    CATEGORY = "category", _("Category")
    KIND = "kind", _("Kind")
    TEAM = "team", _("Team")
    IMPACT = "impact", _("Impact")
    URGENCY = "urgency", _("Urgency")
    ASSET = "asset", _("Equipment")


class FieldSwitch(models.Model):
    """Whether a desk wants suggestions for a field; without a row it does."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=10, choices=Field)
    on = models.BooleanField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "field"], name="one_switch_for_a_field"),
            models.CheckConstraint(name="switch_field", condition=Q(field__in=Field.values)),
        ]


class Lesson(models.Model):
    """A version of what a desk's own solved tickets teach about one field, and how right it was, measured on tickets
    that it had not learned from. One of them is in use; never changed, save that only the newest keep their data."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    field = models.CharField(max_length=10, choices=Field)
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    # On how many tickets it rests, and how many different answers they have.
    tickets = models.PositiveIntegerField()
    classes = models.PositiveIntegerField()
    # Out of fold, shares from 0 to 1: right at all; the mean over the answers; answered where 90 % of the answers are
    # right; how far confidence is from truth; naming always the commonest.
    accuracy = models.FloatField()
    macro_f1 = models.FloatField()
    coverage_at_90 = models.FloatField()
    ece = models.FloatField()
    usual = models.FloatField()
    # From this confidence it speaks; None: never, it wasn't right often enough.
    threshold = models.FloatField(null=True)
    # `learning.Learned.to_bytes`; None in older versions.
    data = models.BinaryField(null=True)
    in_use = models.BooleanField(default=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "field", "number"], name="lesson_number"),
            models.UniqueConstraint(
                fields=["organisation", "field"], condition=Q(in_use=True), name="one_lesson_in_use"
            ),
            models.CheckConstraint(
                name="what_is_in_use_has_its_data", condition=Q(in_use=False) | Q(data__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.number}"


class Reading(models.Model):
    """That a ticket was read for suggestions, whether or not there was anything to say."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="+")
    at = models.DateTimeField()


class Outcome(models.TextChoices):
    OPEN = "open", pgettext_lazy("suggestion", "Open")
    ACCEPTED = "accepted", pgettext_lazy("suggestion", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("suggestion", "Dismissed")


class Suggestion(models.Model):
    """What a field of a ticket probably is, how sure that is and why. Nothing is changed until a person accepts it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="suggestions")
    field = models.CharField(max_length=10, choices=Field)
    # A row's number, a choice's value, or an equipment's tag.
    value = models.CharField(max_length=80)
    # 0 to 1. Measured where a lesson speaks; of a rule it orders, and isn't shown as a share.
    confidence = models.FloatField()
    # {"words": [...]}, or {"count": 34, "among": 37}.
    because = models.JSONField(default=dict)
    # What made it: a lesson, or one of the rules of the first day.
    lesson = models.ForeignKey(Lesson, on_delete=models.SET_NULL, null=True, related_name="+")
    rule = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "field"], name="one_suggestion_for_a_field"),
            models.CheckConstraint(name="suggestion_field", condition=Q(field__in=Field.values)),
            models.CheckConstraint(name="suggestion_sure_0_to_1", condition=Q(confidence__gte=0, confidence__lte=1)),
            models.CheckConstraint(
                name="somebody_decided",
                condition=Q(outcome=Outcome.OPEN, by__isnull=True, decided_at__isnull=True)
                | Q(by__isnull=False, decided_at__isnull=False) & ~Q(outcome=Outcome.OPEN),
            ),
        ]
        indexes = [models.Index(fields=["at"], name="suggestion_lately")]

    def __str__(self) -> str:
        return f"{self.field} {self.value}"
