"""Who hears about what: one row per person and piece of news, shown under the bell."""

from __future__ import annotations

from django.db import models

from guichet.activity.models import Event
from guichet.people.models import Person
from guichet.tickets.models import MajorIncident, Problem, Ticket


class Notification(models.Model):
    """Something happened that this person should know of: on a ticket, with a major incident or a problem."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "event"], name="told_once"),
            models.CheckConstraint(
                name="news_is_about_something",
                condition=models.Q(ticket__isnull=False)
                | models.Q(major__isnull=False)
                | models.Q(problem__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="news_of"),
            models.Index(fields=["person"], condition=models.Q(read_at__isnull=True), name="unread_news_of"),
        ]
