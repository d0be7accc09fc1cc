"""The base of every verb's form: the version that the person saw, and the moments that fields ask for."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guichet.calendars.reading import usual_week
from guichet.lib.moments import absolute
from guichet.lib.parsing import parse_moment
from guichet.people.models import Organisation, Person
from guichet.tickets.models import Ticket

_EVENING = time(17, 0)
_MORNING = 8 * 60


class VerbForm(forms.Form):
    """A form about one ticket. `version` is what the person had before them when they opened it."""

    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput())

    def __init__(self, *args: Any, ticket: Ticket, person: Person, now: datetime, **kwargs: Any) -> None:
        self.ticket, self.person, self.now = ticket, person, now
        kwargs["initial"] = {"version": ticket.version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.arrange()

    def arrange(self) -> None:
        """Fill in the choices that depend on the ticket."""

    def use_version(self, version: int) -> None:
        """The next try is made on this version: the person has now seen what happened."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["version"] = str(version)
            self.data = data


class MomentField(forms.CharField):
    """A local date and time, as browsers' `datetime-local` gives it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "datetime-local", "class": "field-width-sm"}))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        moment = parse_moment(text, zone=timezone.get_current_timezone())
        if moment is None:
            raise forms.ValidationError(_("Give a date and a time, such as 2026-11-24 10:30."))
        return moment


def as_local(moment: datetime | None) -> str:
    """The value of a `datetime-local` input."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def shortcuts(desk: Organisation, *, now: datetime) -> dict[str, tuple[Any, datetime]]:
    """Moments that one often means, by key: their name and when that is, in the reader's zone."""
    local = timezone.localtime(now)
    opens = _opens(desk)

    def morning(days: int) -> datetime:
        day = local.date() + timedelta(days=days)
        return datetime.combine(day, time(opens // 60 % 24, opens % 60), tzinfo=local.tzinfo)

    monday = 7 - local.weekday()
    evening = datetime.combine(local.date(), _EVENING, tzinfo=local.tzinfo)
    moments: dict[str, tuple[Any, datetime]] = {"hour": (_("In an hour"), now + timedelta(hours=1))}
    if evening - local > timedelta(hours=1):
        moments["today"] = (_("By the end of the day"), evening)
    moments["tomorrow"] = (_("Tomorrow morning"), morning(1))
    moments["three_days"] = (_("In three days"), morning(3))
    moments["monday"] = (_("Next Monday"), morning(monday))
    moments["two_weeks"] = (_("In two weeks"), morning(14))
    return moments


def _opens(desk: Organisation) -> int:
    """The minute after midnight when the desk usually opens."""
    starts = [day[0][0] for day in usual_week(desk) if day]
    return min(starts) if starts else _MORNING


def say(moment: datetime) -> str:
    """The moment in full, in the reader's zone and language."""
    return absolute(at=moment, zone=timezone.get_current_timezone(), language=get_language() or "fr")
