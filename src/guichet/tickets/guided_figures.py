"""What came of a tree's runs: where they ended, where people fell out, how long each step took, who came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from guichet.knowledge.models import Run, Tree
from guichet.tickets.guided import came_back

# A run that nobody moved for so long was left where it stands.
LEFT_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class AtStep:
    """One step over the period: runs that came to it, runs left there, and half of the answers took at most so long.

    Fallen out are those that were left there, and those to whom no answer fitted.
    """

    reached: int = 0
    left: int = 0
    unfitting: int = 0
    seconds: float | None = None

    @property
    def fell_out(self) -> int:
        return self.left + self.unfitting


@dataclass(frozen=True)
class Figures:
    """A tree's runs since some day. `alone` are those of requesters by themselves.

    Of those that ended well alone: `stayed_away` asked for nothing within 48 hours, `came_back` did, of the rest it
    is too early to say.
    """

    runs: int = 0
    alone: int = 0
    under_way: int = 0
    left: int = 0
    solved: int = 0
    solved_alone: int = 0
    stayed_away: int = 0
    came_back: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, AtStep] = field(default_factory=dict)

    @property
    def too_early(self) -> int:
        return self.solved_alone - self.stayed_away - self.came_back


def figures(tree: Tree, *, since: datetime, now: datetime) -> Figures:
    """Four queries, however many runs there are."""
    runs = Run.objects.filter(tree=tree, started_at__gte=since)
    idle = now - LEFT_AFTER
    whole = runs.aggregate(
        runs=Count("pk"),
        alone=Count("pk", filter=Q(alone=True)),
        under_way=Count("pk", filter=Q(ended_at=None, moved_at__gte=idle)),
        left=Count("pk", filter=Q(ended_at=None, moved_at__lt=idle)),
        solved=Count("pk", filter=Q(solved=True)),
    )
    outcomes = dict(
        runs.exclude(outcome="").order_by().values_list("outcome").annotate(count=Count("pk")).order_by("outcome")
    )
    well = came_back(runs.filter(alone=True, solved=True))
    ended = well.aggregate(
        solved_alone=Count("pk"),
        came_back=Count("pk", filter=Q(asked_again=True)),
        stayed_away=Count("pk", filter=Q(asked_again=False, may_ask_until__lte=now)),
    )
    return Figures(**whole, **ended, outcomes=outcomes, steps=_steps(tree, since=since, idle=idle))


_STEPS = """
WITH runs AS (
    SELECT id, at_node, ended_at, moved_at FROM knowledge_run WHERE tree_id = %(tree)s AND started_at >= %(since)s
), steps AS (
    SELECT step.run_id, step.node, step.answer, extract(epoch FROM step.at - step.asked_at) AS seconds
    FROM knowledge_step AS step JOIN runs ON runs.id = step.run_id WHERE NOT step.taken_back
), stands AS (
    SELECT run_id, node FROM steps UNION SELECT id, at_node FROM runs WHERE at_node <> ''
), lasts AS (
    SELECT DISTINCT ON (step.run_id) step.run_id, step.node FROM knowledge_step AS step
    JOIN runs ON runs.id = step.run_id
    WHERE runs.at_node = '' AND NOT step.taken_back ORDER BY step.run_id, step.number DESC
)
SELECT node,
    count(DISTINCT run_id),
    (SELECT count(*) FROM runs WHERE runs.at_node = stands.node AND ended_at IS NULL AND moved_at < %(idle)s),
    (SELECT count(*) FROM lasts WHERE lasts.node = stands.node),
    (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM steps WHERE steps.node = stands.node)
FROM stands GROUP BY node
"""


def _steps(tree: Tree, *, since: datetime, idle: datetime) -> dict[str, AtStep]:
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, {"tree": tree.pk, "since": since, "idle": idle})
        return {
            node: AtStep(reached=reached, left=left, unfitting=unfitting, seconds=seconds)
            for node, reached, left, unfitting, seconds in cursor.fetchall()
        }
