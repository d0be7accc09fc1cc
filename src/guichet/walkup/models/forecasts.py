"""What is kept so that nobody who reads has to compute: the waits as last foretold, and what the nights found."""

from __future__ import annotations

from django.db import models

from guichet.walkup.models.venues import Venue


class Forecast(models.Model):
    """The waits at a venue as they are shown, foretold after each change of its queue: one row for all who read it."""

    venue = models.OneToOneField(Venue, on_delete=models.CASCADE, primary_key=True, related_name="forecast")
    # Counts the changes of the queue and of what is foretold: what was made for a version holds until the next one.
    version = models.PositiveBigIntegerField(default=0)
    # The version that the waits were foretold for. Another one has come since: they are to be foretold anew.
    made_for = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()
    # {"people": {visit: row}, "if_now": {reason: row}}; rows as in `waits.py`.
    waits = models.JSONField(default=dict)


class StaffingAdvice(models.Model):
    """What one more person would change on a venue's typical day, as simulated last night."""

    venue = models.OneToOneField(Venue, on_delete=models.CASCADE, primary_key=True, related_name="advice")
    at = models.DateTimeField()
    # The day whose duties were simulated.
    day = models.DateField()
    # How many days of its own, and how many simulated ones, it rests on.
    days = models.PositiveIntegerField(default=0)
    runs = models.PositiveIntegerField(default=0)
    # Minutes that nine in ten don't exceed, as things are; then `advice.Finding`s, the best first.
    usual = models.FloatField(null=True, blank=True)
    findings = models.JSONField(default=list, blank=True)
