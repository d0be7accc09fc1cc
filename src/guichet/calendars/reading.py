"""Calendars read: the working time of a version, of an organisation's usual calendar, and why a day has none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache

from django.db import connection

from guichet.calendars import public_days
from guichet.calendars.hours import OFFICE_HOURS, Hours
from guichet.calendars.models import CalendarVersion
from guichet.lib.bilingual import pick
from guichet.lib.house_rules import house_rule
from guichet.people.models import Organisation

# Versions never change, so what was read stays right; by database, because tests have several in one process.
_rows: dict[tuple[str, int], CalendarVersion] = {}
_known: dict[tuple[str, int], Hours] = {}
_KNOWN_MAX = 2_000


def hours_of(version: int) -> Hours:
    """The working time of the version with this number in the database; one query the first time in a process."""
    key = _key(version)
    # Another thread may forget all at any moment: what was found is kept in hand.
    found = _known.get(key)
    if found is None:
        found = hours_in(CalendarVersion.objects.get(pk=version))
        if len(_known) >= _KNOWN_MAX:
            _known.clear()
        _known[key] = found
    return found


def versions(wanted: Collection[int]) -> dict[int, CalendarVersion]:
    """The versions with these numbers in the database, to be read only; those that a process knows cost no query."""
    known = ((version, _rows.get(_key(version))) for version in wanted)
    found = {version: row for version, row in known if row is not None}
    missing = [version for version in wanted if version not in found]
    if missing:
        read = CalendarVersion.objects.in_bulk(missing)
        if len(_rows) >= _KNOWN_MAX:
            _rows.clear()
        _rows.update({_key(pk): row for pk, row in read.items()})
        found |= read
    return found


def _key(version: int) -> tuple[str, int]:
    return str(connection.settings_dict["NAME"]), version


def hours_in(version: CalendarVersion) -> Hours:
    """The working time of a version that is in hand, saved or not. ValueError where it has none."""
    return Hours(
        week=version.week,
        zone=version.time_zone,
        closed=_closed(version.holidays, version.days_off),
        exceptions={date.fromisoformat(day): said["spans"] for day, said in version.exceptions.items()},
    )


def _closed(code: str, listed: Collection[str]) -> Callable[[date], bool]:
    days = frozenset(listed)
    years = frozenset(day[:4] for day in days)

    def closed(day: date) -> bool:
        text = day.isoformat()
        return text in days if text[:4] in years else day in public_days.days_off(code, day.year)

    return closed


def why_special(version: CalendarVersion, day: date) -> str:
    """What makes a day other than its weekday: the public holiday's or the exception's name; "" where nothing does."""
    text = day.isoformat()
    if text in version.exceptions:
        return str(version.exceptions[text].get("name", ""))
    names = holidays_in(version, day.year).get(day)
    return pick(*names) if names else ""


def holidays_in(version: CalendarVersion, year: int) -> dict[date, tuple[str, str]]:
    """The public holidays that a version knows for a year: day → names in French and in English."""
    prefix = f"{year:04}-"
    listed = {date.fromisoformat(d): (n[0], n[1]) for d, n in version.days_off.items() if d.startswith(prefix)}
    return dict(sorted(listed.items())) if listed else public_days.days_off(version.holidays, year)


def current(calendar: int) -> CalendarVersion:
    """What the calendar says now."""
    return CalendarVersion.objects.filter(calendar=calendar).latest("number")


def latest_of(organisation: Organisation) -> list[CalendarVersion]:
    """What each calendar of an organisation says now, with the calendar and who said so; the usual one first."""
    versions = CalendarVersion.objects.filter(calendar__organisation=organisation).select_related("calendar", "by")
    latest = versions.order_by("calendar_id", "-number").distinct("calendar_id")
    return sorted(latest, key=lambda version: (not version.calendar.usual, version.calendar.name))


def usual_version(organisation: Organisation) -> CalendarVersion | None:
    """What the usual calendar of an organisation says now; None where nobody set one. Read once an instance."""
    if "_usual_version" not in organisation.__dict__:
        organisation.__dict__["_usual_version"] = _usual(organisation)
    found: CalendarVersion | None = organisation.__dict__["_usual_version"]
    return found


def know_usual(organisation: Organisation, version: int | None) -> None:
    """Say what `usual_version` would read, where another statement has brought it along."""
    organisation.__dict__["_usual_version"] = versions([version])[version] if version else None


@house_rule
def _usual(organisation: Organisation) -> CalendarVersion | None:
    mine = CalendarVersion.objects.filter(calendar__organisation=organisation, calendar__usual=True)
    return mine.select_related("calendar").order_by("-number").first()


def usual_week(organisation: Organisation) -> list[list[list[int]]]:
    """The ordinary week of the usual calendar; [] while nobody has set one and office hours hold."""
    version = usual_version(organisation)
    if version is None:
        return []
    week: list[list[list[int]]] = version.week
    return [] if version.by_id is None and version.number == 1 and week == OFFICE_HOURS else week


def usual_hours(organisation: Organisation) -> Hours:
    """The opening hours of a desk; office hours on its own clock until somebody sets them."""
    version = usual_version(organisation)
    return hours_of(version.pk) if version else _office_hours(organisation.time_zone)


@lru_cache(maxsize=64)
def _office_hours(zone: str) -> Hours:
    return Hours(week=OFFICE_HOURS, zone=zone)
