"""Calendars: the desk's opening hours and those beside them, each with its versions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from guichet.calendars import changing, public_days
from guichet.calendars.changing import Said
from guichet.calendars.countries import place_name
from guichet.calendars.hours import OFFICE_HOURS, Hours
from guichet.calendars.models import Calendar, CalendarVersion
from guichet.calendars.reading import current, latest_of, usual_version, usual_week
from guichet.calendars.telling import coming, told_hours, what_changed
from guichet.desk.settings.base import ListView, RemovalView
from guichet.desk.settings.forms.base import NBSP, SettingsForm, told_day
from guichet.desk.settings.forms.calendars import CalendarForm
from guichet.desk.settings.views.organisation import bars, drawn
from guichet.desk.settings.views.trying import TriedView
from guichet.lib.bilingual import pick
from guichet.lib.errors import Refused
from guichet.lib.moments import date_text
from guichet.sla.drafts import calendar_draft

PREVIEWED_DAYS = 14
VERSIONS_SHOWN = 20


def language() -> str:
    return get_language() or "fr"


class Calendars(ListView):
    section = "calendars"
    intro = gettext_lazy(
        "When work is done. Promises that aren’t made day and night are counted in the hours of a calendar; "
        "the usual one is when the desk is open."
    )
    new_label = gettext_lazy("New calendar")
    new_name = "new_calendar"
    columns = (
        gettext_lazy("Name"), pgettext_lazy("hours", "A week"), gettext_lazy("Time zone"),
        gettext_lazy("Public holidays"), gettext_lazy("Version"),
    )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        found = latest_of(self.desk)
        rows = [self._row(version) for version in found]
        if not any(version.calendar.usual for version in found):
            office = told_hours(OFFICE_HOURS[0])
            cells = [gettext("Monday to Friday: %(hours)s") % {"hours": office}, self.desk.time_zone, "", ""]
            rows.insert(0, {"url": self.link("opening"), "title": gettext("Opening hours"), "cells": cells})
        return rows

    def _row(self, version: CalendarVersion) -> dict[str, Any]:
        calendar = version.calendar
        return {
            "url": self.link("opening") if calendar.usual else self.link("calendar", calendar.pk),
            "title": calendar.title,
            "icon": "clock" if calendar.usual else "calendar",
            "cells": [
                week_length(version.week),
                version.time_zone,
                place_name(version.holidays, language=language()) or gettext("none"),
                version.number,
            ],
        }


def week_length(week: list[list[list[int]]]) -> str:
    """“37 h 30”: hours, however many."""
    hours, minutes = divmod(sum(end - start for day in week for start, end in day), 60)
    return f"{hours}{NBSP}h{NBSP}{minutes:02d}" if minutes else f"{hours}{NBSP}h"


class CalendarPage(TriedView):
    """One calendar: what it says, what that means for the coming fortnight, what it said before."""

    section = "calendars"
    form_class = CalendarForm
    template = "settings/calendar.html"
    new_title = gettext_lazy("New calendar")
    saved = gettext_lazy("Saved. New promises are counted in these hours; those already made stay.")
    removal_name = "calendar_removal"
    removal_label = gettext_lazy("Remove this calendar")
    removal_text = gettext_lazy("Possible while no promise was made on it and no policy names it.")
    usual = False
    of_calendar = True
    version: CalendarVersion | None
    filled: CalendarForm

    def prepare(self, **kwargs: Any) -> None:
        super().prepare(**kwargs)
        self.version = self.latest()
        self.usual = self.usual or (self.row is not None and self.row.usual)

    def latest(self) -> CalendarVersion | None:
        return current(self.row.pk) if self.row else None

    def find(self, pk: int) -> Calendar | None:
        return Calendar.objects.filter(organisation=self.desk, pk=pk).select_related("organisation").first()

    def said(self) -> Said:
        """What is in force; a new calendar begins with the usual one."""
        version = self.version or usual_version(self.desk)
        return changing.said_by(version) if version else Said(time_zone=self.desk.time_zone, week=OFFICE_HOURS)

    def initial(self) -> dict[str, Any]:
        return {
            "name": self.row.title if self.row else "",
            "time_zone": self.said().time_zone,
            "since": self.version.number if self.version else None,
        }

    def form(self, data: Any = None) -> SettingsForm:
        self.filled = CalendarForm(data, initial=self.initial(), desk=self.desk, row=self.said())
        return self.filled

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if "try_version" in request.POST and self.row is not None:
            return self.try_version(request.POST["try_version"])
        if "preview" not in request.POST:
            return super().post(request, **kwargs)
        form = self.form(request.POST)
        form.is_valid()
        return self.show(form)

    def act(self, data: dict[str, Any]) -> Any:
        return changing.save_calendar(
            calendar=self.row,
            usual=self.usual,
            desk=self.desk,
            name=data["name"],
            said=self.filled.said,
            note=data["note"],
            since=data["since"],
            **self.by(),
        )

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        if form.is_bound:
            form.is_valid()
        said = self.filled.said if form.is_bound else self.said()
        hours = None
        try:
            hours = changing.hours_of_said(said)
        except Refused as refusal:
            if not form.non_field_errors() and refusal.field not in form.errors:
                form.refuse(refusal)
        shown = {
            "days": [{**day, "field": field} for day, field in zip(drawn(said.week), self.filled.days, strict=True)],
            "fortnight": self.fortnight(hours, said) if hours else [],
            "zone": said.time_zone,
            "preview_url": self.request.path,
            "preview_errors": told_errors(form),
        }
        if self.usual:
            shown["removal_url"] = ""
        return {**super().beside(form), **shown, **self._holidays(said), **self._versions()}

    def try_version(self, number: str) -> HttpResponseBase:
        """An earlier version, tried on past tickets as if it were in force."""
        assert self.row is not None, "a version is a calendar's"
        plain = number.isascii() and number.isdigit() and len(number) < 10
        version = self.row.versions.filter(number=int(number) if plain else 0).first()
        if version is None:
            raise Http404
        draft = calendar_draft(calendar=self.row, said=changing.said_by(version))
        told = gettext("version %(number)s")
        return self.tried(draft, name=f"{self.row.title} ({told % {'number': version.number}})")

    def triable(self) -> bool:
        """A calendar that isn't there yet counts nothing."""
        return self.row is not None

    def draft(self, form: SettingsForm) -> dict[str, Any]:
        return calendar_draft(calendar=self.row, said=self.filled.said)

    def fortnight(self, hours: Hours, said: Said) -> list[dict[str, Any]]:
        """The coming days with their hours, and why a day is other than its weekday."""
        own = {special.day: special.name or gettext("hours of its own") for special in said.exceptions}
        today = self.now.astimezone(hours.zone).date()
        told = []
        for day in (today + timedelta(days=n) for n in range(PREVIEWED_DAYS)):
            names = public_days.days_off(said.holidays, day.year).get(day)
            spans = hours.day(day)
            why = own.get(day) or (pick(*names) if names else "")
            told.append({
                "label": date_text(at=day, language=language(), weekday=True),
                "spans": bars(spans),
                "text": told_hours(spans),
                "why": why,
            })  # fmt: skip
        return told

    def _holidays(self, said: Said) -> dict[str, Any]:
        today = self.now.date()
        known = {
            **public_days.days_off(said.holidays, today.year),
            **public_days.days_off(said.holidays, today.year + 1),
        }
        own = {special.day: told_day(special.spans) for special in said.exceptions}
        return {
            "holiday_place": place_name(said.holidays, language=language()),
            "holiday_list": [
                {"day": dated(day), "name": pick(*known[day]), "open": own.get(day, "")}
                for day in coming(known, since=today)
            ],
        }

    def _versions(self) -> dict[str, Any]:
        if self.version is None:
            return {}
        rows = self.version.calendar.versions.select_related("by").order_by("-number")[: VERSIONS_SHOWN + 1]
        found = list(rows)
        older: list[CalendarVersion | None] = [*found[1:], None]
        listed = [
            {"version": version, "changed": what_changed(before, version), "week": drawn(version.week),
             "holidays": place_name(version.holidays, language=language())}
            for version, before in zip(found, older, strict=True)
        ]  # fmt: skip
        return {"versions": listed[:VERSIONS_SHOWN], "more_versions": max(self.version.number - VERSIONS_SHOWN, 0)}


def told_errors(form: SettingsForm) -> list[str]:
    """What can't be taken, with the name of its field: of the fields, a preview shows only what follows from them."""
    told = [str(error) for error in form.non_field_errors()]
    for name in form.errors:
        if name in form.fields:
            told += [
                gettext("%(field)s: %(error)s") % {"field": form[name].label, "error": error}
                for error in form[name].errors
            ]
    return told


def dated(day: date) -> str:
    return date_text(at=day, language=language(), weekday=True, year=True)


class Opening(CalendarPage):
    """The usual calendar at an address of its own; office hours until somebody says otherwise."""

    usual = True
    new_title = gettext_lazy("Opening hours")

    def latest(self) -> CalendarVersion | None:
        version = usual_version(self.desk)
        self.row = version.calendar if version else None
        return version

    def initial(self) -> dict[str, Any]:
        initial = super().initial()
        return {**initial, "name": initial["name"] or gettext("Opening hours")}

    def beside(self, form: SettingsForm) -> dict[str, Any]:
        return {**super().beside(form), "office_hours": not usual_week(self.desk)}


class CalendarRemoval(RemovalView):
    section = "calendars"
    page_name = "calendar"
    removed = gettext_lazy("The calendar is removed.")

    def find(self, pk: int) -> Calendar | None:
        return Calendar.objects.filter(organisation=self.desk, pk=pk).select_related("organisation").first()

    def act(self, row: Calendar) -> None:
        changing.remove_calendar(calendar=row, **self.by())
