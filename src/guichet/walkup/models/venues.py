"""Places where people walk up: counters, who is on duty there, and the pictured reasons for coming."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from guichet.catalog.models import Category
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Person, Site, Skill
from guichet.walkup.queries import VenueQuerySet

# Minutes by which each class is called before those who simply came: see `dispatcher.py`.
HEAD_STARTS = {"urgent": 240, "appointment": 60, "walk_in": 0}


def head_starts() -> dict[str, int]:
    return dict(HEAD_STARTS)


class Venue(Named):
    """A place with counters where people come with or without an appointment."""

    # The desk's own organisation, or a client where the desk receives on the spot.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # In its addresses: the poster, the board, the page on one's phone.
    slug = models.SlugField(max_length=60, unique=True)
    # The board shows numbers and no names; still, only who was given its address sees it.
    board_key = models.CharField(max_length=40, unique=True)
    active = models.BooleanField(default=True)
    walk_ins = models.BooleanField(default=True)
    appointments = models.BooleanField(default=False)
    anonymous = models.BooleanField(default=True)
    # Seven lists of [from, to] minutes after midnight, Monday first, in the organisation's time zone.
    opening = models.JSONField(default=list)
    # ISO dates on which it stays closed.
    closed_on = models.JSONField(default=list, blank=True)
    head_starts = models.JSONField(default=head_starts)
    # Before its slot, an appointment isn't called earlier than this; after it, it is late from here on and waits
    # as somebody who simply came.
    early_minutes = models.PositiveSmallIntegerField(default=5)
    late_minutes = models.PositiveSmallIntegerField(default=15)
    # How long somebody who was called is waited for before the agent is offered to go on.
    answer_minutes = models.PositiveSmallIntegerField(default=3)
    slot_minutes = models.PositiveSmallIntegerField(default=30)
    # What the venue learned from its own days (`laws.py`), and when.
    laws = models.JSONField(null=True, blank=True)
    laws_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VenueQuerySet.as_manager()

    class Meta:
        ordering = ["name_fr"]
        constraints = [
            models.CheckConstraint(name="venue_takes_somebody", condition=Q(walk_ins=True) | Q(appointments=True)),
        ]


class Counter(models.Model):
    """Where an agent receives: a name that is shown on the board and said aloud."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="counters")
    name = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["venue", "name"], name="one_counter_name")]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """When an agent is to be at a venue, every week or on one date, and their breaks. Skills are the person's own."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="duties")
    agent = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    # Monday is 0; or one date, which stands in place of the agent's weekly duties of that day.
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    # Minutes after midnight, local. On a date, an empty stretch (0 to 0) says that the agent isn't there.
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()
    # [[start, length], …] in minutes.
    breaks = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["weekday", "date", "starts", "pk"]
        constraints = [
            models.CheckConstraint(
                name="duty_weekday_or_date",
                condition=Q(weekday__isnull=False, date__isnull=True) | Q(weekday__isnull=True, date__isnull=False),
            ),
            models.CheckConstraint(
                name="duty_stretch",
                condition=Q(starts__lt=F("ends"), ends__lte=24 * 60) | Q(date__isnull=False, starts=0, ends=0),
            ),
        ]


class Reason(Named):
    """What one comes for, as pictures to touch: a tree whose leaves give the ticket its category."""

    venue = models.ForeignKey(Venue, on_delete=models.CASCADE, related_name="reasons")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    icon = models.SlugField(max_length=40, default="circle-question-mark")
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Who serves it; none: everybody on duty.
    skill = models.ForeignKey(Skill, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # What is urgent here goes before appointments.
    urgent = models.BooleanField(default=False)
    # A first guess of the time it takes, until the venue has days of its own to learn from.
    minutes = models.PositiveSmallIntegerField(default=10)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]


class Sitting(models.Model):
    """An agent at a counter, from when to when. One agent may hold two counters; a counter has one agent."""

    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="sittings")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    # On a break since; until when they said.
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    # Since when nobody is served here: the longest idle is served first.
    idle_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["opened_at"]
        constraints = [
            models.UniqueConstraint(fields=["counter"], name="one_open_sitting", condition=Q(closed_at__isnull=True)),
        ]
