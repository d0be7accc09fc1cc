"""Who is on duty at a venue: an agent's week, the dates that differ from it, and their breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from guichet.lib.errors import Refused
from guichet.lib.moments import NBSP, clock_time
from guichet.people.managing import need_manager
from guichet.people.models import TREATING, Person
from guichet.walkup.models import Duty, Venue
from guichet.walkup.setting_up import changed, locked

DAY = 24 * 60
DATES_MAX = 200
Span = Sequence[int]
# As they stand within a sentence: French writes them small.
WEEKDAYS = (
    pgettext_lazy("in a sentence", "Monday"), pgettext_lazy("in a sentence", "Tuesday"),
    pgettext_lazy("in a sentence", "Wednesday"), pgettext_lazy("in a sentence", "Thursday"),
    pgettext_lazy("in a sentence", "Friday"), pgettext_lazy("in a sentence", "Saturday"),
    pgettext_lazy("in a sentence", "Sunday"),
)  # fmt: skip


@dataclass(frozen=True)
class Hours:
    """When somebody is on duty on one day, and when they are on a break: [from, to] minutes after midnight, local."""

    spans: Sequence[Span] = ()
    breaks: Sequence[Span] = field(default=())


def may_be_on_duty(venue: Venue) -> QuerySet[Person]:
    """The people who treat tickets at the venue's desk."""
    desk = venue.organisation.desk
    held = Person.objects.filter(roles__organisation=desk, roles__kind__in=TREATING)
    return held.distinct().order_by("name", "pk")


def set_week(*, venue: Venue, agent: Person, week: Sequence[Hours], actor: Person, now: datetime) -> list[Duty]:
    """The agent's week at the venue, Monday first, in place of the one before; empty days: not there."""
    need_manager(actor, venue.organisation.desk)
    if len(week) != 7:
        raise ValueError("a week has seven days")
    _need_agent(venue, agent)
    made = [duty for number, day in enumerate(week) for duty in _duties(venue, agent, day, number=number)]
    with transaction.atomic():
        locked(venue)
        Person.objects.select_for_update(no_key=True).get(pk=agent.pk)
        _need_elsewhere_free(venue, agent, made)
        Duty.objects.filter(venue=venue, agent=agent, date=None).delete()
        Duty.objects.bulk_create(made)
        changed("duties set", venue, actor=actor, now=now)
    return made


def set_date(*, venue: Venue, agent: Person, on: date, hours: Hours, actor: Person, now: datetime) -> list[Duty]:
    """What holds for the agent on one date, in place of their week; without hours they aren't there that day."""
    need_manager(actor, venue.organisation.desk)
    _need_agent(venue, agent)
    made = _duties(venue, agent, hours, on=on) or [Duty(venue=venue, agent=agent, date=on, starts=0, ends=0)]
    with transaction.atomic():
        locked(venue)
        dates = Duty.objects.filter(venue=venue, agent=agent).exclude(date=None)
        if dates.exclude(date=on).count() + len(made) > DATES_MAX:
            raise Refused(_("These are too many dates for one person: remove past ones."), code="too_many")
        dates.filter(date=on).delete()
        Duty.objects.bulk_create(made)
        changed("duty of a date set", venue, actor=actor, now=now)
    return made


def clear_date(*, venue: Venue, agent: Person, on: date, actor: Person, now: datetime) -> None:
    """On that date the agent's week holds again."""
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        Duty.objects.filter(venue=venue, agent=agent, date=on).delete()
        changed("duty of a date cleared", venue, actor=actor, now=now)


def clear_agent(*, venue: Venue, agent: Person, actor: Person, now: datetime) -> None:
    """The agent is no longer on duty there; what they did stays."""
    need_manager(actor, venue.organisation.desk)
    with transaction.atomic():
        locked(venue)
        Duty.objects.filter(venue=venue, agent=agent).delete()
        changed("duties cleared", venue, actor=actor, now=now)


def opening_week(venue: Venue, *, turn: int = 0) -> list[Hours]:
    """On duty whenever the venue is open, with an hour's break around noon: at noon for even turns, at one for odd."""
    rest = [13 * 60, 14 * 60] if turn % 2 else [12 * 60, 13 * 60]
    return [
        Hours(
            spans=[list(span) for span in day],
            breaks=[rest] if any(a <= rest[0] - 60 and rest[1] + 60 <= b for a, b in day) else (),
        )
        for day in (venue.opening or [[]] * 7)
    ]


def _need_agent(venue: Venue, agent: Person) -> None:
    if not may_be_on_duty(venue).filter(pk=agent.pk).exists():
        raise Refused(_("Only people who treat tickets at this desk can be on duty."), code="not_agent", field="agent")


def _duties(
    venue: Venue, agent: Person, hours: Hours, *, number: int | None = None, on: date | None = None
) -> list[Duty]:
    """A row for each stretch, with the breaks that lie in it. `number` is the weekday."""
    suffix = "" if number is None else f"_{number}"
    _need_order(hours.spans, field=f"hours{suffix}")
    _need_order(hours.breaks, field=f"breaks{suffix}")
    for start, end in hours.breaks:
        if not any(a <= start and end <= b for a, b in hours.spans):
            told = {"break": told_span(start, end)}
            raise Refused(
                _("The break %(break)s lies outside the hours of duty.") % told,
                code="break_outside",
                field=f"breaks{suffix}",
            )
    return [
        Duty(
            venue=venue, agent=agent, weekday=number, date=on, starts=a, ends=b,
            breaks=[[start, end - start] for start, end in hours.breaks if a <= start and end <= b],
        )
        for a, b in hours.spans
    ]  # fmt: skip


def _need_order(spans: Sequence[Span], *, field: str) -> None:
    last = 0
    for start, end in spans:
        if not last <= start < end <= DAY:
            raise Refused(
                _("%(span)s does not follow what stands before it, within one day.") % {"span": told_span(start, end)},
                code="bad_hours",
                field=field,
            )
        last = end


def _need_elsewhere_free(venue: Venue, agent: Person, made: Sequence[Duty]) -> None:
    """Nobody can be at two venues at once."""
    elsewhere = Duty.objects.filter(agent=agent, date=None).exclude(venue=venue).select_related("venue")
    for other in elsewhere:
        for duty in made:
            if duty.weekday == other.weekday and duty.starts < other.ends and other.starts < duty.ends:
                told: Mapping[str, Any] = {
                    "agent": agent.name, "venue": other.venue.name, "day": WEEKDAYS[duty.weekday or 0],
                    "span": told_span(other.starts, other.ends),
                }  # fmt: skip
                raise Refused(
                    _("%(agent)s is on duty at “%(venue)s” then: %(day)s, %(span)s.") % told,
                    code="elsewhere",
                    field=f"hours_{duty.weekday}",
                )


def told_span(start: int, end: int) -> str:
    """(480, 720) → “08:00–12:00”, « 8 h – 12 h » in the French of Québec."""
    told = [_told_clock(minutes) for minutes in (start, end)]
    return (f"{NBSP}–{NBSP}" if any(NBSP in clock for clock in told) else "–").join(told)


def _told_clock(minutes: int) -> str:
    at = datetime(1, 1, 1, *divmod(minutes % DAY, 60), tzinfo=UTC)
    clock = clock_time(at=at, language=get_language() or "fr")
    # The end of a day, which no clock shows.
    return clock if minutes < DAY else f"24{clock.lstrip('0')}"
