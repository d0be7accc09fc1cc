"""What became of suggestions: accepted, dismissed, corrected afterwards; and what the tickets ended as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Cast

from guichet.people.models import Organisation
from guichet.suggestions.models import Field, Outcome, Reading, Suggestion
from guichet.tickets.models import State

LATELY = timedelta(days=90)
_ENDED = Q(ticket__state__in=(State.RESOLVED, State.CLOSED))


@dataclass(frozen=True)
class Came:
    """Of the suggestions for one field lately: how many were made, what people did, and what the tickets ended as."""

    made: int = 0
    accepted: int = 0
    dismissed: int = 0
    # Of those whose ticket is solved: how many, and in how many it ended as suggested.
    ended: int = 0
    right: int = 0
    # Accepted, and yet the ticket ended as something else.
    corrected: int = 0

    @property
    def open(self) -> int:
        return self.made - self.accepted - self.dismissed


def came_of(desk: Organisation, *, now: datetime) -> Mapping[str, Came]:
    """By field, over the last 90 days. One query."""
    text = CharField()
    ends = Case(
        When(field=Field.CATEGORY, then=Cast("ticket__category_id", text)),
        When(field=Field.TEAM, then=Cast("ticket__team_id", text)),
        When(field=Field.KIND, then=F("ticket__kind")),
        When(field=Field.IMPACT, then=F("ticket__impact")),
        When(field=Field.URGENCY, then=F("ticket__urgency")),
        When(field=Field.ASSET, then=F("ticket__asset")),
        default=Value(""),
        output_field=text,
    )
    lately = Suggestion.objects.filter(ticket__desk=desk, at__gte=now - LATELY)
    rows = lately.annotate(ends=ends).order_by().values("field").annotate(
        made=Count("pk"),
        accepted=Count("pk", filter=Q(outcome=Outcome.ACCEPTED)),
        dismissed=Count("pk", filter=Q(outcome=Outcome.DISMISSED)),
        ended=Count("pk", filter=_ENDED),
        right=Count("pk", filter=_ENDED & Q(ends=F("value"))),
        corrected=Count("pk", filter=_ENDED & Q(outcome=Outcome.ACCEPTED) & ~Q(ends=F("value"))),
    )  # fmt: skip
    counted = ("made", "accepted", "dismissed", "ended", "right", "corrected")
    return {row["field"]: Came(**{name: int(row[name]) for name in counted}) for row in rows.values("field", *counted)}


def read_lately(desk: Organisation, *, now: datetime) -> int:
    """How many tickets were read: where fewer suggestions were made, it kept silent."""
    return Reading.objects.filter(ticket__desk=desk, at__gte=now - LATELY).count()
