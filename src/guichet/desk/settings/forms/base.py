"""The base of the settings' forms, and fields for what settings are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from guichet.lib.errors import Refused
from guichet.people.models import Organisation

NBSP = "\u00a0"
DAY = 24 * 60


class SettingsForm(forms.Form):
    """A form about one desk's settings; `layout` says which fields stand side by side."""

    layout: ClassVar[tuple[str | tuple[str, ...], ...]] = ()

    def __init__(self, *args: Any, desk: Organisation, row: Any = None, **kwargs: Any) -> None:
        self.desk, self.row = desk, row
        super().__init__(*args, **kwargs)
        self.arrange()

    def arrange(self) -> None:
        """Fill in the choices that depend on the desk or the row."""

    def refuse(self, refusal: Refused) -> None:
        """Show an action's refusal at its field, or on top."""
        self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal.message))

    @property
    def arranged(self) -> list[list[forms.BoundField]]:
        """The visible fields, row by row; those that `layout` leaves out come last, each alone."""
        rows = [(entry,) if isinstance(entry, str) else entry for entry in self.layout]
        placed = {name for row in rows for name in row}
        rows += [(name,) for name in self.fields if name not in placed and not self[name].is_hidden]
        return self.rows_of(rows)

    def rows_of(self, layout: Iterable[str | tuple[str, ...]]) -> list[list[forms.BoundField]]:
        """The fields that are named, row by row."""
        rows = [(entry,) if isinstance(entry, str) else entry for entry in layout]
        return [[self[name] for name in row if name in self.fields] for row in rows]


def both_names(label: Any = None) -> tuple[forms.CharField, forms.CharField]:
    """French, and English where one likes."""
    return (
        forms.CharField(label=label or gettext_lazy("Name in French"), max_length=120),
        forms.CharField(label=gettext_lazy("Name in English"), max_length=120, required=False),
    )


def told_minutes(minutes: int | None) -> str:
    """`90` → “1 h 30 min”; empty for None."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if hours and hours % 24 == 0 and not rest:
        days = hours // 24
        return ngettext("%(count)d day", "%(count)d days", days).replace(" ", NBSP) % {"count": days}
    parts = [f"{hours}{NBSP}h"] if hours else []
    if rest or not hours:
        parts.append(f"{rest}{NBSP}min")
    return NBSP.join(parts)


_DURATION = re.compile(
    r"(?:(?P<days>\d{1,3})\s*(?:d|j|days?|jours?))?\s*(?:(?P<hours>\d{1,4})\s*(?:h|hours?|heures?))?\s*"
    r"(?:(?P<minutes>\d{1,6})\s*(?:m|min|minutes?)?)?"
)


class MinutesField(forms.CharField):
    """A length of time as people write it: “45 min”, “1 h 30”, “2 h”, “1 d” or “1 j”; a bare number is minutes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}))
        kwargs.setdefault("help_text", gettext_lazy("Such as 45 min, 1 h 30 or 2 d."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return told_minutes(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        text = super().clean(value).replace(NBSP, " ").replace("\u202f", " ").casefold().strip()
        if not text:
            return None
        found = _DURATION.fullmatch(text)
        if not text.isascii() or found is None or not any(found.groups()):
            raise forms.ValidationError(_("This is not a length of time. Write it as 45 min, 1 h 30 or 2 d."))
        days, hours, minutes = (int(found[name] or 0) for name in ("days", "hours", "minutes"))
        return days * DAY + hours * 60 + minutes


_SPAN = re.compile(r"(\d{1,2})(?:\s*[h:]\s*(\d{2})?)?\s*(?:-|–|—|à|to)\s*(\d{1,2})(?:\s*[h:]\s*(\d{2})?)?")


def told_day(spans: Sequence[Sequence[int]]) -> str:
    """[[480, 720], [780, 1020]] → “8:00–12:00, 13:00–17:00”."""
    return ", ".join(f"{a // 60}:{a % 60:02d}–{b // 60}:{b % 60:02d}" for a, b in spans)


class HoursField(forms.CharField):
    """A day's opening hours as text: “8:00–12:00, 13:00–17:00”, “8 h – 17 h 30”; empty is closed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=120, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return told_day(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[list[int]]:
        text = super().clean(value).replace(NBSP, " ").replace("\u202f", " ").casefold()
        spans: list[list[int]] = []
        for part in re.split(r"[,;]|\bet\b|\band\b", text):
            if not part.strip():
                continue
            found = _SPAN.fullmatch(part.strip())
            if found is None or not part.replace("–", "-").replace("—", "-").replace("à", "a").isascii():
                raise forms.ValidationError(_("Write the hours as 8:00–12:00, 13:00–17:00, or nothing when closed."))
            start = int(found[1]) * 60 + int(found[2] or 0)
            end = int(found[3]) * 60 + int(found[4] or 0)
            if int(found[2] or 0) > 59 or int(found[4] or 0) > 59 or not start < end <= DAY:
                raise forms.ValidationError(
                    _("“%(span)s” does not run from a time to a later one of the same day.") % {"span": part.strip()}
                )
            if spans and start < spans[-1][1]:
                raise forms.ValidationError(
                    _("“%(span)s” begins before the hours before it end.") % {"span": part.strip()}
                )
            spans.append([start, end])
        return spans


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One row of the desk; `queryset` is given by the form's `arrange`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Organisation.objects.none(), **kwargs)


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several rows of the desk, as check boxes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", CheckGrid())
        super().__init__(queryset=Organisation.objects.none(), required=False, **kwargs)


class CheckGrid(forms.CheckboxSelectMultiple):
    """Check boxes in as many columns as there is room for."""

    template_name = "settings/check_grid.html"
