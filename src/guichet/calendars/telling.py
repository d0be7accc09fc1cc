"""Calendars in words, for whoever reads them: a day's hours, what a change was about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from guichet.calendars.models import CalendarVersion
from guichet.lib.moments import clock_time

_DAY = 24 * 60


def told_hours(spans: Sequence[Sequence[int]]) -> str:
    """[[480, 720], [780, 1020]] → “open from 8:00 to 12:00 and from 13:00 to 17:00”."""
    if not spans:
        return _("closed")
    if [list(span) for span in spans] == [[0, _DAY]]:
        return _("open day and night")
    told = [_("from %(start)s to %(end)s") % {"start": _clock(a), "end": _clock(b)} for a, b in spans]
    listed = _("%(first)s and %(last)s") % {"first": ", ".join(told[:-1]), "last": told[-1]} if told[1:] else told[0]
    return _("open %(spans)s") % {"spans": listed}


def _clock(minutes: int) -> str:
    if minutes == _DAY:
        return _("midnight")
    at = datetime(2000, 1, 1, minutes // 60, minutes % 60, tzinfo=UTC)
    return clock_time(at=at, language=get_language() or "fr")


def what_changed(before: CalendarVersion | None, after: CalendarVersion) -> list[str]:
    """What a version says otherwise than the one before it."""
    if before is None:
        return []
    parts = {
        "week": _("the week"),
        "time_zone": _("the time zone"),
        "holidays": _("the public holidays"),
        "days_off": _("the public holidays"),
        "exceptions": _("days with hours of their own"),
    }
    changed = [text for name, text in parts.items() if getattr(before, name) != getattr(after, name)]
    return list(dict.fromkeys(changed))


def coming(days: dict[date, tuple[str, str]], *, since: date) -> list[date]:
    """Those within a year from a day, in order."""
    until = since.replace(year=since.year + 1, day=min(since.day, 28))
    return [day for day in sorted(days) if since <= day < until]
