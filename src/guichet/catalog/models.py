"""The catalogue: services, categories, request types and the questions each asks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guichet.lib.bilingual import Named, pick
from guichet.people.models import Organisation, Skill


class Kind(models.TextChoices):
    """Something broken, to be restored — or a service asked for."""

    INCIDENT = "incident", _("Incident")
    REQUEST = "request", _("Request")


class Service(Named):
    """Something the IT department provides: e-mail, printing, the payroll application."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="services")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_fr"]


class Category(Named):
    """What a ticket is about; a tree. Belongs to one desk, or to all when `organisation` is None."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="categories"
    )
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    service = models.ForeignKey(Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    icon = models.SlugField(max_length=40, default="circle-question-mark")
    # What one has to know, or may do, to treat it: "take the next" heeds it. None: whoever is of the team.
    skill = models.ForeignKey(Skill, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name_fr"]
        verbose_name_plural = "categories"


class RequestType(Named):
    """A thing one can ask for, with questions of its own: access, installation, equipment, information."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="request_types")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="request_types"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.REQUEST)
    help_fr = models.TextField(blank=True)
    help_en = models.TextField(blank=True)
    icon = models.SlugField(max_length=40, default="package")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name_fr"]

    @property
    def help(self) -> str:
        return pick(self.help_fr, self.help_en)


class AnswerKind(models.TextChoices):
    LINE = "line", _("A line")
    TEXT = "text", _("A longer text")
    CHOICE = "choice", _("One of a list")
    YES_NO = "yes_no", _("Yes or no")
    DATE = "date", _("A date")
    NUMBER = "number", _("A number")


class Question(models.Model):
    """One question of a request type; asked only where the answer it depends on was given."""

    request_type = models.ForeignKey(RequestType, on_delete=models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=40)
    label_fr = models.CharField(max_length=200)
    label_en = models.CharField(max_length=200, blank=True)
    help_fr = models.CharField(max_length=240, blank=True)
    help_en = models.CharField(max_length=240, blank=True)
    kind = models.CharField(max_length=10, choices=AnswerKind, default=AnswerKind.LINE)
    # [{"value": "vpn", "fr": "…", "en": "…"}]
    choices = models.JSONField(default=list, blank=True)
    required = models.BooleanField(default=False)
    # {"key": other question, "value": answer}: asked only then; {} always.
    shown_if = models.JSONField(default=dict, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["request_type", "key"], name="question_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return pick(self.label_fr, self.label_en)

    @property
    def help(self) -> str:
        return pick(self.help_fr, self.help_en)
