"""Who sees which appointments, and where somebody can take one. Ask these before anything else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from guichet.people.models import Person

if TYPE_CHECKING:
    from guichet.walkup.models import Appointment, Venue  # noqa: F401 (named in a string below)


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def visible_to(self, person: Person) -> Self:
        """One's own, and those at venues where one may receive."""
        return self.filter(Q(person=person) | _at_desks_of(person))

    def own_of(self, person: Person) -> Self:
        return self.filter(person=person)

    def received_by(self, person: Person) -> Self:
        """Those at venues where one may receive."""
        return self.filter(_at_desks_of(person))

    def to_come(self) -> Self:
        """Those for which somebody is still awaited."""
        return self.filter(state="booked")

    def between(self, start: datetime, end: datetime) -> Self:
        """Those that begin from `start` on and before `end`."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def keeping_a_place(self, start: datetime, end: datetime) -> Self:
        """Those that take an agent's time between the two moments, begun earlier (a day at most) or not."""
        return self.between(start - timedelta(days=1), end).filter(state__in=("booked", "arrived"))

    def with_names(self) -> Self:
        """With what a line about it says."""
        return self.select_related("venue__organisation__served_by", "venue__site", "reason", "person", "ticket")


def venues_for(person: Person) -> models.QuerySet[Venue]:
    """Where the person may come with an appointment: venues of their organisation and of the desk that serves it."""
    from guichet.walkup.models import Venue

    home = {person.organisation_id, person.organisation.desk.pk}
    found: models.QuerySet[Venue] = Venue.objects.filter(active=True, appointments=True, organisation__in=home)
    return found.select_related("organisation__served_by", "site")


def _at_desks_of(person: Person) -> Q:
    treats = person.grants.treats_in
    return Q(venue__organisation__in=treats) | Q(venue__organisation__served_by__in=treats)
