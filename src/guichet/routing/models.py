"""Routing rules and their decisions; what a desk expects of its work, and the chance that its promises are broken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from guichet.catalog.models import Category
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Team
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
