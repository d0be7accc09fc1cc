"""Append-only events: what happened, to what, by whom, when; chained so that a change would show."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from guichet.people.models import Organisation, Person


class Chained(models.Model):
    """A subject of events. Its row carries the head of its chain, so recording needs no look-up.

    `version` counts the events: it is the ETag of the subject and the order of its timeline.
    """

    version = models.PositiveIntegerField(default=0)
    chain = models.CharField(max_length=64, default="", editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """One thing that happened. Never changed nor deleted: a trigger refuses it.

    `data` holds no text that erasing a person would have to reach; it points to rows that do.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_type = models.CharField(max_length=24)
    subject_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    verb = models.CharField(max_length=48)
    actor = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    # What outside caused it, where a repeat must be recognised: "volvo:1-467153946:3".
    source = models.CharField(max_length=120, blank=True, default="")
    previous_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "number"], name="event_number"),
        ]
        indexes = [models.Index(fields=["organisation", "at"], name="event_by_time")]
