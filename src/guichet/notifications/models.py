"""Who hears about what: one row per person and piece of news, shown under the bell."""

from __future__ import annotations

from django.db import models
from django.db.models import Value

from guichet.activity.models import Event
from guichet.knowledge.models import Article
from guichet.people.models import Person
from guichet.tickets.models import MajorIncident, Problem, Ticket
from guichet.training.models import Session


class Notification(models.Model):
    """Something happened that this person should know of: on a ticket, with a major incident, a problem, an article or
    a training session.

    Or something will probably happen: then there is no event, and `warns` are the tickets whose promise is in danger.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # One message gathers several; who may see which is asked when it is shown.
    warns = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
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
                | models.Q(problem__isnull=False)
                | models.Q(article__isnull=False)
                | models.Q(session__isnull=False)
                | ~models.Q(warns=[]),
            ),
            models.CheckConstraint(
                name="news_without_an_event_warns", condition=models.Q(event__isnull=False) | ~models.Q(warns=[])
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="news_of"),
            models.Index(fields=["person"], condition=models.Q(read_at__isnull=True), name="unread_news_of"),
        ]
