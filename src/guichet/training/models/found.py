"""What the tickets say: where training is needed, and what a session changed. Written by jobs, read by pages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.people.models import Organisation
from guichet.training.models.session import Session, Topic


class Need(models.Model):
    """An organisation whose people ask again and again about one topic, or one category that no topic covers yet."""

    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Of the last 90 days; who asked at least twice; and of the 90 days before.
    tickets = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    again = models.PositiveIntegerField()
    before = models.PositiveIntegerField()
    # How many people the organisation has, and what the desk's others ask: tickets for a hundred people.
    size = models.PositiveIntegerField()
    elsewhere = models.FloatField(null=True)
    since = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-tickets", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_need_has_one_subject",
                condition=Q(topic__isnull=False, category__isnull=True) | Q(topic__isnull=True, category__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["desk", "-tickets", "id"], name="need_of_desk")]

    @property
    def name(self) -> str:
        subject = self.topic or self.category
        return subject.name if subject is not None else ""

    @property
    def per_hundred(self) -> float:
        """Tickets for a hundred people of the organisation."""
        return 100 * self.tickets / max(self.size, 1)


class Verdict(models.TextChoices):
    """What can be said of a session's effect on tickets."""

    FEWER = "fewer", _("Fewer tickets")
    UNCLEAR = "unclear", _("No clear difference")
    MORE = "more", _("More tickets")
    TOO_FEW = "too_few", _("Too few to tell")


class Effect(models.Model):
    """Tickets on a session's topic before and after it: of those who came, beside those who could have.

    Rates are tickets for each person and month; `difference` is what the one group's change exceeds the other's by.
    """

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="effect")
    # Days on each side that were compared: 90 once they have passed.
    days = models.PositiveSmallIntegerField()
    came = models.PositiveIntegerField()
    came_before = models.PositiveIntegerField()
    came_after = models.PositiveIntegerField()
    others = models.PositiveIntegerField()
    others_before = models.PositiveIntegerField()
    others_after = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    # None where there are too few.
    difference = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    at = models.DateTimeField()
