"""A visit: somebody's passage through the queue of a venue."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guichet.people.models import Person
from guichet.tickets.models import Ticket
from guichet.walkup.models.devices import Device
from guichet.walkup.models.venues import Counter, Reason, Venue
from guichet.walkup.queries import VisitQuerySet


class Standing(models.TextChoices):
    """The class of a visit; each has its head start."""

    URGENT = "urgent", _("Urgent")
    APPOINTMENT = "appointment", _("With an appointment")
    WALK_IN = "walk_in", _("Without an appointment")


class VisitState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    HELD = "held", pgettext_lazy("visit", "Set aside")
    CALLED = "called", pgettext_lazy("visit", "Called")
    SERVING = "serving", _("Being served")
    ENDED = "ended", _("Ended")


class Outcome(models.TextChoices):
    """How a visit ended."""

    SERVED = "served", _("Served")
    NO_SHOW = "no_show", _("Didn’t come when called")
    ABANDONED = "abandoned", _("Left the queue")
    TRANSFERRED = "transferred", _("Sent to another venue")
    CANCELLED = "cancelled", _("Withdrawn by the desk")


class CallKind(models.TextChoices):
    CALL = "call", pgettext_lazy("visit", "Called")
    RECALL = "recall", _("Called again")


class Visit(models.Model):
    """Somebody who checked in at a venue. Saved with its ticket before anything is shown or printed."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="visits")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    # None: without a name.
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=8, default="fr")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=12, choices=Standing, default=Standing.WALK_IN)
    appointment = models.OneToOneField(
        "walkup.Appointment", on_delete=models.SET_NULL, null=True, blank=True, related_name="visit"
    )
    # « B 27 »: a letter for the first touch, counted anew each day.
    number = models.CharField(max_length=8)
    day = models.DateField()
    # What the page on one's phone is opened with; nobody guesses it.
    token = models.CharField(max_length=40, unique=True)
    # What a device calls this check-in: handed over twice, it is one visit.
    device = models.ForeignKey(Device, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    client_key = models.CharField(max_length=64, blank=True)
    arrived_at = models.DateTimeField()
    # The moment they count from in the order: arrival, the slot of an appointment, or what a transfer carried along.
    counts_from = models.DateTimeField()
    state = models.CharField(max_length=8, choices=VisitState, default=VisitState.WAITING)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    # Whose it is, while called or being served; kept afterwards.
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Only this agent serves it, after a transfer to somebody.
    wanted = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    called_at = models.DateTimeField(null=True, blank=True)
    # When they were called before that, set aside or sent on and called again: the first time, which ended their wait.
    first_called_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Nobody ended it: it was cleared by night, and says nothing of how long people wait or take.
    forgotten = models.BooleanField(default=False)

    objects = VisitQuerySet.as_manager()

    class Meta:
        ordering = ["arrived_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["venue", "day", "number"], name="one_number_a_day"),
            models.UniqueConstraint(
                fields=["device", "client_key"], name="one_visit_a_check_in", condition=~Q(client_key="")
            ),
            # A counter has one person at a time, and a visit at most one counter.
            models.UniqueConstraint(
                fields=["counter"], name="one_visit_at_a_counter", condition=Q(state__in=["called", "serving"])
            ),
            models.CheckConstraint(
                name="visit_ended_has_outcome",
                condition=Q(state="ended", ended_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="ended") & Q(outcome="", ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="visit_at_counter",
                condition=~Q(state__in=["called", "serving"])
                | Q(counter__isnull=False, agent__isnull=False, called_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["venue", "arrived_at"], name="visit_by_arrival"),
            models.Index(fields=["venue"], name="visit_present", condition=~Q(state="ended")),
        ]

    def __str__(self) -> str:
        return self.number


class Call(models.Model):
    """One call of a visit to a counter: what the board shows and the voice says; and how long they were there."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="calls")
    counter = models.ForeignKey(Counter, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=CallKind, default=CallKind.CALL)
    at = models.DateTimeField()
    # What they came for at this call: they may have been sent on since.
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # When they came to the counter, and when they had left it. A repeated call has neither.
    served_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
