"""Forms about how tickets are judged and answered: the matrix, response policies, macros."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from guichet.desk.settings.forms.base import SettingsForm, both_names
from guichet.tickets.models import Impact, Severity, Urgency
from guichet.tickets.settings_actions import Manner
from guichet.tickets.severity import IMPACTS, URGENCIES
from guichet.ui.elements import SEVERITY_WORDS
from guichet.ui.forms import Choice, ChoiceCards, GrowingText


class MatrixForm(SettingsForm):
    """Sixteen selects, one a cell; `cells` gathers them."""

    def arrange(self) -> None:
        for impact in IMPACTS:
            for urgency in URGENCIES:
                label = f"{Impact(impact).label} × {Urgency(urgency).label}"
                self.fields[f"{impact}-{urgency}"] = forms.ChoiceField(
                    label=label,
                    choices=[(s.value, f"{s.value} · {SEVERITY_WORDS[s.value]}") for s in Severity],
                    widget=forms.Select(attrs={"aria-label": label, "class": "matrix-select"}),
                )

    @property
    def cells(self) -> dict[str, dict[str, str]]:
        """What was chosen, wrong choices left out."""
        chosen = self.cleaned_data
        return {i: {u: chosen[f"{i}-{u}"] for u in URGENCIES if f"{i}-{u}" in chosen} for i in IMPACTS}

    @property
    def grid(self) -> list[dict[str, Any]]:
        return [
            {
                "label": Impact(impact).label,
                "cells": [
                    {"field": self[f"{impact}-{urgency}"], "urgency": Urgency(urgency).label} for urgency in URGENCIES
                ],
            }
            for impact in IMPACTS
        ]


class PoliciesForm(SettingsForm):
    """Five policies on one page; fields are named `S1-text_fr` and so on."""

    def arrange(self) -> None:
        for severity in Severity:
            key = severity.value
            self.fields[f"{key}-text_fr"] = forms.CharField(
                label=gettext_lazy("What we do, in French"), max_length=240, widget=GrowingText({"rows": 2})
            )
            self.fields[f"{key}-text_en"] = forms.CharField(
                label=gettext_lazy("What we do, in English"),
                max_length=240,
                required=False,
                widget=GrowingText({"rows": 2}),
            )
            self.fields[f"{key}-telephone_too"] = forms.BooleanField(
                label=gettext_lazy("Ask people to telephone as well"), required=False
            )
            self.fields[f"{key}-tells_management"] = forms.BooleanField(
                label=gettext_lazy("Tell management at once"), required=False
            )

    @property
    def blocks(self) -> list[dict[str, Any]]:
        return [
            {
                "severity": s.value,
                "texts": [self[f"{s.value}-text_fr"], self[f"{s.value}-text_en"]],
                "checks": [self[f"{s.value}-{name}"] for name in ("telephone_too", "tells_management")],
            }
            for s in Severity
        ]

    @property
    def manners(self) -> list[Manner]:
        names = [name for name in Manner.__dataclass_fields__ if name != "severity"]
        return [Manner(severity=s.value, **{n: self.cleaned_data[f"{s.value}-{n}"] for n in names}) for s in Severity]


class MacroForm(SettingsForm):
    layout = (("name_fr", "name_en"), "kind", "body_fr", "body_en")
    name_fr, name_en = both_names()
    kind = forms.ChoiceField(
        label=gettext_lazy("It is"),
        choices=[
            ("reply", Choice(gettext_lazy("A reply"), hint=gettext_lazy("The requester reads it."), icon="reply")),
            ("note", Choice(gettext_lazy("An internal note"), hint=gettext_lazy("It stays at the desk."), icon="lock")),
        ],
        widget=ChoiceCards(),
    )
    body_fr = forms.CharField(label=gettext_lazy("Text in French"), max_length=10_000, widget=GrowingText({"rows": 7}))
    body_en = forms.CharField(
        label=gettext_lazy("Text in English"),
        max_length=10_000,
        required=False,
        widget=GrowingText({"rows": 5}),
        help_text=gettext_lazy("Used for requesters whose language is English."),
    )
