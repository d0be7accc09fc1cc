"""Which articles a person may read, and the lists made of them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from guichet.people.models import Organisation, Person, Team

if TYPE_CHECKING:
    from guichet.knowledge.models import Article  # noqa: F401 (named in a string below)


class ArticleQuerySet(QuerySet["Article"]):
    """Ask `visible_to` or `at_desk_of` before anything else: everything else narrows what those let through."""

    def visible_to(self, person: Person | None) -> Self:
        """What they may read; None is a visitor who has not signed in.

        Outside the desk only what is published: public articles, and those for the requesters of one's organisation.
        """
        outside = self._read_outside(person)
        return self.filter(outside if person is None else outside | self._read_inside(person))

    def at_desk_of(self, person: Person) -> Self:
        """What they see in working on articles: drafts and archived ones too."""
        return self.filter(self._read_inside(person))

    def read_outside_by(self, person: Person | None) -> Self:
        """What they read as anybody of their organisation does, whatever desk they work at."""
        return self.filter(self._read_outside(person))

    def _read_outside(self, person: Person | None) -> Q:
        public = Q(audience="public")
        if person is not None:
            organisation = person.organisation
            named = self.model.organisations.through.objects.filter(article=OuterRef("pk"))
            public |= Q(audience="requesters", desk=organisation.served_by_id or organisation.pk) & (
                Q(~Exists(named)) | Q(Exists(named.filter(organisation=organisation)))
            )
        return Q(state="published") & public

    def _read_inside(self, person: Person) -> Q:
        """All of a desk that one treats at; of those kept for a level, what one's teams reach, or what is one's own."""
        grants = person.grants
        reached = Team.objects.filter(
            pk__in=grants.teams, organisation=OuterRef("desk"), level__rank__gte=OuterRef("from_rank")
        )
        open_to = Q(from_rank__isnull=True) | Q(desk__in=grants.manages_in) | Q(owner=person) | Q(Exists(reached))
        return Q(desk__in=grants.treats_in) & open_to

    def published(self) -> Self:
        return self.filter(state="published")

    def of_desk(self, desk: Organisation) -> Self:
        return self.filter(desk=desk)

    def review_due(self, *, on: date) -> Self:
        """Published ones that somebody promised to look at again by then."""
        return self.published().filter(review_due_on__lte=on)

    def for_list(self) -> Self:
        return self.select_related("current", "category", "owner", "desk")

    def with_feedback(self) -> Self:
        """How many said of any version that it helped (`helped`), and that it did not (`failed`)."""
        verdict = "versions__feedback"
        return self.annotate(
            helped=Coalesce(Count(verdict, filter=Q(**{f"{verdict}__helped": True})), 0),
            failed=Coalesce(Count(verdict, filter=Q(**{f"{verdict}__helped": False})), 0),
        )
