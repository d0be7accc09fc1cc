"""When the demo's desks work: opening hours that were changed once, and a calendar beside them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from guichet.calendars.changing import Said, Special, make_usual, save_calendar
from guichet.calendars.hours import Hours
from guichet.calendars.models import CalendarVersion
from guichet.calendars.reading import current, hours_of
from guichet.demo.plan import WorldPlan
from guichet.demo.typography import french
from guichet.people.models import Organisation, Person, RoleKind

_FIRST, _SECOND = timedelta(days=200), timedelta(days=80)


def opening(plan: WorldPlan, *, desk: Organisation, now: datetime) -> CalendarVersion:
    """The opening hours with which the desk began."""
    said = Said(time_zone=desk.time_zone, week=plan.opening, holidays=plan.holidays)
    return make_usual(desk, said=said, actor=None, now=now - _FIRST)


def calendars(plan: WorldPlan, *, desk: Organisation, now: datetime) -> Hours:
    """The opening hours as they are, with days of their own around the turn of the year; and other calendars."""
    manager = Person.objects.filter(roles__organisation=desk, roles__kind=RoleKind.MANAGER).order_by("pk")[0]
    usual = desk.calendars.get(usual=True)
    years = (now.year, now.year + 1)
    special = [
        Special(date(year, month, day), spans, french(name))
        for year in years
        for month, day, spans, name in plan.special_days
    ]
    said = Said(time_zone=desk.time_zone, week=plan.opening, holidays=plan.holidays, exceptions=special)
    save_calendar(
        calendar=usual, usual=True, desk=desk, name=usual.name, said=said, note=french("Les fêtes de fin d’année"),
        since=1, actor=manager, now=now - _SECOND,
    )  # fmt: skip
    for name, week in plan.calendars.items():
        said = Said(time_zone=desk.time_zone, week=week, holidays=plan.holidays)
        save_calendar(
            calendar=None, usual=False, desk=desk, name=name, said=said, note="", since=None, actor=manager,
            now=now - _SECOND,
        )  # fmt: skip
    return hours_of(current(usual.pk).pk)
