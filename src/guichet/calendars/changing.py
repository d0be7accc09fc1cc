"""Calendars made and changed by a desk's managers. A change adds a version; nothing promised before moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from guichet.calendars import public_days
from guichet.calendars.hours import OFFICE_HOURS, Hours, Week, spans_ok, week_errors
from guichet.calendars.models import OPENING_NAMES, Calendar, CalendarVersion
from guichet.calendars.reading import usual_version
from guichet.lib.errors import Conflict, Refused
from guichet.people.managing import line_of, name_of, need_free, need_manager, need_own, noted, users_of
from guichet.people.models import Organisation, Person

# How many years of public holidays a version writes down for itself.
YEARS_BACK, YEARS_AHEAD = 1, 6
EXCEPTIONS_MAX = 400
_EMPTY = _("A calendar without working time would never let a promise fall due: open at least one day of the week.")
_MEANWHILE = _("Somebody changed this calendar meanwhile: look at it again.")


@dataclass(frozen=True)
class Special:
    """The hours of one day, as somebody entered them; no spans is closed."""

    day: date
    spans: Sequence[Sequence[int]] = ()
    name: str = ""


@dataclass(frozen=True)
class Said:
    """What a version is to say."""

    time_zone: str
    week: Week
    holidays: str = ""
    exceptions: Sequence[Special] = field(default_factory=tuple)


def said_by(version: CalendarVersion) -> Said:
    """What a version says, to be said again with a change."""
    return Said(
        time_zone=version.time_zone,
        week=version.week,
        holidays=version.holidays,
        exceptions=[
            Special(day=date.fromisoformat(day), spans=said["spans"], name=said.get("name", ""))
            for day, said in sorted(version.exceptions.items())
        ],
    )


def save_calendar(
    *,
    calendar: Calendar | None,
    usual: bool,
    desk: Organisation,
    name: str,
    said: Said,
    note: str,
    since: int | None,
    actor: Person,
    now: datetime,
) -> Calendar:
    """What a calendar is called and says. Without one, a new one is made; with `usual`, the desk's opening hours."""
    need_manager(actor, desk)
    if calendar is None:
        return _first(usual=usual, desk=desk, name=name, said=said, note=note, actor=actor, now=now)
    need_own(calendar, desk)
    with transaction.atomic():
        change_calendar(calendar=calendar, said=said, note=note, since=since, actor=actor, now=now)
        name = name_of(name, field="name")
        # Opening hours that nobody called otherwise are read in each reader's language, and sent back in it.
        as_read = calendar.usual and {name, calendar.name} <= set(OPENING_NAMES)
        if name != calendar.name and not as_read:
            _need_free(desk, name, other_than=calendar)
            calendar.name = name
            calendar.save(update_fields=["name"])
            noted("calendar renamed", subject=calendar, actor=actor, now=now)
    desk.__dict__.pop("_usual_version", None)
    return calendar


def _first(
    *, usual: bool, desk: Organisation, name: str, said: Said, note: str, actor: Person, now: datetime
) -> Calendar:
    name = name_of(name, field="name")
    _need_free(desk, name)
    with transaction.atomic():
        if usual and Calendar.objects.filter(organisation=desk, usual=True).exists():
            raise Conflict(_MEANWHILE, code="changed")
        calendar = Calendar.objects.create(organisation=desk, name=name, usual=usual)
        _add(calendar, number=1, said=said, note=note, actor=actor, now=now)
        noted("calendar added", subject=calendar, actor=actor, now=now)
    desk.__dict__.pop("_usual_version", None)
    return calendar


def change_calendar(
    *, calendar: Calendar, said: Said, note: str, actor: Person, now: datetime, since: int | None = None
) -> CalendarVersion:
    """A new version, in force for what is promised from now on; the present one when it says nothing else.

    `since` is the version that somebody had before their eyes: another one in between is a Conflict.
    """
    need_manager(actor, calendar.organisation.desk)
    with transaction.atomic():
        Calendar.objects.select_for_update().get(pk=calendar.pk)
        latest = calendar.versions.latest("number")
        if since is not None and since != latest.number:
            raise Conflict(_MEANWHILE, code="changed")
        drawn = _version(calendar, number=latest.number + 1, said=said, note=note, actor=actor, now=now)
        if all(getattr(latest, name) == getattr(drawn, name) for name in _SAYS):
            return latest
        drawn.save(force_insert=True)
        noted("calendar changed", subject=calendar, actor=actor, now=now)
    calendar.organisation.__dict__.pop("_usual_version", None)
    return drawn


def remove_calendar(*, calendar: Calendar, actor: Person, now: datetime) -> None:
    """Only one that nothing was ever promised on, and that no policy names."""
    need_manager(actor, calendar.organisation.desk)
    if calendar.usual:
        raise Conflict(_("The usual calendar stays: it is the desk’s opening hours."), code="usual")
    if set(users_of(calendar)) - {"calendarversion"}:
        raise Conflict(_("A policy counts its promises on it: give that policy another calendar first."), code="in_use")
    if any(users_of(version) for version in calendar.versions.all()):
        raise Conflict(_("Promises were made on it, so it has to stay."), code="in_use")
    noted("calendar removed", subject=calendar, actor=actor, now=now)
    calendar.delete()


def set_opening(*, desk: Organisation, week: Week, actor: Person, now: datetime) -> CalendarVersion:
    """When the desk is open in an ordinary week: the week of its usual calendar."""
    need_manager(actor, desk)
    latest = usual_version(desk)
    if latest is None:
        return make_usual(desk, said=Said(time_zone=desk.time_zone, week=week), actor=actor, now=now)
    said = said_by(latest)
    changed = Said(time_zone=said.time_zone, week=week, holidays=said.holidays, exceptions=said.exceptions)
    latest.calendar.organisation = desk
    return change_calendar(calendar=latest.calendar, said=changed, note="", since=latest.number, actor=actor, now=now)


def usual_calendar(organisation: Organisation, *, now: datetime) -> Calendar:
    """The usual calendar of a desk, made of office hours on its own clock where nobody has set one."""
    version = usual_version(organisation)
    if version is None:
        said = Said(time_zone=organisation.time_zone, week=OFFICE_HOURS)
        version = make_usual(organisation, said=said, actor=None, now=now)
    return version.calendar


def make_usual(organisation: Organisation, *, said: Said, actor: Person | None, now: datetime) -> CalendarVersion:
    """The usual calendar's first version; the one that stands where somebody was quicker."""
    with transaction.atomic():
        calendar, made = Calendar.objects.get_or_create(
            organisation=organisation, usual=True, defaults={"name": _usual_name(organisation)}
        )
        if made:
            version = _add(calendar, number=1, said=said, note="", actor=actor, now=now)
        else:
            version = calendar.versions.latest("number")
    organisation.__dict__.pop("_usual_version", None)
    return version


def _usual_name(organisation: Organisation) -> str:
    with translation.override(organisation.language):
        name = str(_("Opening hours"))
    taken = set(Calendar.objects.filter(organisation=organisation).values_list("name", flat=True))
    return next(each for each in (name, *(f"{name} ({n})" for n in range(2, 1000))) if each not in taken)


def _need_free(organisation: Organisation, name: str, *, other_than: Calendar | None = None) -> None:
    others = Calendar.objects.filter(organisation=organisation, name=name)
    if other_than is not None:
        others = others.exclude(pk=other_than.pk)
    need_free(others, field="name", message=_("There is a calendar of that name already."))


_SAYS = ("time_zone", "week", "holidays", "days_off", "exceptions")


def _add(
    calendar: Calendar, *, number: int, said: Said, note: str, actor: Person | None, now: datetime
) -> CalendarVersion:
    version = _version(calendar, number=number, said=said, note=note, actor=actor, now=now)
    version.save(force_insert=True)
    return version


def _version(
    calendar: Calendar, *, number: int, said: Said, note: str, actor: Person | None, now: datetime
) -> CalendarVersion:
    exceptions = _exceptions(said.exceptions)
    zone = hours_of_said(said).zone
    year = now.astimezone(zone).year
    return CalendarVersion(
        calendar=calendar,
        number=number,
        time_zone=said.time_zone,
        week=[[[int(a), int(b)] for a, b in day] for day in said.week],
        holidays=said.holidays,
        days_off={
            day.isoformat(): list(names)
            for each in range(year - YEARS_BACK, year + YEARS_AHEAD + 1)
            for day, names in public_days.days_off(said.holidays, each).items()
        },
        exceptions=exceptions,
        by=actor,
        made_at=now,
        note=line_of(note, field="note", limit=200),
    )


def hours_of_said(said: Said) -> Hours:
    """The working time that a version of this has; Refused, in words, where there can be none."""
    zone = _zone(said.time_zone)
    _need_week(said.week)
    if not public_days.known(said.holidays):
        raise Refused(_("Choose one of the answers offered."), code="unknown_choice", field="holidays")
    try:
        return Hours(
            week=said.week,
            zone=zone,
            closed=lambda day: day in public_days.days_off(said.holidays, day.year),
            exceptions={date.fromisoformat(day): own["spans"] for day, own in _exceptions(said.exceptions).items()},
        )
    except ValueError as error:
        raise Refused(_EMPTY, code="empty_week") from error


def _zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise Refused(_("This is not a known time zone, such as America/Montreal."), code="zone", field="time_zone")
    return ZoneInfo(name)


def _need_week(week: Any) -> None:
    errors = week_errors(week)
    if errors == ["empty"]:
        raise Refused(_EMPTY, code="empty_week")
    if errors:
        raise Refused(
            _("Hours run forward, don’t overlap and end by midnight."),
            code="week",
            field=errors[0].replace(" ", "_"),
        )


def _exceptions(given: Sequence[Special]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if len(given) > EXCEPTIONS_MAX:
        raise Refused(_("That is too many days of their own."), code="too_many", field="exceptions")
    for special in sorted(given, key=lambda each: each.day):
        key = special.day.isoformat()
        if key in found:
            raise Refused(_("This day is there twice."), code="twice", field="exceptions")
        if not spans_ok(special.spans):
            raise Refused(_("Hours run forward, don’t overlap and end by midnight."), code="week", field="exceptions")
        found[key] = {
            "spans": [[int(a), int(b)] for a, b in special.spans],
            "name": line_of(special.name, field="exceptions", limit=80),
        }
    return found
