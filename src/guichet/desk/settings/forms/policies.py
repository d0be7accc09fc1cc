"""The form of a service level policy: for whom and what, and a time for each measure and severity."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guichet.calendars.models import Calendar
from guichet.catalog.models import Category, Kind, Service
from guichet.desk.settings.forms.base import CheckGrid, MinutesField, RowField, SettingsForm, both_names
from guichet.desk.settings.forms.people import served_by
from guichet.routing.rules import tree_names
from guichet.sla.models import PAUSES, SEVERITIES, Measure, Policy
from guichet.sla.settings_actions import Aim, Said, Time, categories_of
from guichet.tickets.models import HoldReason
from guichet.ui.forms import offer_rows

HINTS = {
    Measure.FIRST_RESPONSE: _("From the request to the desk’s first answer. Left empty: as in the usual policy."),
    Measure.NEXT_UPDATE: _("From one answer to the next, until it is solved. Left empty: as in the usual policy."),
    Measure.RESTORATION: _("Until people can work again, if need be by a workaround."),
    Measure.RESOLUTION: _("Until the ticket is solved."),
    Measure.LEVEL: _("Between levels: from a hand-over until the team that receives the ticket takes it on."),
    Measure.PROVIDER: _("From the moment a ticket waits for a provider until it no longer does."),
}
# Clocks of a few steps, which no hold stops.
SHORT = (Measure.LEVEL, Measure.PROVIDER)
OPENING, ALWAYS_OPEN = "opening", ""


class PolicyForm(SettingsForm):
    """`row` is the policy, None for a new one. Fields are named `resolution-S1`, `resolution-pauses` and so on."""

    name_fr, name_en = both_names()
    client = RowField(label=_("For whom"), required=False)
    service = RowField(label=_("Service"), required=False)
    category = RowField(label=_("Category, with all below it"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("All kinds")), *Kind.choices])
    active = forms.BooleanField(label=_("In force"), required=False)
    shows_resolution = forms.BooleanField(label=_("Tell requesters when the solution is promised"), required=False)
    note = forms.CharField(
        label=_("Why this change"), max_length=200, required=False, help_text=_("Kept for those who ask later.")
    )
    since = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def arrange(self) -> None:
        self.usual = self.row is not None and self.row.usual
        if self.usual:
            for name in ("client", "service", "category", "kind", "active"):
                del self.fields[name]
        else:
            self._offer_conditions()
        calendars = list(Calendar.objects.filter(organisation=self.desk).order_by("name"))
        # The usual one under a word of its own: it may not be there yet, or be made meanwhile.
        usual = next((calendar for calendar in calendars if calendar.usual), None)
        choices: list[tuple[str, Any]] = [(OPENING, usual.title if usual else _("Opening hours"))]
        choices += [(str(calendar.pk), calendar.title) for calendar in calendars if not calendar.usual]
        choices.append((ALWAYS_OPEN, _("Day and night")))
        known = {calendar.pk: OPENING if calendar.usual else str(calendar.pk) for calendar in calendars}
        stored = {(t.measure, t.severity): t for t in self.row.targets.all()} if self.row else {}
        holds = dict(HoldReason.choices)
        for measure in Measure:
            held: set[str] = set()
            for severity in SEVERITIES:
                target = stored.get((measure.value, severity))
                held |= set(target.pauses) if target else set()
                calendar = known.get(target.calendar_id or 0, ALWAYS_OPEN) if target else OPENING
                self._cell(measure, severity, minutes=target.minutes if target else None, choices=choices,
                           calendar=calendar)  # fmt: skip
            if measure not in SHORT:
                self.fields[f"{measure}-pauses"] = forms.MultipleChoiceField(
                    label=_("The clock stands still while the ticket waits for"), required=False,
                    choices=[(reason, holds[reason]) for reason in PAUSES], initial=sorted(held),
                    widget=CheckGrid(),
                )  # fmt: skip

    def _cell(
        self, measure: Measure, severity: str, *, minutes: int | None, choices: list[tuple[str, Any]], calendar: str
    ) -> None:
        name = f"{measure}-{severity}"
        label = f"{measure.label}, {severity}"
        self.fields[name] = MinutesField(label=label, required=False, max_length=20, initial=minutes, help_text="")
        self.fields[name].widget.attrs |= {"aria-label": label, "placeholder": "–"}
        self.fields[f"{name}-calendar"] = forms.ChoiceField(
            label=label, required=False, choices=choices, initial=calendar,
            widget=forms.Select(attrs={"aria-label": gettext("%(promise)s: counted in") % {"promise": label}}),
        )  # fmt: skip

    def _offer_conditions(self) -> None:
        names = tree_names(self.desk)

        def named(category: Category) -> str:
            return names.get(str(category.pk), category.name)

        offer_rows(self, "client", served_by(self.desk), empty=_("Everybody"))
        services = Service.objects.filter(organisation=self.desk).order_by("name_fr")
        offer_rows(self, "service", services, empty=_("All services"))
        offer_rows(self, "category", categories_of(self.desk), label=named, empty=_("All categories"))

    @property
    def measures(self) -> list[dict[str, Any]]:
        """One block a measure: its cells, one a severity, and its pauses."""
        return [
            {
                "measure": measure,
                "label": measure.label,
                "hint": HINTS[measure],
                "cells": [
                    {"severity": severity, "time": self[f"{measure}-{severity}"],
                     "calendar": self[f"{measure}-{severity}-calendar"]}
                    for severity in SEVERITIES
                ],
                "pauses": None if measure in SHORT else self[f"{measure}-pauses"],
            }
            for measure in Measure
        ]  # fmt: skip

    @property
    def said(self) -> Said:
        data = self.cleaned_data
        return Said(
            **{n: data[n] for n in ("name_fr", "name_en", "shows_resolution")},
            **{n: data[n] for n in ("client", "service", "category", "kind", "active") if n in self.fields},
            aims=[self._aim(measure) for measure in Measure],
        )

    def _aim(self, measure: Measure) -> Aim:
        data = self.cleaned_data
        times = {}
        for severity in SEVERITIES:
            minutes, calendar = data[f"{measure}-{severity}"], data[f"{measure}-{severity}-calendar"]
            if minutes is not None:
                number = int(calendar) if calendar.isdigit() else None
                times[severity] = Time(minutes=minutes, calendar=number, opening=calendar == OPENING)
        return Aim(measure=measure.value, times=times, pauses=data.get(f"{measure}-pauses", ()))


def initial_of(policy: Policy | None, *, since: int) -> dict[str, Any]:
    """What the fields that aren't times begin with."""
    if policy is None:
        return {"active": True}
    names = ("name_fr", "name_en", "client", "service", "category", "kind", "active", "shows_resolution")
    return {**{name: getattr(policy, name) for name in names}, "since": since}
