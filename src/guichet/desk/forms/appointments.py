"""Where and what for, and what the person says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from guichet.lib.parsing import whole_number
from guichet.ui.forms import GrowingText, offer_choices
from guichet.walkup import booking
from guichet.walkup.models import Reason, Venue
from guichet.walkup.reasons import tree_of


class ChoiceForm(forms.Form):
    """Sent as an address: a venue, and one of its reasons with the whole of its path."""

    venue = forms.ChoiceField(label=_("Where"))
    reason = forms.ChoiceField(label=_("What for"))

    def __init__(
        self, *args: Any, venues: Sequence[Venue], venue: Venue | None, reason: Reason | None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"venue": venue.pk if venue else "", "reason": reason.pk if reason else ""}
        super().__init__(*args, **kwargs)
        if len(venues) > 1:
            offer_choices(self, "venue", [("", "—"), *((place.pk, place.name) for place in venues)])
        else:
            del self.fields["venue"]
        if venue is None:
            del self.fields["reason"]
        else:
            offer_choices(self, "reason", [("", "—"), *reasons_of(venue)])

    @staticmethod
    def read(given: QueryDict, *, venues: Sequence[Venue]) -> tuple[Venue | None, Reason | None]:
        """What was chosen; the only venue there is chooses itself. What isn't offered counts as not chosen."""
        number = whole_number(given.get("venue"))
        venue = venues[0] if len(venues) == 1 else next((place for place in venues if place.pk == number), None)
        if venue is None:
            return None, None
        tree = tree_of(venue)
        reason = tree.by_id.get(whole_number(given.get("reason")) or 0)
        return venue, reason if reason and booking.bookable(reason, venue=venue, tree=tree) else None


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("In a word, what is it about?"), required=False, max_length=500, widget=GrowingText({"rows": 2})
    )


def reasons_of(venue: Venue) -> list[tuple[int, str]]:
    """What one can book there, each with its whole path."""
    tree = tree_of(venue)
    return [
        (reason.pk, tree.path(reason))
        for reason in tree.by_id.values()
        if booking.bookable(reason, venue=venue, tree=tree)
    ]
