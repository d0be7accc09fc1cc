"""Walking a decision tree with somebody, or alone: begin, answer, go back, say whether it helped; what was asked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guichet.knowledge import walking
from guichet.knowledge.models import Run, RunOutcome, Step, Tree
from guichet.knowledge.walking import Node
from guichet.lib.bilingual import pick
from guichet.lib.errors import Conflict, Forbidden, Refused, Stale
from guichet.lib.text import clean
from guichet.people.models import Person

NOTE_MAX = 500


@dataclass(frozen=True)
class Asked:
    """One question with what was answered, in the reader's language."""

    question: str
    answer: str
    note: str = ""

    def __str__(self) -> str:
        said = f"{self.question} → {self.answer}"
        return f"{said} ({self.note})" if self.note else said


def start(
    tree: Tree,
    *,
    actor: Person,
    now: datetime,
    person: Person | None,
    alone: bool = False,
    key: uuid.UUID | None = None,
) -> Run:
    """Begin the tree's current version. With a key that was used before: the run that it began."""
    key = key or uuid.uuid4()
    with transaction.atomic():
        # Of two that are sent at once, the second finds what the first did.
        Person.objects.select_for_update(no_key=True).get(pk=actor.pk)
        before = Run.objects.filter(key=key).select_related("version", "tree").first()
        if before is not None:
            if before.by_id != actor.pk or before.tree_id != tree.pk:
                raise Conflict(gettext_lazy("This run was begun by somebody else."), code="taken", field="key")
            return before
        if not Tree.objects.runnable_by(actor).filter(pk=tree.pk).exists() or tree.current is None:
            raise Refused(gettext_lazy("This tree isn’t published."), code="not_published")
        first = tree.current.plan.start
        return Run.objects.create(
            key=key,
            tree=tree,
            version=tree.current,
            person=person,
            by=actor,
            alone=alone,
            at_node=first.key if first else "",
            started_at=now,
            moved_at=now,
        )


def answer(
    run: Run, *, move: int, answer: str, actor: Person, now: datetime, note: str = ""
) -> tuple[Run, Step | None]:
    """Give the answer `answer` as the move of that number. Sent twice, it is given once: then there is no new step."""
    note = clean(note).strip()
    if len(note) > NOTE_MAX:
        raise Refused(gettext_lazy("This text is too long."), code="too_long", field="note")
    with _moving(run, actor=actor) as locked:
        given = locked.steps.filter(number=move, taken_back=False).first() if move < locked.moves else None
        if given is not None and given.answer == answer and move == locked.moves - 1:
            return locked, None
        _need_move(locked, move)
        plan = locked.version.plan
        node = plan.node(locked.at_node)
        way = walking.way(node, answer) if node is not None and not locked.ended_at else None
        if node is None or way is None:
            raise Refused(gettext_lazy("Choose one of the answers offered."), code="unknown_choice", field="answer")
        step = Step.objects.create(
            run=locked, number=move, node=node.key, answer=way.key, note=note, asked_at=locked.moved_at, at=now
        )
        reached = plan.node(way.to) if way.to else None
        locked.moves, locked.moved_at, locked.at_node = move + 1, now, reached.key if reached else ""
        if reached is None or not reached.asks:
            locked.ended_at = now
            locked.outcome = reached.kind if reached else RunOutcome.DEAD_END
            locked.solved = _solved(locked.outcome)
        locked.save()
        return locked, step


def go_back(run: Run, *, move: int, actor: Person, now: datetime) -> tuple[Run, Step]:
    """Take the last answer back: its question is asked again."""
    with _moving(run, actor=actor) as locked:
        _need_move(locked, move)
        last = locked.steps.filter(taken_back=False).order_by("-number").first()
        if last is None:
            raise Conflict(gettext_lazy("This is the first question."), code="at_start")
        last.taken_back = True
        last.save(update_fields=["taken_back"])
        locked.at_node, locked.moved_at = last.node, now
        locked.ended_at, locked.outcome, locked.solved = None, "", None
        locked.save()
        return locked, last


def say_solved(run: Run, *, solved: bool, actor: Person) -> Run:
    """Of a run that ended with something to read or to try: whether it works now."""
    with _moving(run, actor=actor) as locked:
        if locked.outcome not in {RunOutcome.ARTICLE, RunOutcome.SOLVED}:
            raise Conflict(gettext_lazy("This run hasn’t come to an end that could help."), code="wrong_state")
        locked.solved = solved
        locked.save(update_fields=["solved"])
    return locked


def _solved(outcome: str) -> bool | None:
    """What the end itself says: of something to read, nobody knows yet."""
    return None if outcome == RunOutcome.ARTICLE else outcome == RunOutcome.SOLVED


def current_node(run: Run) -> Node | None:
    return run.version.plan.node(run.at_node) if run.at_node else None


def asked(run: Run, *, steps: Sequence[Step] | None = None) -> list[Asked]:
    """What was asked and answered, without what was taken back."""
    plan = run.version.plan
    kept = steps if steps is not None else list(run.steps.filter(taken_back=False))
    return [told(plan.node(step.node), step) for step in kept]


def told(node: Node | None, step: Step) -> Asked:
    """The step in words."""
    question = pick(node.fr, node.en) if node else ""
    return Asked(question, answer_words(node, step.answer), step.note)


def answer_words(node: Node | None, key: str) -> str:
    """The answer as it is read on the button."""
    chosen = node.answer(key) if node else None
    if chosen is not None and (chosen.fr or chosen.en):
        return pick(chosen.fr, chosen.en)
    return _("None of these answers fits") if key == walking.NONE else _("It is done")


def as_text(said: Sequence[Asked], *, limit: int) -> str:
    """One line for each question; where all has no room, the last ones, after a sign that there was more."""
    lines: list[str] = []
    left = limit
    for one in reversed([str(each) for each in said]):
        if len(one) + 3 > left:
            return "\n".join(["…", *lines]) if lines else one[: limit - 1] + "…"
        lines.insert(0, one)
        left -= len(one) + 1
    return "\n".join(lines)


@contextmanager
def _moving(run: Run, *, actor: Person) -> Iterator[Run]:
    """The run's row, locked; for whoever walks it, or a colleague who goes on in an agent's place."""
    with transaction.atomic():
        locked = Run.objects.select_for_update(of=("self",)).select_related("version", "tree").get(pk=run.pk)
        colleague = not locked.alone and locked.tree.desk_id in actor.grants.treats_in
        if locked.by_id != actor.pk and not colleague:
            raise Forbidden(gettext_lazy("Only whoever began this run may go on with it."), code="not_yours")
        yield locked


def _need_move(run: Run, move: int) -> None:
    if move != run.moves:
        raise Stale(
            gettext_lazy("This question was answered already. Here is where it stands."), code="stale", field="move"
        )
