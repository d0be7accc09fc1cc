"""Which sessions a person sees, and the lists made of them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from guichet.people.models import Person

if TYPE_CHECKING:
    from guichet.training.models import Session  # noqa: F401 (named in a string below)


class SessionQuerySet(QuerySet["Session"]):
    """Ask `visible_to`, `offered_to` or `at_desk_of` before anything else: the rest narrows what those let through."""

    def visible_to(self, person: Person) -> Self:
        """Those of a desk that one treats at; those offered to one's organisation; those that one registered for."""
        return self.filter(Q(desk__in=person.grants.treats_in) | self._offered(person) | self._registered(person))

    def seen_outside_by(self, person: Person) -> Self:
        """What they see as anybody of their organisation does, whatever desk they work at."""
        return self.filter(self._offered(person) | self._registered(person))

    def at_desk_of(self, person: Person) -> Self:
        return self.filter(desk__in=person.grants.treats_in)

    def offered_to(self, person: Person, *, now: datetime) -> Self:
        """Those to come for which they may register."""
        return self.filter(self._offered(person), state="open", starts_at__gt=now)

    def with_names(self) -> Self:
        return self.select_related("desk", "topic", "trainer", "site")

    def with_counts(self) -> Self:
        """How many hold a place (`taken`) and how many wait for one (`waiting`)."""
        return self.annotate(
            taken=Count("registrations", filter=Q(registrations__standing="registered")),
            waiting=Count("registrations", filter=Q(registrations__standing="waiting")),
        )

    def _offered(self, person: Person) -> Q:
        organisation = person.organisation
        named = self.model.organisations.through.objects.filter(session=OuterRef("pk"))
        return Q(state="open", desk=organisation.served_by_id or organisation.pk) & (
            Q(~Exists(named)) | Q(Exists(named.filter(organisation=organisation)))
        )

    def _registered(self, person: Person) -> Q:
        """Whoever withdrew before it was held sees it as long as it is offered."""
        from guichet.training.models import Registration

        own = Registration.objects.filter(session=OuterRef("pk"), person=person).exclude(standing="withdrawn")
        return ~Q(state="planned") & Q(Exists(own))
