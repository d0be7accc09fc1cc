"""The form about one webhook, and the one that has failures sent again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.connectors.changing import URL_LIMIT
from guichet.connectors.verbs import FAMILIES, everything_of, of_family
from guichet.desk.forms.base import MomentField
from guichet.desk.settings.forms.base import SettingsForm


class VerbGrid(forms.CheckboxSelectMultiple):
    """Each family as a whole, and opened its events one by one; open where one of these is chosen."""

    template_name = "settings/verb_grid.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["families"] = [
            {"whole": whole, "events": events, "open": any(event["selected"] for event in events)}
            for _label, [whole, *events], _index in context["widget"]["optgroups"]
        ]
        return context


class WebhookForm(SettingsForm):
    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What your colleagues know the other program by.")
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=URL_LIMIT,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Where the other program listens, such as https://example.org/guichet."),
    )
    verbs = forms.MultipleChoiceField(
        label=_("What it hears of"),
        widget=VerbGrid(),
        choices=[
            (label, [(everything_of(family), label), *((verb, verb) for verb in of_family(family))])
            for family, label in FAMILIES.items()
        ],
        error_messages={"required": _("Choose at least one event.")},
    )
    active = forms.BooleanField(label=_("In use"), required=False)


class FailuresForm(SettingsForm):
    since = MomentField(label=_("Send again all that failed since"))
