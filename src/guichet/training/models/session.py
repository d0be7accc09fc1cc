"""What is taught, when and where: topics, sessions and what is handed out."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.activity.models import Chained
from guichet.catalog.models import Category
from guichet.knowledge.models import Article
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Person, Site
from guichet.training.queries import SessionQuerySet


class Topic(Named):
    """Something that a desk teaches. Its categories say which tickets it should spare."""

    desk = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    categories = models.ManyToManyField(Category, blank=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_fr", "id"]
        constraints = [models.UniqueConstraint(fields=["desk", "name_fr"], name="topic_name")]


class SessionState(models.TextChoices):
    """A planned session is the desk's; an open one takes registrations; a held one has taken place."""

    PLANNED = "planned", _("In preparation")
    OPEN = "open", _("Open to registration")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", pgettext_lazy("session", "Cancelled")


class Way(models.TextChoices):
    """How one takes part."""

    WEBINAR = "webinar", _("Webinar")
    ON_SITE = "on_site", _("On site")


class Session(Chained):
    """One date at which a topic is taught, with as many places as `capacity`."""

    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="sessions")
    title = models.CharField(max_length=160)
    # What one will know afterwards, in plain words.
    about = models.TextField(blank=True)
    language = models.CharField(max_length=8, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    state = models.CharField(max_length=10, choices=SessionState, default=SessionState.PLANNED)
    way = models.CharField(max_length=8, choices=Way)
    link = models.URLField(max_length=500, blank=True)
    site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    room = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    # By whose clock its times are told, wherever one reads them.
    time_zone = models.CharField(max_length=64)
    capacity = models.PositiveSmallIntegerField()
    trainer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Whose people it is for; none named means all whom the desk serves.
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="+")
    # Told to those who had registered.
    cancel_reason = models.CharField(max_length=240, blank=True)
    # What calendars know it by, and how often its time or place changed.
    uid = models.CharField(max_length=64, unique=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    planned_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(name="session_state", condition=Q(state__in=SessionState.values)),
            models.CheckConstraint(name="a_session_has_places", condition=Q(capacity__gte=1)),
            models.CheckConstraint(name="a_session_has_a_length", condition=Q(minutes__gte=5)),
            models.CheckConstraint(
                name="a_webinar_has_a_link", condition=~Q(way=Way.WEBINAR) | ~Q(link="") | Q(state=SessionState.PLANNED)
            ),
            models.CheckConstraint(
                name="held_sessions_say_when",
                condition=Q(state=SessionState.HELD, held_at__isnull=False)
                | ~Q(state=SessionState.HELD) & Q(held_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "starts_at", "id"], name="session_of_desk"),
            models.Index(
                fields=["starts_at"], condition=Q(state="open", reminded_at__isnull=True), name="session_to_remind"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def is_open(self) -> bool:
        return self.state == SessionState.OPEN

    @property
    def place(self) -> str:
        """The room and where it is, on one line; "" for a webinar."""
        if self.way == Way.WEBINAR:
            return ""
        parts = [self.room, *([self.site.name, self.site.address] if self.site else [])]
        return ", ".join(dict.fromkeys(part for part in parts if part))


class Material(models.Model):
    """What takes part in a session's teaching and stays afterwards: an article of ours, or an address elsewhere."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="materials")
    title = models.CharField(max_length=160)
    link = models.URLField(max_length=500, blank=True)
    article = models.ForeignKey(Article, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="a_material_is_a_link_or_an_article",
                condition=Q(article__isnull=True) & ~Q(link="") | Q(article__isnull=False, link=""),
            ),
        ]
