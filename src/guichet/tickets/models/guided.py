"""Where a decision tree was walked for a ticket."""

from __future__ import annotations

from django.db import models

from guichet.knowledge.models import Run
from guichet.people.models import Person
from guichet.tickets.models.ticket import Ticket


class Guided(models.Model):
    """A run that belongs to a ticket: begun on it, or begun before and turned into it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="guided")
    run = models.OneToOneField(Run, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
