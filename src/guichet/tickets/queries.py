"""What many tickets answer: who sees which, what stands in which list. Everything pages by keyset."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Exists, OuterRef, Q

from guichet.lib import references
from guichet.lib.text import fold
from guichet.people.models import Person
from guichet.tickets import lifecycle

if TYPE_CHECKING:
    from guichet.tickets.models import Ticket  # noqa: F401 (named in a string below)


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Ask `visible_to` or `own_of` before anything else: nothing is shown that was not asked for so."""

    def visible_to(self, person: Person) -> Self:
        """At the desk: what one's roles reach. Elsewhere: one's own tickets (see `own_of`)."""
        grants = person.grants
        reach = self._own(person)
        if grants.treats_in:
            reach |= Q(desk__in=grants.treats_in)
        if grants.provider_in:
            reach |= Q(desk__in=grants.provider_in, team__in=grants.teams)
        return self.filter(reach)

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

    def _own(self, person: Person) -> Q:
        from guichet.tickets.models import Watcher

        own = Q(requester=person) | Q(reporter=person)
        own |= Q(Exists(Watcher.objects.filter(ticket=OuterRef("pk"), person=person)))
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

    def matching(self, text: str) -> Self:
        """Tickets with every word of `text`, as begun, without accents and case; and the one with this reference.

        Some words are a reference by accident ("fracta" is G-FRACTA): they are looked for as both.
        """
        words = "".join(c if c.isalnum() else " " for c in fold(text)).split()[:12]
        if not words:
            return self.none()
        from guichet.tickets.models import SearchRow

        query = " & ".join(f"{w}:*" for w in words)
        exact = references.parse(text)
        if exact:
            query = f"{query} | {exact.replace('-', '').lower()}"
        found = SearchRow.objects.filter(words=SearchQuery(query, search_type="raw", config="simple"))
        return self.filter(pk__in=found.values("ticket"))

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
