"""Venues: the list, a new one, and the page of one with everything that belongs to it."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.desk.settings.base import EditView, ListView
from guichet.desk.settings.forms.base import SettingsForm
from guichet.desk.settings.forms.venues import NewVenueForm, VenueForm, VenueOpeningForm, VenueRulesForm
from guichet.desk.settings.views.organisation import drawn
from guichet.desk.settings.views.venue_base import VenueButton, VenueEdit, venues_of
from guichet.desk.settings.views.venue_page import of_venue, sentences
from guichet.lib.errors import Refused
from guichet.walkup import ready_tree, setting_up, setting_up_duties
from guichet.walkup.models import Counter, Duty, Venue


class Venues(ListView):
    section = "venues"
    intro = gettext_lazy("Where people come to you: counters, who is on duty, and the pictures that the kiosk shows.")
    new_label = gettext_lazy("New venue")
    new_name = "new_venue"
    columns = (gettext_lazy("Name"), gettext_lazy("Counters"), gettext_lazy("On duty"), gettext_lazy("State"))
    empty_title = gettext_lazy("No venue yet.")
    empty_body = gettext_lazy("A counter where people come is set up in five minutes: a name is enough to begin.")

    def rows(self) -> list[dict[str, Any]]:
        venues = venues_of(self.desk).order_by("-active", "name_fr")
        counters = dict(
            Counter.objects.filter(venue__in=venues, active=True).order_by().values_list("venue").annotate(Count("pk"))
        )
        agents = dict(
            Duty.objects.filter(venue__in=venues, date=None)
            .order_by()
            .values_list("venue")
            .annotate(Count("agent", distinct=True))
        )
        return [
            {
                "url": self.link("venue", venue.pk),
                "title": venue.name,
                "off": not venue.active,
                "cells": [
                    counters.get(venue.pk, 0),
                    _people(agents.get(venue.pk, 0)),
                    _("in use") if venue.active else _("not in use"),
                ],
            }
            for venue in venues
        ]


def _people(count: int) -> str:
    return ngettext("%(count)d person", "%(count)d people", count) % {"count": count}


class VenuePage(EditView):
    """A new venue by its form; one that exists, with its sections."""

    section = "venues"
    form_class = NewVenueForm
    template = "settings/venue_new.html"
    new_title = gettext_lazy("New venue")
    saved = gettext_lazy("The venue stands. Look through what follows and change what doesn’t suit.")

    def find(self, pk: int) -> Venue | None:
        return venues_of(self.desk).filter(pk=pk).first()

    def initial(self) -> dict[str, Any]:
        return {"organisation": self.desk.pk, "receives": ["walk_ins"], "name_fr": "", "name_en": ""}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if self.row is None:
            return super().get(request, **kwargs)
        return self.page("settings/venue.html", of_venue(self, self.row))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return super().post(request, **kwargs) if self.row is None else HttpResponseNotAllowed(["GET"])

    def act(self, data: dict[str, Any]) -> Any:
        agents, ready = data.pop("agents"), data.pop("ready")
        venue = setting_up.create_venue(desk=self.desk, site=None, **data, **self.by())
        for turn, agent in enumerate(agents):
            week = setting_up_duties.opening_week(venue, turn=turn)
            try:
                setting_up_duties.set_week(venue=venue, agent=agent, week=week, **self.by())
            except Refused:
                # On duty elsewhere at those hours: their week is set on the venue's page, which says who is missing.
                continue
        if ready:
            ready_tree.plant(venue=venue, **self.by())
        return venue

    def after(self, made: Venue) -> str:
        return self.link("venue", made.pk)


class VenueIdentity(VenueEdit):
    form_class = VenueForm
    new_title = gettext_lazy("What it is")
    saved = gettext_lazy("Saved. It holds from now on.")

    def initial(self) -> dict[str, Any]:
        venue = self.venue
        return {
            "name_fr": venue.name_fr, "name_en": venue.name_en, "site": venue.site_id, "anonymous": venue.anonymous,
            "receives": [name for name in ("walk_ins", "appointments") if getattr(venue, name)],
        }  # fmt: skip

    def act(self, data: dict[str, Any]) -> Any:
        return setting_up.change_venue(venue=self.venue, **data, **self.by())


class VenueOpening(VenueEdit):
    form_class = VenueOpeningForm
    template = "settings/venue_opening.html"
    part = "opening"
    new_title = gettext_lazy("When it is open")
    saved = gettext_lazy("Saved. It holds from now on.")

    def initial(self) -> dict[str, Any]:
        return {"closed_on": self.venue.closed_on}

    def act(self, data: dict[str, Any]) -> Any:
        closed = data["closed_on"]
        week = [data[f"day_{number}"] for number in range(7)]
        return setting_up.set_opening(venue=self.venue, week=week, closed_on=closed, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {**super().beside(form), "days": drawn(self.venue.opening)}


class VenueRules(VenueEdit):
    form_class = VenueRulesForm
    template = "settings/venue_rules.html"
    part = "rules"
    new_title = gettext_lazy("Who goes before whom")
    saved = gettext_lazy("Saved. It holds from now on.")

    def initial(self) -> dict[str, Any]:
        heads = {f"head_{standing}": minutes for standing, minutes in self.venue.head_starts.items()}
        return heads | {name: getattr(self.venue, name) for name in setting_up.MINUTES}

    def act(self, data: dict[str, Any]) -> Any:
        heads = {name.removeprefix("head_"): value for name, value in data.items() if name.startswith("head_")}
        minutes = {name: data[name] for name in setting_up.MINUTES}
        return setting_up.set_rules(venue=self.venue, head_starts=heads, minutes=minutes, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {**super().beside(form), "sentences": sentences(self.venue)}


class VenueSwitch(VenueButton):
    """POST switches the venue on (`on=1`) or off."""

    done_text = gettext_lazy("Saved. It holds from now on.")

    def act(self) -> None:
        setting_up.switch_venue(venue=self.venue, active=self.request.POST.get("on") == "1", **self.by())
