"""Forms about a venue: what it is, when it is open, its rules, who is on duty, its reasons and machines."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.catalog.models import Category
from guichet.desk.settings.forms.base import (
    CheckGrid,
    HoursField,
    MinutesField,
    RowField,
    RowsField,
    SettingsForm,
    both_names,
)
from guichet.desk.settings.forms.catalogue import icon_field, keep_icon
from guichet.desk.settings.forms.people import DAYS, served_by
from guichet.people.models import Site, Skill
from guichet.routing.rules import tree_names
from guichet.ui.forms import GrowingText, offer_choices, offer_rows
from guichet.walkup.models import DeviceKind, Duty, Reason, Venue
from guichet.walkup.setting_up import COUNTERS_MAX
from guichet.walkup.setting_up_duties import WEEKDAYS, may_be_on_duty

RECEIVES = [
    ("walk_ins", gettext_lazy("People who simply come")),
    ("appointments", gettext_lazy("People with an appointment")),
]


class DatesField(forms.CharField):
    """Dates written 2026-12-25, with spaces, commas or line ends between them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=8000, widget=GrowingText({"rows": 2}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[date]:
        days = []
        for word in re.split(r"[\s,;]+", super().clean(value)):
            if not word:
                continue
            try:
                days.append(date.fromisoformat(word))
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%(word)s” is not a date. Write it as 2026-12-25.") % {"word": word[:40]}
                ) from error
        return days


class VenueForm(SettingsForm):
    """What a venue is. A new one needs a name only: the rest is filled in with what suits most."""

    layout: ClassVar[tuple[str | tuple[str, ...], ...]] = (("name_fr", "name_en"), "site", "receives", "anonymous")
    name_fr, name_en = both_names()
    site = RowField(label=gettext_lazy("Place"), required=False, empty_label=gettext_lazy("None"))
    receives = forms.MultipleChoiceField(label=gettext_lazy("It receives"), choices=RECEIVES, widget=CheckGrid())
    anonymous = forms.BooleanField(
        label=gettext_lazy("One may check in without giving a name"), required=False, initial=True
    )

    def arrange(self) -> None:
        places = Site.objects.filter(organisation=self.row.organisation if self.row else self.desk)
        offer_rows(self, "site", places.order_by("name"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = data.pop("receives", [])
        return {**data, "walk_ins": "walk_ins" in chosen, "appointments": "appointments" in chosen}

    def refuse(self, refusal: Any) -> None:
        if refusal.field == "walk_ins":
            refusal.field = "receives"
        super().refuse(refusal)


class NewVenueForm(VenueForm):
    layout: ClassVar[tuple[str | tuple[str, ...], ...]] = (
        ("name_fr", "name_en"), ("organisation", "counters"), "receives", "anonymous", "agents", "ready",
    )  # fmt: skip
    site = None  # type: ignore[assignment]
    organisation = RowField(label=gettext_lazy("At"), empty_label=None)
    counters = forms.IntegerField(
        label=gettext_lazy("Number of counters"), min_value=1, max_value=COUNTERS_MAX, initial=2
    )
    agents = RowsField(
        label=gettext_lazy("Who receives"),
        help_text=gettext_lazy(
            "On duty whenever it is open, with an hour’s break around noon in turns, to begin with."
        ),
    )
    ready = forms.BooleanField(
        label=gettext_lazy("Begin with ten pictured reasons that most desks know"), required=False, initial=True,
        help_text=gettext_lazy("They are put onto your own categories where the names fit. You can change them all."),
    )  # fmt: skip

    def arrange(self) -> None:
        offer_rows(self, "organisation", served_by(self.desk))
        offer_rows(self, "agents", may_be_on_duty(Venue(organisation=self.desk)))


class VenueOpeningForm(SettingsForm):
    """Seven days of text."""

    closed_on = DatesField(
        label=gettext_lazy("Closed on"), help_text=gettext_lazy("Holidays and other days, such as 2026-12-25.")
    )

    def arrange(self) -> None:
        week = self.row.opening or [[]] * 7
        days = {f"day_{n}": HoursField(label=day, initial=week[n]) for n, day in enumerate(DAYS)}
        self.fields = {**days, "closed_on": self.fields["closed_on"]}

    @property
    def days(self) -> list[forms.BoundField]:
        return [self[f"day_{number}"] for number in range(7)]


class VenueRulesForm(SettingsForm):
    layout = (
        ("head_urgent", "head_appointment", "head_walk_in"), ("early_minutes", "late_minutes"),
        ("answer_minutes", "slot_minutes"),
    )  # fmt: skip
    head_urgent = MinutesField(label=gettext_lazy("Head start of what is urgent"))
    head_appointment = MinutesField(label=gettext_lazy("Head start of an appointment"))
    head_walk_in = MinutesField(label=gettext_lazy("Head start of those who simply come"))
    early_minutes = MinutesField(
        label=gettext_lazy("Called before its time by at most"),
        help_text=gettext_lazy("An appointment that came early isn’t called sooner than this."),
    )
    late_minutes = MinutesField(
        label=gettext_lazy("Late from"),
        help_text=gettext_lazy("Later than this, an appointment waits like those who simply came."),
    )
    answer_minutes = MinutesField(
        label=gettext_lazy("Somebody who was called is waited for"),
        help_text=gettext_lazy("Then the agent is offered to go on."),
    )
    slot_minutes = MinutesField(
        label=gettext_lazy("Length of an appointment"), help_text=gettext_lazy("Such as 30 min.")
    )


class CounterForm(SettingsForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=20,
        help_text=gettext_lazy("Shown on the screen and said aloud, such as 3."),
    )
    active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)


class DeviceForm(SettingsForm):
    layout = (("device_name", "kind"),)
    device_name = forms.CharField(
        label=gettext_lazy("Name of the machine"), max_length=60, help_text=gettext_lazy("Such as: kiosk by the door.")
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of machine"), choices=DeviceKind.choices)


class NewDutyForm(SettingsForm):
    """`row` is the venue."""

    agent = RowField(label=gettext_lazy("Person"), empty_label=gettext_lazy("Choose somebody…"))

    def arrange(self) -> None:
        there = Duty.objects.filter(venue=self.row).values("agent")
        offer_rows(self, "agent", may_be_on_duty(self.row).exclude(pk__in=there))


class DutyForm(SettingsForm):
    """An agent's week at a venue: hours and breaks of each day, as text."""

    def arrange(self) -> None:
        for number, day in enumerate(DAYS):
            self.fields[f"hours_{number}"] = HoursField(label=day)
            label = _("Breaks on %(day)s") % {"day": WEEKDAYS[number]}
            self.fields[f"breaks_{number}"] = HoursField(label=label)

    @property
    def days(self) -> list[dict[str, Any]]:
        return [
            {"label": day, "hours": self[f"hours_{n}"], "breaks": self[f"breaks_{n}"]} for n, day in enumerate(DAYS)
        ]


class DutyDateForm(SettingsForm):
    layout = (("on", "hours", "breaks"),)
    on = forms.DateField(label=gettext_lazy("Date"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    hours = HoursField(label=gettext_lazy("Hours"))
    breaks = HoursField(label=gettext_lazy("Breaks"))


class ReasonForm(SettingsForm):
    """`row` is the reason; `venue` whose it is."""

    layout = (
        ("name_fr", "name_en"), "icon", ("parent", "category"), ("skill", "minutes"), "urgent", "active",
    )  # fmt: skip
    name_fr, name_en = both_names()
    icon = icon_field(initial="circle-question-mark")
    parent = RowField(label=gettext_lazy("Behind"), required=False)
    category = RowField(
        label=gettext_lazy("Category of the ticket"), required=False,
        help_text=gettext_lazy("None: that of the picture before it."),
    )  # fmt: skip
    skill = RowField(
        label=gettext_lazy("Skill needed to serve it"), required=False, empty_label=gettext_lazy("None: everybody")
    )
    minutes = MinutesField(
        label=gettext_lazy("Time it takes, as a first guess"),
        help_text=gettext_lazy("Until the venue has days of its own to learn from. Such as 10 min."),
    )
    urgent = forms.BooleanField(
        label=gettext_lazy("Urgent"), required=False, help_text=gettext_lazy("Goes before appointments.")
    )
    active = forms.BooleanField(
        label=gettext_lazy("On the screen"), required=False, initial=True,
        help_text=gettext_lazy("Past visits keep a reason that is no longer offered."),
    )  # fmt: skip

    def __init__(self, *args: Any, venue: Venue, **kwargs: Any) -> None:
        self.venue = venue
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        keep_icon(self)
        first = Reason.objects.filter(venue=self.venue, parent=None)
        if self.row is not None:
            first = first.exclude(pk=self.row.pk)
        offer_rows(self, "parent", first, empty=gettext_lazy("The first screen"))
        names = tree_names(self.desk)
        offer_rows(self, "category", Category.objects.filter(pk__in=names))
        offer_choices(self, "category", [("", gettext_lazy("None")), *names.items()])
        offer_rows(self, "skill", Skill.objects.filter(organisation=self.desk))
