"""The way to a solution: hypotheses, attempts, holds and hand-overs; and what the requester thought of it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.people.models import Level, Person, Team
from guichet.tickets.models.ticket import Ticket


class HypothesisState(models.TextChoices):
    OPEN = "open", pgettext_lazy("hypothesis", "Open")
    CONFIRMED = "confirmed", _("Confirmed")
    REJECTED = "rejected", _("Rejected")


class Hypothesis(models.Model):
    """A supposed cause, with what speaks for or against it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="hypotheses")
    text = models.CharField(max_length=300)
    evidence = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=HypothesisState, default=HypothesisState.OPEN)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name_plural = "hypotheses"


class AttemptKind(models.TextChoices):
    """A workaround restores the service; a fix removes the cause."""

    WORKAROUND = "workaround", _("Workaround")
    FIX = "fix", _("Fix")


class AttemptResult(models.TextChoices):
    UNTESTED = "untested", _("To be tested")
    WORKED = "worked", _("Works")
    FAILED = "failed", _("Doesn’t work")


class Attempt(models.Model):
    """A workaround or a fix: what was done, where it was applied, how it was tested and what came out."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="attempts")
    hypothesis = models.ForeignKey(
        Hypothesis, on_delete=models.SET_NULL, null=True, blank=True, related_name="attempts"
    )
    # The problem whose workaround or fix it is; none: found for this ticket.
    problem = models.ForeignKey(
        "tickets.Problem", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=AttemptKind)
    text = models.TextField()
    # Where it was applied: a workstation, a server, a test environment first for software.
    applied_on = models.CharField(max_length=160, blank=True)
    test = models.CharField(max_length=300, blank=True)
    result = models.CharField(max_length=8, choices=AttemptResult, default=AttemptResult.UNTESTED)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_tested_attempt_says_how",
                condition=Q(result="untested", tested_at__isnull=True)
                | ~Q(result="untested") & ~Q(test="") & Q(tested_at__isnull=False),
            )
        ]


class HoldReason(models.TextChoices):
    REQUESTER = "requester", _("Waiting for the requester")
    PROVIDER = "provider", _("Waiting for a provider")
    APPOINTMENT = "appointment", _("Waiting for an appointment")
    PARTS = "parts", _("Waiting for parts or equipment")
    CHANGE = "change", _("Waiting for a change to be put in place")
    OTHER = "other", _("Another reason")


class Hold(models.Model):
    """A pause with a reason and a wake-up time."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(max_length=12, choices=HoldReason)
    note = models.CharField(max_length=240, blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    wake_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["started_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(ended_at__isnull=True), name="one_current_hold"),
            models.CheckConstraint(name="a_hold_wakes_later", condition=Q(wake_at__gt=F("started_at"))),
            models.CheckConstraint(name="another_reason_is_said", condition=~Q(reason="other") | ~Q(note="")),
        ]
        indexes = [models.Index(fields=["wake_at"], condition=Q(ended_at__isnull=True), name="hold_to_wake")]


class HandOverReason(models.TextChoices):
    """Why work is handed to another level or team."""

    TIME = "time", _("The time limit is reached")
    COMPETENCE = "competence", _("It needs another competence")
    RIGHTS = "rights", _("It needs administrator rights")
    PRESENCE = "presence", _("Somebody has to be on the spot")
    SPECIALIST = "specialist", _("It needs the specialist of this subject")
    PROVIDER = "provider", _("It is for the provider")


class ReturnReason(models.TextChoices):
    """Why work goes back to the team that handed it over."""

    INCOMPLETE = "incomplete", _("Information is missing")
    NOT_OURS = "not_ours", _("It isn’t for us")
    SOLVED = "solved", _("It is solved already")


class HandOver(models.Model):
    """Functional: other hands take the work. Hierarchical: management is told, the work stays where it is."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="hand_overs")
    hierarchical = models.BooleanField(default=False)
    reason = models.CharField(max_length=12, choices=[*HandOverReason.choices, *ReturnReason.choices], blank=True)
    note = models.CharField(max_length=500, blank=True)
    from_level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    to_level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    from_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(name="a_hand_over_has_its_reason", condition=Q(hierarchical=True) | ~Q(reason=""))
        ]


class Satisfaction(models.Model):
    """The requester's answer to one question, with who had treated the ticket by then."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="satisfaction")
    score = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(blank=True)
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    level = models.ForeignKey(Level, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="satisfaction_1_to_5", condition=Q(score__gte=1, score__lte=5))]
