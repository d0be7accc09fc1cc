"""Staffing advice, once a night: the next open day of each venue, simulated with one more person."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta

from guichet.walkup import advice
from guichet.walkup.days import day_of, stretches
from guichet.walkup.dispatcher import Agent, Break
from guichet.walkup.laws import Laws, from_json
from guichet.walkup.models import Duty, StaffingAdvice, Venue
from guichet.walkup.posts import away_of, duties_of, skills_of
from guichet.walkup.queue import rules_of
from guichet.walkup.reasons import tree_of
from guichet.walkup.state import skill_key

AHEAD, KEPT = 8, 3


def advise(venue: Venue, *, now: datetime) -> StaffingAdvice | None:
    """Simulate and keep what was found; None where the venue has no days of its own, or nobody on duty."""
    if not venue.laws:
        return None
    laws = from_json(venue.laws)
    found = _typical(venue, laws, now=now)
    if found is None:
        return None
    when, day = found
    needed = sorted({skill for skill in day.skills.values() if skill is not None})
    usual, findings = advice.advise(day, laws, skills=[None, *needed], seed=when.toordinal())
    kept, _made = StaffingAdvice.objects.update_or_create(
        venue=venue,
        defaults={
            "at": now,
            "day": when,
            "days": laws.days,
            "runs": advice.RUNS,
            "usual": round(usual, 1),
            "findings": [asdict(one) for one in _one_a_block(findings)[:KEPT]],
        },
    )
    return kept


def advise_all(*, now: datetime) -> int:
    venues = Venue.objects.filter(active=True, laws__isnull=False).with_desk()
    return sum(advise(venue, now=now) is not None for venue in venues)


def _typical(venue: Venue, laws: Laws, *, now: datetime) -> tuple[date, advice.Day] | None:
    """The first day from tomorrow on that is open and has somebody on duty."""
    tree = tree_of(venue)
    for ahead in range(1, AHEAD):
        day = day_of(venue, now=now) + timedelta(days=ahead)
        open_at, duties = stretches(venue, day=day), duties_of(venue, day=day)
        if not open_at or not duties:
            continue
        skills = skills_of({duty.agent_id for duty in duties})
        # A venue whose hours nobody gave is open while somebody is on duty.
        opens = min(duty.starts for duty in duties)
        closes = max(duty.ends for duty in duties)
        if any(venue.opening):
            opens = min(start.hour * 60 + start.minute for start, _end in open_at)
            closes = max(end.hour * 60 + end.minute or 24 * 60 for _start, end in open_at)
        agents = [_agent(own, skills[own[0].agent_id]) for own in _by_agent(duties)]
        needs = {str(pk): skill_key(tree, pk) for pk in tree.by_id}
        return day, advice.Day(opens=opens, closes=closes, agents=agents, rules=rules_of(venue), skills=needs)
    return None


def _one_a_block(findings: list[advice.Finding]) -> list[advice.Finding]:
    """The best of the same hours: two people are not what is advised."""
    found: dict[float, advice.Finding] = {}
    for one in findings:
        found.setdefault(one.starts, one)
    return list(found.values())


def _by_agent(duties: list[Duty]) -> list[list[Duty]]:
    found: dict[int, list[Duty]] = {}
    for duty in sorted(duties, key=lambda duty: duty.starts):
        found.setdefault(duty.agent_id, []).append(duty)
    return list(found.values())


def _agent(duties: list[Duty], skills: frozenset[str]) -> Agent:
    """Somebody's day; between two of their duties they aren't there."""
    return Agent(
        id=duties[0].agent_id,
        skills=skills,
        starts=duties[0].starts,
        ends=duties[-1].ends,
        breaks=tuple(Break(start=start, length=length) for start, length in away_of(duties)),
    )
