"""What the pages of one venue share: which venue it is, the way back to its page, forms that keep what was typed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from guichet.desk.settings.base import EditView, SettingsView
from guichet.lib.errors import Refused
from guichet.people.models import Organisation
from guichet.walkup.models import Venue
from guichet.walkup.queries import VenueQuerySet


def venues_of(desk: Organisation) -> VenueQuerySet:
    """The venues that this desk sets up: its own, and those at its clients'."""
    return Venue.objects.filter(Q(organisation=desk) | Q(organisation__served_by=desk)).with_desk()


class OfVenue(SettingsView):
    """A page or a button of the venue that the address names first."""

    section = "venues"
    # The part of the venue's page that this belongs to.
    part: ClassVar[str] = ""
    venue: Venue

    def prepare(self, **kwargs: Any) -> None:
        # Not EditView's, which takes the address's first number for its row's.
        SettingsView.prepare(self, **kwargs)
        venue = venues_of(self.desk).filter(pk=kwargs["pk"]).first()
        if venue is None:
            raise Http404
        self.venue = venue

    def of(self, name: str, *args: Any) -> str:
        return self.link(name, self.venue.pk, *args)

    def back(self) -> str:
        return self.of("venue") + (f"#{self.part}" if self.part else "")

    def trail(self) -> list[tuple[str, str]]:
        return [*SettingsView.trail(self), (self.venue.name, self.of("venue"))]


class VenueEdit(OfVenue, EditView):
    """A form about the venue or one of its parts; saved, one is back on the venue's page."""

    def prepare(self, **kwargs: Any) -> None:
        OfVenue.prepare(self, **kwargs)
        self.row = self.found(**kwargs)

    def found(self, **kwargs: Any) -> Any:
        return self.venue

    def after(self, made: Any) -> str:
        return self.back()

    def beside(self, form: Any) -> dict[str, Any]:
        return {"venue": self.venue, "cancel_url": self.back()}

    def name(self) -> str:
        return str(self.new_title)


class VenueButton(OfVenue):
    """POST does one thing, and one is back on the venue's page; refused, with the reason."""

    done_text: ClassVar[Any] = ""

    def act(self) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        try:
            self.act()
        except Refused as refusal:
            return self.refused(refusal, to=self.back())
        return self.done(self.done_text, to=self.back())
