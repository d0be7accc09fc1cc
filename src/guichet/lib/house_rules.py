"""What managers set up changes seldom and is asked with nearly every action: it is kept in the process, and read again
when any of it has changed.

PostgreSQL notes each change of a watched table, however it was made. How these notes stand is asked once a batch, in
one short statement: so a change counts from the next batch on, in every process, and one taken back never does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db.migrations import RunSQL

from guichet.lib.batches import kept
from guichet.lib.database import prepared
from guichet.lib.models import RuleChange

P = ParamSpec("P")
R = TypeVar("R")

# Their names, for the test that holds them to watched tables.
RULES: list[str] = []
# Of more than these nobody asks in a day.
MOST = 10_000
# So many notes are counted in no time; more are forgotten but for the last ones.
NOTES = 100

# Each note has a mark by chance, so that two sets of notes never look alike: not even of transactions taken back.
_STANDING = "SELECT count(*), coalesce(sum(mark), 0) FROM lib_rulechange"


@dataclass(frozen=True)
class _Known:
    standing: tuple[Any, ...]
    answers: dict[Any, Any]


class _Memory:
    """Of this process. A thread that finds the notes changed begins anew; the others go on with what they hold."""

    known = _Known((), {})

    def answers(self) -> dict[Any, Any]:
        with prepared() as cursor:
            cursor.execute(_STANDING)
            standing = cursor.fetchone()
        known = self.known
        if known.standing != standing or len(known.answers) > MOST:
            known = self.known = _Known(standing, {})
        return known.answers


_memory = _Memory()


def house_rule(function: Callable[P, R]) -> Callable[P, R]:
    """Inside a batch, keep the answers for these arguments (rows count by their id) until a watched table changes.

    `function` reads watched tables only. The answer is shared by all threads: whoever gets it leaves it as it is.
    """

    RULES.append(function.__qualname__)

    @wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        batch = kept()
        if batch is None:
            return function(*args, **kwargs)
        answers = batch.get(_memory)
        if answers is None:
            answers = batch[_memory] = _memory.answers()
        key = (function, args, tuple(sorted(kwargs.items())))
        if key not in answers:
            answers[key] = function(*args, **kwargs)
        answer: R = answers[key]
        return answer

    return remembered


def forget_notes() -> int:
    """All but the last ones; how many. What is kept is read again once."""
    last = RuleChange.objects.order_by("-id").values("id")[NOTES : NOTES + 1]
    return RuleChange.objects.filter(id__lte=last).delete()[0]


def watch(*tables: str) -> list[RunSQL]:
    """For a migration of the room whose tables they are."""
    return [
        RunSQL(
            f"CREATE TRIGGER rules_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION lib_rules_changed()",
            f"DROP TRIGGER rules_changed ON {table}",
        )
        for table in tables
    ]
