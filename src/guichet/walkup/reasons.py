"""The tree of reasons for coming: what a reason inherits from those above it, and the letter of its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guichet.catalog.models import Category
from guichet.walkup.models import Reason, Venue

# Between the names of a path, from the first touch to the last.
_JOIN = " › "


@dataclass(frozen=True)
class Tree:
    """A venue's reasons, read once, by id; in their order."""

    by_id: dict[int, Reason]

    def up(self, reason: Reason) -> Iterator[Reason]:
        """The reason, then those above it, up to the first touch."""
        seen: set[int] = set()
        current: Reason | None = self.by_id.get(reason.pk, reason)
        while current is not None and current.pk not in seen:
            seen.add(current.pk)
            yield current
            current = self.by_id.get(current.parent_id or 0)

    def path(self, reason: Reason) -> str:
        """« Comptes › Mot de passe oublié », in the reader's language."""
        return _JOIN.join(step.name for step in reversed(list(self.up(reason))))

    def beyond(self, reason: Reason, text: str) -> str:
        """What `text` says that the reason doesn't: nothing where it is its path, in either language."""
        steps = list(reversed(list(self.up(reason))))
        paths = {_JOIN.join(step.name_fr for step in steps), _JOIN.join(step.name_en or step.name_fr for step in steps)}
        return "" if text in paths else text

    def category(self, reason: Reason) -> Category | None:
        """Its own category, or that of the nearest reason above it."""
        return next((step.category for step in self.up(reason) if step.category is not None), None)

    def skill(self, reason: Reason) -> int | None:
        """The id of the skill that whoever serves it has to have; its own, or the nearest above."""
        return next((step.skill_id for step in self.up(reason) if step.skill_id is not None), None)

    def urgent(self, reason: Reason) -> bool:
        return any(step.urgent for step in self.up(reason))

    def letter(self, reason: Reason) -> str:
        """A for the first of the top row, B for the second…; what was put away keeps its letter."""
        top = list(self.up(reason))[-1]
        row = [r.pk for r in self.by_id.values() if r.parent_id is None]
        return chr(ord("A") + (row.index(top.pk) if top.pk in row else 0) % 26)

    def is_leaf(self, reason: Reason) -> bool:
        """Whether nothing more is asked below it."""
        return not any(r.parent_id == reason.pk and r.active for r in self.by_id.values())


def tree_of(venue: Venue) -> Tree:
    found = Reason.objects.filter(venue=venue).select_related("category").order_by("position", "pk")
    return Tree(by_id={reason.pk: reason for reason in found})
