"""Forms about where work goes: a rule's conditions, a trial on past tickets, one request made up."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.desk.settings.forms.base import CheckGrid, RowField, SettingsForm, both_names
from guichet.people.models import Team
from guichet.routing import engine
from guichet.routing.rules import FIELD_NAMES, Names
from guichet.routing.simulate import LIMIT_MAX
from guichet.ui.forms import GrowingText, offer_choices, offer_rows

CONDITION_LABELS = {
    "organisation": _("The organisation is"),
    "site": _("The place is"),
    "kind": _("The kind is"),
    "category": _("The category is"),
    "request_type": _("The request type is"),
    "severity": _("The severity is"),
    "channel": _("The channel is"),
}
LIMITS = (100, 500, 1000, LIMIT_MAX)


class WordsField(forms.CharField):
    """Words, with commas or on lines of their own."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [word.strip() for word in re.split(r"[,;\n]", super().clean(value)) if word.strip()]


class RuleForm(SettingsForm):
    layout = (("name_fr", "name_en"), "team")
    name_fr, name_en = both_names()
    team = RowField(label=_("Then it goes to"), empty_label=None)
    keyword = WordsField(
        label=_("The text holds one of these words"),
        required=False,
        max_length=2000,
        help_text=_("Whole words, with commas; accents and capitals make no difference."),
    )

    def arrange(self) -> None:
        self.names = Names.at(self.desk)
        teams = Team.objects.filter(organisation=self.desk).select_related("level")
        offer_rows(self, "team", teams, label=lambda team: f"{team.level.code} · {team.name}")
        kept = self.row.conditions if self.row is not None else {}
        self.fields["keyword"].initial = kept.get("keyword", [])
        for name, label in CONDITION_LABELS.items():
            known = self.names.of[name]
            # Values whose row is gone stay visible, so that one can take them out.
            gone = [value for value in kept.get(name, []) if value not in known]
            self.fields[name] = forms.MultipleChoiceField(
                label=label,
                required=False,
                choices=[*known.items(), *((value, self.names.name(name, value)) for value in gone)],
                initial=kept.get(name, []),
                widget=CheckGrid(),
            )

    @property
    def conditions(self) -> dict[str, list[str]]:
        return {name: list(self.cleaned_data.get(name) or []) for name in engine.FIELDS}

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The conditions, open where something is chosen; those with nothing to choose from are left out."""
        return [
            {"field": self[name], "open": bool(self[name].value()), "count": len(self[name].value() or [])}
            for name in CONDITION_LABELS
            if self.names.of[name]
        ]


class TrialForm(forms.Form):
    """Which rules to try, and on how many past tickets."""

    rules = forms.MultipleChoiceField(required=False, widget=CheckGrid(), label=_("Rules to try"))
    number = forms.TypedChoiceField(
        label=_("On the newest tickets"), choices=[(n, n) for n in LIMITS], coerce=int, initial=500
    )

    def __init__(self, *args: Any, rules: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "rules", rules)


class MadeUpForm(forms.Form):
    """One request made up, to see which rule would take it."""

    text = forms.CharField(
        label=_("What the person writes"), required=False, max_length=2000, widget=GrowingText({"rows": 2})
    )

    def __init__(self, *args: Any, names: Names, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CONDITION_LABELS:
            if names.of[name]:
                label = str(FIELD_NAMES[name])
                self.fields[name] = forms.ChoiceField(
                    label=label[:1].upper() + label[1:], required=False, choices=[("", "–"), *names.of[name].items()]
                )
