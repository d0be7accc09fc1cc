"""Whether and when a manager is told by mail of what the watch finds."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guichet.ui.forms import Choice, ChoiceCards, offer_choices
from guichet.watchdog.models import MailChoice, MailWhen

_HINTS = {
    MailWhen.AWAY: _("Usual. Whoever is there sees it on the page of the watch."),
    MailWhen.ALWAYS: _("At most once an hour, outside your quiet hours."),
    MailWhen.NEVER: _("You look for yourself."),
}


def _time_of_day() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "field-width-sm"}, format="%H:%M")


class WatchMailForm(forms.Form):
    when = forms.ChoiceField(label=_("Write to me"), choices=MailWhen.choices, widget=ChoiceCards)
    quiet_from = forms.TimeField(label=_("Nothing from"), widget=_time_of_day())
    quiet_until = forms.TimeField(label=_("until"), widget=_time_of_day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_choices(self, "when", [(w.value, Choice(w.label, hint=_HINTS[w])) for w in MailWhen])

    @property
    def chosen(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "when": data["when"],
            "quiet_from": _minute(data["quiet_from"]),
            "quiet_until": _minute(data["quiet_until"]),
        }


def said_by(choice: MailChoice) -> dict[str, Any]:
    """The choice, as the form says it."""
    return {"when": choice.when, "quiet_from": _time(choice.quiet_from), "quiet_until": _time(choice.quiet_until)}


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute // 60, minute % 60)
