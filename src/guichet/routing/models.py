"""Routing rules and their decisions; what a desk's past says of where tickets go, what it expects of its work, and the
chance that its promises are broken."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from guichet.catalog.models import Category
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Person, Team
from guichet.tickets.models import Ticket


class Rule(Named):
    """Sends a new ticket to a team where every condition holds; the first live rule that fits decides.

    `conditions` maps a field of `engine.FIELDS` to the list of values that it may have.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="rules")
    position = models.PositiveSmallIntegerField()
    conditions = models.JSONField(default=dict)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    # A rule that isn't live yet can be tried on past tickets.
    live = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]


class Decision(models.Model):
    """Why a ticket went where it went at its opening: the facts, the rules looked at and the one that fitted."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="decision")
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    why = models.JSONField()
    at = models.DateTimeField()


class LearnedSwitch(models.Model):
    """Whether a desk's past makes proposals; without a row it does."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True, related_name="+")
    on = models.BooleanField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class LearnedVersion(models.Model):
    """What a desk's own past says of where tickets go, as learnt one night, and how right that was. Never changed, save
    that only the newest keeps its counts."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    # The solved tickets that it rests on, and when the first and the last of them were solved.
    tickets = models.PositiveIntegerField()
    learned_from = models.DateTimeField(null=True)
    learned_to = models.DateTimeField(null=True)
    # `learned.written`: {} where there was too little to learn from, None in older versions.
    counts = models.JSONField(null=True)
    # Team → the reason for which tickets are mostly handed to it.
    reasons = models.JSONField(default=dict)
    # On the last tenth in time (`holdout.Accuracy`): learnt without it, asked about it.
    tested = models.PositiveIntegerField(default=0)
    first = models.PositiveIntegerField(default=0)
    three = models.PositiveIntegerField(default=0)
    said = models.PositiveIntegerField(default=0)
    right = models.PositiveIntegerField(default=0)
    usual = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="learned_version"),
            models.CheckConstraint(
                name="who_is_right_was_asked",
                condition=Q(first__lte=F("three"), three__lte=F("tested"), right__lte=F("said"), said__lte=F("tested")),
            ),
        ]

    @property
    def enough(self) -> bool:
        """Whether there was enough to learn from; then a tenth was held out."""
        return self.tested > 0

    @property
    def top1(self) -> float | None:
        return self.first / self.tested if self.tested else None

    @property
    def top3(self) -> float | None:
        return self.three / self.tested if self.tested else None


class Effort(models.Model):
    """How long handling takes at a desk, as learnt from its own log: of a category, or of all work (none)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="+")
    minutes = models.FloatField()
    # On how many past tickets it rests.
    count = models.PositiveIntegerField()
    learnt_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "category"], nulls_distinct=False, name="one_effort"),
            models.CheckConstraint(name="handling_takes_time", condition=Q(minutes__gt=0)),
        ]


class Forecast(models.Model):
    """The chance that a ticket's nearest promise is broken, as reckoned a minute ago at most. A job may rebuild it."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, primary_key=True, related_name="forecast")
    # What is promised, as `pending.Pending` names it, and until when.
    measure = models.CharField(max_length=16)
    due_at = models.DateTimeField()
    chance = models.FloatField()
    made_at = models.DateTimeField()
    # The due time of the promise that people were warned of; None: of none yet.
    told_of = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="a_chance_lies_between_0_and_1", condition=Q(chance__gte=0, chance__lte=1))
        ]
        indexes = [models.Index(fields=["ticket"], condition=Q(chance__gte=0.5), name="forecast_likely_broken")]
