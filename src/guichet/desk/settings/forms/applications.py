"""Why promises that were made are changed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.desk.settings.forms.base import SettingsForm
from guichet.ui.forms import GrowingText


class ApplicationForm(SettingsForm):
    reason = forms.CharField(
        label=_("Why"),
        max_length=240,
        help_text=_("It stays with each ticket, beside your name."),
        widget=GrowingText(),
    )
