"""Calendars: when a desk works, what they said before, the hours that follow; public holidays of any country."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Query
from pydantic import Field

from guichet.api.door import ApiRequest
from guichet.api.resource import Resource
from guichet.api.v1 import reach
from guichet.api.v1.fields import Given, Named, PathId, Shown, UtcMoment, named
from guichet.calendars import changing, public_days
from guichet.calendars.changing import Said, Special
from guichet.calendars.countries import place_name
from guichet.calendars.models import Calendar, CalendarVersion
from guichet.calendars.reading import current, hours_of, latest_of
from guichet.lib.bilingual import pick
from guichet.lib.errors import Refused
from guichet.people.models import Organisation

router = Resource(tag="Service desk", scope="settings")
Minute = Annotated[int, Field(strict=True, ge=0, le=1440)]
Spans = Annotated[list[Annotated[list[Minute], Field(min_length=2, max_length=2)]], Field(max_length=48)]
Week = Annotated[list[Spans], Field(min_length=7, max_length=7)]
# How far one may look at once.
LONGEST = timedelta(days=366)
VERSIONS_MAX = 1000


class SpecialDay(Given):
    """A day with hours of its own, in minutes after midnight; none is closed."""

    day: date
    spans: Spans = []
    name: Annotated[str, Field(max_length=80)] = ""


class CalendarGiven(Given):
    """What a calendar is called and says."""

    name: Annotated[str, Field(max_length=120)]
    time_zone: Annotated[str, Field(max_length=64)]
    week: Annotated[Week, Field(description="Seven days, Monday first, each a list of [from, to] in minutes")]
    holidays: Annotated[str, Field(max_length=24, description="A country, with its region: CA-QC, BE, FR-57")] = ""
    exceptions: Annotated[list[SpecialDay], Field(max_length=changing.EXCEPTIONS_MAX)] = []
    note: Annotated[str, Field(max_length=200)] = ""
    since: Annotated[
        int | None, Field(strict=True, ge=1, le=2**31 - 1, description="The version that you saw; another answers 409")
    ] = None


class VersionShown(Shown):
    """What a calendar said from a moment on; never changed."""

    number: int
    time_zone: str
    week: list[list[list[int]]]
    holidays: str
    exceptions: list[SpecialDay]
    made_at: datetime
    by: Named | None
    note: str


class CalendarShown(Named):
    """Working time under a name. The usual one is when the desk is open."""

    usual: bool
    version: VersionShown


class Stretch(Shown):
    """Open from one moment to another."""

    start: datetime
    end: datetime


class HoursShown(Shown):
    """The open stretches in order, and how many seconds they are together."""

    seconds: int
    spans: list[Stretch]


class HoursFilters(Given):
    """From when to when: a week from now where nothing is said, a year at most."""

    start: UtcMoment | None = None
    end: UtcMoment | None = None


class HolidayFilters(Given):
    """Whose public holidays, and of which year."""

    place: Annotated[str, Field(max_length=24, description="CA-QC, BE, FR-57")]
    year: Annotated[int, Field(ge=1970, le=2200)]


class HolidayShown(Shown):
    """A public holiday, in the language of Accept-Language."""

    day: date
    name: str


class HolidaysShown(Shown):
    """The public holidays of a country or region in a year."""

    place: str
    days: list[HolidayShown]


@router.read("/organisations/{organisation}/calendars", answer=list[CalendarShown])
def list_calendars(request: ApiRequest, organisation: PathId) -> list[CalendarShown]:
    """The desk's calendars, the usual one first, with what they say now."""
    found = latest_of(_desk(request, organisation))
    return [_shown(version.calendar, version) for version in found]


@router.write("POST", "/organisations/{organisation}/calendars", answer=CalendarShown, status=201, guarded=False)
def add_calendar(request: ApiRequest, organisation: PathId, body: CalendarGiven) -> CalendarShown:
    """A new calendar beside the usual one. Managers only."""
    desk = reach.organisation(request.person, organisation).desk
    return _save(request, desk, None, body)


@router.read("/organisations/{organisation}/calendars/{number}", answer=CalendarShown)
def read_calendar(request: ApiRequest, organisation: PathId, number: PathId) -> CalendarShown:
    """One calendar, with what it says now."""
    found = _calendar(_desk(request, organisation), number)
    return _shown(found, current(found.pk))


@router.write("PUT", "/organisations/{organisation}/calendars/{number}", answer=CalendarShown, guarded=False)
def change_calendar(request: ApiRequest, organisation: PathId, number: PathId, body: CalendarGiven) -> CalendarShown:
    """Say all of a calendar anew. It becomes a version; promises made before stay as they are. Managers only."""
    desk = reach.organisation(request.person, organisation).desk
    return _save(request, desk, _calendar(desk, number), body)


@router.write("DELETE", "/organisations/{organisation}/calendars/{number}", answer=None, status=204, guarded=False)
def remove_calendar(request: ApiRequest, organisation: PathId, number: PathId) -> None:
    """Remove a calendar on which nothing was ever promised. Managers only."""
    desk = reach.organisation(request.person, organisation).desk
    changing.remove_calendar(calendar=_calendar(desk, number), actor=request.person, now=request.now)


@router.read("/organisations/{organisation}/calendars/{number}/versions", answer=list[VersionShown])
def list_calendar_versions(request: ApiRequest, organisation: PathId, number: PathId) -> list[VersionShown]:
    """All that a calendar ever said, the latest first."""
    found = _calendar(_desk(request, organisation), number)
    rows = found.versions.select_related("by").order_by("-number")[:VERSIONS_MAX]
    return [_version(row) for row in rows]


@router.read("/organisations/{organisation}/calendars/{number}/hours", answer=HoursShown)
def read_calendar_hours(
    request: ApiRequest, organisation: PathId, number: PathId, filters: Query[HoursFilters]
) -> HoursShown:
    """When it is open between two moments, by what the calendar says now."""
    calendar = _calendar(_desk(request, organisation), number)
    start = filters.start or request.now
    end = filters.end or start + timedelta(days=7)
    if not start <= end <= start + LONGEST:
        raise Refused(_("From a moment to a later one, a year at most."), code="span", field="end")
    hours = hours_of(current(calendar.pk).pk)
    spans = [Stretch(start=a, end=b) for a, b in hours.spans(start, end)]
    return HoursShown(seconds=hours.between(start, end), spans=spans)


@router.read("/holidays", answer=HolidaysShown)
def list_holidays(request: ApiRequest, filters: Query[HolidayFilters]) -> HolidaysShown:
    """The public holidays of a country or of one of its regions."""
    if not filters.place or not public_days.known(filters.place):
        raise Http404
    days = public_days.days_off(filters.place, filters.year)
    return HolidaysShown(
        place=place_name(filters.place, language=pick("fr", "en")),
        days=[HolidayShown(day=day, name=pick(*names)) for day, names in days.items()],
    )


def _desk(request: ApiRequest, organisation: int) -> Organisation:
    desk = reach.organisation(request.person, organisation).desk
    reach.need_at_desk(request.person, desk)
    return desk


def _calendar(desk: Organisation, number: int) -> Calendar:
    return reach.in_path(Calendar.objects.filter(organisation=desk).select_related("organisation"), number)


def _save(request: ApiRequest, desk: Organisation, calendar: Calendar | None, body: CalendarGiven) -> CalendarShown:
    saved = changing.save_calendar(
        calendar=calendar,
        usual=calendar is not None and calendar.usual,
        desk=desk,
        name=body.name,
        said=said_of(body),
        note=body.note,
        since=body.since,
        actor=request.person,
        now=request.now,
    )
    return _shown(saved, current(saved.pk))


def said_of(body: CalendarGiven) -> Said:
    """What a calendar is to say."""
    return Said(
        time_zone=body.time_zone,
        week=body.week,
        holidays=body.holidays,
        exceptions=[Special(day=each.day, spans=each.spans, name=each.name) for each in body.exceptions],
    )


def _shown(calendar: Calendar, version: CalendarVersion) -> CalendarShown:
    return CalendarShown(id=calendar.pk, name=calendar.title, usual=calendar.usual, version=_version(version))


def _version(row: CalendarVersion) -> VersionShown:
    said = changing.said_by(row)
    names = ("number", "time_zone", "holidays", "made_at", "note")
    shared: dict[str, Any] = {name: getattr(row, name) for name in names}
    return VersionShown(
        **shared,
        week=row.week,
        exceptions=[
            SpecialDay(day=each.day, spans=[list(span) for span in each.spans], name=each.name)
            for each in said.exceptions
        ],
        by=named(row.by),
    )
