"""What a venue still lacks, in sentences for those who set it up: nobody on duty, a skill that nobody has.

Also the appointments that no longer fit, since hours or duties were changed after they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from guichet.lib.moments import date_text
from guichet.people.models import Person, Skill, Team
from guichet.walkup.days import zone_of
from guichet.walkup.misfits import misfits_to_come
from guichet.walkup.models import Duty, Venue
from guichet.walkup.reasons import tree_of
from guichet.walkup.setting_up_duties import WEEKDAYS, may_be_on_duty, told_span
from guichet.walkup.setting_up_reasons import offered
from guichet.walkup.slots import Misfit, without

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Lack:
    """`section` is the part of the venue's page where it is put right; `grave` keeps the venue from working."""

    section: str
    text: str
    grave: bool = False
    # Of appointments: the day in whose list it is put right.
    day: date | None = None


def lacks(venue: Venue) -> list[Lack]:
    """What is missing, what keeps the venue from working first."""
    found = [*_counters(venue), *_reasons(venue), *_duties(venue), *_skills(venue), *_taking_in(venue)]
    return sorted(found, key=lambda lack: not lack.grave)


def misplaced(venue: Venue, *, now: datetime) -> list[Lack]:
    """The appointments that no longer fit, day by day, the nearest first."""
    zone, language = zone_of(venue), get_language() or "fr"
    days: dict[tuple[date, Misfit], list[datetime]] = {}
    for appointment, why in misfits_to_come(venue, now=now):
        local = appointment.starts_at.astimezone(zone)
        days.setdefault((local.date(), why), []).append(local)
    found = []
    for (day, why), times in days.items():
        section, words = _WORDS[why]
        told = {"day": date_text(at=times[0], language=language, weekday=True), "count": len(times)}
        found.append(Lack(section, words(len(times)) % told, day=day))
    return found


def _outside(count: int) -> str:
    return ngettext(
        "On %(day)s, %(count)d appointment lies outside opening hours: move it.",
        "On %(day)s, %(count)d appointments lie outside opening hours: move them.",
        count,
    )


def _alone(count: int) -> str:
    return ngettext(
        "On %(day)s, nobody on duty can receive %(count)d appointment: move it.",
        "On %(day)s, nobody on duty can receive %(count)d appointments: move them.",
        count,
    )


def _off(count: int) -> str:
    return ngettext(
        "On %(day)s, %(count)d appointment is made here, where nobody is received any more: cancel it.",
        "On %(day)s, %(count)d appointments are made here, where nobody is received any more: cancel them.",
        count,
    )


_WORDS = {Misfit.CLOSED: ("opening", _outside), Misfit.NOBODY: ("duties", _alone), Misfit.OFF: ("identity", _off)}


def on_duty(venue: Venue) -> QuerySet[Duty]:
    """The weekly duties of people who may still receive."""
    return Duty.objects.filter(venue=venue, date=None, agent__in=may_be_on_duty(venue)).select_related("agent")


def _counters(venue: Venue) -> Iterable[Lack]:
    if not venue.counters.filter(active=True).exists():
        yield Lack("counters", _("There is no counter in use: nobody can be called."), grave=True)


def _reasons(venue: Venue) -> Iterable[Lack]:
    leaves = offered(venue)
    if not leaves:
        yield Lack("reasons", _("There is no reason to choose: nobody can check in."), grave=True)
    tree = tree_of(venue)
    if leaves and not any(tree.category(leaf) for leaf in leaves):
        yield Lack("reasons", _("No reason gives its tickets a category."))


def _taking_in(venue: Venue) -> Iterable[Lack]:
    if not Team.objects.filter(organisation=venue.organisation.desk, is_front=True).exists():
        yield Lack("reasons", _("The desk has no front team: tickets of visitors could not be taken in."), grave=True)


def _skills(venue: Venue) -> Iterable[Lack]:
    present = set(on_duty(venue).values_list("agent", flat=True))
    held = set(Person.objects.filter(pk__in=present).values_list("skills", flat=True))
    names = {skill.pk: skill.name for skill in Skill.objects.filter(organisation=venue.organisation.desk)}
    tree = tree_of(venue)
    for leaf in offered(venue):
        wanted = tree.skill(leaf)
        if wanted and wanted not in held:
            told = {"skill": names[wanted], "reason": leaf.name}
            yield Lack("duties", _("Nobody on duty has the skill “%(skill)s” that “%(reason)s” asks for.") % told)


def _duties(venue: Venue) -> Iterable[Lack]:
    duties = list(on_duty(venue))
    if not duties:
        yield Lack("duties", _("Nobody is on duty yet: people would wait for nobody."), grave=True)
        return
    empty: list[int] = []
    holes: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for day in range(7):
        open_spans = [(a, b) for a, b in (venue.opening[day] if day < len(venue.opening) else [])]
        there = [duty for duty in duties if duty.weekday == day]
        if not open_spans:
            continue
        if not there:
            empty.append(day)
            continue
        left = tuple(without(open_spans, [span for duty in there for span in working(duty)]))
        if left:
            holes.setdefault(left, []).append(day)
    if empty:
        yield Lack("duties", _("Nobody is on duty %(days)s.") % {"days": _days(empty)})
    for left, days in holes.items():
        told = {"days": _days(days), "spans": _list([told_span(a, b) for a, b in left])}
        yield Lack("duties", _("Nobody is there %(days)s: %(spans)s.") % told)
    yield from _crowding(venue, duties)


def _crowding(venue: Venue, duties: Sequence[Duty]) -> Iterable[Lack]:
    counters = venue.counters.filter(active=True).count()
    most = max(
        sum(1 for duty in duties if duty.weekday == day and duty.starts <= at < duty.ends)
        for day, at in {(duty.weekday, duty.starts) for duty in duties}
    )
    if counters and most > counters:
        agents = ngettext("%(count)d person is", "%(count)d people are", most) % {"count": most}
        places = ngettext("%(count)d counter", "%(count)d counters", counters) % {"count": counters}
        yield Lack("counters", _("Up to %(agents)s on duty at once, for %(counters)s.")
                   % {"agents": agents, "counters": places})  # fmt: skip


def working(duty: Duty) -> Spans:
    """The stretches of a duty between its breaks."""
    return without([(duty.starts, duty.ends)], [(start, start + length) for start, length in duty.breaks])


def _days(numbers: Sequence[int]) -> str:
    """“on Monday and on Friday”; three or more that follow one another: “from Monday to Friday”."""
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        first, last = WEEKDAYS[numbers[0]], WEEKDAYS[numbers[-1]]
        return _("from %(first)s to %(last)s") % {"first": first, "last": last}
    return _list([_("on %(day)s") % {"day": WEEKDAYS[number]} for number in numbers])


def _list(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return _("%(most)s and %(last)s") % {"most": ", ".join(texts[:-1]), "last": texts[-1]}
