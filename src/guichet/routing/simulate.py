"""Trying rules on past tickets: where each would have begun, compared with where it did and where it ended.

Reads only. Tickets are taken newest first, in chunks, up to a limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import OuterRef, Subquery

from guichet.lib.errors import Refused
from guichet.people.models import Organisation, Person, Team
from guichet.routing import engine
from guichet.routing.actions import decide, facts_of_ticket, words_of
from guichet.routing.models import Decision
from guichet.routing.rules import Names, explain
from guichet.tickets.models import HandOver, Ticket

LIMIT_MAX = 2000
CHUNK = 250
EXAMPLES = 8


@dataclass(frozen=True)
class Flow:
    """So many tickets that began with one team would begin with another; `right` of them ended with that other one."""

    origin: str
    target: str
    count: int
    right: int


@dataclass(frozen=True)
class Example:
    """A ticket that would begin elsewhere, and why."""

    reference: str
    title: str
    origin: str
    target: str
    ended: str
    why: tuple[str, ...]


@dataclass
class Trial:
    """What the rules would have done. `left_before`: tickets that ended with another team than they began with;
    `left_after`: those that would have begun with another team than they ended with."""

    tried: int = 0
    moved: int = 0
    left_before: int = 0
    left_after: int = 0
    no_rule: int = 0
    flows: list[Flow] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def left_before_percent(self) -> int:
        return round(100 * self.left_before / self.tried) if self.tried else 0

    @property
    def left_after_percent(self) -> int:
        return round(100 * self.left_after / self.tried) if self.tried else 0


def simulate(desk: Organisation, *, rules: Sequence[engine.RuleFacts], actor: Person, limit: int = 500) -> Trial:
    """Run `rules` over the desk's newest tickets that `actor` sees, `LIMIT_MAX` at most."""
    teams = dict(Team.objects.filter(organisation=desk).values_list("pk", "name"))
    front = Team.objects.filter(organisation=desk, is_front=True).values_list("pk", flat=True).first()
    trial = Trial()
    if front is None:
        decide(desk, facts={}, text="", rules=[])  # says what is missing
        raise Refused("", code="no_team")
    names: Names | None = None
    moves: Counter[tuple[int, int]] = Counter()
    right: Counter[tuple[int, int]] = Counter()
    for ticket, began in _past(desk, actor=actor, limit=min(limit, LIMIT_MAX)):
        routed = engine.route(
            facts=_facts(ticket), words=words_of(f"{ticket.title} {ticket.description}"), rules=rules, front=front
        )
        trial.tried += 1
        trial.no_rule += routed.rule is None
        trial.left_before += began != ticket.team_id
        trial.left_after += routed.team != ticket.team_id
        if routed.team == began:
            continue
        trial.moved += 1
        moves[began, routed.team] += 1
        right[began, routed.team] += routed.team == ticket.team_id
        if len(trial.examples) < EXAMPLES:
            names = names or Names.at(desk)
            trial.examples.append(
                Example(
                    reference=ticket.reference,
                    title=ticket.title,
                    origin=teams.get(began, "?"),
                    target=teams.get(routed.team, "?"),
                    ended=teams.get(ticket.team_id, "?"),
                    why=tuple(explain(routed, rules=rules, names=names, teams=teams)),
                )
            )
    trial.flows = [
        Flow(origin=teams.get(a, "?"), target=teams.get(b, "?"), count=n, right=right[a, b])
        for (a, b), n in sorted(moves.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return trial


def _facts(ticket: Ticket) -> dict[str, str]:
    """What the rules saw when the ticket was opened, where that was kept; else what it is now."""
    decision: Decision | None = getattr(ticket, "decision", None)
    kept = decision.why.get("facts") if decision else None
    return kept if isinstance(kept, dict) else facts_of_ticket(ticket)


def _past(desk: Organisation, *, actor: Person, limit: int) -> Iterator[tuple[Ticket, int]]:
    """Tickets, newest first, with the team that each began with."""
    first = (
        HandOver.objects.filter(ticket=OuterRef("pk"), hierarchical=False).order_by("at", "id").values("from_team")[:1]
    )
    queryset = (
        Ticket.objects.at_desk_of(actor)
        .filter(desk=desk)
        .select_related("decision", "organisation", "site", "category", "request_type")
        .defer("facts", "answers")
        .annotate(first_team=Subquery(first))
        .order_by("-pk")
    )
    last: int | None = None
    left = limit
    while left > 0:
        chunk = list((queryset.filter(pk__lt=last) if last else queryset)[: min(CHUNK, left)])
        for ticket in chunk:
            decision: Decision | None = getattr(ticket, "decision", None)
            yield ticket, (decision.team_id if decision else getattr(ticket, "first_team", None)) or ticket.team_id
        if len(chunk) < min(CHUNK, left):
            return
        left -= len(chunk)
        last = chunk[-1].pk
