"""How far the levels get: what the first one solves by itself, beside the share it should; and why tickets leave it.

The first level of a desk is that of its front team, with what stands below it (self-service). A ticket counts in the
week in which it was solved; one that was closed without a solution, or cancelled, doesn't. The first level solved it by
itself if it is with that level and was never handed to or from another one. All figures and the lists behind them come
from `Reach`, so that a number is always as long as its list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncWeek

from guichet.catalog.models import Category
from guichet.lib.parsing import whole_number
from guichet.people.models import Level, Person, Team
from guichet.tickets.models import HandOver, HandOverReason, ReturnReason, State, Ticket
from guichet.tickets.queries import TicketQuerySet

# The share of tickets that the first level should solve by itself.
AIM = 0.8
# Periods that one may choose, in weeks; the first is the usual one.
PERIODS = (13, 4, 26, 52)
# So many lines of a table; the others are added up by whoever shows them.
LINES = 12


@dataclass(frozen=True, slots=True)
class Week:
    """One week's solved tickets, by its Monday."""

    starts: date
    solved: int
    by_first: int

    @property
    def rate(self) -> float | None:
        return self.by_first / self.solved if self.solved else None


@dataclass(frozen=True, slots=True)
class Line:
    """One reason, category or team: `key` narrows the list, "none" where a ticket has no category."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`left` counts tickets that left the first level in the period, `past` solved ones that never were there, `fro`
    those that came back to a team which they had left, `returned` those that were sent back by who got them."""

    weeks: list[Week]
    past: int
    left: int
    fro: int
    returned: int
    reasons: list[Line]
    categories: list[Line]
    teams: list[Line]

    @property
    def solved(self) -> int:
        return sum(week.solved for week in self.weeks)

    @property
    def by_first(self) -> int:
        return sum(week.by_first for week in self.weeks)

    @property
    def elsewhere(self) -> int:
        return self.solved - self.by_first

    @property
    def rate(self) -> float | None:
        return self.by_first / self.solved if self.solved else None


@dataclass(frozen=True)
class Reach:
    """The tickets of the desks that `person` manages, over whole weeks up to `now`."""

    person: Person
    weeks: int
    now: datetime
    zone: tzinfo
    first: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", _first_levels(self.person.grants.manages_in))

    @property
    def since(self) -> datetime:
        """The Monday on which the first of the weeks begins; the last week is the one we are in."""
        today = self.now.astimezone(self.zone).date()
        monday = today - timedelta(days=today.weekday(), weeks=self.weeks - 1)
        return datetime.combine(monday, time(), tzinfo=self.zone)

    def mondays(self) -> list[date]:
        return [self.since.date() + timedelta(weeks=n) for n in range(self.weeks)]

    def tickets(self) -> TicketQuerySet:
        return Ticket.objects.at_desk_of(self.person).filter(desk__in=self.person.grants.manages_in)

    def solved(self) -> TicketQuerySet:
        ended = (State.RESOLVED, State.CLOSED)
        return self.tickets().filter(
            state__in=ended, unsolved_reason="", resolved_at__gte=self.since, resolved_at__lte=self.now
        )

    def by_first(self) -> TicketQuerySet:
        elsewhere = _moves().filter(~Q(from_level__in=self.first) | ~Q(to_level__in=self.first))
        return self.solved().filter(Q(level__in=self.first), ~Exists(elsewhere.filter(ticket=OuterRef("pk"))))

    def beyond(self) -> TicketQuerySet:
        return self.solved().exclude(pk__in=self.by_first().values("pk"))

    def past(self) -> TicketQuerySet:
        """Solved, and never with the first level."""
        there = _moves().filter(Q(from_level__in=self.first) | Q(to_level__in=self.first))
        return self.solved().exclude(level__in=self.first).filter(~Exists(there.filter(ticket=OuterRef("pk"))))

    def leavings(self) -> QuerySet[HandOver]:
        """Hand-overs out of the first level, in the period."""
        tickets = self.tickets()
        left = _moves().filter(from_level__in=self.first, at__gte=self.since, at__lte=self.now)
        return left.exclude(to_level__in=self.first).filter(ticket__in=tickets)

    def left(self) -> TicketQuerySet:
        return self.tickets().filter(pk__in=self.leavings().values("ticket"))

    def fro(self) -> TicketQuerySet:
        back = came_back().filter(at__gte=self.since, at__lte=self.now)
        return self.tickets().filter(Exists(back.filter(ticket=OuterRef("pk"))))

    def returned(self) -> TicketQuerySet:
        sent = _moves().filter(reason__in=ReturnReason.values, at__gte=self.since, at__lte=self.now)
        return self.tickets().filter(Exists(sent.filter(ticket=OuterRef("pk"))))

    def behind(self, name: str) -> TicketQuerySet | None:
        """The tickets behind a figure: "solved", "by_first", "beyond", "past", "left", "fro", "returned", or a line of
        a table as "reason-time", "category-12", "category-none", "team-3". None for what isn't a figure."""
        if name in _WHOLE:
            found: TicketQuerySet = getattr(self, name)()
            return found
        kind, _, key = name.partition("-")
        if kind not in _LINES:
            return None
        number = whole_number(key)
        if kind == "reason":
            lines = self.leavings().filter(reason=key) if key in _REASONS else None
        elif kind == "category" and key == "none":
            lines = self.leavings().filter(ticket__category=None)
        else:
            lines = None if number is None else self._line(kind, number)
        return None if lines is None else self.tickets().filter(pk__in=lines.values("ticket"))

    def _line(self, kind: str, number: int) -> QuerySet[HandOver] | None:
        """None for what is another desk's: nothing of it may be read here, its name neither."""
        desks = self.person.grants.manages_in
        if kind == "team":
            known = Team.objects.filter(pk=number, organisation__in=desks).exists()
        else:
            ours = Q(organisation__in=desks) | Q(organisation=None)
            known = Category.objects.filter(ours, pk=number).exists()
        return self.leavings().filter(**{_LINES[kind]: number}) if known else None

    def figures(self) -> Figures:
        """In as many queries whatever there is."""
        counted = {
            row["week"].date(): (row["solved"], row["own"])
            for row in self.solved()
            .order_by()
            .annotate(week=TruncWeek("resolved_at", tzinfo=self.zone))
            .values("week")
            .annotate(solved=Count("pk"), own=Count("pk", filter=Q(pk__in=self.by_first().values("pk"))))
        }
        lines = {
            kind: list(
                self.leavings()
                .order_by()
                .values_list(lookup)
                .annotate(count=Count("ticket", distinct=True))
                .order_by("-count", lookup)
            )
            for kind, lookup in _LINES.items()
        }
        categories = {
            row.pk: row.name for row in Category.objects.filter(pk__in=[pk for pk, _n in lines["category"] if pk])
        }
        teams = {row.pk: row.name for row in Team.objects.filter(pk__in=[pk for pk, _n in lines["team"]])}
        return Figures(
            weeks=[Week(monday, *counted.get(monday, (0, 0))) for monday in self.mondays()],
            past=self.past().count(),
            left=self.left().count(),
            fro=self.fro().count(),
            returned=self.returned().count(),
            reasons=[Line(key, str(_REASONS[key]), n) for key, n in lines["reason"]],
            categories=[Line(str(pk or "none"), categories.get(pk, ""), n) for pk, n in lines["category"]],
            teams=[Line(str(pk), teams[pk], n) for pk, n in lines["team"]],
        )


_WHOLE = frozenset({"solved", "by_first", "beyond", "past", "left", "fro", "returned"})
_REASONS = dict([*HandOverReason.choices, *ReturnReason.choices])
_LINES = {"reason": "reason", "category": "ticket__category", "team": "to_team"}


def came_back() -> QuerySet[HandOver]:
    """Hand-overs to a team which the ticket had left before."""
    before = _moves().filter(
        Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk")),
        ticket=OuterRef("ticket"),
        from_team=OuterRef("to_team"),
    )
    return _moves().filter(Exists(before))


def _moves() -> QuerySet[HandOver]:
    """Other hands took the work; management being told moves nothing."""
    return HandOver.objects.filter(hierarchical=False)


def _first_levels(desks: frozenset[int]) -> frozenset[int]:
    """For each ladder of the desks, the level of the front team, and what stands below it; without one, the lowest at
    which a team stands."""
    ranks: dict[int, int] = {}
    staffed = Level.objects.filter(teams__organisation__in=desks).order_by("-teams__is_front", "rank")
    for scheme, rank in staffed.values_list("scheme", "rank"):
        ranks.setdefault(scheme, rank)
    levels = Level.objects.filter(scheme__in=ranks).values_list("pk", "scheme", "rank")
    return frozenset(pk for pk, scheme, rank in levels if rank <= ranks[scheme])
