"""Who sees which venues and visits. Ask these before anything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from guichet.people.models import Person

if TYPE_CHECKING:
    from guichet.walkup.models import Venue, Visit  # noqa: F401 (named in strings below)

PRESENT = ("waiting", "held", "called", "serving")
AT_COUNTER = ("called", "serving")
# The call that ended their wait; None where nobody called them.
FIRST_CALL = Coalesce("first_called_at", "called_at")


class VenueQuerySet(models.QuerySet["Venue"]):
    def visible_to(self, person: Person) -> Self:
        """Those where one may receive; and open ones of one's own organisation and of the desk that serves it."""
        home = {person.organisation_id, person.organisation.desk.pk}
        return self.filter(_of_desks(person) | Q(active=True, organisation__in=home))

    def received_at_by(self, person: Person) -> Self:
        """Those where one may sit at a counter; switched off too, since whoever waits there is still served."""
        return self.filter(_of_desks(person))

    def at_work(self) -> Self:
        """Those that take people in, and those that were switched off while somebody is still there."""
        busy = self.model.objects.filter(visits__state__in=PRESENT).values("pk")
        return self.filter(Q(active=True) | Q(pk__in=busy))

    def with_desk(self) -> Self:
        """With the organisations that rights and clocks are read from."""
        return self.select_related("organisation__served_by")


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, person: Person) -> Self:
        """One's own, and those at venues where one may receive."""
        return self.filter(Q(person=person) | _of_desks(person, "venue__"))

    def received_by(self, person: Person) -> Self:
        """Those at venues where one may receive."""
        return self.filter(_of_desks(person, "venue__"))

    def present(self) -> Self:
        """Who is there: waits, was called, is served or was set aside."""
        return self.filter(state__in=PRESENT)


def _of_desks(person: Person, prefix: str = "") -> Q:
    treats = person.grants.treats_in
    return Q(**{f"{prefix}organisation__in": treats}) | Q(**{f"{prefix}organisation__served_by__in": treats})
