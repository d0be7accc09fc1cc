"""What many tickets answer: who sees which, what stands in which list. Everything pages by keyset."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from guichet.lib import references
from guichet.people.models import Person
from guichet.search.line import parse
from guichet.tickets import lifecycle

if TYPE_CHECKING:
    from guichet.tickets.models import Ticket  # noqa: F401 (named in a string below)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Ask `visible_to` or `own_of` before anything else: nothing is shown that was not asked for so."""

    def visible_to(self, person: Person) -> Self:
        """At the desk: what one's roles reach. Elsewhere: one's own tickets (see `own_of`)."""
        grants = person.grants
        reach = Q()
        if grants.treats_in:
            reach |= Q(desk__in=grants.treats_in)
        if grants.provider_in:
            reach |= Q(desk__in=grants.provider_in, team__in=grants.teams)
        # One's own come last: they are only looked up where the desk doesn't say it.
        return self.filter(reach | self._own(person))

    def visible_in_parts(self, person: Person) -> list[Self]:
        """`visible_to` as what one treats and what else one follows: together no index would serve a list's order.

        A ticket may be in both.
        """
        if not person.grants.at_desk:
            return [self.own_of(person)]
        elsewhere = self.filter(self._own(person, but_at=person.grants.treats_in))
        return [self.at_desk_of(person), elsewhere.exclude(desk__in=person.grants.treats_in)]

    def at_desk_of(self, person: Person) -> Self:
        """Tickets that the person may treat: what the desk's lists show."""
        grants = person.grants
        if not grants.at_desk:
            return self.none()
        reach = Q(desk__in=grants.treats_in)
        if grants.provider_in:
            reach |= Q(desk__in=grants.provider_in, team__in=grants.teams)
        return self.filter(reach)

    def own_of(self, person: Person) -> Self:
        """What the person follows as a requester: their own, watched, and their organisation's for a contact."""
        return self.filter(self._own(person))

    def _own(self, person: Person, *, but_at: Collection[int] = ()) -> Q:
        from guichet.tickets.models import Watcher

        # By their numbers: with `or` between them no index would serve, and everybody's tickets would be read.
        every = self.model._default_manager.order_by().exclude(desk__in=but_at)
        watched = Watcher.objects.filter(person=person).order_by().values("ticket")
        own = Q(
            pk__in=every.filter(requester=person)
            .values("pk")
            .union(every.filter(reporter=person).values("pk"), watched)
        )
        if person.grants.contact_in:
            own |= Q(organisation__in=person.grants.contact_in)
        return own

    def live(self) -> Self:
        return self.filter(state__in=lifecycle.LIVE)

    def unsolved(self) -> Self:
        return self.filter(state__in=lifecycle.UNSOLVED)

    def overdue(self, *, now: datetime) -> Self:
        """What the desk owes and is late with: an answer on a solved ticket too, not the requester's own say."""
        return self.live().exclude(promise_kind="confirm").filter(promise_due_at__lt=now)

    def matching(self, text: str, *, person: Person) -> Self:
        """Tickets that hold what the query line asks for, in what `person` may read of them; or whose reference it is.

        Some words are a reference by accident ("fracta" is G-FRACTA): they are looked for as both.
        """
        from guichet.tickets.findable import entries

        found = entries(parse(text), person=person).values_list("subject", flat=True)
        begun = references.begun(text)
        if begun:
            # As one set: with `or` between them no index would serve.
            called = self.model._default_manager.order_by().filter(reference__startswith=begun)
            found = found.union(called.values_list("pk", flat=True))
        return self.filter(pk__in=found)

    def with_names(self) -> Self:
        """With who and what they belong to. People come apart: to plan eight joins costs more than three queries."""
        return (
            self.select_related("organisation", "team", "level", "category")
            .prefetch_related("requester", "assignee", "promise_owner")
            .defer("description", "facts", "answers")
        )

    def for_list(self) -> Self:
        """With what a row of a list shows, and no more."""
        return self.with_names().defer(None).only(*_ROW)


# fmt: off
_ROW = (
    "reference", "title", "kind", "state", "severity", "impact", "urgency", "priority", "priority_reason",
    "promise_kind", "promise_text", "promise_due_at", "promise_owner", "opened_at", "closed_at", "unsolved_reason",
    "received_at", "desk", "organisation__name", "requester", "reporter", "assignee", "team__name", "level__code",
    "level__minutes_limit",
    "category__name_fr", "category__name_en", "solution",
)
# fmt: on
