"""What people were told about their wait, and what it was."""

from __future__ import annotations

from django.db import models

from guichet.walkup.models.visits import Visit


class EstimateRecord(models.Model):
    """The wait that was told at check-in, in minutes, beside the wait that it was: how right were we?"""

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="estimate")
    at = models.DateTimeField()
    median = models.FloatField()
    low80 = models.FloatField()
    high80 = models.FloatField()
    low90 = models.FloatField()
    high90 = models.FloatField()
    # Resting on how many past services; too few are said to be.
    basis = models.PositiveIntegerField(default=0)
    # False where these were too few: nobody was told a figure. It still teaches the next calibration.
    told = models.BooleanField(default=True)
    # What the usual formula (people ahead × mean service ÷ agents) and the average of the last thirty would have said.
    usual = models.FloatField(null=True, blank=True)
    average = models.FloatField(null=True, blank=True)
    # Before recalibration: where the simulated waits stood, for the next recalibration (see `estimate.py`).
    quantiles = models.JSONField(default=list, blank=True)
    # The wait it was, in minutes; None while it lasts, or when it ended otherwise than by a call.
    waited = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["at"], name="estimate_by_time")]
