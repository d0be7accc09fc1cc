"""Appointments: a place in a slot of a venue, taken by somebody."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guichet.people.models import Person
from guichet.tickets.models import Ticket
from guichet.walkup.booked import AppointmentQuerySet
from guichet.walkup.models.venues import Reason, Venue


class Booking(models.TextChoices):
    """Where an appointment stands."""

    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    NO_SHOW = "no_show", _("Didn’t come")
    CANCELLED = "cancelled", _("Cancelled")


class Appointment(models.Model):
    """A place taken in a slot. Places of a slot are numbered from 0; no two hold the same one."""

    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="bookings")
    reason = models.ForeignKey(Reason, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The ticket that it is for, when there was one; else the check-in opens it.
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=Booking, default=Booking.BOOKED)
    # What calendars know it by, and how often it was moved.
    uid = models.CharField(max_length=64, unique=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    booked_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    booked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "starts_at", "place"], name="one_booking_a_place", condition=~Q(state="cancelled")
            ),
            # Nobody is in two places at once.
            models.UniqueConstraint(
                fields=["person", "starts_at"], name="one_booking_a_person", condition=Q(state="booked")
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="booking_to_come", condition=Q(state="booked"))]
