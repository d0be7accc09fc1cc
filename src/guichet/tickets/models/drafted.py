"""Which article was begun from which ticket."""

from __future__ import annotations

from django.db import models

from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.tickets.models.ticket import Ticket


class Drafted(models.Model):
    """An article that began as a ticket's way to its solution. For the desk alone: readers learn of no ticket."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafted")
    article = models.OneToOneField(Article, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
