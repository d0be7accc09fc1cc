"""What was shown to somebody who was about to ask for help, and what came of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.knowledge.models import Article, Tree
from guichet.people.models import Organisation, Person
from guichet.tickets.models import MajorIncident, Ticket


class Ended(models.TextChoices):
    """What came of it. Whoever opened something and asked for nothing within 48 hours is said to be helped; of whoever
    opened nothing and asked for nothing one doesn't know."""

    WAITING = "waiting", _("Too early to say")
    DEFLECTED = "deflected", _("Found without a ticket")
    CAME_BACK = "came_back", _("Asked again within 48 hours")
    SENT = "sent", _("Sent all the same")
    LEFT = "left", _("Gone without a word")


class Asking(models.Model):
    """Somebody was about to ask for help and was shown what may answer them: one row for that, whatever they typed.

    Who it was, and the ticket that tells it, are forgotten after 90 days; what came of it stays for the figures.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    # When something was last shown or opened: the 48 hours begin there.
    moved_at = models.DateTimeField()
    # What they sent in the end.
    ticket = models.ForeignKey(Ticket, on_delete=models.SET_NULL, null=True, related_name="+")
    ended = models.CharField(max_length=10, choices=Ended, default=Ended.WAITING)

    class Meta:
        ordering = ["-began_at", "-id"]
        constraints = [
            models.CheckConstraint(name="asking_ended", condition=Q(ended__in=Ended.values)),
            models.CheckConstraint(
                name="only_what_was_sent_has_a_ticket", condition=Q(ticket=None) | Q(ended=Ended.SENT)
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "began_at"], name="asking_of_desk"),
            models.Index(fields=["moved_at"], condition=Q(ended="waiting"), name="asking_waiting"),
            models.Index(fields=["person", "moved_at"], condition=Q(person__isnull=False), name="asking_of_person"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class AnswerShown(models.Model):
    """An article, a decision tree or a running incident that was shown to somebody who was about to ask for help."""

    asking = models.ForeignKey(Asking, on_delete=models.CASCADE, related_name="answers", db_index=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, null=True, related_name="+")
    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, null=True, related_name="+")
    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, null=True, related_name="+")
    opened = models.BooleanField(default=False)
    # They said so.
    helped = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["asking", "article"], name="an_article_is_shown_once"),
            models.UniqueConstraint(fields=["asking", "tree"], name="a_tree_is_shown_once"),
            models.UniqueConstraint(fields=["asking", "major"], name="an_incident_is_shown_once"),
            models.CheckConstraint(
                name="what_is_shown_is_one_thing",
                condition=Q(article__isnull=False, tree=None, major=None)
                | Q(article=None, tree__isnull=False, major=None)
                | Q(article=None, tree=None, major__isnull=False),
            ),
            models.CheckConstraint(name="what_helped_was_opened", condition=Q(helped=False) | Q(opened=True)),
        ]
