"""The chance that each live ticket's nearest promise is broken, written every minute for the lists to read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from django.db import connection

from guichet.activity.models import Event
from guichet.calendars.hours import Hours
from guichet.people.models import Membership, Organisation
from guichet.routing import ordering
from guichet.routing.effort import Efforts
from guichet.routing.learning import efforts_of
from guichet.routing.models import Forecast
from guichet.routing.pending import STATES, Clocks, Placed, pace_of, place, read, weight_and_slack
from guichet.routing.prediction import UNDER_WAY, Line, Prospect, ahead, chances
from guichet.sla.models import Measure
from guichet.tickets import lifecycle
from guichet.tickets.models import Commitment, Ticket

# Those whose promise ends first; a desk with more that waits has other worries than the odds of the rest.
TICKETS = 5_000
# Working minutes looked back on: what arrived, and who was at work.
RECENT = 240.0
# A change smaller than this isn't worth a row's rewriting.
CHANGE = 0.02
_NOTHING = 1.0


def at_work(desk: int, *, since: datetime) -> set[int]:
    """Who did something for the desk's tickets lately: nobody signs in to a list of those on duty."""
    served = Organisation.objects.filter(pk=desk) | Organisation.objects.filter(served_by=desk)
    done = Event.objects.filter(organisation__in=served, at__gte=since, actor__isnull=False)
    members = Membership.objects.filter(team__organisation=desk).values("person")
    return set(done.filter(actor__in=members).values_list("actor", flat=True).distinct())


def look_back(hours: Hours, now: datetime, *, minutes: float = RECENT) -> datetime:
    """The moment since when so many working minutes have passed."""
    return datetime.fromtimestamp(hours.moment_of(hours.worked(int(now.timestamp())) - int(minutes * 60)), UTC)


@dataclass
class Crew:
    """Who works in each team of a desk: persons by team, and in how many teams each of them is."""

    of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    teams: Counter[int] = field(default_factory=Counter)

    @classmethod
    def read(cls, desk: int, *, active: set[int]) -> Crew:
        """Those at work; of a team where nobody was seen, everybody: it may be early."""
        crew, everybody = cls(), defaultdict(set)
        members = Membership.objects.filter(team__organisation=desk, person__account__is_active=True)
        for team, person in members.values_list("team", "person"):
            everybody[team].add(person)
        for team, people in everybody.items():
            crew.of[team] = (people & active) or people
            crew.teams.update(crew.of[team])
        return crew

    def agents(self, team: int) -> float:
        """Whoever is in two teams counts as half of one in each."""
        return max(sum(1 / self.teams[person] for person in self.of.get(team, ())), 0.5)


def foretell_all(*, now: datetime) -> int:
    """Every desk's forecasts; how many rows changed."""
    live = Ticket.objects.filter(state__in=STATES).order_by().values("desk").distinct()
    desks = set(Organisation.objects.filter(pk__in=live))
    left = Organisation.objects.filter(pk__in=Forecast.objects.order_by().values("ticket__desk").distinct())
    return sum(foretell(desk, now=now) for desk in sorted(desks | set(left), key=lambda desk: desk.pk))


def foretell(desk: Organisation, *, now: datetime) -> int:
    """Forecasts of the desk's tickets that wait to be treated; others are forgotten, or rest. How many rows changed."""
    clocks, efforts = Clocks([desk]), efforts_of([desk.pk])
    waiting = Ticket.objects.filter(desk=desk, state__in=STATES).order_by("promise_due_at", "pk")
    placed = [
        one for one in place(read(waiting, limit=TICKETS), clocks=clocks, efforts=efforts, now=now) if one.nearest
    ]
    if not placed:
        return _write(desk, [], [], now=now)
    since = look_back(clocks.usual(desk.pk), now)
    crew = Crew.read(desk.pk, active=at_work(desk.pk, since=since))
    arrivals = _arrivals(desk, efforts[desk.pk], since=since)
    told: dict[int, float] = {}
    by_team: dict[int, list[Placed]] = defaultdict(list)
    for one in placed:
        by_team[one.item.team].append(one)
    for team, line in by_team.items():
        told |= _of_team(line, arrivals.get(team), agents=crew.agents(team))
    return _write(desk, placed, [told[one.item.ticket] for one in placed], now=now)


def _of_team(line: list[Placed], arrivals: Line | None, *, agents: float) -> dict[int, float]:
    """Of one team's tickets: what nobody has waits for all of them, what somebody has for that person."""
    pace = pace_of(line)
    by_person: dict[int | None, list[Placed]] = defaultdict(list)
    for one in line:
        by_person[one.item.assignee].append(one)
    in_hand = len(line) - len(by_person.get(None, ()))
    told: dict[int, float] = {}
    for person, theirs in by_person.items():
        if person is None:
            under_way = UNDER_WAY * pace * min(1.0, in_hand / agents)
            found = _chances(theirs, line, arrivals, agents=agents, under_way=under_way, pace=pace)
        else:
            under_way = UNDER_WAY * pace if len(theirs) > 1 else 0.0
            found = _chances(theirs, theirs, None, agents=1.0, under_way=under_way, pace=pace)
        told |= {one.item.ticket: chance for one, chance in zip(theirs, found, strict=True)}
    return told


def _chances(
    ones: Sequence[Placed],
    others: Sequence[Placed],
    arrivals: Line | None,
    *,
    agents: float,
    under_way: float,
    pace: float,
) -> list[float]:
    mine = _line(ones)
    coming = np.zeros(len(ones)) if arrivals is None else ahead(mine, arrivals, pace=pace, passed=0.5) / RECENT
    work = np.maximum(ahead(mine, _line(others), pace=pace) + under_way, _NOTHING)
    left = np.array([one.slack for one in ones], dtype=np.float64)
    found: list[float] = chances(Prospect(left, work, np.full(len(ones), agents), coming), pace=pace).tolist()
    return found


def _line(placed: Iterable[Placed]) -> Line:
    rows = [(*weight_and_slack(one), one.minutes) for one in placed]
    weight, slack, minutes = np.array(rows, dtype=np.float64).T
    return Line(press=np.log(weight / minutes), slack=slack, minutes=minutes)


def _arrivals(desk: Organisation, efforts: Efforts[int], *, since: datetime) -> dict[int, Line]:
    """What came lately to each team, as it stood when it came."""
    came = Commitment.objects.current().filter(
        ticket__desk=desk, ticket__opened_at__gte=since, measure=Measure.FIRST_RESPONSE
    )
    rows: dict[int, list[tuple[float, float, float]]] = defaultdict(list)
    columns = ("ticket__team", "ticket__severity", "ticket__category", "minutes")
    for team, severity, category, budget in came.order_by().values_list(*columns)[:TICKETS]:
        minutes = efforts.minutes(category)
        rows[team].append((np.log(ordering.WEIGHTS[severity] / minutes), float(budget), minutes))
    return {team: Line(*np.array(found, dtype=np.float64).T) for team, found in rows.items()}


_FORGET = """
DELETE FROM routing_forecast AS f USING tickets_ticket AS t
WHERE t.id = f.ticket_id AND t.desk_id = %s AND f.ticket_id <> ALL(%s)
    AND (f.told_of IS NULL OR t.state <> ALL(%s))
"""
# Of which promise people were warned is known until the ticket ends: after a rest the same one may press again.
_REST = """
UPDATE routing_forecast AS f SET chance = 0, made_at = %s FROM tickets_ticket AS t
WHERE t.id = f.ticket_id AND t.desk_id = %s AND f.ticket_id <> ALL(%s) AND f.chance > 0
"""
_TELL = """
INSERT INTO routing_forecast AS f (ticket_id, measure, due_at, chance, made_at)
SELECT ticket, measure, due_at, chance, %s
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::float8[]) AS told (ticket, measure, due_at, chance)
ON CONFLICT (ticket_id) DO UPDATE
SET measure = excluded.measure, due_at = excluded.due_at, chance = excluded.chance, made_at = excluded.made_at
WHERE f.measure <> excluded.measure OR f.due_at <> excluded.due_at OR abs(f.chance - excluded.chance) >= %s
"""


def _write(desk: Organisation, placed: Sequence[Placed], told: Sequence[float], *, now: datetime) -> int:
    promises = [(one.item.ticket, one.nearest) for one in placed if one.nearest]
    tickets = [ticket for ticket, _ in promises]
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [desk.pk, tickets, list(lifecycle.LIVE)])
        changed = int(cursor.rowcount)
        cursor.execute(_REST, [now, desk.pk, tickets])
        changed += int(cursor.rowcount)
        if tickets:
            measures, dues = [p.measure for _, p in promises], [p.due_at for _, p in promises]
            cursor.execute(_TELL, [now, tickets, measures, dues, list(told), CHANGE])
            changed += int(cursor.rowcount)
    return changed
