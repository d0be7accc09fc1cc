"""The desk's own organisation, its clients and everybody's places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from guichet.calendars.hours import Week
from guichet.desk.settings.base import EditView, ListView, RemovalView
from guichet.desk.settings.forms.base import SettingsForm, told_day
from guichet.desk.settings.forms.people import DAYS, OrganisationForm, SiteForm, served_by
from guichet.people import actions
from guichet.people.models import Organisation, Site


def about(organisation: Organisation) -> dict[str, Any]:
    return {n: getattr(organisation, n) for n in ("name", "language", "region", "time_zone", "phone")}


class Identity(EditView):
    section = "organisation"
    form_class = OrganisationForm
    saved = _("Saved. It holds from now on.")

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.row = self.desk

    def name(self) -> str:
        return str(_("Our organisation"))

    def initial(self) -> dict[str, Any]:
        return about(self.desk)

    def act(self, data: dict[str, Any]) -> Any:
        return actions.change_organisation(organisation=self.desk, desk=self.desk, **data, **self.by())

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {"trail": [(self.name(), "")], "cancel_url": self.link("home")}


def drawn(week: Week) -> list[dict[str, Any]]:
    """Seven days to draw and to read. A week that nobody gave is empty."""
    week = week or [[]] * 7
    return [
        {
            "label": day,
            "text": told_day(week[number]),
            "spans": bars(week[number]),
        }
        for number, day in enumerate(DAYS)
    ]


def bars(spans: Sequence[Sequence[int]]) -> list[dict[str, float]]:
    """Where the open stretches of a day begin and how long they are, in hundredths of a day."""
    return [{"x": a / 14.4, "width": (b - a) / 14.4} for a, b in spans]


class Clients(ListView):
    section = "clients"
    intro = _("Organisations whose requests this desk treats. They keep their own people, places and severity matrix.")
    new_label = _("New client")
    new_name = "new_client"
    columns = (_("Name"), _("People"), _("Places"), _("Language"), _("Time zone"))
    empty_title = _("This desk serves only its own organisation.")
    empty_body = _("If you support other organisations, enter the first one.")

    def rows(self) -> list[dict[str, Any]]:
        clients = self.desk.clients.annotate(
            people_count=Count("people", distinct=True), site_count=Count("sites", distinct=True)
        )
        return [
            {
                "url": self.link("client", client.pk),
                "title": client.name,
                "cells": [client.people_count, client.site_count, client.get_language_display(), client.time_zone],
            }
            for client in clients
        ]


class Client(EditView):
    section = "clients"
    form_class = OrganisationForm
    template = "settings/client.html"
    new_title = _("New client")
    saved = _("The client is saved.")

    def find(self, pk: int) -> Organisation | None:
        return self.desk.clients.filter(pk=pk).first()

    def initial(self) -> dict[str, Any]:
        if self.row:
            return about(self.row)
        return {n: getattr(self.desk, n) for n in ("language", "region", "time_zone")}

    def act(self, data: dict[str, Any]) -> Any:
        if self.row:
            return actions.change_organisation(organisation=self.row, desk=self.desk, **data, **self.by())
        return actions.create_client(desk=self.desk, **data, **self.by())


class Sites(ListView):
    section = "sites"
    intro = _("Where people and their equipment are. Rules may look at the place, technicians travel to it.")
    new_label = _("New place")
    new_name = "new_site"
    columns = (_("Name"), _("Organisation"), _("Address"))
    empty_title = _("No place yet.")
    empty_body = _("Enter the first building, floor or branch.")

    def rows(self) -> list[dict[str, Any]]:
        sites = Site.objects.filter(organisation__in=served_by(self.desk)).select_related("organisation")
        return [
            {"url": self.link("site", site.pk), "title": site.name, "cells": [site.organisation.name, site.address]}
            for site in sites.order_by("organisation__name", "name")
        ]


def find_site(desk: Organisation, pk: int) -> Site | None:
    return Site.objects.filter(organisation__in=served_by(desk), pk=pk).select_related("organisation").first()


class SitePage(EditView):
    section = "sites"
    form_class = SiteForm
    new_title = _("New place")
    saved = _("The place is saved.")
    removal_name = "site_removal"
    removal_label = _("Remove this place")
    removal_text = _("Possible while nobody works there and no ticket names it.")

    def find(self, pk: int) -> Site | None:
        return find_site(self.desk, pk)

    def initial(self) -> dict[str, Any]:
        if not self.row:
            return {"organisation": self.desk.pk}
        return {"organisation": self.row.organisation_id, "name": self.row.name, "address": self.row.address}

    def act(self, data: dict[str, Any]) -> Any:
        return actions.save_site(site=self.row, desk=self.desk, **data, **self.by())


class SiteRemoval(RemovalView):
    section = "sites"
    page_name = "site"
    removed = _("The place is removed.")

    def find(self, pk: int) -> Site | None:
        return find_site(self.desk, pk)

    def act(self, row: Site) -> None:
        actions.remove_site(site=row, desk=self.desk, **self.by())
