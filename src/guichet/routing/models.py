"""Routing rules, and the decision that each automatic assignment leaves behind."""

from __future__ import annotations

from django.db import models

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
