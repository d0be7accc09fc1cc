"""Take the next: the right ticket for the person who asks, by skill, level, rights, presence and load."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from guichet.catalog.models import Category
from guichet.lib.errors import Refused
from guichet.people.models import Membership, Person, Skill
from guichet.routing.forecasting import at_work
from guichet.routing.ordering import scores
from guichet.routing.pending import STATES, Placed, pace_of, place_all, read, work_of
from guichet.tickets import actions
from guichet.tickets.models import Presence, Ticket
from guichet.tickets.presence import GONE_AFTER
from guichet.tickets.queries import TicketQuerySet

# What a person's teams may have waiting and be put in order, the nearest promises first.
WAITING = 1_000
# With so many in hand one finishes or hands over before one takes more.
IN_HAND = 30
# Who did something within it is there to take what others leave.
AT_WORK = timedelta(hours=2)
_TRIES, _FIRST = 5, 20
# What only this person can do now goes before what others could, where both cost about the same: less than twice.
_RARE = math.log(2)


def waiting(person: Person) -> TicketQuerySet:
    """What nobody has in the person's teams and can be begun with now."""
    free = Ticket.objects.at_desk_of(person).filter(team__in=person.grants.teams, assignee=None, state__in=STATES)
    return free.order_by("priority", "promise_due_at", "id")


@dataclass(frozen=True, slots=True)
class Needs:
    """What some categories ask for: the skill that each needs, and who of a team holds it."""

    skills: dict[int, int]
    names: dict[int, Skill]
    holders: dict[tuple[int, int], frozenset[int]]

    @classmethod
    def of(cls, placed: Sequence[Placed]) -> Needs:
        """One query where no category needs anything, three where one does."""
        categories = {one.item.category for one in placed if one.item.category}
        rows = Category.objects.filter(pk__in=categories, skill__isnull=False).select_related("skill")
        found = {row.pk: row.skill for row in rows if row.skill}
        if not found:
            return cls({}, {}, {})
        teams = {one.item.team for one in placed if one.item.category in found}
        members = Membership.objects.filter(team__in=teams).values_list("team", "person")
        held = Person.skills.through.objects.filter(skill__in=found.values(), person__memberships__team__in=teams)
        holds: dict[int, set[int]] = {}
        for person, skill in held.values_list("person_id", "skill_id"):
            holds.setdefault(person, set()).add(skill)
        holders: dict[tuple[int, int], set[int]] = {}
        for team, person in members:
            for skill in holds.get(person, ()):
                holders.setdefault((team, skill), set()).add(person)
        return cls(
            skills={category: skill.pk for category, skill in found.items()},
            names={skill.pk: skill for skill in found.values()},
            holders={key: frozenset(people) for key, people in holders.items()},
        )

    def missing(self, one: Placed, *, person: int) -> Skill | None:
        """The skill that keeps this from being theirs. What nobody of the team holds keeps nobody from it."""
        skill = self.skills.get(one.item.category or 0)
        holders = self.holders.get((one.item.team, skill), frozenset()) if skill else frozenset()
        return self.names[skill] if skill and holders and person not in holders else None


def take_next(person: Person, *, now: datetime, source: str = "") -> Ticket | None:
    """What goes first of what this person can take; None where nothing does.

    Two people who press at once never get the same: each skips what the other holds locked. Refused("enough_in_hand")
    for whoever has too many already.
    """
    if Ticket.objects.filter(assignee=person, state__in=STATES).count() >= IN_HAND:
        raise Refused(
            _("You have %(count)d tickets in hand. Finish one, or hand one over, before you take the next.")
            % {"count": IN_HAND},
            code="enough_in_hand",
        )
    for _try in range(_TRIES):
        first = _first(person, now=now)
        if not first:
            return None
        for ticket in first:
            taken = _take(ticket, person, now=now, source=source)
            if taken is not None:
                return taken
    return None


def _take(ticket: int, person: Person, *, now: datetime, source: str) -> Ticket | None:
    with transaction.atomic():
        free = waiting(person).filter(pk=ticket).select_for_update(skip_locked=True, of=("self",)).first()
        if free is None:
            return None
        try:
            return actions.take(free, actor=person, now=now, source=source)
        except Refused:  # its state changed between the list and the lock
            return None


def _first(person: Person, *, now: datetime) -> list[int]:
    """Those that this person may be given, the first first."""
    placed = place_all(read(waiting(person), limit=WAITING), known=person.organisation, now=now)
    needs = Needs.of(placed)
    writing = Presence.objects.filter(
        ticket__in=[one.item.ticket for one in placed], writing=True, seen_at__gt=now - GONE_AFTER
    )
    busy = set(writing.exclude(person=person).values_list("ticket", flat=True))
    mine = [one for one in placed if one.item.ticket not in busy and needs.missing(one, person=person.pk) is None]
    if len(mine) < 2:
        return [one.item.ticket for one in mine]
    able = _able(mine, needs, person, now=now)
    cost = scores(work_of(mine), pace=pace_of(mine))
    ranked = sorted(
        range(len(mine)),
        key=lambda i: (-cost[i] - _RARE / able[mine[i].item.ticket], -mine[i].age, mine[i].item.ticket),
    )
    return [mine[i].item.ticket for i in ranked[:_FIRST]]


def _able(placed: Sequence[Placed], needs: Needs, person: Person, *, now: datetime) -> dict[int, int]:
    """How many could take each now, this person included: those at work who have no more in hand than this person."""
    teams = {one.item.team for one in placed}
    active: set[int] = set()
    for desk in {one.item.desk for one in placed}:
        active |= at_work(desk, since=now - AT_WORK)
    members = list(Membership.objects.filter(team__in=teams, person__in=active).values_list("team", "person"))
    people = {member for _team, member in members} | {person.pk}
    loads = Counter(Ticket.objects.filter(assignee__in=people, state__in=STATES).values_list("assignee", flat=True))
    ready = {member for member in people if loads[member] <= loads[person.pk]}
    crews: dict[int, set[int]] = {team: {person.pk} for team in teams}
    for team, member in members:
        if member in ready:
            crews[team].add(member)
    return {
        one.item.ticket: sum(needs.missing(one, person=member) is None for member in crews[one.item.team])
        for one in placed
    }
