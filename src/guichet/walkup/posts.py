"""Who receives, as the simulation sees them: those who sit at a counter, and those whose duty is about to begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from guichet.people.models import Person
from guichet.walkup.days import day_of, local_moment, minutes_since, stretches
from guichet.walkup.dispatcher import Agent, Break
from guichet.walkup.models import Duty, Sitting, Venue, Visit, VisitState
from guichet.walkup.queries import AT_COUNTER

if TYPE_CHECKING:
    from guichet.walkup.simulation import Post

# Whoever is on duty and hasn't sat down this long after it began isn't counted on.
GRACE = timedelta(minutes=15)
# Whoever was called and hasn't come after this is taken for absent.
SILENT_AFTER = timedelta(minutes=2)


def duties_of(venue: Venue, *, day: date) -> list[Duty]:
    """Who is to be there that day. What an agent has on the date stands in place of their weekly duties."""
    found = Duty.objects.filter(venue=venue).select_related("agent")
    duties = [duty for duty in found if duty.date == day or (duty.date is None and duty.weekday == day.weekday())]
    dated = {duty.agent_id for duty in duties if duty.date is not None}
    return [d for d in duties if (d.date is not None or d.agent_id not in dated) and d.starts < d.ends]


def away_of(duties: Sequence[Duty]) -> list[tuple[int, int]]:
    """When one agent is away within their day: their breaks, and what lies between two of their duties. Start and
    length, in minutes after midnight."""
    inside = [(start, length) for duty in duties for start, length in duty.breaks]
    ordered = sorted(duties, key=lambda duty: duty.starts)
    between = [(one.ends, other.starts - one.ends) for one, other in pairwise(ordered) if other.starts > one.ends]
    return sorted([*inside, *between])


def posts_of(venue: Venue, *, now: datetime, origin: datetime) -> list[Post]:
    """Those who receive now, and those who will later today. Minutes count from `origin`."""
    day = day_of(venue, now=now)
    sittings: dict[int, list[Sitting]] = defaultdict(list)
    for sitting in Sitting.objects.filter(counter__venue=venue, closed_at__isnull=True):
        sittings[sitting.agent_id].append(sitting)
    duties: dict[int, list[Duty]] = defaultdict(list)
    for duty in duties_of(venue, day=day):
        duties[duty.agent_id].append(duty)
    skills = skills_of({*sittings, *duties})
    there = {visit.counter_id: visit for visit in Visit.objects.filter(venue=venue, state__in=AT_COUNTER)}
    clock = _Clock(venue, day=day, now=now, origin=origin)
    posts = [
        _seated(
            clock,
            agent=agent,
            seats=seats,
            duties=duties[agent],
            skills=skills[agent],
            visits=[there.get(seat.counter_id) for seat in seats],
        )
        for agent, seats in sittings.items()
    ]
    posts += [clock.coming(agent, own, skills[agent]) for agent, own in duties.items() if agent not in sittings]
    return [post for post in posts if post.agent.starts < post.agent.ends]


def skills_of(people: Iterable[int]) -> dict[int, frozenset[str]]:
    """Skills by person, as the dispatcher has them; nobody is left out."""
    known: dict[int, set[str]] = {person: set() for person in people}
    held = Person.skills.through.objects.filter(person__in=known)
    for person, skill in held.values_list("person_id", "skill_id"):
        known[person].add(str(skill))
    return {person: frozenset(skills) for person, skills in known.items()}


class _Clock:
    """One day of the venue in minutes."""

    def __init__(self, venue: Venue, *, day: date, now: datetime, origin: datetime) -> None:
        self.venue, self.day, self.origin, self.at = venue, day, origin, now
        self.now = minutes_since(now, origin=origin)
        closing = [minutes_since(end, origin=origin) for _start, end in stretches(venue, day=day)]
        # Whoever still sits there after closing time goes on until the queue is served.
        self.closes = next((end for end in closing if end > self.now), float("inf"))

    def minute(self, moment: datetime) -> float:
        return minutes_since(moment, origin=self.origin)

    def wall(self, minutes: int) -> float:
        return self.minute(local_moment(self.venue, day=self.day, minutes=minutes))

    def breaks(self, duties: list[Duty]) -> tuple[Break, ...]:
        """Those still to come. One that has begun is being taken (the agent says so) or was put off (they don't)."""
        planned = [(self.wall(start), float(length)) for start, length in away_of(duties)]
        return tuple(Break(start=start, length=length) for start, length in planned if start > self.now)

    def ends(self, duties: list[Duty]) -> float:
        ahead = [end for duty in duties if (end := self.wall(duty.ends)) > self.now]
        return max(ahead, default=self.closes)

    def coming(self, agent: int, duties: list[Duty], skills: frozenset[str]) -> Post:
        """On duty later, or a moment ago."""
        from guichet.walkup.simulation import Post

        grace = GRACE.total_seconds() / 60
        ahead = [duty for duty in duties if self.wall(duty.starts) + grace > self.now]
        starts = min((self.wall(duty.starts) for duty in ahead), default=float("inf"))
        until = max((self.wall(duty.ends) for duty in ahead), default=float("-inf"))
        return Post(
            agent=Agent(id=agent, skills=skills, starts=max(starts, self.now), ends=until, breaks=self.breaks(ahead))
        )


def _seated(
    clock: _Clock,
    *,
    agent: int,
    seats: list[Sitting],
    duties: list[Duty],
    skills: frozenset[str],
    visits: list[Visit | None],
) -> Post:
    """Somebody at one counter or several; busy only when all of these are."""
    from guichet.walkup.simulation import Post

    busy = [visit for visit in visits if visit is not None]
    latest = max(busy, key=lambda v: v.called_at or v.arrived_at) if len(busy) == len(visits) else None
    paused = next((seat for seat in seats if seat.paused_at is not None), None)
    idle = [clock.minute(seat.idle_since) for seat in seats if seat.idle_since is not None]
    called_at = latest.called_at if latest is not None else None
    return Post(
        agent=Agent(
            id=agent,
            skills=skills,
            starts=clock.minute(min(seat.opened_at for seat in seats)),
            ends=clock.ends(duties),
            breaks=clock.breaks(duties),
            paused=paused is not None,
            idle_since=min(idle, default=None) if latest is None else None,
        ),
        serving=str(latest.reason_id) if latest is not None else None,
        since=clock.minute(called_at) if called_at is not None else 0.0,
        silent=latest is not None
        and latest.state == VisitState.CALLED
        and called_at is not None
        and clock.at - called_at > SILENT_AFTER,
        back=clock.minute(paused.paused_until) if paused is not None and paused.paused_until is not None else None,
    )
