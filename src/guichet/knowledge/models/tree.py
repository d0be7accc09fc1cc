"""Decision trees: questions that lead somebody, step by step, to what helps; and what came of asking them."""

from __future__ import annotations

import uuid
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.knowledge import walking
from guichet.lib.bilingual import Named
from guichet.people.models import Organisation, Person


class TreeState(models.TextChoices):
    """A draft was never walked; a withdrawn one is walked no longer."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class TreeQuerySet(models.QuerySet["Tree"]):
    """Ask `visible_to` or `runnable_by` before anything else."""

    def visible_to(self, person: Person) -> Self:
        """Those of the desks where they treat; elsewhere what they may walk alone."""
        return self.filter(Q(desk__in=person.grants.treats_in) | self._alone(person))

    def runnable_by(self, person: Person) -> Self:
        """Those that they may walk with somebody, or alone."""
        return self.visible_to(person).filter(state=TreeState.PUBLISHED)

    def alone_by(self, person: Person) -> Self:
        """Those that a requester walks without anybody’s help."""
        return self.filter(self._alone(person))

    def for_list(self) -> Self:
        """Without what they say, which may be long; only the number of what is walked."""
        return self.select_related("desk", "category", "current").defer("draft", "before", "current__content")

    def _alone(self, person: Person) -> Q:
        desk = person.organisation.served_by_id or person.organisation_id
        return Q(desk=desk, state=TreeState.PUBLISHED, for_requesters=True)


class Tree(Named):
    """A decision tree: questions, instructions and ends. What is walked is its current version; `draft` is worked on.

    Both are written as `walking.py` says.
    """

    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Whether requesters may walk it alone, too.
    for_requesters = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=TreeState, default=TreeState.DRAFT)
    draft = models.JSONField(default=dict)
    # As it was before the last change, so that one can take that back.
    before = models.JSONField(null=True, blank=True)
    # Counts the changes: who saves on an older one is told so.
    revision = models.PositiveIntegerField(default=1)
    current = models.ForeignKey(
        "knowledge.TreeVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects = TreeQuerySet.as_manager()

    class Meta:
        ordering = ["name_fr", "id"]
        constraints = [
            models.CheckConstraint(name="tree_state", condition=Q(state__in=TreeState.values)),
            models.CheckConstraint(
                name="a_draft_tree_has_no_version",
                condition=Q(state=TreeState.DRAFT, current__isnull=True)
                | ~Q(state=TreeState.DRAFT) & Q(current__isnull=False),
            ),
            models.UniqueConstraint(fields=["desk", "name_fr"], name="tree_name"),
        ]

    @property
    def plan(self) -> walking.Plan:
        """What is worked on."""
        return walking.read(self.draft)

    @property
    def is_published(self) -> bool:
        return self.state == TreeState.PUBLISHED

    @property
    def has_changes(self) -> bool:
        """Something was changed since it was published last."""
        return self.current is None or self.current.content != self.draft


class TreeVersion(models.Model):
    """What a tree said when it was published. It never changes, the database refuses it: past runs stay readable."""

    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["tree", "number"], name="tree_version_number")]

    @property
    def plan(self) -> walking.Plan:
        return walking.read(self.content)


class RunOutcome(models.TextChoices):
    """Which end a run came to."""

    SOLVED = walking.SOLVED, _("Solved")
    ARTICLE = walking.ARTICLE, _("An article that says more")
    HAND_OVER = walking.HAND_OVER, _("Handed over")
    TICKET = walking.TICKET, _("A ticket to open")
    DEAD_END = "dead_end", _("No answer fitted")


class RunQuerySet(models.QuerySet["Run"]):
    """Ask `visible_to` before anything else: what somebody answered is theirs and the desk's."""

    def visible_to(self, person: Person) -> Self:
        return self.filter(Q(by=person) | Q(tree__desk__in=person.grants.treats_in))


class Run(models.Model):
    """One walk through a version of a tree: by an agent with whoever asks for help, or by a requester alone."""

    # Chosen by whoever starts it: started twice, it is one.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    tree = models.ForeignKey(Tree, on_delete=models.CASCADE, related_name="runs", db_index=False)
    version = models.ForeignKey(TreeVersion, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Who has the trouble; None where the desk does not know who calls.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    alone = models.BooleanField(default=False)
    # The node where it stands; "" where the last answer leads nowhere.
    at_node = models.CharField(max_length=walking.KEY_MAX, blank=True)
    # Answers given, those taken back too: who answers on an older number is told so.
    moves = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=RunOutcome, blank=True)
    # Whether it works now; None while nobody has said so.
    solved = models.BooleanField(null=True, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="an_ended_run_has_its_outcome",
                condition=Q(ended_at__isnull=True, outcome="", solved__isnull=True)
                | Q(ended_at__isnull=False) & ~Q(outcome=""),
            ),
        ]
        indexes = [models.Index(fields=["tree", "started_at"], name="run_of_tree")]


class Step(models.Model):
    """An answer given in a run, in its order; one that was taken back stays, marked as such."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps", db_index=False)
    number = models.PositiveSmallIntegerField()
    node = models.CharField(max_length=walking.KEY_MAX)
    answer = models.CharField(max_length=walking.KEY_MAX)
    # What the agent noted beside the answer.
    note = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    at = models.DateTimeField()
    taken_back = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="step_number")]
