"""The form of a calendar: its week, its time zone, public holidays and days with hours of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from guichet.calendars.changing import EXCEPTIONS_MAX, Said, Special
from guichet.calendars.countries import COUNTRIES, NEAR, country_name, place_name, region_name
from guichet.calendars.public_days import regions
from guichet.desk.settings.forms.base import HoursField, SettingsForm
from guichet.desk.settings.forms.people import DAYS, ZoneInput
from guichet.lib.text import fold
from guichet.ui.forms import offer_choices

# Rows offered beyond those that are filled in.
SPARE = 3


class CalendarForm(SettingsForm):
    """`row` is a Said: what is in force, or what one begins with."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    time_zone = forms.CharField(label=gettext_lazy("Time zone"), widget=ZoneInput())
    holidays = forms.ChoiceField(label=gettext_lazy("Public holidays"), required=False)
    region = forms.CharField(label=gettext_lazy("Region"), required=False, widget=forms.Select())
    note = forms.CharField(
        label=gettext_lazy("Why this change"), max_length=200, required=False,
        help_text=gettext_lazy("Kept with the version, for those who ask later."),
    )  # fmt: skip
    since = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def arrange(self) -> None:
        said: Said = self.row
        for number, day in enumerate(DAYS):
            spans = [list(span) for span in said.week[number]]
            self.fields[f"day_{number}"] = HoursField(label=day, initial=spans)
        self._choose_holidays(said.holidays)
        for number in range(self._rows(len(said.exceptions))):
            special = said.exceptions[number] if number < len(said.exceptions) else None
            self.fields[f"special_{number}_day"] = forms.DateField(
                label=gettext("Day"), required=False, initial=special and special.day,
                widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            )  # fmt: skip
            self.fields[f"special_{number}_hours"] = HoursField(
                label=gettext("Hours"), initial=[list(s) for s in special.spans] if special else []
            )
            self.fields[f"special_{number}_name"] = forms.CharField(
                label=gettext("What it is"), required=False, max_length=80, initial=special.name if special else ""
            )

    def _rows(self, stored: int) -> int:
        """As many as were sent, or as stand and some to spare."""
        sent = 0
        while self.is_bound and f"special_{sent}_day" in self.data and sent < EXCEPTIONS_MAX + SPARE:
            sent += 1
        return sent or stored + SPARE

    def _choose_holidays(self, code: str) -> None:
        """Countries that French-speaking desks are in with their regions; the others, their regions beside them."""
        language = get_language() or "fr"
        near: list[tuple[str, list[tuple[str, str]]]] = []
        for country in NEAR:
            codes = [country, *(f"{country}-{region}" for region in regions()[country])]
            near.append(
                (country_name(country, language=language), [(c, place_name(c, language=language)) for c in codes])
            )
        others = sorted(((c, country_name(c, language=language)) for c in COUNTRIES if c not in NEAR), key=_by_name)
        choices = [("", pgettext("public holidays", "None")), *near, (gettext("Other countries"), others)]
        offer_choices(self, "holidays", choices)
        country = code.partition("-")[0]
        self.initial["holidays"] = code if country in NEAR else country
        self.initial["region"] = "" if country in NEAR else code.partition("-")[2]
        chosen = str(self["holidays"].value() or "")
        named = [(each, region_name(f"{chosen}-{each}", language=language)) for each in self._regions(chosen)]
        widget: Any = self.fields["region"].widget
        widget.choices = [("", gettext("The whole country")), *sorted(named, key=_by_name)]
        self.region_of = chosen if named else ""

    def _regions(self, country: str) -> list[str]:
        return [] if country.partition("-")[0] in NEAR else regions().get(country, [])

    def clean_region(self) -> str:
        """A region that was chosen before its country changed says nothing any more."""
        region, country = str(self.cleaned_data["region"]), str(self.data.get("holidays", ""))
        if self.data.get("region_of") != country:
            return ""
        if region and region not in self._regions(country):
            raise forms.ValidationError(gettext("Choose one of the answers offered."))
        return region

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in self._numbers():
            day, hours, name = (data.get(f"special_{number}_{part}") for part in ("day", "hours", "name"))
            if day is None and (hours or name) and not self.errors.get(f"special_{number}_day"):
                self.add_error(f"special_{number}_day", gettext("Which day is it?"))
        return data

    def _numbers(self) -> Iterator[int]:
        number = 0
        while f"special_{number}_day" in self.fields:
            yield number
            number += 1

    @property
    def week(self) -> list[list[list[int]]]:
        """What was typed; a day that can't be read is closed."""
        return [self.cleaned_data.get(f"day_{number}") or [] for number in range(7)]

    @property
    def said(self) -> Said:
        data = self.cleaned_data
        region = data.get("region")
        return Said(
            time_zone=data.get("time_zone", ""),
            week=self.week,
            holidays=f"{data['holidays']}-{region}" if region and data.get("holidays") else data.get("holidays", ""),
            exceptions=[
                Special(
                    day=data[f"special_{n}_day"],
                    spans=data.get(f"special_{n}_hours") or [],
                    name=data.get(f"special_{n}_name", ""),
                )
                for n in self._numbers()
                if data.get(f"special_{n}_day")
            ],
        )

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]

    @property
    def specials(self) -> list[list[forms.BoundField]]:
        return [[self[f"special_{n}_{part}"] for part in ("day", "hours", "name")] for n in self._numbers()]


def _by_name(choice: tuple[str, str]) -> str:
    """Accents sort as the letters they stand on."""
    return fold(choice[1])
