"""Check-ins that a kiosk accepted without network and the queue didn't take: looked at by whoever receives there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.desk.views.counter import VenueView
from guichet.ui.toasts import toast
from guichet.walkup import handing_over
from guichet.walkup.models import StrayCheckIn
from guichet.walkup.reasons import Tree, tree_of

_SHOWN = 200
_WAYS = {
    "badge": gettext_lazy("badge"), "name": gettext_lazy("name"), "email": gettext_lazy("e-mail"),
    "appointment": gettext_lazy("appointment"), "none": gettext_lazy("without a name"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A stray, and what the person had said."""

    stray: StrayCheckIn
    way: str
    typed: str
    reason: str


class Strays(VenueView):
    def get(self, request: HttpRequest, venue: str) -> HttpResponse:
        tree = tree_of(self.venue)
        found = StrayCheckIn.objects.filter(venue=self.venue, settled_at__isnull=True).select_related("device")
        rows = [_row(stray, tree) for stray in found[:_SHOWN]]
        return self.page("desk/counter/strays.html", {"venue": self.venue, "venue_url": self.url, "rows": rows})


class Settle(VenueView):
    stray: StrayCheckIn

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        strays = StrayCheckIn.objects.select_related("venue__organisation__served_by")
        self.stray = get_object_or_404(strays, venue=self.venue, pk=kwargs["stray"])

    def post(self, request: HttpRequest, venue: str, stray: int) -> HttpResponseBase:
        handing_over.settle(self.stray, actor=self.person, now=self.now)
        toast(request, _("Settled."))
        return redirect("desk:counter_strays", venue=self.venue.slug)


def _row(stray: StrayCheckIn, tree: Tree) -> Row:
    said = stray.said
    reason = tree.by_id.get(said.get("reason") or 0)
    way = _WAYS.get(str(said.get("way", "")), "")
    return Row(stray=stray, way=str(way), typed=str(said.get("typed", "")), reason=tree.path(reason) if reason else "")
