"""The base of every verb's form: who fills it in, the version that they saw, and the moments that fields ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guichet.calendars.reading import usual_week
from guichet.lib.moments import absolute
from guichet.lib.parsing import parse_moment
from guichet.people.models import TREATING, Organisation, Person
from guichet.tickets.models import Ticket
from guichet.ui.forms import Choice, ChoiceCards, offer_choices

_EVENING = time(17, 0)
_MORNING = 8 * 60


class VerbForm(forms.Form):
    """A form that does something: who fills it in, and when."""

    def __init__(self, *args: Any, person: Person, now: datetime, **kwargs: Any) -> None:
        self.person, self.now = person, now
        super().__init__(*args, **kwargs)
        self.arrange()

    def arrange(self) -> None:
        """Fill in the choices that depend on what the form is about."""


class VersionedForm(VerbForm):
    """`version` is what the person had before them when they opened it; None where there is nothing yet."""

    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput())

    def __init__(self, *args: Any, version: int | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": version, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def use_version(self, version: int) -> None:
        """The next try is made on this version: the person has now seen what happened."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["version"] = str(version)
            self.data = data


class TicketForm(VersionedForm):
    """A form about one ticket. By itself it says nothing: the button is the form."""

    def __init__(self, *args: Any, ticket: Ticket, **kwargs: Any) -> None:
        self.ticket = ticket
        super().__init__(*args, version=ticket.version, **kwargs)


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


class MomentChoice(VerbForm):
    """A form that asks for a moment: one of the usual ones, or another. `moment` is what was meant."""

    OTHER: ClassVar = "other"
    asks: ClassVar[Any] = _("When?")

    at = forms.ChoiceField(widget=ChoiceCards())
    other_at = MomentField(label=_("Another moment"), required=False)

    def usual(self) -> Mapping[str, tuple[Any, datetime]]:
        """The moments that one often means, by key: their name and when that is."""
        raise NotImplementedError

    def arrange(self) -> None:
        self.moments = self.usual()
        usual = [(key, Choice(name, hint=say(moment))) for key, (name, moment) in self.moments.items()]
        offer_choices(self, "at", [*usual, (self.OTHER, Choice(_("Another moment"), hint=_("Say which below")))])
        self.fields["at"].label = self.asks

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("at", "")
        if chosen == self.OTHER:
            if not cleaned.get("other_at") and "other_at" not in self.errors:
                self.add_error("other_at", _("Say when."))
            cleaned["moment"] = cleaned.get("other_at")
        elif chosen in self.moments:
            cleaned["moment"] = self.moments[chosen][1]
        return cleaned


def agents_of(desk: Organisation) -> Any:
    """Who may lead or be given something: everybody who treats that desk's tickets."""
    return Person.objects.filter(roles__organisation=desk, roles__kind__in=TREATING).distinct().order_by("name")


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
