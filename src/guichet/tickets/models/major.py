"""Major incidents: one lead, an update clock, who is affected, what is said outside and what is noted inside.

Public text and internal notes are different rows: what a requester reads is never asked for from the notes' table.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Chained
from guichet.catalog.models import Service
from guichet.lib import references
from guichet.lib.bilingual import other_language, pick
from guichet.people.models import Organisation, Person, Site
from guichet.tickets.models.path import AttemptKind
from guichet.tickets.models.problem import Problem
from guichet.tickets.models.ticket import Ticket

# I is none of the letters of references, so it can’t begin one.
PREFIX = "IM-"


class MajorState(models.TextChoices):
    """How far a major incident is."""

    RUNNING = "running", _("Running")
    RESTORED = "restored", _("Restored, to be reviewed")
    CLOSED = "closed", _("Reviewed and closed")


class MajorAudience(models.TextChoices):
    """Who may know of it. Nothing leaves the desk before the lead or a manager says so."""

    DESK = "desk", _("Only the desk")
    CONCERNED = "concerned", _("The people concerned, when they have signed in")
    EVERYBODY = "everybody", _("Everybody, on the public status page")


class MajorQuerySet(models.QuerySet["MajorIncident"]):
    """Ask `at_desk_of` or `visible_to` before anything else."""

    def at_desk_of(self, person: Person) -> Self:
        """Those whose rooms the person may enter: whoever treats that desk's tickets."""
        return self.filter(desk__in=person.grants.treats_in)

    def visible_to(self, person: Person) -> Self:
        """At the desk all of them; elsewhere what was shown and concerns the person."""
        mine = Exists(MajorVoice.objects.filter(major=OuterRef("pk"), person=person))
        asked = Exists(MajorTicket.objects.filter(major=OuterRef("pk"), ticket__requester=person))
        everyone = ~Exists(MajorIncident.organisations.through.objects.filter(majorincident=OuterRef("pk")))
        named = Exists(
            MajorIncident.organisations.through.objects.filter(
                majorincident=OuterRef("pk"), organisation=person.organisation_id
            )
        )
        served = Q(desk=person.organisation.desk.pk) & (Q(everyone) | Q(named))
        shown = ~Q(audience=MajorAudience.DESK) & (served | Q(mine) | Q(asked))
        return self.filter(Q(desk__in=person.grants.treats_in) | shown)

    def running(self) -> Self:
        return self.filter(state=MajorState.RUNNING)

    def public(self) -> Self:
        """What the public status page may say."""
        return self.filter(audience=MajorAudience.EVERYBODY)


class MajorIncident(Chained):
    """A critical incident that is run as one thing: one lead, regular news, and all who are affected told together."""

    reference = models.CharField(max_length=16, unique=True)
    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The critical ticket that it was made from.
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=MajorState, default=MajorState.RUNNING)
    lead = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    # Public text: what is wrong and what to do meanwhile, in words for whoever is affected.
    title_fr = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    meanwhile_fr = models.TextField(blank=True)
    meanwhile_en = models.TextField(blank=True)
    audience = models.CharField(max_length=10, choices=MajorAudience, default=MajorAudience.DESK)
    # Whom it concerns; none: everybody whom the desk serves.
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="+")
    services = models.ManyToManyField(Service, blank=True, related_name="+")
    sites = models.ManyToManyField(Site, blank=True, related_name="+")

    update_minutes = models.PositiveIntegerField()
    next_news_at = models.DateTimeField(null=True, blank=True)
    # When lead and management were told that this news is late; once for each.
    late_told_at = models.DateTimeField(null=True, blank=True)

    solution_kind = models.CharField(max_length=10, choices=AttemptKind, blank=True)
    solution = models.TextField(blank=True)
    test = models.TextField(blank=True)
    restored_at = models.DateTimeField(null=True, blank=True)

    # The review. Without it nothing is closed.
    what_happened = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    problem = models.ForeignKey(Problem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = MajorQuerySet.as_manager()

    class Meta:
        ordering = ["-declared_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(state=MajorState.RUNNING), name="one_running_major_a_ticket"
            ),
            models.CheckConstraint(
                name="a_running_major_has_its_next_news",
                condition=Q(state=MajorState.RUNNING, next_news_at__isnull=False, restored_at__isnull=True)
                | Q(
                    state__in=(MajorState.RESTORED, MajorState.CLOSED),
                    next_news_at__isnull=True,
                    restored_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="a_closed_major_was_reviewed",
                condition=~Q(state=MajorState.CLOSED)
                | Q(closed_at__isnull=False, reviewed_by__isnull=False, reviewed_at__isnull=False)
                & ~Q(what_happened="")
                & ~Q(cause=""),
            ),
            models.CheckConstraint(
                name="a_major_ended_after_it_began",
                condition=Q(restored_at__isnull=True) | Q(restored_at__gte=F("started_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "-declared_at", "-id"], name="major_newest"),
            models.Index(fields=["next_news_at"], condition=Q(state=MajorState.RUNNING), name="major_next_news"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        return pick(self.title_fr, self.title_en)

    @property
    def title_lang(self) -> str:
        """Empty where the title is in the reader's language."""
        return other_language(self.title_fr, self.title_en)

    @property
    def meanwhile(self) -> str:
        return pick(self.meanwhile_fr, self.meanwhile_en)

    @property
    def meanwhile_lang(self) -> str:
        return other_language(self.meanwhile_fr, self.meanwhile_en)

    @property
    def is_running(self) -> bool:
        return self.state == MajorState.RUNNING

    @property
    def is_closed(self) -> bool:
        return self.state == MajorState.CLOSED


class MajorNews(models.Model):
    """What is said to those who are affected, in both languages where it was written in both."""

    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="news")
    text_fr = models.TextField()
    text_en = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # The last one: the service is back.
    ends = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.major_id}: {self.at}"

    @property
    def text(self) -> str:
        return pick(self.text_fr, self.text_en)

    @property
    def text_lang(self) -> str:
        return other_language(self.text_fr, self.text_en)


class MajorNote(models.Model):
    """What the desk notes among itself while it works on it. Never shown outside."""

    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="notes")
    body = models.TextField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.major_id}: {self.at}"


class MajorTicket(models.Model):
    """A ticket about the same thing: its requester is affected, and it is solved together with the others."""

    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="links")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="major_links")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["major", "ticket"], name="linked_once")]

    def __str__(self) -> str:
        return f"{self.major_id}: {self.ticket_id}"


class MajorVoice(models.Model):
    """A person who said “me too” without opening a ticket; later perhaps that it is still broken for them."""

    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="voices")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    still_broken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["major", "person"], name="said_once")]

    def __str__(self) -> str:
        return f"{self.major_id}: {self.person_id}"


class MajorFollowUp(models.Model):
    """What the review decided to change, by whom and by when."""

    major = models.ForeignKey(MajorIncident, on_delete=models.CASCADE, related_name="follow_ups")
    text = models.CharField(max_length=300)
    who = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.text


def reference_of(number: int) -> str:
    """`IM-7K4M2`: written as a ticket's, told apart by how it begins."""
    return references.reference(number, prefix=PREFIX)


def parse(text: str) -> str | None:
    """The canonical reference meant by `text`; None when it can't be one."""
    return references.parse(text, prefix=PREFIX)
