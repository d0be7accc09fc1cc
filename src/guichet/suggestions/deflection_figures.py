"""How many found their answer without a ticket, by week and by what they were shown: figures, never who read what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncWeek

from guichet.knowledge.models import Run, Tree
from guichet.lib.bilingual import pick
from guichet.people.models import Person
from guichet.suggestions.models import AnswerShown, Asking, Ended
from guichet.tickets.guided import came_back
from guichet.tickets.levels_at_work import PERIODS

__all__ = ["KINDS", "PERIODS", "Figures", "Line", "Reach", "Walked", "Week"]

# So many lines of a table, those that were shown most.
_LINES = 20
# Kind → what its lines are told by: a reference, and its names in French and in English.
KINDS = {
    "article": ("article__reference", "article__title", "article__title"),
    "tree": ("tree_id", "tree__name_fr", "tree__name_en"),
    "major": ("major__reference", "major__title_fr", "major__title_en"),
}


@dataclass(frozen=True, slots=True)
class Week:
    """Those who were shown something in one week, by its Monday and by what came of it."""

    starts: date
    counts: Mapping[str, int]

    @property
    def asked(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Line:
    """An article, tree or incident: how often it was shown and opened, whom it helped as they said; of those who opened
    it, who asked for nothing and who came back. `key` is its reference, or the tree's number."""

    key: str
    name: str
    shown: int
    opened: int
    helped: int
    deflected: int
    came_back: int


@dataclass(frozen=True, slots=True)
class Walked:
    """A tree that people walked alone, as it is counted on the tree's own page: of those whom it led to a solution, who
    asked for nothing within 48 hours and who did."""

    tree: int
    name: str
    solved: int
    stayed_away: int
    came_back: int


@dataclass(frozen=True, slots=True)
class Figures:
    weeks: list[Week]
    lines: Mapping[str, list[Line]]
    walked: list[Walked]

    @property
    def counts(self) -> Mapping[str, int]:
        """What came of all, in the order of `Ended`."""
        return {ended: sum(week.counts.get(ended, 0) for week in self.weeks) for ended in Ended.values}

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def decided(self) -> int:
        return self.asked - self.counts[Ended.WAITING]

    @property
    def rate(self) -> float | None:
        """Of those of whom it can be said, how many found their answer without a ticket (0 to 1)."""
        return self.counts[Ended.DEFLECTED] / self.decided if self.decided else None


@dataclass(frozen=True)
class Reach:
    """What was shown to those whom the desks serve that `person` manages, over whole weeks up to `now`."""

    person: Person
    weeks: int
    now: datetime
    zone: tzinfo

    @property
    def since(self) -> datetime:
        """The Monday on which the first of the weeks begins; the last week is the one we are in."""
        today = self.now.astimezone(self.zone).date()
        monday = today - timedelta(days=today.weekday(), weeks=self.weeks - 1)
        return datetime.combine(monday, time(), tzinfo=self.zone)

    def figures(self) -> Figures:
        """Five queries, whatever there is."""
        return Figures(weeks=self._weeks(), lines={kind: self._lines(kind) for kind in KINDS}, walked=self._walked())

    def _askings(self) -> QuerySet[Asking]:
        desks = self.person.grants.manages_in
        return Asking.objects.filter(desk__in=desks, began_at__gte=self.since, began_at__lte=self.now)

    def _weeks(self) -> list[Week]:
        rows = (
            self._askings()
            .order_by()
            .annotate(week=TruncWeek("began_at", tzinfo=self.zone))
            .values_list("week", "ended")
            .annotate(count=Count("pk"))
        )
        counts: dict[date, dict[str, int]] = {}
        for week, ended, count in rows:
            counts.setdefault(week.date(), {})[ended] = count
        mondays = [self.since.date() + timedelta(weeks=n) for n in range(self.weeks)]
        return [Week(monday, counts.get(monday, {})) for monday in mondays]

    def _lines(self, kind: str) -> list[Line]:
        key, french, english = KINDS[kind]
        opened = Q(opened=True)
        rows = (
            AnswerShown.objects.filter(**{f"{kind}__isnull": False}, asking__in=self._askings())
            .order_by()
            .values(key=F(key), french=F(french), english=F(english))
            .annotate(
                times=Count("pk"),
                opened_by=Count("pk", filter=opened),
                helped_by=Count("pk", filter=Q(helped=True)),
                deflected=Count("pk", filter=opened & Q(asking__ended=Ended.DEFLECTED)),
                back=Count("pk", filter=opened & Q(asking__ended=Ended.CAME_BACK)),
            )
            .order_by("-times", "-opened_by", "key")[:_LINES]
        )
        return [
            Line(
                key=str(row["key"]),
                name=pick(row["french"], row["english"]),
                shown=row["times"],
                opened=row["opened_by"],
                helped=row["helped_by"],
                deflected=row["deflected"],
                came_back=row["back"],
            )
            for row in rows
        ]

    def _walked(self) -> list[Walked]:
        ended_well = Run.objects.filter(
            tree__desk__in=self.person.grants.manages_in, alone=True, solved=True,
            started_at__gte=self.since, started_at__lte=self.now,
        )  # fmt: skip
        rows = (
            came_back(ended_well)
            .order_by()
            .values("tree")
            .annotate(
                runs=Count("pk"),
                away=Count("pk", filter=Q(asked_again=False, may_ask_until__lte=self.now)),
                back=Count("pk", filter=Q(asked_again=True)),
            )
            .order_by("-runs", "tree")
            .values_list("tree", "runs", "away", "back")[:_LINES]
        )
        counted = list(rows)
        names = Tree.objects.only("name_fr", "name_en").in_bulk([tree for tree, *_counts in counted])
        return [Walked(tree, names[tree].name, runs, away, back) for tree, runs, away, back in counted]
