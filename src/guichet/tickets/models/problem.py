"""Problems: the cause behind incidents, what one does until it is removed, and which tickets stand under it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Chained
from guichet.catalog.models import Category
from guichet.knowledge.models import Article
from guichet.people.models import Organisation, Person
from guichet.tickets.models.ticket import Ticket


class ProblemState(models.TextChoices):
    """How far one is: a known error is a problem whose cause is known."""

    INVESTIGATING = "investigating", _("Being investigated")
    KNOWN_ERROR = "known_error", _("Known error")
    FIXED = "fixed", _("Fixed")
    CLOSED = "closed", _("Closed")


OPEN_PROBLEMS = (ProblemState.INVESTIGATING, ProblemState.KNOWN_ERROR)
_VERBS: dict[str, tuple[str, ...]] = {
    "describe": (*OPEN_PROBLEMS, ProblemState.FIXED),
    "assign": (*OPEN_PROBLEMS, ProblemState.FIXED),
    "state_cause": OPEN_PROBLEMS,
    "work_around": OPEN_PROBLEMS,
    "fix": OPEN_PROBLEMS,
    "close": (*OPEN_PROBLEMS, ProblemState.FIXED),
    "reopen": (ProblemState.FIXED, ProblemState.CLOSED),
    "document": tuple(ProblemState),
    "link": (*OPEN_PROBLEMS, ProblemState.FIXED),
    "unlink": tuple(ProblemState),
}


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Ask `visible_to` before anything else: a problem names tickets of several clients."""

    def visible_to(self, person: Person) -> Self:
        """Whoever treats that desk's tickets; a provider's technician sees their team's tickets, no problems."""
        return self.filter(desk__in=person.grants.treats_in)

    def unsolved(self) -> Self:
        return self.filter(state__in=OPEN_PROBLEMS)


class Problem(Chained):
    """The cause behind incidents, known or not yet. Requesters read nothing of it but what says so."""

    reference = models.CharField(max_length=16, unique=True)
    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=14, choices=ProblemState, default=ProblemState.INVESTIGATING)
    title = models.CharField(max_length=200)
    # What happens, as the desk sees it.
    symptoms = models.TextField(blank=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who sees to it that it is found and removed.
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    cause = models.TextField(blank=True)
    fix = models.TextField(blank=True)
    fix_test = models.CharField(max_length=300, blank=True)
    # What the requesters of the linked tickets are told of the fix.
    fix_public = models.TextField(blank=True)
    fixed_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    fixed_at = models.DateTimeField(null=True, blank=True)
    # Why it was closed without a fix.
    conclusion = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # What is written down of it, for readers.
    article = models.ForeignKey(Article, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(name="problem_state", condition=Q(state__in=ProblemState.values)),
            models.CheckConstraint(
                name="a_known_error_has_its_cause",
                condition=Q(state__in=(ProblemState.INVESTIGATING, ProblemState.CLOSED)) | ~Q(cause=""),
            ),
            models.CheckConstraint(
                name="a_fix_says_what_when_and_by_whom",
                condition=Q(fixed_at__isnull=True, fixed_by__isnull=True) & ~Q(state=ProblemState.FIXED)
                | Q(fixed_at__isnull=False, fixed_by__isnull=False)
                & ~Q(fix="")
                & Q(state__in=(ProblemState.FIXED, ProblemState.CLOSED)),
            ),
            models.CheckConstraint(
                name="a_closed_problem_is_fixed_or_says_why",
                condition=Q(closed_at__isnull=True) & ~Q(state=ProblemState.CLOSED)
                | Q(closed_at__isnull=False, state=ProblemState.CLOSED)
                & (Q(fixed_at__isnull=False) | ~Q(conclusion="")),
            ),
        ]
        indexes = [models.Index(fields=["desk", "state", "-opened_at", "-id"], name="problem_of_desk")]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Its cause is still there."""
        return self.state in OPEN_PROBLEMS

    def may(self, verb: str) -> bool:
        """Whether `verb` leads anywhere from the present state. KeyError for an unknown verb."""
        return self.state in _VERBS[verb]

    @property
    def verbs(self) -> frozenset[str]:
        return frozenset(verb for verb in _VERBS if self.may(verb))


class Workaround(models.Model):
    """What restores the service while the cause is still there, until when one may live on it. One is current."""

    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="workarounds")
    # How the desk applies it; and what requesters read, "" where there is nothing that they could do themselves.
    text = models.TextField()
    public_text = models.TextField(blank=True)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem"], condition=Q(ended_at__isnull=True), name="one_current_workaround"
            ),
            models.CheckConstraint(name="a_workaround_expires_later", condition=Q(expires_at__gt=F("since"))),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(ended_at__isnull=True, reminded_at__isnull=True),
                name="workaround_to_remind",
            )
        ]


class ProblemLink(models.Model):
    """A ticket stands under the problem that causes it: one problem at most."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="problem_link")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="links", db_index=False)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # When the requester was told of the fix, or it was seen that there was nothing to tell.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["problem", "at", "id"], name="link_of_problem")]
