"""What an organisation decides about its tickets: the severity matrix, response policies, macros and tags."""

from __future__ import annotations

from django.db import models

from guichet.lib.bilingual import Named, pick
from guichet.people.models import Organisation
from guichet.tickets.models.ticket import Severity


class SeverityMatrix(models.Model):
    """Impact × urgency → severity, for one organisation; `severity.DEFAULT` where there is none."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="severity_matrix")
    cells = models.JSONField()


class ResponsePolicy(models.Model):
    """How an organisation answers a severity: what it says of it, who is told. Its times are policies' (`sla`)."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="response_policies")
    severity = models.CharField(max_length=2, choices=Severity)
    text_fr = models.CharField(max_length=240)
    text_en = models.CharField(max_length=240, blank=True)
    telephone_too = models.BooleanField(default=False)
    tells_management = models.BooleanField(default=False)

    class Meta:
        ordering = ["severity"]
        constraints = [models.UniqueConstraint(fields=["organisation", "severity"], name="one_policy_a_severity")]

    @property
    def text(self) -> str:
        return pick(self.text_fr, self.text_en)


class Macro(Named):
    """A canned reply or note, with placeholders of the fixed language of `macros.py`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="macros")
    kind = models.CharField(max_length=8, choices=[("reply", "reply"), ("note", "note")], default="reply")
    body_fr = models.TextField()
    body_en = models.TextField(blank=True)

    class Meta:
        ordering = ["name_fr"]


class Tag(models.Model):
    """A word that a desk sorts its tickets by."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="tag_name")]

    def __str__(self) -> str:
        return self.name
