"""Articles: what is known, in versions that never change once read, worded for whoever reads, and judged by them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guichet.activity.models import Chained
from guichet.catalog.models import Category
from guichet.knowledge.queries import ArticleQuerySet
from guichet.people.models import Expertise, Organisation, Person

# B is none of the letters of references, so it tells an article's from a ticket's.
PREFIX = "KB-"


class ArticleKind(models.TextChoices):
    """What a reader comes for."""

    HOW_TO = "how_to", _("How to do it")
    QUESTION = "question", _("Question and answer")
    KNOWN_ERROR = "known_error", _("Known error")
    INFORMATION = "information", _("Information")


class ArticleState(models.TextChoices):
    """A draft was never read; an archived one is read no longer."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Audience(models.TextChoices):
    """Who may read it once it is published."""

    PUBLIC = "public", _("Everybody, signed in or not")
    REQUESTERS = "requesters", _("Those whom the desk serves, once signed in")
    AGENTS = "agents", _("Only the desk")


class Article(Chained):
    """Something known, written for whoever meets it again. It has one current version, and a draft of the next."""

    reference = models.CharField(max_length=16, unique=True)
    desk = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=ArticleKind, default=ArticleKind.HOW_TO)
    state = models.CharField(max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    language = models.CharField(max_length=8, choices=[("fr", _("French")), ("en", _("English"))], default="fr")
    # The article that says the same in another language; None: this is the first that was written.
    translation_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="translations"
    )
    category = models.ForeignKey(Category, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Who sees to it that it stays true.
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.AGENTS)
    # For REQUESTERS: whose; none named means all whom the desk serves.
    organisations = models.ManyToManyField(Organisation, blank=True, related_name="+")
    # For AGENTS: from which level of the desk's ladder; None: from the first.
    from_rank = models.PositiveSmallIntegerField(null=True, blank=True)
    # What readers read. Its title stands here too, or the draft's where there is nothing to read yet.
    current = models.ForeignKey("knowledge.Version", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=200)
    review_due_on = models.DateField(null=True, blank=True)
    review_reminded_at = models.DateTimeField(null=True, blank=True)
    # Where it was imported from, and what stood there: a second import finds both again.
    source_key = models.CharField(max_length=300, blank=True, default="")
    source_hash = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    # When the current version became current.
    published_at = models.DateTimeField(null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        constraints = [
            models.CheckConstraint(name="article_state", condition=Q(state__in=ArticleState.values)),
            models.CheckConstraint(name="article_audience", condition=Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="a_published_article_has_a_version",
                condition=Q(state=ArticleState.PUBLISHED, current__isnull=False, published_at__isnull=False)
                | Q(state=ArticleState.DRAFT, current__isnull=True, published_at__isnull=True)
                | Q(state=ArticleState.ARCHIVED),
            ),
            models.CheckConstraint(
                name="levels_are_for_agents", condition=Q(from_rank__isnull=True) | Q(audience=Audience.AGENTS)
            ),
            models.CheckConstraint(
                name="no_article_translates_itself",
                condition=Q(translation_of__isnull=True) | ~Q(translation_of=F("id")),
            ),
            models.UniqueConstraint(
                fields=["translation_of", "language"],
                condition=Q(translation_of__isnull=False),
                name="one_translation_a_language",
            ),
            models.UniqueConstraint(
                fields=["desk", "source_key"], condition=~Q(source_key=""), name="one_article_a_source"
            ),
        ]
        indexes = [
            models.Index(fields=["desk", "state", "-updated_at", "-id"], name="article_of_desk"),
            models.Index(
                fields=["review_due_on"], condition=Q(state="published", review_reminded_at__isnull=True),
                name="article_to_review",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def is_published(self) -> bool:
        return self.state == ArticleState.PUBLISHED

    @property
    def draft(self) -> Version | None:
        """The version that is being written, if one is."""
        return self.versions.filter(published_at__isnull=True).first()


class Version(models.Model):
    """What an article says, once and for all: a published version never changes, the database refuses it.

    `body` is the wording for everybody (general expertise); other wordings are `Wording` rows.
    """

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    # Markdown.
    body = models.TextField()
    # The first words of it, without signs: what lists show.
    summary = models.CharField(max_length=240, blank=True)
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # What is different from the version before, and why.
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(published_at__isnull=True), name="one_draft_an_article"
            ),
            models.CheckConstraint(
                name="a_published_version_says_who",
                condition=Q(published_at__isnull=True, published_by__isnull=True)
                | Q(published_at__isnull=False, published_by__isnull=False),
            ),
        ]

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class Wording(models.Model):
    """The body of a version in other words, for readers who know less or more than most."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="wordings")
    expertise = models.CharField(max_length=16, choices=Expertise)
    body = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "expertise"], name="one_wording_an_expertise"),
            models.CheckConstraint(
                name="the_general_wording_is_the_version", condition=~Q(expertise=Expertise.GENERAL)
            ),
        ]


class Picture(models.Model):
    """A picture that an article's versions show by its name. `path` holds no byte that a person chose."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["article", "name"], name="picture_name")]


class WhyNot(models.TextChoices):
    """Why an article did not help."""

    UNCLEAR = "unclear", _("I don’t understand it")
    DID_NOT_WORK = "did_not_work", _("I did what it says, and it doesn’t work")
    NOT_MY_CASE = "not_my_case", _("It speaks of something else")
    OUTDATED = "outdated", _("It is no longer right")
    OTHER = "other", _("Something else")


class Feedback(models.Model):
    """A reader's verdict on a version: whether it helped, and why not. One each; said again, it replaces the first."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="feedback")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Of a visitor who has not signed in: a digest by which the same one is known again, and nobody else.
    visitor = models.CharField(max_length=64, blank=True, default="")
    helped = models.BooleanField()
    why_not = models.CharField(max_length=14, choices=WhyNot, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"], condition=Q(person__isnull=False), name="one_verdict_a_person"
            ),
            models.UniqueConstraint(
                fields=["version", "visitor"], condition=~Q(visitor=""), name="one_verdict_a_visitor"
            ),
            models.CheckConstraint(name="what_helped_needs_no_reason", condition=Q(helped=False) | Q(why_not="")),
        ]


class Reads(models.Model):
    """How often an article was read on a day: a number, not who."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="reads", db_index=False)
    on = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "reads"
        constraints = [models.UniqueConstraint(fields=["article", "on"], name="reads_of_day")]
