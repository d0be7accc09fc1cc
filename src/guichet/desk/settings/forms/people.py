"""Forms about who there is: organisations, places, people, roles, skills, teams, levels."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache
from typing import Any

from django import forms
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from guichet.desk.settings.forms.base import MinutesField, RowField, RowsField, SettingsForm, both_names
from guichet.people.actions import CLIENT_ROLES
from guichet.people.models import TREATING, Expertise, Level, Organisation, Person, RoleKind, Site, Skill
from guichet.ui.forms import GrowingText, offer_rows

LANGUAGES = [("fr", _("French")), ("en", _("English"))]
REGIONS = [
    ("fr-CA", _("Canada (French): 10 h 30")),
    ("fr-FR", _("France: 10:30")),
    ("fr-BE", _("Belgium: 10:30")),
    ("en-CA", _("Canada (English)")),
    ("en-GB", _("United Kingdom")),
]
DAYS = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
# The zones that French-speaking desks and their clients are in come first.
NEAR_ZONES = (
    "America/Montreal", "America/Toronto", "America/Moncton", "America/Halifax", "America/Vancouver",
    "Europe/Paris", "Europe/Brussels", "Europe/Zurich", "Europe/Luxembourg", "Europe/London",
    "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion", "Pacific/Noumea", "UTC",
)  # fmt: skip


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Known time zones, the near ones first."""
    known = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return (*NEAR_ZONES, *(zone for zone in known if zone not in NEAR_ZONES))


class ZoneInput(forms.TextInput):
    """A time zone's name, with the known ones offered while one types. The action says whether there is such a zone."""

    template_name = "settings/zone.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        offered = {"list": f"zones-of-{name}", "autocomplete": "off", **(attrs or {})}
        return {**super().get_context(name, value, offered), "zones": zones()}


class OrganisationForm(SettingsForm):
    layout = ("name", ("language", "region"), ("time_zone", "phone"))
    name = forms.CharField(label=_("Name"), max_length=120)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    region = forms.ChoiceField(label=_("How dates and times are written"), choices=REGIONS)
    time_zone = forms.CharField(label=_("Time zone"), widget=ZoneInput())
    phone = forms.CharField(
        label=_("Telephone"), max_length=40, required=False, help_text=_("Shown to people whose request is urgent.")
    )


class LevelForm(SettingsForm):
    layout = (("name_fr", "name_en"), ("treats_fr", "treats_en"), "minutes_limit")
    name_fr, name_en = both_names()
    treats_fr = forms.CharField(
        label=_("What it treats, in French"), max_length=1000, required=False, widget=GrowingText({"rows": 3})
    )
    treats_en = forms.CharField(
        label=_("What it treats, in English"), max_length=1000, required=False, widget=GrowingText({"rows": 3})
    )
    minutes_limit = MinutesField(
        label=_("Time limit"),
        required=False,
        max_length=20,
        help_text=_("At this limit a hand-over is proposed. Such as 15 min, 1 h 30 or 2 d; empty for none."),
    )


class SkillForm(SettingsForm):
    layout = (("name_fr", "name_en"),)
    name_fr, name_en = both_names()


def served_by(desk: Organisation) -> Any:
    """The desk's own organisation, then its clients."""
    both = Organisation.objects.filter(pk=desk.pk) | desk.clients.all()
    return both.order_by(F("served_by").asc(nulls_first=True), "name")


class SiteForm(SettingsForm):
    layout = ("organisation", ("name", "address"))
    organisation = RowField(label=_("Organisation"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=240, required=False)

    def arrange(self) -> None:
        offer_rows(self, "organisation", served_by(self.desk))


class TeamForm(SettingsForm):
    layout = (("name", "level"), "is_front", "takes_calls", "skills")
    name = forms.CharField(label=_("Name"), max_length=120)
    level = RowField(label=_("Level"), empty_label=None)
    is_front = forms.BooleanField(
        label=_("Front team"),
        required=False,
        help_text=_("Receives what no rule sends elsewhere. There is one; naming another takes it from this one."),
    )
    takes_calls = forms.BooleanField(label=_("Takes incoming calls"), required=False)
    skills = RowsField(label=_("Skills"), help_text=_("What the whole team knows how to treat."))

    def arrange(self) -> None:
        levels = Level.objects.filter(scheme=self.desk.scheme_id).order_by("rank")
        offer_rows(self, "level", levels, label=lambda level: f"{level.code} · {level.name}")
        offer_rows(self, "skills", Skill.objects.filter(organisation=self.desk))


class MemberForm(SettingsForm):
    """Someone who treats at this desk and isn't in the team yet."""

    person = RowField(label=_("Person"), empty_label=_("Choose somebody…"))
    lead = forms.BooleanField(label=_("Leads the team"), required=False)

    def arrange(self) -> None:
        kinds = {*TREATING, RoleKind.PROVIDER}
        people = Person.objects.filter(roles__organisation=self.desk, roles__kind__in=kinds).distinct()
        if self.row is not None:
            people = people.exclude(memberships__team=self.row)
        offer_rows(self, "person", people.order_by("name"))


class PersonForm(SettingsForm):
    layout = (
        ("name", "organisation"), ("email", "phone"), ("job_title", "site"), "badge", ("language", "time_zone"),
        "expertise", "availability", "skills",
    )  # fmt: skip
    name = forms.CharField(label=_("Name"), max_length=120)
    organisation = RowField(label=_("Organisation"), empty_label=None)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput())
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    badge = forms.CharField(
        label=_("Badge number"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("As a kiosk’s scanner reads it. Spaces, dashes and capitals make no difference."),
    )
    site = RowField(label=_("Place"), required=False, empty_label=_("None"))
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES)
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        widget=ZoneInput(),
        help_text=_("Empty: that of the organisation."),
    )
    expertise = forms.ChoiceField(
        label=_("Ease with computing"), choices=Expertise.choices, help_text=_("Words and articles are chosen by it.")
    )
    availability = forms.CharField(
        label=_("When they can be reached"),
        max_length=200,
        required=False,
        help_text=_("Such as: mornings, except Wednesday."),
    )
    skills = RowsField(label=_("Skills and rights"), help_text=_("For people of the desk: what they know and may do."))

    def arrange(self) -> None:
        served = served_by(self.desk)
        if self.row is not None:
            served = Organisation.objects.filter(pk=self.row.organisation_id)
            self.fields["organisation"].help_text = _("A person stays in their organisation, as do their tickets.")
        offer_rows(self, "organisation", served)
        sites = Site.objects.filter(organisation__in=served).select_related("organisation")
        full = None if self.row is not None else lambda site: f"{site.organisation} · {site}"
        offer_rows(self, "site", sites.order_by("organisation__name", "name"), label=full)
        offer_rows(self, "skills", Skill.objects.filter(organisation=self.desk))


class RolesForm(SettingsForm):
    """The roles of a person in one organisation, as check boxes."""

    roles = forms.MultipleChoiceField(label=_("Roles"), required=False)

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        self.kinds = kinds
        super().__init__(*args, **kwargs)

    def arrange(self) -> None:
        from guichet.desk.settings.forms.base import CheckGrid

        field = forms.MultipleChoiceField(
            label=_("Roles"), required=False, choices=[(k, RoleKind(k).label) for k in self.kinds], widget=CheckGrid()
        )
        self.fields["roles"] = field


def roles_open_to(person: Person, *, organisation: Organisation, desk: Organisation) -> list[str]:
    """The roles that one may give `person` in `organisation`; the action has the last word."""
    if organisation.pk != desk.pk:
        return list(CLIENT_ROLES)
    if person.organisation_id != desk.pk:
        return [RoleKind.PROVIDER]
    return [kind for kind in RoleKind.values if kind != RoleKind.PROVIDER]
